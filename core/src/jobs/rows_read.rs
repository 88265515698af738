//! How far the rows that came with a record are to be believed: a list that is missing, or was cut off on the way, is held
//! against the record's own totals.

use rust_decimal::Decimal as Exact;

use crate::catalog::RowsWithin;
use crate::json::{Node, Part, Record, at, id_of, member, quoted, text_of};
use crate::value::Decimal;

/// How far the rows that came with a record are to be believed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RowsRead {
    /// The record's own totals say that these are all.
    Whole,
    /// Nothing in the record says so.
    Unconfirmed,
    /// It came with neither rows nor totals, and says nothing of them.
    Unsaid,
    /// They cannot be all that there is, for this reason.
    Wrong(String),
}

impl RowsRead {
    /// What the rows of a record are, held against its totals. What costs nothing shows in no total.
    pub(crate) fn of(within: &RowsWithin, record: &Record<'_>) -> Self {
        let name = within.member;
        let wrong = |why: String| RowsRead::Wrong(why);
        let (rows, is_list) = match member(&record.0, name).map(Part::read) {
            None | Some(Node::Null) => (Vec::new(), false),
            Some(Node::Array(rows)) => {
                let id = |row: &Part<'_>| Record::of(row).node("id").as_ref().and_then(id_of);
                let Some(mut ids) = rows.iter().map(id).collect::<Option<Vec<u64>>>() else {
                    return wrong(format!("its {name} came without their ids"));
                };
                ids.sort_unstable();
                if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
                    return wrong(format!("it came with {} twice in its {name}", pair[0]));
                }
                (rows, true)
            }
            // An order has them by their ids, and one that has none may have an empty object.
            Some(Node::Object(rows)) => {
                let has_rows = !rows.is_empty();
                (rows.into_iter().map(|(_, row)| row).collect(), has_rows)
            }
            Some(Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => {
                return wrong(format!("its {name} are not a list"));
            }
        };
        // Brightpearl may count what it adds to a bundle, or not.
        let plain: Vec<&Part<'_>> = rows.iter().filter(|row| !is_bundle_child(within, row)).collect();
        let tolerance = tolerance(rows.len());
        let mut is_told = true;
        for (place, sum) in within.sums {
            let Some(total) = at(&record.0, sum).as_ref().and_then(amount) else {
                is_told = false;
                continue;
            };
            let is_near = |sum: Exact| (sum - total).abs() <= tolerance;
            let sums = [sum_of(place, rows.iter()), sum_of(place, plain.iter().copied())];
            if !sums.into_iter().flatten().any(is_near) {
                let sum = quoted(sum);
                return wrong(format!("its {name} do not come to its own total {total} at {sum}"));
            }
        }
        match (is_list, is_told) {
            (true, true) => RowsRead::Whole,
            (true, false) | (false, true) => RowsRead::Unconfirmed,
            (false, false) => RowsRead::Unsaid,
        }
    }
}

/// Totals have two places, and rows have four (API notes §1.8): so much they may differ by, for so many rows.
pub(crate) fn tolerance(rows: usize) -> Exact {
    Exact::new(5, 3) * (Exact::from(rows) + Exact::ONE)
}

/// A number, also one in a string, exactly.
pub(crate) fn amount(node: &Node<'_>) -> Option<Exact> {
    Decimal::parse(text_of(node)?.trim()).ok().map(Exact::from)
}

fn sum_of<'r, 'd: 'r>(place: &str, mut rows: impl Iterator<Item = &'r Part<'d>>) -> Option<Exact> {
    rows.try_fold(Exact::ZERO, |sum, row| sum.checked_add(amount(&at(&Record::of(row).0, place)?)?))
}

fn is_bundle_child(within: &RowsWithin, row: &Part<'_>) -> bool {
    matches!(at(&Record::of(row).0, within.bundle_child), Some(Node::Boolean(true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::rows_within;

    const ROWS: &str = r#"{"id":1,"net":"20.0000","tax":"4.00"},{"id":2,"net":"5.0049","tax":"1.00"}"#;
    const TOTAL: &str = r#""total":{"net":"25.00","tax":"5.00"}"#;

    fn read(json: &str) -> RowsRead {
        RowsRead::of(rows_within("order-service/sales-order").unwrap(), &Record::parse(json))
    }

    fn order(rows: &str, net: &str) -> RowsRead {
        let json =
            format!(r#"{{"id":7{rows},"totalValue":{{"net":"{net}","taxAmount":"1.00","total":"0"}}}}"#);
        RowsRead::of(rows_within("order-service/order").unwrap(), &Record::parse(&json))
    }

    #[test]
    fn rows_are_whole_where_they_come_to_the_total() {
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}],{TOTAL}}}"#)), RowsRead::Whole);
        assert_eq!(read(r#"{"rows":[],"total":{"net":"0.00","tax":"0"}}"#), RowsRead::Whole);
        let child = r#",{"id":3,"net":"20.0000","tax":"4.00","bundleChild":true}"#;
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}{child}],{TOTAL}}}"#)), RowsRead::Whole);
        assert_eq!(read(&format!(r#"{{"rows":[{ROWS}]}}"#)), RowsRead::Unconfirmed);
        assert_eq!(read(r#"{"total":{"net":"0.00","tax":"0.00"}}"#), RowsRead::Unconfirmed);
        for json in ["{}", r#"{"rows":null}"#, r#"{"rows":{}}"#] {
            assert_eq!(read(json), RowsRead::Unsaid, "{json}");
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
            ("\"none\"", "are not a list"),
        ] {
            let RowsRead::Wrong(told) = read(&format!(r#"{{"rows":{rows},{TOTAL}}}"#)) else {
                panic!("{rows}")
            };
            assert!(told.contains(why), "{rows}: {told}");
        }
    }

    #[test]
    fn an_order_has_its_rows_by_their_ids() {
        let row = |id: u64, net: &str, tax: &str, more: &str| {
            format!(
                r#""{id}":{{"rowValue":{{"rowNet":{{"value":"{net}"}},"rowTax":{{"value":"{tax}"}}}}{more}}}"#
            )
        };
        let one = row(1, "9.0909", "0.91", "");
        let other = row(2, "0.9090", "0.09", "");
        let child = row(3, "5.00", "1.00", r#","composition":{"bundleChild":true}"#);
        assert_eq!(order(&format!(r#","orderRows":{{{one},{other}}}"#), "10.00"), RowsRead::Whole);
        assert_eq!(order(&format!(r#","orderRows":{{{one},{other},{child}}}"#), "10.00"), RowsRead::Whole);
        for rows in ["", r#","orderRows":null"#, r#","orderRows":{}"#, &format!(r#","orderRows":{{{one}}}"#)]
        {
            assert!(matches!(order(rows, "10.00"), RowsRead::Wrong(_)), "{rows}");
        }
        let nothing = |rows: &str| {
            let json = format!(r#"{{"id":7{rows},"totalValue":{{"net":"0.00","taxAmount":"0.00"}}}}"#);
            RowsRead::of(rows_within("order-service/order").unwrap(), &Record::parse(&json))
        };
        for rows in ["", r#","orderRows":{}"#, r#","orderRows":[]"#] {
            assert!(!matches!(nothing(rows), RowsRead::Wrong(_)), "{rows}");
        }
    }
}
