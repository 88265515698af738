//! Whether a record was read with all of its rows. A list that is missing, or is cut off on the way, would have rows added
//! that are there; and one that has a row twice would have it removed.

use rust_decimal::Decimal as Exact;

use super::change::is_of_rows;
use crate::catalog::{Manner, RowUpdate, RowsWithin, Update, rows_within};
use crate::jobs::{RowsRead, amount, tolerance};
use crate::json::{Node, Part, Record, at};
use crate::output::Difference;

/// Why what was read is not to be acted upon, where it would add or remove rows, or would have something overwritten as a
/// whole. A list that is missing is no answer.
pub(super) fn unbelieved(
    update: &Update,
    before: Option<&str>,
    found: &[Difference],
    json: &str,
) -> Option<String> {
    let unconfirmed = |what: &str| Some(format!("{what}, and no second reading says the same"));
    if matches!(update.manner, Manner::Put { .. })
        && let Some(name) = missing_whole(found, json)
    {
        let is_missing = |before: &str| missing_whole(found, before).as_ref() == Some(&name);
        return if before.is_some_and(is_missing) {
            None
        } else {
            unconfirmed(&format!("it came without {name}"))
        };
    }
    let rows = update.rows?;
    if !found.iter().any(|difference| is_of_rows(update, difference)) {
        return None;
    }
    let is_whole_row = |difference: &&Difference| {
        let rest = difference.pointer.strip_prefix(rows.place).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| !rest.contains('/'))
    };
    let whole: Vec<&Difference> = found.iter().filter(is_whole_row).collect();
    let added = whole.iter().map(|difference| difference.after.get()).filter(|after| *after != "null");
    match rows_read(update, json, &added.collect::<Vec<_>>()) {
        RowsRead::Whole => None,
        RowsRead::Wrong(why) => Some(why),
        // Values within rows do no harm where they are set once more.
        RowsRead::Unconfirmed | RowsRead::Unsaid if whole.is_empty() => None,
        RowsRead::Unconfirmed | RowsRead::Unsaid => {
            let is_same = |before: &str| rows_in_order(rows, before) == rows_in_order(rows, json);
            if before.is_some_and(is_same) {
                None
            } else {
                unconfirmed("its own totals do not tell all of its rows")
            }
        }
    }
}

/// The outermost member that a `PUT` would send as a whole, and of which nothing was read that it could keep.
fn missing_whole(found: &[Difference], json: &str) -> Option<String> {
    let record = Record::parse(json);
    let outermost = |difference: &Difference| {
        let (name, _) = difference.pointer.strip_prefix('/')?.split_once('/')?;
        let is_empty = match record.node(name) {
            None | Some(Node::Null) => true,
            Some(Node::Object(members)) => members.is_empty(),
            Some(Node::Array(elements)) => elements.is_empty(),
            Some(Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => false,
        };
        is_empty.then(|| name.to_owned())
    };
    found.iter().filter(|difference| difference.changeable).find_map(outermost)
}

/// How far the rows of a record are to be believed, of which these are wanted and not there. What costs nothing shows in no
/// total.
fn rows_read(update: &Update, json: &str, added: &[&str]) -> RowsRead {
    let Some(within) = rows_within(update.read) else { return RowsRead::Unconfirmed };
    let record = Record::parse(json);
    match RowsRead::of(within, &record) {
        RowsRead::Unsaid => RowsRead::Wrong(format!("it came without its {}", within.member)),
        // What is null or empty may be left out.
        RowsRead::Whole => {
            let tolerance = tolerance(record.elements(within.member).len());
            let is_free = |row: &&str| costs_nothing(within, row, tolerance);
            if added.iter().any(is_free) { RowsRead::Unconfirmed } else { RowsRead::Whole }
        }
        other @ (RowsRead::Unconfirmed | RowsRead::Wrong(_)) => other,
    }
}

/// The rows of a record in an order of their own, to be held against those of another reading.
fn rows_in_order(update: &RowUpdate, json: &str) -> Vec<String> {
    let rows = Record::parse(json).elements(update.place.trim_start_matches('/'));
    let mut rows: Vec<String> = rows.iter().filter_map(Part::raw).map(str::to_owned).collect();
    rows.sort_unstable();
    rows
}

fn costs_nothing(within: &RowsWithin, row: &str, tolerance: Exact) -> bool {
    let row = Record::parse(row);
    let of = |place: &str| at(&row.0, place).as_ref().and_then(amount);
    within.sums.iter().all(|(place, _)| of(place).is_none_or(|amount| amount.abs() <= tolerance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::update;

    const ROWS: &str = r#"{"id":1,"net":"20.0000","tax":"4.00"},{"id":2,"net":"5.0049","tax":"1.00"}"#;
    const TOTAL: &str = r#""total":{"net":"25.00","tax":"5.00"}"#;

    fn read(json: &str, added: &[&str]) -> RowsRead {
        rows_read(update("order-service/sales-order").unwrap(), json, added)
    }

    #[test]
    fn a_row_that_costs_nothing_shows_in_no_total() {
        let json = format!(r#"{{"rows":[{ROWS}],{TOTAL}}}"#);
        assert_eq!(read(&json, &[r#"{"net":"3.00","tax":"0.60"}"#]), RowsRead::Whole);
        for free in [r#"{"net":"0.00","tax":"0"}"#, r#"{"net":0.01}"#, "{}"] {
            assert_eq!(
                read(&json, &[r#"{"net":"3.00","tax":"0.60"}"#, free]),
                RowsRead::Unconfirmed,
                "{free}"
            );
        }
    }

    #[test]
    fn a_record_that_says_nothing_of_its_rows_is_no_answer() {
        for json in ["{}", r#"{"rows":null}"#, r#"{"rows":{}}"#, "<"] {
            assert!(matches!(read(json, &[]), RowsRead::Wrong(_)), "{json}");
        }
    }
}
