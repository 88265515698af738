//! One request on its way to the record it is about.

use serde_json::{Map, Value};

use crate::protocol::address::Query;
use crate::protocol::answer::Refusal;
use crate::protocol::id_set::IdSet;
use crate::world::World;

/// The most ids that a GET takes (API notes §1.3).
pub(crate) const MOST_IDS: usize = 200;

/// The most ids where no source has a limit.
const MOST_IDS_ANYWHERE: usize = 10_000;

/// What a route's action works with.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    /// Service and resource, such as `order-service/order`.
    pub(crate) resource: &'static str,
    /// What the placeholders of the route stand for.
    pub(crate) captured: Vec<String>,
    pub(crate) query: &'a Query,
    /// The version that a conditional write is meant for.
    pub(crate) if_match: Option<&'a str>,
    /// The installation of the OAuth app that asks.
    pub(crate) instance: Option<u32>,
    pub(crate) body: &'a [u8],
    pub(crate) now_ms: i64,
}

impl Call<'_> {
    /// The id set at a placeholder of a resource that takes at most [`MOST_IDS`] (API notes §1.3): it must be
    /// there, and have none that the fault plan has spoilt.
    pub(crate) fn required_ids(&self, placeholder: usize) -> Result<IdSet, Refusal> {
        self.required_up_to(placeholder, MOST_IDS)
    }

    /// The id set at a placeholder of a resource for which no source has a limit: it must be there, and have
    /// none that the fault plan has spoilt. *Inferred*: the bound, which is the emulator's own.
    pub(crate) fn many_ids(&self, placeholder: usize) -> Result<IdSet, Refusal> {
        self.required_up_to(placeholder, if self.world.strict { MOST_IDS } else { MOST_IDS_ANYWHERE })
    }

    fn required_up_to(&self, placeholder: usize, most: usize) -> Result<IdSet, Refusal> {
        let ids = self.ids(placeholder)?.ok_or_else(|| id_set_refused("an ID set is required"))?;
        if ids.len() > most as u64 {
            return Err(id_set_refused(&format!("it has {} IDs; the maximum is {most}", ids.len())));
        }
        self.refuse_bad_ids(&ids)?;
        Ok(ids)
    }

    /// The id set at a placeholder; `None` when there is none or it is `*`, which means all.
    pub(crate) fn ids(&self, placeholder: usize) -> Result<Option<IdSet>, Refusal> {
        let text = match self.captured.get(placeholder).map(String::as_str) {
            None | Some("" | "*") => return Ok(None),
            Some(text) => text,
        };
        let ids = IdSet::parse(text)
            .map_err(|part| id_set_refused(&format!("`{}` is neither an ID nor a range", part.0)))?;
        match IdSet::first_descending(text).filter(|_| self.world.strict) {
            // One connector's manual says that ids should ascend (API notes §4.3).
            Some(id) => Err(id_set_refused(&format!("IDs must ascend, but {id} does not"))),
            None => Ok(Some(ids)),
        }
    }

    /// Refuses a set with an id that the fault plan has spoilt.
    pub(crate) fn refuse_bad_ids(&self, ids: &IdSet) -> Result<(), Refusal> {
        let bad = self.world.bad_ids.get(self.resource);
        match bad.and_then(|bad| bad.iter().find(|id| ids.contains(**id))) {
            None => Ok(()),
            Some(id) if self.resource == "order-service/order" => Err(invalid_order(&id.to_string())),
            Some(id) => Err(id_set_refused(&format!("{id} cannot be used"))),
        }
    }

    /// The single id at a placeholder, for a write.
    pub(crate) fn id(&self, placeholder: usize) -> Option<u32> {
        let digits = self.captured.get(placeholder)?;
        digits.parse().ok().filter(|id| *id > 0)
    }

    /// The ids of an array in the body.
    pub(crate) fn body_ids(&self) -> Result<Vec<u32>, Refusal> {
        let refused =
            || Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body: an array of IDs");
        match serde_json::from_slice(self.body) {
            Ok(Value::Array(elements)) => {
                elements.iter().map(|value| super::body::id(value).ok_or_else(refused)).collect()
            }
            Ok(_) | Err(_) => Err(refused()),
        }
    }

    /// Refuses a write that was meant for another version of the record (API notes §3.3).
    pub(crate) fn refuse_unless_version(&self, version: i64) -> Result<(), Refusal> {
        let Some(wanted) = self.if_match else { return Ok(()) };
        let wanted = wanted.trim().trim_start_matches("W/").trim_matches('"');
        if wanted == "*" || wanted == version.to_string() {
            return Ok(());
        }
        // The code and the text are *inferred*: no source shows a 412.
        let message = format!("The version is {version} and not {wanted}");
        Err(Refusal::coded(412, "CMNC-412", &message))
    }

    /// The body as a JSON object (API notes §3.4).
    pub(crate) fn body_object(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) | Err(_) => Err(Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body")),
        }
    }
}

/// The answer to a path that names nothing.
pub(crate) fn unknown_resource(path: &str) -> Refusal {
    Refusal::not_found(&format!("Cannot find the resource /app{path}"))
}

/// The recorded answer to an order that does not exist, where one is required.
pub(crate) fn invalid_order(id: &str) -> Refusal {
    Refusal::coded(400, "ORDC-003", &format!("You have supplied an invalid order id: {id}"))
}

/// The code and the text are *inferred*: no source shows a malformed id set.
fn id_set_refused(reason: &str) -> Refusal {
    Refusal::coded(400, "CMNC-006", &format!("The ID set is not valid: {reason}"))
}
