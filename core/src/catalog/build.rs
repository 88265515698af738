//! The words in which the tables of this module are written.

use super::field::{DecimalForm, Field, MapKey, Object, PatchOperation, PatchPath, Rule, Shape, Sign};

/// A text of any length.
pub(crate) const TEXT: Shape = Shape::Text { at_least: 0, at_most: None };
/// A whole number from 0, such as a version or a count.
pub(crate) const COUNT: Shape = Shape::Integer { lowest: Some(0), highest: None };
/// An id from 1.
pub(crate) const ID: Shape = Shape::Id { or_zero: false };
/// A whole number of any size.
pub(crate) const INTEGER: Shape = Shape::Integer { lowest: None, highest: None };
/// A decimal number of any sign and precision.
pub(crate) const DECIMAL: Shape = Shape::Decimal(ANY_DECIMAL);
const ANY_DECIMAL: DecimalForm =
    DecimalForm { places: None, kept_places: None, sign: Sign::Any, text_only: false };
/// An amount of money or a quantity. Four places are the most that Brightpearl keeps of either (API notes §1.8, §8.1.6):
/// what has more would be booked as something else.
pub(crate) const AMOUNT: Shape = places(4);
/// An amount of 0 or more.
pub(crate) const NON_NEGATIVE: Shape =
    Shape::Decimal(DecimalForm { places: Some(4), sign: Sign::NonNegative, ..ANY_DECIMAL });
/// An exchange rate: above 0, six decimal places.
pub(crate) const RATE: Shape =
    Shape::Decimal(DecimalForm { places: Some(6), sign: Sign::Positive, ..ANY_DECIMAL });

/// An object whose members are all known.
pub(crate) const fn closed(fields: &'static [Field]) -> Object {
    Object { fields, rules: &[], open: false }
}

/// An object of which more members are known or likely to exist.
pub(crate) const fn open(fields: &'static [Field]) -> Object {
    Object { fields, rules: &[], open: true }
}

/// A text of at most so many characters.
pub(crate) const fn up_to(characters: u32) -> Shape {
    Shape::Text { at_least: 0, at_most: Some(characters) }
}

/// A text of so many characters.
pub(crate) const fn from_to(at_least: u32, at_most: u32) -> Shape {
    Shape::Text { at_least, at_most: Some(at_most) }
}

/// A decimal number of at most so many places.
pub(crate) const fn places(places: u32) -> Shape {
    Shape::Decimal(DecimalForm { places: Some(places), ..ANY_DECIMAL })
}

/// A decimal number of any precision, of which Brightpearl keeps so many places.
pub(crate) const fn keeping(places: u32) -> Shape {
    Shape::Decimal(DecimalForm { kept_places: Some(places), ..ANY_DECIMAL })
}

/// An array of any length.
pub(crate) const fn array(of: &'static Shape) -> Shape {
    Shape::Array { of, at_least: 0, at_most: None }
}

/// An array of at least one element.
pub(crate) const fn some(of: &'static Shape) -> Shape {
    Shape::Array { of, at_least: 1, at_most: None }
}

/// Whole numbers between these, both included.
pub(crate) const fn between(lowest: i32, highest: i32) -> Shape {
    Shape::Integer { lowest: Some(lowest), highest: Some(highest) }
}

/// A member of that shape.
pub(crate) const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, mandatory: false, refers_to: None, verified: true, note: "" }
}

/// A text.
pub(crate) const fn text(name: &'static str) -> Field {
    field(name, TEXT)
}

/// A text of at most so many characters.
pub(crate) const fn limited(name: &'static str, characters: u32) -> Field {
    field(name, up_to(characters))
}

/// One of these texts.
pub(crate) const fn choice(name: &'static str, texts: &'static [&'static str]) -> Field {
    field(name, Shape::Choice(texts))
}

/// `true` or `false`.
pub(crate) const fn boolean(name: &'static str) -> Field {
    field(name, Shape::Boolean)
}

/// A whole number.
pub(crate) const fn integer(name: &'static str) -> Field {
    field(name, INTEGER)
}

/// An id of a resource.
pub(crate) const fn id(name: &'static str, refers_to: &'static str) -> Field {
    field(name, ID).of(refers_to)
}

/// An id of a resource, or 0 for none.
pub(crate) const fn id_or_none(name: &'static str, refers_to: &'static str) -> Field {
    field(name, Shape::Id { or_zero: true }).of(refers_to)
}

/// A decimal number.
pub(crate) const fn decimal(name: &'static str) -> Field {
    field(name, DECIMAL)
}

/// An amount of money or a quantity.
pub(crate) const fn amount(name: &'static str) -> Field {
    field(name, AMOUNT)
}

/// A day or a date-time.
pub(crate) const fn moment(name: &'static str) -> Field {
    field(name, Shape::Moment)
}

/// A currency code.
pub(crate) const fn currency(name: &'static str) -> Field {
    field(name, Shape::Currency)
}

/// An object within.
pub(crate) const fn object(name: &'static str, object: Object) -> Field {
    field(name, Shape::Object(object))
}

/// An array of any length.
pub(crate) const fn list(name: &'static str, of: &'static Shape) -> Field {
    field(name, array(of))
}

/// A map.
pub(crate) const fn map(name: &'static str, key: MapKey, of: &'static Shape) -> Field {
    field(name, Shape::Map { key, of })
}

impl Object {
    /// With what must hold between the members.
    pub(crate) const fn rules(self, rules: &'static [Rule]) -> Self {
        Object { rules, ..self }
    }
}

impl Field {
    /// The object must have it.
    pub(crate) const fn mandatory(self) -> Self {
        Field { mandatory: true, ..self }
    }

    /// Marked as unsure in the sources.
    pub(crate) const fn unverified(self) -> Self {
        Field { verified: false, ..self }
    }

    /// It refers to that resource.
    pub(crate) const fn of(self, resource: &'static str) -> Self {
        Field { refers_to: Some(resource), ..self }
    }

    /// With what else is to be known.
    pub(crate) const fn note(self, note: &'static str) -> Self {
        Field { note, ..self }
    }
}

/// A path that may be patched so.
pub(crate) const fn patchable(
    path: &'static str,
    operations: &'static [PatchOperation],
    shape: Shape,
) -> PatchPath {
    PatchPath { path, operations, shape, refers_to: None, note: "" }
}

impl PatchPath {
    /// It refers to that resource.
    pub(crate) const fn of(self, resource: &'static str) -> Self {
        PatchPath { refers_to: Some(resource), ..self }
    }

    /// With what else is to be known.
    pub(crate) const fn note(self, note: &'static str) -> Self {
        PatchPath { note, ..self }
    }
}

/// `includeOptional` of orders, products and contacts (API notes §1.5).
pub(crate) const CUSTOM_FIELDS: &[&str] = &["customFields", "nullCustomFields"];

/// `{currency, value}`.
pub(crate) const MONEY: Object = closed(&[currency("currency"), amount("value").mandatory()]);

/// What may be done to custom fields, which are named by code (API notes §8.1.7).
pub(crate) const CUSTOM_FIELD_PATCH: &[PatchPath] = &[
    patchable("/PCF_*", &[PatchOperation::Add, PatchOperation::Replace, PatchOperation::Remove], Shape::Any)
        .note("A text, number, boolean or date as the field's type wants; {\"id\": 9} for a select list."),
    patchable("/PCF_*/id", &[PatchOperation::Replace], ID).note("Another entry of a select list."),
];
