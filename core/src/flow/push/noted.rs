//! Whether a note shows what was written to it: such a write is answered by nothing.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::compare::{at_place, differences};
use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::referents::Aim;
use crate::catalog::field::Shape;
use crate::catalog::{EventFlag, Evidence, ShippedNote};
use crate::http::Method;
use crate::json::{Node, Part, Record, quoted};
use crate::output::{Difference, State};

impl Judge<'_> {
    /// What was written to a note is done once the note shows it: the answer says nothing, and a gateway says nothing, too.
    pub(super) fn of_written_note(self, entry: &PushEntry, note: &ShippedNote) -> Verdict {
        let is_unsure = entry.progress().doubt().is_some();
        let is_put = self.terms.mapping().method() == Method::Put;
        let wanted = self.referents.unsought(entry);
        if !wanted.is_empty() {
            return Verdict::LookUp(wanted);
        }
        let Ok((path, body)) = self.referents.whole(entry, Aim::Writing) else {
            return Verdict::LeaveInDoubt;
        };
        let Some((id, json)) = entry.progress().there() else {
            return note.id_in(&path).map_or(Verdict::LeaveInDoubt, Verdict::Read);
        };
        let unshown = unshown(note, self.terms.shape(), &body, json);
        if unshown.is_empty() {
            let state = if is_put { State::Updated } else { State::Created };
            return settle(Ending { verified: is_unsure, ..Ending::of(state) });
        }
        if self.may_read_again(entry) {
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
}

/// What a note that was read does not have of a body of that shape.
fn unshown(note: &ShippedNote, shape: Option<&Shape>, body: &str, json: &str) -> Vec<Difference> {
    match note.evidence {
        Evidence::Members(update) => differences(update, shape, body, json),
        Evidence::Events(flags) => unmade(flags, body, json),
    }
}

/// The truth values that are not what the events make of them: of those that one event sets and another one clears, the
/// last one counts.
fn unmade(flags: &'static [EventFlag], body: &str, json: &str) -> Vec<Difference> {
    let mut made = BTreeMap::new();
    for event in Record::parse(body).elements("events") {
        let code = Record::of(&event).text("eventCode");
        if let Some(flag) = flags.iter().find(|flag| code.as_deref() == Some(flag.code)) {
            made.insert(flag.place, flag.is_set);
        }
    }
    let note = Part::json(json.as_bytes()).ok();
    let found = |place: &str| note.as_ref().and_then(|note| at_place(note, place));
    let is = |place: &str, wanted: bool| match found(place).as_ref().map(Part::read) {
        Some(Node::Boolean(value)) => value == wanted,
        Some(Node::Null) | None => !wanted,
        Some(Node::Number(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) | Node::Unreadable) => false,
    };
    let raw = |text: &str| RawValue::from_string(text.to_owned()).ok();
    let unmade = made.into_iter().filter(|(place, is_set)| !is(place, *is_set));
    let told = unmade.filter_map(|(place, is_set)| {
        Some(Difference {
            pointer: place.to_owned(),
            before: found(place).as_ref().and_then(Part::raw).and_then(raw),
            after: raw(if is_set { "true" } else { "false" })?,
            changeable: true,
        })
    });
    told.collect()
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
    use crate::catalog::shipped_note;

    fn places_of(target: &str, body: &str, json: &str) -> Vec<String> {
        let unshown = unshown(shipped_note(target).unwrap(), None, body, json);
        unshown.into_iter().map(|difference| difference.pointer).collect()
    }

    #[test]
    fn events_show_in_the_status() {
        let of = |codes: &[&str], status: &str| {
            let events: Vec<String> =
                codes.iter().map(|code| format!(r#"{{"eventCode":"{code}"}}"#)).collect();
            let body = format!(r#"{{"events":[{}]}}"#, events.join(","));
            let note = format!(r#"{{"orderId":5,"status":{status}}}"#);
            places_of("warehouse-service/goods-note/goods-out/{ID}/event", &body, &note)
        };
        assert_eq!(of(&["SHW"], r#"{"shipped":true}"#), [""; 0]);
        assert_eq!(of(&["SHW"], r#"{"shipped":false}"#), ["/status/shipped"]);
        assert_eq!(of(&["SHW"], r#"{"shipped":"true"}"#), ["/status/shipped"], "that is no truth value");
        assert_eq!(of(&["PIC", "PAC"], r#"{"picked":true}"#), ["/status/packed"]);
        assert_eq!(of(&["PIC", "UPI"], r#"{"picked":true}"#), ["/status/picked"]);
        assert_eq!(of(&["PIC", "UPI"], "{}"), [""; 0]);
        assert_eq!(of(&["UPI", "PIC"], "null"), ["/status/picked"]);
    }

    #[test]
    fn details_show_where_they_were_sent() {
        let of = |note: &str| {
            let body =
                r#"{"priority":false,"shipping":{"reference":"T1","weight":"2.500","shippingMethodId":1}}"#;
            places_of("warehouse-service/goods-note/goods-out/{ID}", body, note)
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
}
