//! What a record's own read says of its key and of its id. A search, or the answer to a write, may name another record than
//! the one that it was asked about: a gateway mixes answers up, and a cache keeps old ones.

use super::PushJob;
use super::compare::at_place;
use super::sought::Sought;
use super::terms::Terms;
use crate::json::{Part, text_of};
use crate::output::Resources;

impl Terms {
    /// What a record that was read has for the key that it was found or created by, where that is another value.
    pub(super) fn other_key(&self, sought: &Sought, json: &str) -> Option<String> {
        let update = self.update()?;
        let record = Part::json(json.as_bytes()).ok()?;
        self.key_places(sought).find_map(|place| {
            let place = update.read_place(place)?;
            let found = text_of(&at_place(&record, place)?.read())?;
            // What is not answered says nothing.
            let is_other = !found.trim().is_empty() && sought.group.normal(&found) != sought.normal();
            is_other.then_some(found)
        })
    }
}

impl PushJob {
    /// Reads by its id what no look has shown; whether there is any.
    pub(super) fn read_unseen(&mut self) -> bool {
        let Some(update) = self.terms.update() else { return false };
        let ids = self.confirmation.unseen_ids();
        !ids.is_empty() && self.crew.read_created(update.read, ids).is_ok()
    }

    /// Takes what the own reads of what was created say.
    pub(super) fn take_created(&mut self, resources: &Resources) {
        let terms = &self.terms;
        for (sought, id, uniqueness) in self.confirmation.unseen_mut() {
            let place = resources.items.iter().position(|item| item.id == Some(id));
            let json = place.and_then(|place| resources.json(place)).map(String::from_utf8_lossy);
            let other = json.and_then(|json| terms.other_key(sought, &json));
            let another =
                other.map(|found| format!("{id} is another record, which has {found:?} for its key"));
            let is_missing = resources.missing.contains(id);
            let missing = is_missing.then(|| format!("neither the search nor its own read shows {id}"));
            uniqueness.take_read(id, another.or(missing));
        }
    }
}
