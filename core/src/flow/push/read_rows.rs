//! Whether a record was read with all of its rows. A list that is missing, or is cut off on the way, would have rows added
//! that are there; and one that has a row twice would have it removed.

use rust_decimal::Decimal as Exact;

use super::change::is_of_rows;
use super::compare::at_place;
use crate::catalog::{Manner, RowUpdate, Update};
use crate::json::{Node, Part, Record, elements, id_of, quoted, text_of};
use crate::output::Difference;
use crate::value::Decimal;

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
    match rows_read(rows, json, &added.collect::<Vec<_>>()) {
        RowsRead::Whole => None,
        RowsRead::Wrong(why) => Some(why),
        // Values within rows do no harm where they are set once more.
        RowsRead::Unconfirmed if whole.is_empty() => None,
        RowsRead::Unconfirmed => {
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

/// How far the rows that came with a record are to be believed.
#[derive(Debug, PartialEq, Eq)]
enum RowsRead {
    /// The record's own totals say that these are all.
    Whole,
    /// Nothing in the record says so.
    Unconfirmed,
    /// They cannot be all that there is, for this reason.
    Wrong(String),
}

/// How far the rows of a record are to be believed, of which these are wanted and not there. What costs nothing shows in no
/// total.
fn rows_read(update: &RowUpdate, json: &str, added: &[&str]) -> RowsRead {
    let Ok(record) = Part::json(json.as_bytes()) else {
        return RowsRead::Wrong("what was read of it cannot be read".to_owned());
    };
    let name = update.place.trim_start_matches('/');
    let found = at_place(&record, update.place);
    let is_list = found.as_ref().is_some_and(|found| matches!(found.read(), Node::Array(_)));
    let rows = found.as_ref().map(elements).unwrap_or_default();
    let mut ids: Vec<u64> =
        rows.iter().filter_map(|row| Record::of(row).node("id").as_ref().and_then(id_of)).collect();
    if ids.len() < rows.len() {
        return RowsRead::Wrong(format!("its {name} came without their ids"));
    }
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return RowsRead::Wrong(format!("it came with {} twice in its {name}", pair[0]));
    }
    // Brightpearl may count what it adds to a bundle, or not.
    let plain: Vec<&Part<'_>> = rows.iter().filter(|row| !is_bundle_child(row)).collect();
    let tolerance = tolerance(rows.len());
    let mut is_told = !update.sums.is_empty();
    for (member, place) in update.sums {
        let Some(total) = at_place(&record, place).as_ref().and_then(amount) else {
            is_told = false;
            continue;
        };
        let is_near = |sum: Exact| (sum - total).abs() <= tolerance;
        let sums = [sum_of(member, rows.iter()), sum_of(member, plain.iter().copied())];
        if !sums.into_iter().flatten().any(is_near) {
            let place = quoted(place);
            return RowsRead::Wrong(format!("its {name} do not come to its own total {total} at {place}"));
        }
    }
    match (is_list, is_told) {
        // What is null or empty may be left out.
        (true, true) if !added.iter().any(|row| costs_nothing(update, row, tolerance)) => RowsRead::Whole,
        (true, _) => RowsRead::Unconfirmed,
        (false, true) => RowsRead::Unconfirmed,
        (false, false) => RowsRead::Wrong(format!("it came without its {name}")),
    }
}

/// The rows of a record in an order of their own, to be held against those of another reading.
fn rows_in_order(update: &RowUpdate, json: &str) -> Vec<String> {
    let rows = Record::parse(json).elements(update.place.trim_start_matches('/'));
    let mut rows: Vec<String> = rows.iter().filter_map(Part::raw).map(str::to_owned).collect();
    rows.sort_unstable();
    rows
}

/// Totals have two places, and rows have four (API notes §1.8).
fn tolerance(rows: usize) -> Exact {
    Exact::new(5, 3) * (Exact::from(rows) + Exact::ONE)
}

fn costs_nothing(update: &RowUpdate, row: &str, tolerance: Exact) -> bool {
    let row = Part::json(row.as_bytes()).ok();
    let of = |member: &str| row.as_ref().and_then(|row| at_place(row, member)).as_ref().and_then(amount);
    update.sums.iter().all(|(member, _)| of(member).is_none_or(|amount| amount.abs() <= tolerance))
}

fn sum_of<'r, 'd: 'r>(member: &str, mut rows: impl Iterator<Item = &'r Part<'d>>) -> Option<Exact> {
    rows.try_fold(Exact::ZERO, |sum, row| sum.checked_add(amount(&at_place(row, member)?)?))
}

fn amount(part: &Part<'_>) -> Option<Exact> {
    Decimal::parse(text_of(&part.read())?.trim()).ok().map(Exact::from)
}

fn is_bundle_child(row: &Part<'_>) -> bool {
    matches!(Record::of(row).node("bundleChild"), Some(Node::Boolean(true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::update;

    const ROWS: &str = r#"{"id":1,"net":"20.0000","tax":"4.00"},{"id":2,"net":"5.0049","tax":"1.00"}"#;
    const TOTAL: &str = r#""total":{"net":"25.00","tax":"5.00"}"#;

    fn read(json: &str, added: &[&str]) -> RowsRead {
        rows_read(update("order-service/sales-order").unwrap().rows.unwrap(), json, added)
    }

    #[test]
    fn rows_are_whole_where_they_come_to_the_total() {
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}],{TOTAL}}}"#), &[]), RowsRead::Whole);
        assert_eq!(read(r#"{"rows":[],"total":{"net":"0.00","tax":"0"}}"#, &[]), RowsRead::Whole);
        let child = r#",{"id":3,"net":"20.0000","tax":"4.00","bundleChild":true}"#;
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}{child}],{TOTAL}}}"#), &[]), RowsRead::Whole);
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}]}}"#), &[]), RowsRead::Unconfirmed);
        assert_eq!(read(r#"{"total":{"net":"0.00","tax":"0.00"}}"#, &[]), RowsRead::Unconfirmed);
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
    fn rows_that_cannot_be_all_are_told() {
        for (rows, why) in [
            ("null", "do not come to its own total 25.00"),
            ("{}", "do not come to its own total"),
            ("[]", "do not come to its own total"),
            (r#"[{"id":1,"net":"20.0000","tax":"4.00"}]"#, "do not come to its own total"),
            (&format!("[{ROWS},{ROWS}]"), "1 twice in its rows"),
            (r#"[{"id":null,"net":"25.00","tax":"5.00"}]"#, "without their ids"),
            (r#"["a"]"#, "without their ids"),
        ] {
            let RowsRead::Wrong(told) = read(&format!(r#"{{"rows":{rows},{TOTAL}}}"#), &[]) else {
                panic!("{rows}")
            };
            assert!(told.contains(why), "{rows}: {told}");
        }
        for json in ["{}", r#"{"rows":null}"#, r#"{"rows":{}}"#, "<"] {
            assert!(matches!(read(json, &[]), RowsRead::Wrong(_)), "{json}");
        }
    }
}
