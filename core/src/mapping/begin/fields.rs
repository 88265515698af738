//! The rules of a first document: each member of the target gets the value of the sample whose name means it.

use super::money::{MoneyForm, MoneyTerms, undecided};
use super::names::{Party, likeness, list_likeness, words};
use super::sample::{SampleLevel, SampleList, SampleValue};
use super::{GuessedMember, MissingMember};
use crate::catalog::field::{Field, Object, Rule, Shape};
use crate::json::{ObjectText, array, quoted};
use crate::mapping::transform::{Input, Time, Zone};
use crate::mapping::value::Value;
use crate::value::Decimal;

/// Why the money of rows is taken from where it is.
pub(super) const COMES_TO_TOTAL: &str = "it comes to the total";

/// What was guessed so far.
pub(super) struct Guesser<'s> {
    pub(super) guesses: Vec<GuessedMember>,
    pub(super) missing: Vec<MissingMember>,
    /// Whether a time without an offset is read.
    pub(super) needs_zone: bool,
    /// How the money of rows is come by.
    pub(super) money: Option<&'s MoneyForm>,
    /// Where rows with money are written.
    pub(super) rows_of_money: Option<String>,
    terms: MoneyTerms<'s>,
}

/// A place of the body.
struct MemberPlace {
    /// As a JSON Pointer, `*` for elements.
    whole: String,
    /// The same within the element.
    within: String,
    words: Vec<String>,
    party: Option<Party>,
}

impl MemberPlace {
    fn member(&self, name: &str) -> (String, String) {
        (format!("{}/{name}", self.whole), format!("{}/{name}", self.within))
    }

    fn inside(&self, name: &str) -> Self {
        let (whole, within) = self.member(name);
        let own = words(name);
        let party = Party::of(&own).0.or(self.party);
        Self { whole, within, words: own, party }
    }

    fn element(&self, name: &str) -> Self {
        Self {
            whole: format!("{}/{name}/*", self.whole),
            within: String::new(),
            words: words(name),
            party: None,
        }
    }
}

/// How Brightpearl finds what a member refers to: the resource, the names of values that it is known by, the search and
/// its column.
const REFERENCES: [(&str, &[&str], &str, &str); 2] = [
    (
        "product",
        &["sku", "seller sku", "product sku", "item sku", "variant sku", "product code", "item code"],
        "product-service/product-search",
        "SKU",
    ),
    (
        "contact",
        &["email", "email address", "buyer email", "customer email", "contact email"],
        "contact-service/contact-search",
        "primaryEmail",
    ),
];

/// Members that hold the id of a reference for which the record itself is the source.
const REFERRING: [&str; 4] = ["productId", "id", "customerId", "contactId"];

impl<'s> Guesser<'s> {
    pub(super) fn new(money: Option<&'s MoneyForm>, terms: MoneyTerms<'s>) -> Self {
        Self {
            guesses: Vec::new(),
            missing: Vec::new(),
            needs_zone: false,
            money,
            rows_of_money: None,
            terms,
        }
    }

    /// The rules of a body.
    pub(super) fn body(&mut self, object: &Object, sample: &SampleLevel) -> Vec<String> {
        let around =
            MemberPlace { whole: String::new(), within: String::new(), words: Vec::new(), party: None };
        self.object(object, &around, sample, true)
    }

    /// The rules of an object; none of one that need not be there and of which nothing was found.
    fn object(
        &mut self,
        object: &Object,
        around: &MemberPlace,
        sample: &SampleLevel,
        is_needed: bool,
    ) -> Vec<String> {
        let (guessed, missed) = (self.guesses.len(), self.missing.len());
        let has_money =
            ["net", "tax"].iter().all(|name| object.fields.iter().any(|field| field.name == *name));
        let mut rules = Vec::new();
        for field in object.fields {
            let is_money = has_money && matches!(field.name, "net" | "tax" | "taxCode");
            match (is_money, self.money) {
                (true, Some(money)) if field.name == "net" => rules.extend(self.row_money(money, around)),
                (true, Some(_)) => {}
                (true, None) | (false, _) => rules.extend(self.field(field, around, sample)),
            }
        }
        // An address without its first line is none.
        let first_line = object.fields.iter().find(|field| field.name == "addressLine1");
        let has_first_line = first_line.is_none_or(|line| self.is_guessed(&around.member(line.name).0));
        if !is_needed && (self.guesses.len() == guessed || !has_first_line) {
            self.guesses.truncate(guessed);
            self.missing.truncate(missed);
            return Vec::new();
        }
        for rule in object.rules {
            rules.extend(self.between(rule, object, around, guessed));
        }
        rules
    }

    /// The money of a row.
    fn row_money(&mut self, money: &MoneyForm, around: &MemberPlace) -> Vec<String> {
        self.rows_of_money = around.whole.strip_suffix("/*").map(str::to_owned);
        let tax = money.tax().map(|tax| ("tax", tax.to_owned()));
        for (name, from) in [Some(("net", money.net_words())), tax].into_iter().flatten() {
            self.guesses.push(GuessedMember {
                to: around.member(name).0,
                from,
                means: COMES_TO_TOTAL.to_owned(),
            });
        }
        if self.terms.units.is_some_and(|units| !units.is_certain) {
            let expected = "the amount in the currency's own unit; whole numbers are divided as its smallest units, until that is decided each record is refused";
            self.missing.push(MissingMember { to: around.member("net").0, expected: expected.to_owned() });
        }
        if money.tax().is_none() {
            let stands = if self.terms.states_tax {
                "0.00 stands there, which is held against the tax that the record states"
            } else {
                "nothing in the sample was found for it, and each record is refused until that is decided"
            };
            let to = around.member("tax").0;
            self.missing.push(MissingMember { to, expected: format!("the tax of a row; {stands}") });
        }
        self.missing.push(MissingMember {
            to: around.member("taxCode").0,
            expected: "the code of a tax of your account; T20 stands there, and T0 where there is no tax"
                .to_owned(),
        });
        money.row_rules(&around.within, &self.terms)
    }

    fn field(&mut self, field: &Field, around: &MemberPlace, sample: &SampleLevel) -> Vec<String> {
        match &field.shape {
            Shape::Object(object) => self.object(object, &around.inside(field.name), sample, field.mandatory),
            Shape::Array { of: Shape::Object(object), .. } => self.list(field, object, around, sample),
            Shape::Array { .. } | Shape::Map { .. } | Shape::Any => self.needed(field, around),
            _ if field.refers_to.is_some() => {
                let found = self.reference(field, around, sample);
                if found.is_empty() { self.needed(field, around) } else { found }
            }
            // What is looked up by its SKU needs none beside.
            _ if field.name == "sku" && self.is_guessed(&around.member("productId").0) => Vec::new(),
            shape => match best(field.name, shape, around, sample) {
                Some(value) => vec![self.taken(field, around, value)],
                None => self.full_name(field, around, sample).unwrap_or_else(|| self.needed(field, around)),
            },
        }
    }

    fn is_guessed(&self, to: &str) -> bool {
        self.guesses.iter().any(|guess| guess.to == to)
    }

    /// The rule that puts a name together; nothing of any other member.
    fn full_name(
        &mut self,
        field: &Field,
        around: &MemberPlace,
        sample: &SampleLevel,
    ) -> Option<Vec<String>> {
        if field.name != "addressFullName" {
            return None;
        }
        let part = |name| best(name, &field.shape, around, sample).map(|value| value.path.clone());
        let parts = [part("firstName")?, part("lastName")?];
        let (to, within) = around.member(field.name);
        let means = "first and last names make it".to_owned();
        self.guesses.push(GuessedMember { to, from: parts.join(", "), means });
        let parts = array(parts.iter().map(|part| quoted(part)));
        Some(vec![ObjectText::new().text("to", &within).raw("concat", &parts).finish()])
    }

    /// The rule that takes a value of the sample.
    fn taken(&mut self, field: &Field, around: &MemberPlace, value: &SampleValue) -> String {
        let (whole, within) = around.member(field.name);
        let is_moment_of_day = matches!(field.shape, Shape::Moment | Shape::LocalMoment)
            && value.texts.iter().all(|text| is_plain_day(text));
        let more =
            if is_moment_of_day { ", for 10:30 UTC, which is that day from UTC-10 to UTC+13" } else { "" };
        self.guesses.push(GuessedMember {
            to: whole,
            from: value.path.clone(),
            means: format!("{:?} usually means it{more}", value.name),
        });
        let rule = ObjectText::new().text("to", &within);
        let rule = if is_moment_of_day {
            rule.text("from", &format!("{0} && join('', [{0}, 'T10:30:00Z'])", value.path))
        } else {
            rule.text("from", &value.path)
        };
        let rule = match &field.shape {
            Shape::Decimal(_) => rule.text("as", "decimal"),
            Shape::Integer { .. } => rule.text("as", "integer"),
            Shape::Date => rule.text("as", "date"),
            Shape::Moment | Shape::LocalMoment => {
                self.needs_zone |= !is_moment_of_day && !value.texts.iter().all(|text| is_moment(text, None));
                rule.text("as", "datetime")
            }
            Shape::Boolean => rule.text("as", "boolean"),
            Shape::Currency | Shape::Country => rule.raw("trim", "true").text("case", "upper"),
            Shape::Text { .. } | Shape::Code if value.is_number => rule.text("as", "string"),
            Shape::Text { .. }
            | Shape::Code
            | Shape::Choice(_)
            | Shape::Id { .. }
            | Shape::TimeOfDay
            | Shape::Colour
            | Shape::Object(_)
            | Shape::Array { .. }
            | Shape::Map { .. }
            | Shape::Any => rule,
        };
        // What tells a record from others must be there, too.
        let is_key = around.whole.is_empty() && field.name == "externalRef";
        if field.mandatory || is_key { rule.raw("required", "true").finish() } else { rule.finish() }
    }

    /// The rule that looks up what a member refers to, by what the record knows of it.
    fn reference(&mut self, field: &Field, around: &MemberPlace, sample: &SampleLevel) -> Vec<String> {
        let known = REFERENCES.iter().find(|(resource, ..)| field.refers_to == Some(resource));
        let Some((_, names, search, column)) = known.filter(|_| REFERRING.contains(&field.name)) else {
            return Vec::new();
        };
        // Of two places for one customer, the first counts.
        if self.guesses.iter().any(|guess| guess.means.ends_with(search) && !guess.to.contains('*')) {
            return Vec::new();
        }
        let rank = |value: &SampleValue| {
            // Who is billed is the customer, where nothing else is said.
            let party = match value.party {
                None | Some(Party::Customer) => 0,
                Some(Party::Billing) => 1,
                Some(Party::Delivery) => return None,
            };
            let place = names.iter().position(|name| *name == value.name)?;
            (!value.texts.is_empty()).then_some((party, place, value.depth))
        };
        let found = sample
            .values
            .iter()
            .filter_map(|value| Some((rank(value)?, value)))
            .min_by_key(|(rank, _)| *rank);
        let Some((_, value)) = found else { return Vec::new() };
        let (whole, within) = around.member(field.name);
        self.guesses.push(GuessedMember {
            to: whole,
            from: value.path.clone(),
            means: format!("{:?} is looked up by {search}", value.name),
        });
        let resolve = ObjectText::new().text("search", search).text("column", column).finish();
        let rule = ObjectText::new().text("to", &within).text("from", &value.path).raw("trim", "true");
        let rule = if *column == "SKU" { rule } else { rule.text("case", "lower") };
        let is_needed = field.mandatory || *column != "SKU";
        let rule = if is_needed { rule.raw("required", "true") } else { rule };
        vec![rule.raw("resolve", &resolve).finish()]
    }

    /// The rule that makes an array of one of the sample's.
    fn list(
        &mut self,
        field: &Field,
        object: &Object,
        around: &MemberPlace,
        sample: &SampleLevel,
    ) -> Vec<String> {
        let own = words(field.name);
        let rank = |list: &SampleList| list_likeness(&own, &list.name);
        let found =
            sample.lists.iter().filter_map(|list| Some((rank(list)?, list))).min_by_key(|(rank, _)| *rank);
        let Some((_, list)) = found else {
            // An order without rows is worth nothing.
            let has_money = object.fields.iter().any(|field| field.name == "net");
            let is_needed = field.mandatory || has_money && self.terms.is_final;
            return if is_needed { vec![self.placeholder(field, around)] } else { Vec::new() };
        };
        let (whole, within) = around.member(field.name);
        self.guesses.push(GuessedMember {
            to: whole,
            from: list.path.clone(),
            means: format!("{:?} usually means it", list.name),
        });
        let fields = self.object(object, &around.element(field.name), &list.level, true);
        let rule = ObjectText::new().text("to", &within).text("each", &list.path);
        let rule = if field.mandatory || self.money.is_some() { rule.raw("required", "true") } else { rule };
        let mut rules = vec![rule.raw("fields", &array(fields)).finish()];
        if let Some(money) = self.money.filter(|_| self.rows_of_money.is_some()) {
            for (from, rule) in money.shipping_rules(&within, &self.terms) {
                let means = COMES_TO_TOTAL.to_owned();
                self.guesses.push(GuessedMember { to: around.member(field.name).0, from, means });
                rules.push(rule);
            }
        }
        rules
    }

    /// What must be there and was found nowhere: something that fits, to be set.
    fn needed(&mut self, field: &Field, around: &MemberPlace) -> Vec<String> {
        if field.mandatory { vec![self.placeholder(field, around)] } else { Vec::new() }
    }

    fn placeholder(&mut self, field: &Field, around: &MemberPlace) -> String {
        let (whole, within) = around.member(field.name);
        self.missing.push(MissingMember { to: whole, expected: field.shape.to_string() });
        if self.terms.is_final {
            let reason = format!("nothing in the sample was found for it; expected {}", field.shape);
            return undecided(&within, &reason);
        }
        ObjectText::new().text("to", &within).raw("value", &example(&field.shape)).finish()
    }

    /// What must hold between members, where the rules so far do not see to it.
    fn between(&mut self, rule: &Rule, object: &Object, around: &MemberPlace, guessed: usize) -> Vec<String> {
        let is_written = |guesser: &Self, pointer: &str| {
            let place = format!("{}{pointer}", around.whole);
            let guesses = guesser.guesses.iter().skip(guessed).map(|guess| &guess.to);
            guesses.chain(guesser.missing.iter().map(|missing| &missing.to)).any(|to| *to == place)
        };
        let pointers: &[&str] = match rule {
            Rule::AnyOf(pointers) if !pointers.iter().any(|pointer| is_written(self, pointer)) => {
                pointers.get(..1).unwrap_or_default()
            }
            Rule::When { member, needs, .. } if is_written(self, member) => needs,
            Rule::AnyOf(_) | Rule::When { .. } | Rule::Apart { .. } => &[],
        };
        let mut rules = Vec::new();
        for pointer in pointers {
            if is_written(self, pointer) {
                continue;
            }
            if let Some(rule) = self.at(pointer, object, around) {
                rules.push(rule);
            }
        }
        rules
    }

    /// A placeholder for what stands at a JSON Pointer.
    fn at(&mut self, pointer: &str, object: &Object, around: &MemberPlace) -> Option<String> {
        let (name, rest) = match pointer.get(1..)?.split_once('/') {
            Some((name, rest)) => (name, format!("/{rest}")),
            None => (pointer.get(1..)?, String::new()),
        };
        let field = object.fields.iter().find(|field| field.name == name)?;
        if let Shape::Object(inner) = &field.shape
            && !rest.is_empty()
        {
            return self.at(&rest, inner, &around.inside(name));
        }
        Some(self.placeholder(field, around))
    }
}

/// The value of the sample that a member most likely is.
fn best<'s>(
    name: &str,
    shape: &Shape,
    around: &MemberPlace,
    sample: &'s SampleLevel,
) -> Option<&'s SampleValue> {
    let member = words(name);
    let rank = |value: &SampleValue| {
        if value.party != around.party
            || value.texts.is_empty()
            || !value.texts.iter().all(|text| fits(text, shape))
        {
            return None;
        }
        let by_name = likeness(&around.words, &member, &value.name);
        let likeness = by_name.or_else(|| likeness(&around.words, &member, &value.full_name))?;
        // What stands beside is likelier than what stands within something else.
        Some((likeness + 2 * value.depth, value.depth))
    };
    let ranked = sample.values.iter().filter_map(|value| Some((rank(value)?, value)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, value)| value)
}

/// Whether what stood in the sample can be a value of this shape.
fn fits(text: &str, shape: &Shape) -> bool {
    match shape {
        Shape::Text { at_most, .. } => at_most.is_none_or(|most| text.chars().count() <= most as usize),
        Shape::Code => true,
        Shape::Choice(known) => known.contains(&text),
        Shape::Boolean => matches!(text, "true" | "false"),
        Shape::Integer { .. } | Shape::Id { .. } => text.parse::<i64>().is_ok(),
        Shape::Decimal(_) => Decimal::parse(text).is_ok(),
        Shape::Date | Shape::Moment | Shape::LocalMoment => is_moment(text, Zone::parse("UTC").ok()),
        Shape::Currency => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()),
        Shape::Country => matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_alphabetic()),
        Shape::TimeOfDay
        | Shape::Colour
        | Shape::Object(_)
        | Shape::Array { .. }
        | Shape::Map { .. }
        | Shape::Any => false,
    }
}

fn is_moment(text: &str, zone: Option<Zone>) -> bool {
    // A number is a time only where a document says so.
    let is_number = Decimal::parse(text).is_ok();
    !is_number && Time { input: Input::Iso, zone, into: None }.date_time(&Value::Text(text.into())).is_ok()
}

/// Whether a text is a day of the calendar and says no time: `2026-03-01`.
fn is_plain_day(text: &str) -> bool {
    text.len() == "2026-03-01".len() && is_moment(&format!("{text}T10:30:00Z"), None)
}

/// Some value of a shape, as JSON.
fn example(shape: &Shape) -> String {
    match shape {
        Shape::Text { .. } | Shape::Code => quoted("set this"),
        Shape::Choice(known) => quoted(known.first().copied().unwrap_or_default()),
        Shape::Boolean => "false".to_owned(),
        Shape::Integer { lowest, .. } => lowest.unwrap_or(1).to_string(),
        Shape::Id { .. } => "1".to_owned(),
        Shape::Decimal(_) => quoted("1"),
        Shape::Date => quoted("2026-01-01"),
        Shape::Moment | Shape::LocalMoment => quoted("2026-01-01T00:00:00.000Z"),
        Shape::TimeOfDay => quoted("00:00:00"),
        Shape::Currency => quoted("GBP"),
        Shape::Country => quoted("GBR"),
        Shape::Colour => quoted("#000000"),
        Shape::Object(object) => {
            let either = object.rules.iter().filter_map(|rule| match rule {
                Rule::AnyOf(pointers) => pointers.first()?.strip_prefix('/'),
                Rule::When { .. } | Rule::Apart { .. } => None,
            });
            let either: Vec<&str> = either.collect();
            let needed = object.fields.iter().filter(|field| field.mandatory || either.contains(&field.name));
            needed
                .fold(ObjectText::new(), |text, field| text.raw(field.name, &example(&field.shape)))
                .finish()
        }
        Shape::Map { .. } | Shape::Any => "{}".to_owned(),
        Shape::Array { of, at_least, .. } => array((0..*at_least).map(|_| example(of))),
    }
}
