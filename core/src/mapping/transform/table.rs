//! Tables that say what a value means.

use std::collections::BTreeMap;

use rust_decimal::Decimal as Exact;

use crate::mapping::rule::Constant;
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal as CrateDecimal;

/// What to do with a value that a table does not have.
#[derive(Clone, Debug, Default)]
pub(in crate::mapping) enum Otherwise {
    /// The record fails.
    #[default]
    Fail,
    /// The field is left out.
    Skip,
    /// The value stays as it is.
    Keep,
    /// This goes there instead.
    Default(Constant),
}

/// Values by text, in the order of the texts.
#[derive(Clone, Debug, Default)]
pub(in crate::mapping) struct LookupTable {
    entries: Vec<(String, Constant)>,
    /// Where numbers stand that are spelled with zeros they do not need, by their shortest spelling.
    spelled_longer: BTreeMap<String, usize>,
    /// Whether upper and lower case are the same.
    caseless: bool,
}

/// What a table makes of a value.
pub(in crate::mapping) enum Tabled<'v> {
    Is(Value<'v>),
    Unknown,
}

impl LookupTable {
    /// Of several equal texts the last counts.
    pub(in crate::mapping) fn new(entries: Vec<(String, Constant)>, caseless: bool) -> Self {
        let entries = entries.into_iter().map(|(text, constant)| {
            let text = if caseless { text.to_lowercase() } else { text };
            (text, constant)
        });
        let entries: BTreeMap<String, Constant> = entries.collect();
        let entries: Vec<(String, Constant)> = entries.into_iter().collect();
        let shortest = |(place, (text, _)): (usize, &(String, Constant))| {
            let number = Exact::from_str_exact(text).ok()?.normalize().to_string();
            (number != *text).then_some((number, place))
        };
        let spelled_longer = entries.iter().enumerate().filter_map(shortest).collect();
        Self { entries, spelled_longer, caseless }
    }

    /// Two texts of which the entries say two things and which are one to whoever asks: one number, or, where case does
    /// not matter, one text.
    pub(in crate::mapping) fn contradiction(
        entries: &[(String, Constant)],
        is_caseless: bool,
    ) -> Option<(&str, &str)> {
        let mut known: BTreeMap<String, &(String, Constant)> = BTreeMap::new();
        for entry in entries {
            let (text, constant) = entry;
            let number =
                CrateDecimal::parse_plain(text).map(|number| Exact::from(number).normalize().to_string());
            let what = number.unwrap_or_else(|| if is_caseless { text.to_lowercase() } else { text.clone() });
            match known.get(&what) {
                Some((one, other)) if one != text && other.json != constant.json => return Some((one, text)),
                Some(_) => {}
                None => drop(known.insert(what, entry)),
            }
        }
        None
    }

    /// The same of this table, where it is asked without case.
    pub(in crate::mapping) fn contradiction_in(&self, is_caseless: bool) -> Option<(&str, &str)> {
        if is_caseless { Self::contradiction(&self.entries, true) } else { None }
    }

    /// The same, with upper and lower case the same.
    pub(in crate::mapping) fn without_case(&self) -> Self {
        Self::new(self.entries.clone(), true)
    }

    pub(in crate::mapping) fn values(&self) -> impl Iterator<Item = (&str, &Constant)> {
        self.entries.iter().map(|(text, constant)| (text.as_str(), constant))
    }

    /// What it has for a text, a number's digits, or `true` and `false`.
    pub(in crate::mapping) fn get<'v>(&'v self, value: &Value<'_>) -> Tabled<'v> {
        let text = match value.sort() {
            Sort::Null | Sort::Array | Sort::Object => return Tabled::Unknown,
            Sort::Boolean | Sort::Number | Sort::Text => value.scalar_text().unwrap_or_default(),
        };
        let found = if self.caseless { self.find(&text.to_lowercase()) } else { self.find(&text) };
        // 0.20 is what a table knows as 0.2, and 20 what it knows as 20.00.
        let found = found.or_else(|| {
            let number = Exact::from(value.number()?).normalize().to_string();
            let longer =
                || self.entries.get(*self.spelled_longer.get(&number)?).map(|(_, constant)| constant);
            self.find(&number).or_else(longer)
        });
        found.map_or(Tabled::Unknown, |constant| Tabled::Is(constant.value.lent()))
    }

    fn find(&self, text: &str) -> Option<&Constant> {
        let place = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(text)).ok()?;
        self.entries.get(place).map(|(_, constant)| constant)
    }

    /// A few of its texts, for messages.
    pub(in crate::mapping) fn examples(&self) -> String {
        const SHOWN: usize = 8;
        let mut texts: Vec<&str> = self.entries.iter().take(SHOWN).map(|(text, _)| text.as_str()).collect();
        if self.entries.len() > SHOWN {
            texts.push("...");
        }
        texts.join(", ")
    }
}
