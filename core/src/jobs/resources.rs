//! Finds the resources in an answer without copying or re-serialising them.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::envelope::{Envelope, unreadable};
use crate::error::Result;
use crate::id_set::IdSet;
use crate::json::id_member;
use crate::output::ResourceSpan;

/// The resources of an answer, and the ids that it has.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) items: Vec<ResourceSpan>,
    pub(crate) ids: IdSet,
    /// Whether the answer has nothing where its resources stand, not even an empty list.
    pub(crate) is_silent: bool,
    /// Whether they do not stand in a list of their own, but within an object, or are one.
    pub(crate) is_wrapped: bool,
}

/// Finds the resources: the elements of an array, the members of an object keyed by id (goods-out notes,
/// availability), the elements of an array inside a one-member object (journals), or one resource alone. Where they are
/// known to be keyed, nothing else in an object counts as one of these.
pub(crate) fn find_resources(body: &[u8], member: &str, is_keyed: bool) -> Result<Found> {
    let silent = Found { is_silent: true, ..Found::default() };
    let Some(response) = Envelope::read(body)?.response else { return Ok(silent) };
    let parts: ResponseParts<'_> =
        serde_json::from_str(response.get()).map_err(|error| unreadable(body, &error))?;
    let (parts, is_wrapped) = match parts {
        ResponseParts::Members(members) if !is_keyed => {
            let parts = unwrap_single(members, response)?;
            let is_wrapped = matches!(parts, ResponseParts::Elements(_));
            (parts, is_wrapped)
        }
        other => (other, false),
    };
    let base = body.as_ptr() as usize;
    let resource = |id: Option<u64>, raw: &RawValue| {
        let start = raw.get().as_ptr() as usize - base;
        ResourceSpan { id, span: start..start + raw.get().len() }
    };
    let items: Vec<ResourceSpan> = match parts {
        ResponseParts::Nothing => return Ok(silent),
        ResponseParts::Elements(elements) => {
            elements.into_iter().map(|raw| resource(id_member(raw.get(), member), raw)).collect()
        }
        ResponseParts::Members(members) => members
            .into_iter()
            .map(|(name, raw)| resource(name.parse().ok().or_else(|| id_member(raw.get(), member)), raw))
            .collect(),
    };
    let known = items.iter().filter_map(|item| item.id).filter(|id| (1..=IdSet::HIGHEST).contains(id));
    Ok(Found { ids: IdSet::from_ids(known)?, items, is_silent: false, is_wrapped })
}

enum ResponseParts<'a> {
    Nothing,
    Elements(Vec<&'a RawValue>),
    Members(Vec<(String, &'a RawValue)>),
}

impl<'de> Deserialize<'de> for ResponseParts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ResponsePartsVisitor;
        impl<'de> Visitor<'de> for ResponsePartsVisitor {
            type Value = ResponseParts<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an array or object of resources, or null")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(ResponseParts::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element()? {
                    elements.push(element);
                }
                Ok(ResponseParts::Elements(elements))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(ResponseParts::Members(members))
            }
        }
        deserializer.deserialize_any(ResponsePartsVisitor)
    }
}

/// An object that is not keyed by id is a wrapper around an array, or one resource.
fn unwrap_single<'a>(members: Vec<(String, &'a RawValue)>, whole: &'a RawValue) -> Result<ResponseParts<'a>> {
    if members.iter().all(|(name, _)| name.parse::<u64>().is_ok()) {
        return Ok(ResponseParts::Members(members));
    }
    if let [(_, only)] = members.as_slice()
        && only.get().starts_with('[')
        && let Ok(elements) = serde_json::from_str(only.get())
    {
        return Ok(ResponseParts::Elements(elements));
    }
    Ok(ResponseParts::Elements(vec![whole]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str, member: &str) -> Vec<(Option<u64>, String)> {
        let found = find_resources(body.as_bytes(), member, false).unwrap();
        found.items.iter().map(|item| (item.id, body[item.span.clone()].to_owned())).collect()
    }

    #[test]
    fn finds_arrays_maps_wrappers_and_single_resources() {
        assert_eq!(
            found(r#"{"response":[{"id":1,"a":"ü"},{"b":[{"id":9}], "id" : 22 }],"sorting":[]}"#, "id"),
            [(Some(1), r#"{"id":1,"a":"ü"}"#.into()), (Some(22), r#"{"b":[{"id":9}], "id" : 22 }"#.into())]
        );
        assert_eq!(
            found(r#"{"response":{"7":{"x":1},"8":{}}}"#, "id"),
            [(Some(7), r#"{"x":1}"#.into()), (Some(8), "{}".into())]
        );
        assert_eq!(found(r#"{"response":{"journals":[{"id":3}]}}"#, "id"), [(Some(3), r#"{"id":3}"#.into())]);
        assert_eq!(found(r#"{"response":{"id":4,"x":[]}}"#, "id"), [(Some(4), r#"{"id":4,"x":[]}"#.into())]);
        assert_eq!(
            found(r#"{"response":[{"contactId":5}]}"#, "contactId"),
            [(Some(5), r#"{"contactId":5}"#.into())]
        );
        assert_eq!(found(r#"{"response":[3,null]}"#, "id"), [(None, "3".into()), (None, "null".into())]);
        for empty in ["{}", r#"{"response":[]}"#, r#"{"response":null}"#, r#"{"response":{}}"#] {
            assert!(found(empty, "id").is_empty(), "{empty}");
            let is_silent = !empty.contains(['[']) && !empty.contains(":{}");
            assert_eq!(
                find_resources(empty.as_bytes(), "id", false).unwrap().is_silent,
                is_silent,
                "{empty}"
            );
        }
    }
}
