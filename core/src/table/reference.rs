//! Labels that come beside the results.

use super::cell::Cell;
use super::text::Text;

/// The maps of `reference`: what the ids of a page stand for (API notes §4.4). Only ids that the page
/// holds are in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub(super) maps: Vec<ReferenceMap>,
    pub(super) raw: Option<String>,
}

/// What an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// A name, such as `SALES_ORDER`.
    Text(&'a str),
    /// Anything else, as the answer spells it: `productCategoryMembership` has arrays of category ids.
    Json(&'a str),
}

impl<'a> Label<'a> {
    /// The name, when it is one.
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(_) => None,
        }
    }
}

/// One map of `reference`, such as `orderTypeNames`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceMap {
    name: String,
    keys: Text,
    values: Text,
    /// Whether the value at the same place is JSON and not a name.
    json: Vec<bool>,
    /// Places of the keys in the order of the keys; of equal keys the later one first.
    order: Vec<u32>,
    raw: Option<String>,
}

impl Labels {
    /// Every map, in the order of the answer.
    pub fn maps(&self) -> &[ReferenceMap] {
        &self.maps
    }

    /// The map of that name; the last one when the answer has several.
    pub fn map(&self, name: &str) -> Option<&ReferenceMap> {
        self.maps.iter().rev().find(|map| map.name == name)
    }

    /// The text of `reference` itself when it is not an object, which is not known to happen.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// What a cell stands for by one of the maps named, the first that knows it.
    pub(super) fn label(&self, names: &[String], cell: Cell<'_>) -> Option<Label<'_>> {
        let mut digits = String::new();
        let key = match cell {
            Cell::Text(text) => text,
            Cell::Integer(_) | Cell::Boolean(_) => {
                cell.write_json(&mut digits);
                &digits
            }
            Cell::Null | Cell::DateTime(_) | Cell::Decimal(_) | Cell::Json(_) => return None,
        };
        names.iter().find_map(|name| self.map(name)?.get(key))
    }
}

impl ReferenceMap {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            keys: Text::default(),
            values: Text::default(),
            json: Vec::new(),
            order: Vec::new(),
            raw: None,
        }
    }

    pub(super) fn push_key(&mut self, key: &str) {
        self.keys.push(key);
    }

    pub(super) fn push_value(&mut self, value: Label<'_>) {
        match value {
            Label::Text(text) | Label::Json(text) => self.values.push(text),
        }
        self.json.push(matches!(value, Label::Json(_)));
    }

    pub(super) fn set_raw(&mut self, raw: &str) {
        self.raw = Some(raw.to_owned());
    }

    /// Makes the map ready for look-ups, after its last entry.
    pub(super) fn index(&mut self) {
        let mut order: Vec<u32> = (0..self.values.len() as u32).rev().collect();
        order.sort_by(|left, right| self.key(*left).cmp(self.key(*right)));
        self.order = order;
    }

    fn key(&self, place: u32) -> &str {
        self.keys.get(place as usize)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The map's text when it is not an object, as the answer spells it; it has no entries then.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a key stands for; the last one said when the answer repeats a key.
    pub fn get(&self, key: &str) -> Option<Label<'_>> {
        let first = self.order.partition_point(|place| self.key(*place) < key);
        let place = *self.order.get(first)?;
        (self.key(place) == key).then(|| self.value(place as usize))
    }

    /// Every entry in the order of the answer, repeated keys included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Label<'_>)> {
        self.keys.iter().enumerate().map(|(place, key)| (key, self.value(place)))
    }

    fn value(&self, place: usize) -> Label<'_> {
        let text = self.values.get(place);
        if self.json.get(place) == Some(&true) { Label::Json(text) } else { Label::Text(text) }
    }
}
