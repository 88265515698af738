//! Whether the rows of a search are some that its filters let through. An answer that has others is that of another
//! question, such as a cache gives that minds the path alone: what is not in it may well be there (API notes §4.3, §4.6).

use std::collections::BTreeSet;

use super::cells::key_of;
use crate::catalog::{self, FilterType};
use crate::error::{Error, Kind, Result};
use crate::id_set::IdSet;
use crate::table::{Cell, Page};
use crate::value::{DateTime, Moment, Period};

/// The search that is known to overlook ranges of ids (API notes §4.3).
const OVERLOOKS_RANGES: &str = "accounting-service/supplier-payment-search";

/// So far outside a period a row may be: days begin where the account is, and no source says whose clock counts.
const AROUND_PERIOD_MS: i64 = 2 * A_DAY_MS;

const A_DAY_MS: i64 = 24 * 3_600_000;

/// What a `LIKE` of a database takes for anything.
const WILDCARDS: [char; 4] = ['*', '%', '_', '?'];

/// Checks every row against the filters whose column it has.
///
/// # Errors
/// [`Kind::Protocol`], which says which row has what.
pub(crate) fn check(resource: &str, filters: &[(String, String)], page: &Page) -> Result<()> {
    let Some(listed) = catalog::search(resource) else { return Ok(()) };
    for (name, value) in filters {
        let Some(filter) = listed.column(name).map(|column| column.filter_type) else { continue };
        let Some(column) = page.column(name) else { continue };
        if resource.trim_matches('/') == OVERLOOKS_RANGES && is_number(filter) && value.contains('-') {
            continue;
        }
        let passes = |row: usize| lets_through(filter, value, column.cell(row));
        if let Some(row) = (0..page.rows()).find(|row| !passes(*row)) {
            let mut found = String::new();
            column.cell(row).write_json(&mut found);
            let message = format!(
                "the answer of {resource} to {name}={value:.80} has a row whose {name} is {found:.80}; expected rows of that value alone",
            );
            return Err(Error::new(Kind::Protocol, message).at(format!("response.results[{row}]")));
        }
    }
    Ok(())
}

/// Checks that the column of numbers by which rows are told apart has no texts: they are another column's.
///
/// # Errors
/// [`Kind::Protocol`], which says which row has what.
pub(crate) fn check_key(resource: &str, key: Option<&str>, page: &Page) -> Result<()> {
    let named = key.and_then(|key| Some((key, catalog::search(resource)?.column(key)?, page.column(key)?)));
    let Some((key, listed, column)) = named else { return Ok(()) };
    if !is_number(listed.filter_type) {
        return Ok(());
    }
    let is_other =
        |row: &usize| text(column.cell(*row)).is_some_and(|found| found.trim().parse::<i128>().is_err());
    let Some(row) = (0..page.rows()).find(is_other) else { return Ok(()) };
    let mut found = String::new();
    column.cell(row).write_json(&mut found);
    let message = format!("the answer of {resource} has a row whose {key} is {found:.80}; expected a number");
    Err(Error::new(Kind::Protocol, message).at(format!("response.results[{row}]")))
}

/// Checks that every row has an id by which its record can be read, and that no two rows have one, unless they are lines
/// of one record.
///
/// # Errors
/// [`Kind::Protocol`], which says which row has what.
pub(crate) fn check_ids(resource: &str, key: Option<&str>, page: &Page) -> Result<()> {
    let named = key.and_then(|key| Some((key, catalog::search(resource)?, page.column(key)?)));
    let Some((key, listed, column)) = named else { return Ok(()) };
    let is_of_lines = listed.lines_of.is_some_and(|(of, _)| of == key);
    if listed.key != Some(key) && !is_of_lines {
        return Ok(());
    }
    let mut seen = BTreeSet::new();
    for row in 0..page.rows() {
        let wrong = match key_of(column, row) {
            None => "does not say which record it is",
            Some(id) if !seen.insert(id) && !is_of_lines => "has the id of another",
            Some(_) => continue,
        };
        let message = format!("a row in the answer of {resource} {wrong}; expected its id as {key}");
        return Err(Error::new(Kind::Protocol, message).at(format!("response.results[{row}]")));
    }
    Ok(())
}

fn is_number(filter: FilterType) -> bool {
    match filter {
        FilterType::Integer | FilterType::IdSet | FilterType::IntegerOrIdSet => true,
        FilterType::Text
        | FilterType::SearchText
        | FilterType::TextSet
        | FilterType::Boolean
        | FilterType::DateTime
        | FilterType::Period
        | FilterType::FreeText
        | FilterType::Unknown => false,
    }
}

/// Whether a row with this cell may come where this value is asked for. What is not known for certain lets it through: how
/// letters beyond ASCII are compared, sets of texts, and the ends of periods.
fn lets_through(filter: FilterType, value: &str, cell: Cell<'_>) -> bool {
    if filter == FilterType::Period {
        return is_about(value, cell);
    }
    let asked = value.trim().to_lowercase();
    let Some(found) = text(cell).map(|found| found.trim().to_lowercase()) else {
        return asked.is_empty() || !is_compared(filter);
    };
    let is_plain = asked.is_ascii() && found.is_ascii();
    match filter {
        FilterType::Text => !is_plain || found == asked,
        FilterType::Boolean => {
            let is_word = |text: &str| matches!(text, "true" | "false");
            !is_word(&asked) || !is_word(&found) || found == asked
        }
        FilterType::SearchText => !is_plain || asked.contains(WILDCARDS) || found.contains(&asked),
        FilterType::Integer | FilterType::IdSet | FilterType::IntegerOrIdSet => {
            let Ok(found) = found.parse::<i128>() else { return true };
            match (asked.parse::<i128>(), IdSet::parse(&asked)) {
                (Ok(asked), _) => asked == found,
                (Err(_), Ok(ids)) => u64::try_from(found).is_ok_and(|found| ids.contains(found)),
                (Err(_), Err(_)) => true,
            }
        }
        FilterType::TextSet
        | FilterType::DateTime
        | FilterType::Period
        | FilterType::FreeText
        | FilterType::Unknown => true,
    }
}

/// Whether a cell has no moment that lies clearly outside a period.
fn is_about(period: &str, cell: Cell<'_>) -> bool {
    let (Some(found), Ok(period)) = (moment_of(cell), Period::parse(period.trim())) else { return true };
    let at = |moment| match moment {
        Moment::DateTime(moment) => moment.milliseconds(),
        Moment::Date(date) => i64::from(date.days_since_epoch()) * A_DAY_MS,
    };
    let is_after = period.from().is_none_or(|from| found >= at(from).saturating_sub(AROUND_PERIOD_MS));
    is_after && period.to().is_none_or(|to| found <= at(to).saturating_add(AROUND_PERIOD_MS))
}

fn moment_of(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::DateTime(moment) => Some(moment.milliseconds()),
        Cell::Text(text) => DateTime::parse(text).ok().map(DateTime::milliseconds),
        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) | Cell::Decimal(_) | Cell::Json(_) => None,
    }
}

/// Whether a row without a value is one that is not let through.
fn is_compared(filter: FilterType) -> bool {
    match filter {
        FilterType::Text | FilterType::SearchText => true,
        FilterType::Boolean
        | FilterType::Integer
        | FilterType::IdSet
        | FilterType::IntegerOrIdSet
        | FilterType::TextSet
        | FilterType::DateTime
        | FilterType::Period
        | FilterType::FreeText
        | FilterType::Unknown => false,
    }
}

fn text(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Boolean(value) => Some(value.to_string()),
        Cell::Text(text) | Cell::Decimal(text) => Some(text.to_owned()),
        Cell::DateTime(moment) => Some(moment.to_string()),
        Cell::Json(json) => Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(column: &str, cell: &str) -> Page {
        let body = format!(
            r#"{{"response":{{"results":[[7,{cell}]],"metaData":{{"columns":[{{"name":"x"}},{{"name":"{column}"}}]}}}}}}"#
        );
        Page::decode(body.as_bytes()).expect("a page")
    }

    #[test]
    fn a_text_where_the_number_of_a_record_stands_is_found() {
        for (cell, agrees) in
            [("7", true), (r#""7""#, true), ("null", true), (r#""Z-0""#, false), ("[7]", false)]
        {
            let page = answered("orderId", cell);
            let found = check_key("order-service/order-search", Some("orderId"), &page);
            assert_eq!(found.is_ok(), agrees, "{cell} {found:?}");
        }
        let page = answered("code", r#""X""#);
        assert!(check_key("accounting-service/nominal-code-search", Some("code"), &page).is_ok());
    }

    #[test]
    fn a_row_of_a_sweep_has_an_id_of_its_own() {
        let check = |rows: &str| {
            let body = format!(
                r#"{{"response":{{"results":{rows},"metaData":{{"columns":[{{"name":"orderId"}},{{"name":"customerRef"}}]}}}}}}"#
            );
            let page = Page::decode(body.as_bytes()).expect("a page");
            check_ids("order-service/order-search", Some("orderId"), &page)
        };
        for (rows, agrees) in [
            (r#"[[7,"a"],[8,"a"]]"#, true),
            (r#"[[7,"a"],[7,"a"]]"#, false),
            (r#"[[7,"a"],[7,"b"]]"#, false),
            (r#"[[7,"a"],["07","b"]]"#, false),
            (r#"[["7","a"],[" 8 ","a"],["0009","a"]]"#, true),
            (r#"[[9223372036854775807,"a"]]"#, true),
            (r#"[[9223372036854775808,"a"]]"#, false),
            (r#"[["9223372036854775808","a"]]"#, false),
            (r#"[["+7","a"]]"#, false),
            (r#"[["","a"]]"#, false),
            (r#"[["0x7","a"]]"#, false),
            (r#"[[7,"a"],["8","a"]]"#, true),
            (r#"[[7.0,"a"]]"#, false),
            (r#"[[-7,"a"]]"#, false),
            (r#"[[true,"a"]]"#, false),
            (r#"[[[7],"a"]]"#, false),
            (r#"[[null,"a"]]"#, false),
            (r#"[[0,"a"]]"#, false),
            ("[]", true),
        ] {
            assert_eq!(check(rows).is_ok(), agrees, "{rows}");
        }
        assert!(check(r#"[[0,"a"]]"#).unwrap_err().message().contains("expected its id as orderId"));
        let lines =
            r#"{"response":{"results":[[7],[7],["8"]],"metaData":{"columns":[{"name":"journalId"}]}}}"#;
        let journals = |body: &str| {
            let page = Page::decode(body.as_bytes()).expect("a page");
            check_ids("accounting-service/journal-search", Some("journalId"), &page)
        };
        assert!(journals(lines).is_ok(), "several lines of one record");
        assert!(journals(&lines.replace("\"8\"", "\"x\"")).is_err());
    }

    #[test]
    fn a_row_that_no_filter_lets_through_is_found() {
        const ORDERS: &str = "order-service/order-search";
        const CONTACTS: &str = "contact-service/contact-search";
        const PAYMENTS: &str = OVERLOOKS_RANGES;
        for (search, column, value, cell, agrees) in [
            (ORDERS, "externalRef", "Z-0", r#""Z-0""#, true),
            (ORDERS, "externalRef", "Z-0", r#"" z-0""#, true),
            (ORDERS, "externalRef", "Z-0", r#""Z-1""#, false),
            (ORDERS, "externalRef", "Z-0", "null", false),
            (ORDERS, "externalRef", "Z-0", "1", false),
            (ORDERS, "externalRef", "Café", r#""CAFE""#, true),
            (ORDERS, "orderId", "7", "7", true),
            (ORDERS, "orderId", "7", "8", false),
            (ORDERS, "orderId", "7,9", "9", true),
            (ORDERS, "orderId", "7,9", "8", false),
            (ORDERS, "orderId", "7-9", "8", true),
            (ORDERS, "orderId", "7-9", "-8", false),
            (ORDERS, "orderId", "7", "null", true),
            (ORDERS, "createdOn", "2026-01-01/", r#""2025-01-01T00:00:00.000Z""#, false),
            (ORDERS, "createdOn", "2026-01-01/", r#""2025-12-31T00:00:00.000Z""#, true),
            (ORDERS, "createdOn", "2026-01-01T00:00:00Z/", r#""2027-01-01T00:00:00.000-06:00""#, true),
            (ORDERS, "createdOn", "/2026-01-01", r#""2027-01-01T00:00:00.000Z""#, false),
            (ORDERS, "createdOn", "2026-01-01", r#""2026-01-02T11:00:00.000-12:00""#, true),
            (ORDERS, "createdOn", "2026-01-01/", "null", true),
            (ORDERS, "orderTypeId", "3", "1", false),
            (CONTACTS, "isSupplier", "true", "1", true),
            (PAYMENTS, "paymentId", "7-9", "12", true),
            (PAYMENTS, "paymentId", "7", "12", false),
            (CONTACTS, "primaryEmail", "ada@x.com", r#""Ada@X.com.au""#, true),
            (CONTACTS, "primaryEmail", "ada@x.com", r#""sam@x.com""#, false),
            (CONTACTS, "primaryEmail", "a_a@x.com", r#""aba@x.com""#, true),
            (CONTACTS, "isSupplier", "true", "false", false),
            ("x-service/x-search", "name", "a", r#""b""#, true),
        ] {
            let filters = [(column.to_owned(), value.to_owned())];
            let found = check(search, &filters, &answered(column, cell));
            assert_eq!(found.is_ok(), agrees, "{column}={value} {cell}: {found:?}");
        }
        let filters = [("externalRef".to_owned(), "Z-0".to_owned())];
        let error = check(ORDERS, &filters, &answered("externalRef", r#""Z-1""#)).unwrap_err();
        assert!(
            error.message().contains(r#"to externalRef=Z-0 has a row whose externalRef is "Z-1""#),
            "{error}"
        );
        // A column that is not in the rows says nothing.
        assert!(check(ORDERS, &filters, &answered("orderId", "9")).is_ok());
    }
}
