//! What a record's own read says of its key and of its id. A search, or the answer to a write, may name another record than
//! the one that it was asked about: a gateway mixes answers up, and a cache keeps old ones.

use super::PushJob;
use super::compare::at_place;
use super::sought::{Group, Sought};
use super::terms::Terms;
use crate::catalog::operation::Verify;
use crate::catalog::{find, update};
use crate::http::Method;
use crate::json::{Part, text_of};
use crate::output::Resources;

/// The path, without ids, that reads what is created at a path; `None` when nothing reads it by its id.
pub(super) fn own_read(target: &str) -> Option<&str> {
    if let Some(update) = update(target) {
        return Some(update.read);
    }
    let target = target.trim_matches('/');
    find(&format!("{target}/1"), Method::Get).filter(|_| !target.contains('{')).map(|_| target)
}

/// What a record that was read has for the key that it was found or created by at a path, where that is another value.
fn other_key(target: &str, sought: &Sought, json: &str) -> Option<String> {
    let record = Part::json(json.as_bytes()).ok()?;
    let update = update(target);
    key_places(target, sought).into_iter().find_map(|place| {
        let place = update.map_or(Some(place), |update| update.read_place(place))?;
        let found = text_of(&at_place(&record, place)?.read())?;
        // What is not answered says nothing.
        let is_other = !found.trim().is_empty() && sought.group.normal(&found) != sought.normal();
        is_other.then_some(found)
    })
}

/// The places of the body that have the value of a key, as the catalog knows them.
fn key_places(target: &str, sought: &Sought) -> Vec<&'static str> {
    let Group { search, column, .. } = &sought.group;
    let ways = find(target, Method::Post).map_or(&[][..], |found| found.operation.verify);
    let place = |way: &Verify| match way {
        Verify::Search { search: other, by, .. } if **other == **search => {
            by.iter().find(|(_, name)| **name == **column).map(|(place, _)| *place)
        }
        Verify::Search { .. } | Verify::Read { .. } => None,
    };
    ways.iter().filter_map(place).collect()
}

impl Terms {
    /// The same of the records of the push.
    pub(super) fn other_key(&self, sought: &Sought, json: &str) -> Option<String> {
        self.update().and_then(|update| other_key(update.target, sought, json))
    }
}

impl PushJob {
    /// Reads by its id what no look has shown; whether there is any.
    pub(super) fn read_unseen(&mut self) -> bool {
        let mut is_any = false;
        for (target, ids) in self.confirmation.unseen_ids() {
            if let Some(path) = own_read(&target) {
                is_any |= self.crew.read_created(&target, path, ids).is_ok();
            }
        }
        is_any
    }

    /// Takes what the own reads of what was created at a path say.
    pub(super) fn take_created(&mut self, target: &str, resources: &Resources) {
        for (of, sought, id, uniqueness) in self.confirmation.unseen_mut() {
            if of != target {
                continue;
            }
            let place = resources.items.iter().position(|item| item.id == Some(id));
            let json = place.and_then(|place| resources.json(place)).map(String::from_utf8_lossy);
            let other = json.and_then(|json| other_key(target, sought, &json));
            let another =
                other.map(|found| format!("{id} is another record, which has {found:?} for its key"));
            let is_missing = resources.missing.contains(id);
            let missing = is_missing.then(|| format!("neither the search nor its own read shows {id}"));
            uniqueness.take_read(id, another.or(missing));
        }
        self.disbelieve(target, &resources.missing);
    }
}
