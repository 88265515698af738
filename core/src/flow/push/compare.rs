//! How a record of Brightpearl's differs from what it should be: value by value, each compared as what it is, so that
//! `"10.00"` and 10 are equal, and so are two spellings of one instant.

use serde_json::value::RawValue;

use super::rows::{can_change as can_change_row, lacks_for_adding, loses_its_product, pairs};
use crate::catalog::field::{Inside, Shape};
use crate::catalog::{RowUpdate, Update};
use crate::json::{Node, Part, Record, at, elements as elements_of, member, text_of};
use crate::output::Difference;
use crate::value::{Date, DateTime, Decimal, may_be_one_country};

/// What differs between a body that would create the record, of that shape, and the record as it was read.
pub(super) fn differences(
    update: &Update,
    shape: Option<&Shape>,
    body: &str,
    record: &str,
) -> Vec<Difference> {
    let (Ok(body), Ok(record)) = (Part::json(body.as_bytes()), Part::json(record.as_bytes())) else {
        return Vec::new();
    };
    let mut compare = Compare { update, record: record.clone(), differences: Vec::new() };
    compare.value("", shape, &body, Some(&record));
    compare.differences
}

/// Everything that a body has, as what differs from nothing.
pub(super) fn all_of(body: &str) -> Vec<Difference> {
    let mut differences = Vec::new();
    if let Ok(body) = Part::json(body.as_bytes()) {
        leaves("", &body, &mut differences);
    }
    differences
}

fn leaves(pointer: &str, part: &Part<'_>, differences: &mut Vec<Difference>) {
    match part.read() {
        Node::Object(members) => {
            for (name, part) in members {
                leaves(&below(pointer, &name), &part, differences);
            }
        }
        Node::Array(elements) => {
            for (place, part) in elements.iter().enumerate() {
                leaves(&format!("{pointer}/{place}"), part, differences);
            }
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable => {
            differences.extend(difference(pointer, None, part, true));
        }
    }
}

struct Compare<'a, 'd> {
    update: &'a Update,
    record: Part<'d>,
    differences: Vec<Difference>,
}

impl<'d> Compare<'_, 'd> {
    fn value(&mut self, pointer: &str, shape: Option<&Shape>, wanted: &Part<'_>, found: Option<&Part<'d>>) {
        match wanted.read() {
            Node::Object(members) => {
                let found = found.map(Part::read);
                for (name, wanted) in members {
                    let pointer = below(pointer, &name);
                    let shape = shape.and_then(|shape| shape_of(shape, &name));
                    let elsewhere = match self.update.read_place(&pointer) {
                        None => continue,
                        Some(place) if place == pointer => None,
                        Some(place) => Some(at_place(&self.record, place)),
                    };
                    let inside = elsewhere.unwrap_or_else(|| match &found {
                        Some(Node::Object(members)) => member(members, &name).cloned(),
                        Some(
                            Node::Null
                            | Node::Boolean(_)
                            | Node::Number(_)
                            | Node::Text(_)
                            | Node::Array(_)
                            | Node::Unreadable,
                        )
                        | None => None,
                    });
                    self.value(&pointer, shape, &wanted, inside.as_ref());
                }
            }
            Node::Array(elements) => self.elements(pointer, shape, wanted, &elements, found),
            node @ (Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => {
                let is_equal = equal(shape, &node, found.map(Part::read).as_ref());
                if !is_equal {
                    self.report(pointer, found, wanted);
                }
            }
        }
    }

    /// Elements have no defined order when they are read (API notes §8.1.5); those with an id are put in the order
    /// in which they were made, and what Brightpearl adds to a bundle is left out.
    fn elements(
        &mut self,
        pointer: &str,
        shape: Option<&Shape>,
        whole: &Part<'_>,
        wanted: &[Part<'_>],
        found: Option<&Part<'d>>,
    ) {
        let there = found.map(|found| in_order(elements_of(found))).unwrap_or_default();
        if let Some(rows) = self.update.rows.filter(|rows| rows.place == pointer) {
            return self.rows(rows, shape.and_then(element_shape), wanted, &there);
        }
        if there.len() != wanted.len() {
            self.report(pointer, found, whole);
            return;
        }
        let shape = shape.and_then(element_shape);
        if self.are_the_same_in_another_order(pointer, shape, wanted, &there) {
            return;
        }
        for (place, (wanted, found)) in wanted.iter().zip(&there).enumerate() {
            self.value(&format!("{pointer}/{place}"), shape, wanted, Some(found));
        }
    }

    /// Whether each element is there, wherever it stands.
    fn are_the_same_in_another_order(
        &self,
        pointer: &str,
        shape: Option<&Shape>,
        wanted: &[Part<'_>],
        there: &[Part<'d>],
    ) -> bool {
        let mut left: Vec<&Part<'d>> = there.iter().collect();
        wanted.iter().enumerate().all(|(place, wanted)| {
            let is_same = |found: &&Part<'d>| {
                let mut compare =
                    Compare { update: self.update, record: self.record.clone(), differences: Vec::new() };
                compare.value(&format!("{pointer}/{place}"), shape, wanted, Some(found));
                compare.differences.is_empty()
            };
            left.iter().position(is_same).map(|at| left.swap_remove(at)).is_some()
        })
    }

    /// Rows are paired by what they are. One that only Brightpearl has stands behind the record's own.
    fn rows(&mut self, rows: &RowUpdate, shape: Option<&Shape>, wanted: &[Part<'_>], there: &[Part<'d>]) {
        let mut behind = wanted.len();
        // Whether references are answered is not known (API notes §8.1.5), unless one is.
        let tells_references = there.iter().any(has_reference);
        for pair in pairs(wanted, there) {
            match pair {
                (Some(place), Some(other)) => {
                    let (wanted, there) = (&wanted[place], &there[other]);
                    let begin = self.differences.len();
                    self.value(&format!("{}/{place}", rows.place), shape, wanted, Some(there));
                    let reference = format!("{}/{place}/externalRef", rows.place);
                    let mut found = self.differences.split_off(begin);
                    found.retain(|difference| tells_references || difference.pointer != reference);
                    self.differences.append(&mut found);
                    if loses_its_product(wanted, there) {
                        let product = member_of(there, "productId");
                        self.report_gone(&format!("{}/{place}/productId", rows.place), product.as_ref());
                    }
                }
                (Some(place), None) => {
                    let pointer = format!("{}/{place}", rows.place);
                    let changeable = !lacks_for_adding(&wanted[place]);
                    self.differences.extend(difference(&pointer, None, &wanted[place], changeable));
                }
                (None, Some(other)) => {
                    self.report_gone(&format!("{}/{behind}", rows.place), Some(&there[other]));
                    behind += 1;
                }
                (None, None) => {}
            }
        }
    }

    /// Something that Brightpearl has and the record has not.
    fn report_gone(&mut self, pointer: &str, found: Option<&Part<'_>>) {
        if let Ok(nothing) = Part::json(b"null") {
            self.differences.extend(difference(pointer, found, &nothing, true));
        }
    }

    fn report(&mut self, pointer: &str, found: Option<&Part<'_>>, wanted: &Part<'_>) {
        let row = self.update.rows.and_then(|rows| {
            let rest = pointer.strip_prefix(rows.place)?.strip_prefix('/')?;
            Some(can_change_row(rows, rest))
        });
        let changeable = row.unwrap_or_else(|| self.update.can_change(pointer));
        self.differences.extend(difference(pointer, found, wanted, changeable));
    }
}

fn difference(
    pointer: &str,
    found: Option<&Part<'_>>,
    wanted: &Part<'_>,
    changeable: bool,
) -> Option<Difference> {
    let json = |part: &Part<'_>| RawValue::from_string(part.raw()?.to_owned()).ok();
    let before = found.and_then(json).filter(|json| json.get() != "null");
    Some(Difference { pointer: pointer.to_owned(), before, after: json(wanted)?, changeable })
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn shape_of<'s>(shape: &'s Shape, name: &str) -> Option<&'s Shape> {
    match shape.inside() {
        Inside::Members(fields) => fields.iter().find(|field| field.name == name).map(|field| &field.shape),
        Inside::Elements(of) => Some(of),
        Inside::Nothing => None,
    }
}

/// The rows of a record as they are compared: in the order in which they were made, without what Brightpearl adds to a
/// bundle.
pub(super) fn there_rows<'d>(record: &'d str, name: &str) -> Vec<Part<'d>> {
    in_order(Record::parse(record).elements(name))
}

fn in_order(elements: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut there: Vec<Part<'_>> = elements.into_iter().filter(|part| !is_bundle_child(part)).collect();
    there.sort_by_key(id_within);
    there
}

fn element_shape(shape: &Shape) -> Option<&Shape> {
    match shape.inside() {
        Inside::Elements(of) => Some(of),
        Inside::Members(_) | Inside::Nothing => None,
    }
}

fn member_of<'d>(part: &Part<'d>, name: &str) -> Option<Part<'d>> {
    member(&Record::of(part).0, name).cloned()
}

/// The part at a place of a record.
pub(super) fn at_place<'d>(record: &Part<'d>, place: &str) -> Option<Part<'d>> {
    place.trim_start_matches('/').split('/').try_fold(record.clone(), |part, name| match part.read() {
        Node::Object(members) => member(&members, name).cloned(),
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Unreadable => None,
    })
}

fn id_within(part: &Part<'_>) -> u64 {
    match part.read() {
        Node::Object(members) => at(&members, "id").as_ref().and_then(crate::json::id_of).unwrap_or_default(),
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Unreadable => 0,
    }
}

fn has_reference(row: &Part<'_>) -> bool {
    Record::of(row).text("externalRef").is_some_and(|reference| !reference.trim().is_empty())
}

fn is_bundle_child(part: &Part<'_>) -> bool {
    match part.read() {
        Node::Object(members) => matches!(at(&members, "bundleChild"), Some(Node::Boolean(true))),
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Unreadable => false,
    }
}

/// Whether two values mean the same. What Brightpearl leaves out of an answer is empty or 0 (API notes §1.7, §8.4.1).
fn equal(shape: Option<&Shape>, wanted: &Node<'_>, found: Option<&Node<'_>>) -> bool {
    let found = match found {
        None | Some(Node::Null) => return is_nothing(wanted),
        Some(found) => found,
    };
    if let (Node::Boolean(one), Node::Boolean(other)) = (wanted, found) {
        return one == other;
    }
    let (Some(wanted), Some(found)) = (scalar_of(wanted), scalar_of(found)) else { return false };
    wanted.trim() == found.trim()
        || shape.is_none_or(may_be_spelt_otherwise) && equal_otherwise(&wanted, &found)
        || kept_places(shape).is_some_and(|places| is_kept_as(&wanted, &found, places))
}

fn kept_places(shape: Option<&Shape>) -> Option<u32> {
    if let Some(Shape::Decimal(form)) = shape { form.kept_places } else { None }
}

/// Whether a number may have become the other one by being cut or rounded to so many places, in whichever way.
fn is_kept_as(wanted: &str, found: &str, places: u32) -> bool {
    let (Ok(wanted), Ok(found)) = (Decimal::parse_json(wanted), Decimal::parse_json(found)) else {
        return false;
    };
    let Ok(unit) = Decimal::from_parts(1, places) else { return false };
    let apart = rust_decimal::Decimal::from(wanted).checked_sub(found.into());
    found.with_places(places).is_ok() && apart.is_some_and(|apart| apart.abs() < unit.into())
}

fn is_nothing(node: &Node<'_>) -> bool {
    match node {
        Node::Null | Node::Boolean(false) => true,
        Node::Boolean(true) | Node::Array(_) | Node::Object(_) | Node::Unreadable => false,
        Node::Number(token) => Decimal::parse_json(token).is_ok_and(|number| number.mantissa() == 0),
        Node::Text(text) => text.trim().is_empty(),
    }
}

/// A text, the digits of a number, or a truth value in words.
fn scalar_of(node: &Node<'_>) -> Option<String> {
    if let Node::Boolean(value) = node { Some(value.to_string()) } else { text_of(node) }
}

/// Whether values of that shape have more than one spelling. A text or a code has one: `"007"` is not `"7"`.
fn may_be_spelt_otherwise(shape: &Shape) -> bool {
    match shape {
        Shape::Text { .. } | Shape::Choice(_) | Shape::Code | Shape::Boolean | Shape::Colour => false,
        Shape::Integer { .. }
        | Shape::Id { .. }
        | Shape::Decimal(_)
        | Shape::Date
        | Shape::Moment
        | Shape::LocalMoment
        | Shape::TimeOfDay
        | Shape::Currency
        | Shape::Country
        | Shape::Object(_)
        | Shape::Array { .. }
        | Shape::Map { .. }
        | Shape::Any => true,
    }
}

fn equal_otherwise(wanted: &str, found: &str) -> bool {
    if let (Ok(one), Ok(other)) = (Decimal::parse_json(wanted), Decimal::parse_json(found)) {
        return one == other;
    }
    if let Ok(found) = DateTime::parse(found) {
        return is_that_time(wanted, found);
    }
    if let (Ok(one), Ok(other)) = (Date::parse(wanted), Date::parse(found)) {
        return one == other;
    }
    may_be_one_country(wanted, found)
}

/// A day is kept as its midnight, by UTC or by the account's clock (API notes §1.8): whichever is a midnight tells which.
fn is_that_time(wanted: &str, found: DateTime) -> bool {
    if let Ok(wanted) = DateTime::parse(wanted) {
        // Most date-times are kept to the second.
        return wanted.milliseconds().div_euclid(1_000) == found.milliseconds().div_euclid(1_000);
    }
    let by_clock = (found.is_midnight(), found.date());
    let by_utc = (found.to_utc().is_midnight(), found.to_utc().date());
    Date::parse(wanted).is_ok_and(|day| match (by_clock, by_utc) {
        ((true, own), (false, _)) => day == own,
        ((false, _), (true, own)) => day == own,
        ((_, one), (_, other)) => day == one || day == other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::operation::Content;
    use crate::catalog::{find, update};
    use crate::http::Method;

    fn pointers(target: &str, body: &str, record: &str) -> Vec<(String, bool)> {
        let found = find(target, Method::Post).unwrap();
        let Content::Json(shape) = found.operation.content else { panic!("a JSON body") };
        let differences = differences(update(target).unwrap(), Some(&shape), body, record);
        differences.into_iter().map(|difference| (difference.pointer, difference.changeable)).collect()
    }

    #[test]
    fn spellings_are_no_differences() {
        let body = r#"{"ref":"WEB-1","customer":{"id":"7"},"placedOn":"2026-03-01T10:00:00Z","taxDate":"2026-03-01",
            "currency":{"code":"GBP"},"warehouseId":2,"parentId":0,
            "delivery":{"address":{"countryIsoCode":"GBR"}},
            "rows":[{"productId":1007,"quantity":"2","net":10,"tax":"2.00","taxCode":"T20"}]}"#;
        let record = r#"{"id":5,"ref":"WEB-1","customer":{"id":7},"placedOn":"2026-03-01T05:00:00.000-05:00",
            "invoice":{"taxDate":"2026-02-28T19:00:00.000-05:00"},"currency":{"code":"GBP"},"warehouseId":2,
            "delivery":{"address":{"countryIsoCode":"GB"}},
            "rows":[{"id":9,"bundleChild":true,"productId":1},
                    {"id":8,"productId":1007,"quantity":"2.0000","net":"10.0000","tax":"2.00","taxCode":"T20"}]}"#;
        assert_eq!(pointers("order-service/sales-order", body, record), []);
    }

    #[test]
    fn another_country_and_another_day_are_differences() {
        let body = |country: &str, day: &str| {
            format!(r#"{{"taxDate":"{day}","delivery":{{"address":{{"countryIsoCode":"{country}"}}}}}}"#)
        };
        let of = |country: &str, day: &str, kept: &str| {
            let record = format!(
                r#"{{"invoice":{{"taxDate":"{kept}"}},"delivery":{{"address":{{"countryIsoCode":"GB"}}}}}}"#
            );
            pointers("order-service/sales-order", &body(country, day), &record)
        };
        let by_utc = "2026-05-31T18:00:00.000-06:00";
        let by_clock = "2026-06-01T00:00:00.000-06:00";
        let at_some_time = "2026-05-31T20:00:00.000-06:00";
        for kept in [by_utc, by_clock] {
            assert_eq!(of("GBR", "2026-06-01", kept), []);
            assert_eq!(of("GBR", "2026-05-31", kept).len(), 1, "{kept}");
            assert_eq!(of("GBR", "2026-06-02", kept).len(), 1, "{kept}");
        }
        // Which of the two it was made of cannot be told.
        assert_eq!(of("GB", "2026-05-31", at_some_time), []);
        assert_eq!(of("GB", "2026-06-01", at_some_time), []);
        for country in ["USA", "FRA", "FR"] {
            let found = of(country, "2026-06-01", by_utc);
            assert_eq!(found, [("/delivery/address/countryIsoCode".to_owned(), false)], "{country}");
        }
    }

    #[test]
    fn what_brightpearl_rounds_is_no_difference() {
        let body = |weight: &str, length: &str| {
            format!(
                r#"{{"stock":{{"weight":{{"magnitude":{weight}}},"dimensions":{{"length":{length},"width":"0.333"}}}}}}"#
            )
        };
        let record =
            r#"{"id":5,"stock":{"weight":{"magnitude":1.2346},"dimensions":{"length":0.00,"width":0.33}}}"#;
        let place = |body: &str| pointers("product-service/product", body, record);
        for weight in ["1.23456", "1.23464", "1.2346", "\"1.234600\"", "1.23469"] {
            assert_eq!(place(&body(weight, "0.004")), [], "{weight}");
        }
        for weight in ["1.2345", "1.23445", "1.2347", "12.346", "-1.2346"] {
            assert_eq!(place(&body(weight, "0")), [("/stock/weight/magnitude".to_owned(), true)], "{weight}");
        }
        assert_eq!(place(&body("1.2346", "0.01")), [("/stock/dimensions/length".to_owned(), true)]);
    }

    #[test]
    fn what_differs_is_named_and_whether_it_can_be_changed() {
        let body = r#"{"ref":"WEB-2","externalRef":"007","delivery":{"date":"2026-03-02"},"rows":[{"quantity":1},{"quantity":2}]}"#;
        let record = r#"{"ref":"WEB-1","externalRef":"7","delivery":{"date":"2026-03-01T00:00:00.000Z"},
            "rows":[{"id":4,"quantity":"3.0000"},{"id":3,"quantity":"1.0000"}]}"#;
        let expected =
            [("/ref", true), ("/externalRef", false), ("/delivery/date", true), ("/rows/1/quantity", true)];
        assert_eq!(
            pointers("order-service/sales-order", body, record),
            expected.map(|(pointer, changeable)| (pointer.to_owned(), changeable))
        );
        let body = r#"{"rows":[{"quantity":1}]}"#;
        assert_eq!(pointers("order-service/sales-order", body, record), [("/rows/1".to_owned(), true)]);
        let body = r#"{"statusId":3,"rows":[{"quantity":1},{"quantity":3},{"quantity":1}]}"#;
        assert_eq!(pointers("order-service/sales-order", body, record), [("/rows/2".to_owned(), false)]);
    }
}
