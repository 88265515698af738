//! Whether a note, or what else was written to, shows what was written: such a write is answered by nothing.

use serde_json::value::RawValue;

use super::compare::{at_place, differences};
use super::doubt::Doubted;
use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::lookup::Hit;
use super::referents::Referent;
use crate::catalog::field::Shape;
use crate::catalog::{EventFlag, Written};
use crate::http::Method;
use crate::json::{Node, ObjectText, Part, Record, array, id_of, quoted};
use crate::mapping::{Reference, Resolution};
use crate::output::{Difference, State};
use crate::value::DateTime;

impl Judge<'_> {
    /// What tells what came of a record's write, where that is to be seen.
    pub(super) fn written_note(self, entry: &PushEntry) -> Option<Written> {
        let progress = entry.progress();
        let is_unsure = progress.doubt().is_some_and(|doubt| doubt.attempt == Doubted::Creation);
        self.terms.written().filter(|_| entry.is_record() && (progress.is_changed() || is_unsure))
    }

    /// What was written is done once it shows: a gateway may give the same answer, `{}`.
    pub(super) fn of_written_note(self, entry: &PushEntry, note: Written) -> Verdict {
        let progress = entry.progress();
        let is_unsure = progress.doubt().is_some();
        let wanted = self.referents.unsought(entry);
        if !wanted.is_empty() && progress.written().is_none() {
            return Verdict::LookUp(wanted);
        }
        let Some((path, body)) = self.written(entry) else { return Verdict::LeaveInDoubt };
        let Some((id, json)) = progress.there() else {
            return note.id_in(&path).map_or(Verdict::LeaveInDoubt, Verdict::Read);
        };
        let is_put = self.terms.mapping().method() == Method::Put;
        let unshown = unshown(&note, self.terms.shape(), &body, json, is_unsure);
        if unshown.is_empty() {
            let state = if is_put { State::Updated } else { State::Created };
            return settle(Ending { verified: is_unsure, ..Ending::of(state) });
        }
        if is_put && !is_unsure {
            let ending = Ending::differs(id, &unshown);
            return Verdict::Compared(unshown, Box::new(settle(ending)));
        }
        // What an earlier run has sent has arrived by now.
        let may_arrive = progress.written().is_some();
        if may_arrive && progress.rereads() < self.terms.looks_ms().len() {
            return Verdict::ReadAgain;
        }
        if is_unsure {
            return Verdict::LeaveInDoubt;
        }
        let reason = format!(
            "the answer said that it was done, and the {} {id} does not show it: {}; look at the note in Brightpearl",
            note.name,
            places(&unshown)
        );
        settle(Ending::because(State::MaybeApplied, reason))
    }

    /// The path and the body that were written. Of what an earlier run was about to write the record is known; and the path,
    /// which would be looked up, from the journal: the same search may find another note by now.
    fn written(self, entry: &PushEntry) -> Option<(String, String)> {
        if let Some(written) = entry.progress().written() {
            return Some((written.path.clone(), written.body.clone()));
        }
        let announced = || self.ledger.open_path(entry.name()).map(str::to_owned);
        let path = entry.mapped().literal_path().or_else(announced)?;
        let resolve = |reference: &Reference| match self.referents.of(entry, reference) {
            Referent::Found(Hit::Id(id)) => Resolution::Id(id),
            Referent::Found(Hit::Text(text)) => Resolution::Text(text),
            Referent::Ambiguous(_)
            | Referent::Missing
            | Referent::Unsought(_)
            | Referent::Uncreated(_)
            | Referent::Awaited
            | Referent::Failed(_)
            | Referent::InDoubt(_) => Resolution::LeftOut,
        };
        Some((path, entry.mapped().body(&resolve).ok()?))
    }
}

/// What a note that was read does not have of a body of that shape. `is_unsure` says whether somebody else may have done
/// the same, so that the very events must be there.
fn unshown(
    note: &Written,
    shape: Option<&Shape>,
    body: &str,
    json: &str,
    is_unsure: bool,
) -> Vec<Difference> {
    let some_of = note.some_of.map(|(place, by)| only_named(place, by, body, json));
    let json = some_of.as_deref().unwrap_or(json);
    let mut unshown = differences(note.evidence.members, shape, body, json);
    unshown.extend(unmade(note.evidence.flags, body, json, is_unsure));
    unshown
}

/// What was read with those elements of an array alone that the body names, in its order.
fn only_named(place: &str, by: &str, body: &str, json: &str) -> String {
    let (body, record) = (Record::parse(body), Record::parse(json));
    let named = |part: &Part<'_>| Record::of(part).node(by).as_ref().and_then(id_of);
    let there = record.elements(place);
    let find = |wanted: &Part<'_>| {
        let id = named(wanted)?;
        there.iter().find(|part| named(part) == Some(id))?.raw().map(str::to_owned)
    };
    let elements = array(body.elements(place).iter().filter_map(find));
    let others = record.0.iter().filter(|(name, _)| name != place);
    let whole =
        others.fold(ObjectText::new(), |text, (name, part)| text.raw(name, part.raw().unwrap_or("null")));
    whole.raw(place, &elements).finish()
}

/// The truth values that are not what the events make of them, of events that the note does not list.
fn unmade(flags: &'static [EventFlag], body: &str, json: &str, is_unsure: bool) -> Vec<Difference> {
    let listed: Vec<GoodsEvent> = events(json);
    // Of what cannot be read, nothing shows.
    let note = Part::json(json.as_bytes()).ok();
    let mut unmade: Vec<Difference> = Vec::new();
    for event in events(body) {
        let Some(flag) = flags.iter().find(|flag| flag.code == event.code) else { continue };
        let found = note.as_ref().and_then(|note| at_place(note, flag.place));
        let is_made = found.as_ref().is_some_and(|part| is_that(part, flag.is_set));
        let is_known = unmade.iter().any(|difference| difference.pointer == flag.place);
        if listed.contains(&event) || (is_made && !is_unsure) || is_known {
            continue;
        }
        let raw = |text: &str| RawValue::from_string(text.to_owned()).ok();
        let before = found.as_ref().and_then(Part::raw).and_then(raw);
        if let Some(after) = raw(if flag.is_set { "true" } else { "false" }) {
            unmade.push(Difference { pointer: flag.place.to_owned(), before, after, changeable: true });
        }
    }
    unmade
}

fn is_that(part: &Part<'_>, wanted: bool) -> bool {
    match part.read() {
        Node::Boolean(value) => value == wanted,
        Node::Null
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Unreadable => false,
    }
}

/// An event as a body and a note have it.
#[derive(Debug, PartialEq, Eq)]
struct GoodsEvent {
    code: String,
    /// The second in which it happened.
    second: Option<i64>,
    owner: Option<u64>,
}

fn events(json: &str) -> Vec<GoodsEvent> {
    let event = |event: &Part<'_>| {
        let event = Record::of(event);
        let moment = event.text("occured").and_then(|text| DateTime::parse(&text).ok());
        GoodsEvent {
            code: event.text("eventCode").unwrap_or_default(),
            second: moment.map(|moment| moment.milliseconds().div_euclid(1_000)),
            owner: event.node("eventOwnerId").as_ref().and_then(id_of),
        }
    };
    Record::parse(json).elements("events").iter().map(event).collect()
}

/// The places in words.
fn places(unshown: &[Difference]) -> String {
    let places: Vec<String> = unshown
        .iter()
        .map(|difference| {
            let before = difference.before.as_ref().map_or("missing", |json| json.get());
            format!("{} is {before} instead of {}", quoted(&difference.pointer), difference.after.get())
        })
        .collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::written;

    fn places_of(target: &str, body: &str, json: &str, is_unsure: bool) -> Vec<String> {
        let unshown = unshown(&written(target).unwrap(), None, body, json, is_unsure);
        unshown.into_iter().map(|difference| difference.pointer).collect()
    }

    fn listed(codes: &[&str], occurred: &str) -> String {
        let event =
            |code: &&str| format!(r#"{{"eventCode":"{code}","occured":"{occurred}","eventOwnerId":4}}"#);
        codes.iter().map(event).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn events_show_in_the_status_or_by_themselves() {
        let of = |codes: &[&str], status: &str, there: &str, is_unsure: bool| {
            let body = format!(r#"{{"events":[{}]}}"#, listed(codes, "2026-03-03T08:16:00Z"));
            let note = format!(r#"{{"orderId":5,"status":{status},"events":[{there}]}}"#);
            places_of("warehouse-service/goods-note/goods-out/{ID}/event", &body, &note, is_unsure)
        };
        assert_eq!(of(&["SHW"], r#"{"shipped":true}"#, "", false), [""; 0]);
        assert_eq!(of(&["SHW"], r#"{"shipped":false}"#, "", false), ["/status/shipped"]);
        assert_eq!(of(&["SHW"], r#"{"shipped":"true"}"#, "", false), ["/status/shipped"], "that is text");
        assert_eq!(of(&["PIC", "PAC"], r#"{"picked":true}"#, "", false), ["/status/packed"]);
        assert_eq!(of(&["UPI"], "{}", "", false), ["/status/picked"], "nothing says so");
        // What was undone by another event still is in the list.
        let undone = listed(&["PIC", "UPI"], "2026-03-03T02:16:00.500-06:00");
        assert_eq!(of(&["PIC"], r#"{"picked":false}"#, &undone, false), [""; 0]);
        // Somebody else may have shipped it.
        assert_eq!(of(&["SHW"], r#"{"shipped":true}"#, "", true), ["/status/shipped"]);
        let at_noon = listed(&["SHW"], "2026-03-03T12:00:00Z");
        assert_eq!(of(&["SHW"], r#"{"shipped":true}"#, &at_noon, true), ["/status/shipped"]);
        let own = listed(&["SHW"], "2026-03-03T08:16:00.000+00:00");
        assert_eq!(of(&["SHW"], r#"{"shipped":true}"#, &own, true), [""; 0]);
    }

    #[test]
    fn details_show_where_they_were_sent() {
        let of = |note: &str| {
            let body =
                r#"{"priority":false,"shipping":{"reference":"T1","weight":"2.500","shippingMethodId":1}}"#;
            places_of("warehouse-service/goods-note/goods-out/{ID}", body, note, false)
        };
        assert_eq!(
            of(r#"{"shipping":{"reference":"T1","boxes":2,"weight":2.5,"shippingMethodId":1}}"#),
            [""; 0]
        );
        assert_eq!(
            of(r#"{"priority":true,"shipping":{"reference":"","weight":"2.5","shippingMethodId":1}}"#),
            ["/priority", "/shipping/reference"]
        );
    }

    #[test]
    fn prices_show_in_the_lists_that_were_named() {
        let of = |there: &str| {
            let body = r#"{"priceLists":[{"priceListId":2,"quantityPrice":{"1":"9.95"}}]}"#;
            let json = format!(
                r#"{{"productId":7,"priceLists":[{{"priceListId":1,"quantityPrice":{{"1":"5"}}}}{there}]}}"#
            );
            places_of("product-service/product-price/{PRODUCT-ID}/price-list", body, &json, false)
        };
        assert_eq!(of(r#",{"priceListId":2,"currencyId":1,"quantityPrice":{"1":"9.9500"}}"#), [""; 0]);
        let other = ["/priceLists/0/quantityPrice/1"];
        assert_eq!(of(r#",{"priceListId":2,"quantityPrice":{"1":"9.90"}}"#), other);
        assert_eq!(of(r#",{"priceListId":2,"quantityPrice":{}}"#), other);
        assert_eq!(of(""), ["/priceLists"]);
    }

    #[test]
    fn a_drop_ship_note_shows_its_tracking_reference() {
        let of = |note: &str| {
            let body = format!(
                r#"{{"trackingReference":"22","events":[{}]}}"#,
                listed(&["SHS"], "2026-03-03T08:16:00Z")
            );
            places_of("warehouse-service/goods-note/drop-ship/{ID}/event", &body, note, false)
        };
        assert_eq!(of(r#"{"status":{"shipped":true},"shipping":{"reference":"22"}}"#), [""; 0]);
        assert_eq!(of(r#"{"status":{"shipped":true},"shipping":{}}"#), ["/trackingReference"]);
        assert_eq!(of(r#"{"shipping":{"reference":"22"}}"#), ["/status/shipped"]);
    }
}
