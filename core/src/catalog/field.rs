//! What stands in a write's body: a tree of fields, from which checking, JSON Schemas and descriptions come.

use std::fmt;

use serde::Serialize;

/// The sign that a number may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// Either.
    Any,
    /// 0 or more.
    NonNegative,
    /// More than 0.
    Positive,
}

/// How a decimal number is written. Numbers and numeric strings are both accepted by Brightpearl, except
/// where a source says otherwise (API notes §1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecimalForm {
    /// Most decimal places that say something; zeros behind them are harmless.
    pub places: Option<u32>,
    /// The decimal places that Brightpearl keeps, where it takes more (§8.2.1). How it rounds is not known.
    pub kept_places: Option<u32>,
    /// The sign that it may have.
    pub sign: Sign,
    /// Whether only a string will do (§10.31).
    pub text_only: bool,
}

/// What the members of a map are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapKey {
    /// An id.
    Id,
    /// A quantity from which on something holds: a whole number from 1.
    Quantity,
    /// Any name.
    Name,
}

/// What a value looks like. Whole numbers and ids may be written as numbers or as strings of digits, since
/// Brightpearl takes both (API notes §8.1.3, §8.3.4).
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text of so many characters.
    Text {
        /// The fewest characters.
        at_least: u32,
        /// The most characters, where there is a limit.
        at_most: Option<u32>,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A code that may be written as text or as a whole number.
    Code,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 64 bits.
    Integer {
        /// The lowest, where there is a limit.
        lowest: Option<i32>,
        /// The highest, where there is a limit.
        highest: Option<i32>,
    },
    /// An id from 1; 0 where it may stand for "none".
    Id {
        /// Whether 0 may stand there.
        or_zero: bool,
    },
    /// A decimal number, exact.
    Decimal(DecimalForm),
    /// A day: `2024-03-10`.
    Date,
    /// A day, or a date-time with its offset.
    Moment,
    /// The same, or a date-time without an offset.
    LocalMoment,
    /// An hour of the day: `17:30:00`.
    TimeOfDay,
    /// A currency code in the form of ISO 4217.
    Currency,
    /// A country code in the form of ISO 3166, of two or three letters: input takes both (API notes §1.8).
    Country,
    /// A colour: `#60a0ff`.
    Colour,
    /// An object with these members.
    Object(Object),
    /// An array.
    Array {
        /// What it holds.
        of: &'static Shape,
        /// The fewest elements.
        at_least: u32,
        /// The most elements, where there is a limit.
        at_most: Option<u32>,
    },
    /// An object that maps names to values of one shape.
    Map {
        /// What the names are.
        key: MapKey,
        /// What the values are.
        of: &'static Shape,
    },
    /// Any JSON.
    Any,
}

/// The members of an object.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The members, as known.
    pub fields: &'static [Field],
    /// What must hold between them.
    pub rules: &'static [Rule],
    /// Whether more members are known or likely to exist; an unknown one is then never an error.
    pub open: bool,
}

/// When a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// When the member is one of these texts.
    Is(&'static [&'static str]),
    /// When the member is a number above 0.
    IsPositive,
}

/// What must hold between members, which are named by JSON Pointers relative to their object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// At least one of these must be there.
    AnyOf(&'static [&'static str]),
    /// When a member is so, all of these must be there.
    When {
        /// The member that decides.
        member: &'static str,
        /// How it must be.
        condition: Condition,
        /// What must be there.
        needs: &'static [&'static str],
    },
    /// These two values may not stand together.
    Apart {
        /// A member and its value.
        one: (&'static str, &'static str),
        /// Another member and its value.
        other: (&'static str, &'static str),
    },
}

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The member's name.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Whether the object must have it.
    pub mandatory: bool,
    /// The name of the resource that the value refers to, by id or by code.
    pub refers_to: Option<&'static str>,
    /// Whether the sources are sure of it.
    pub verified: bool,
    /// What else is to be known; empty when nothing.
    pub note: &'static str,
}

/// An operation of a JSON Patch (RFC 6902).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchOperation {
    /// Adds a member, or sets it.
    Add,
    /// Takes a member away.
    Remove,
    /// Sets a member that is there.
    Replace,
    /// Moves a value.
    Move,
    /// Copies a value.
    Copy,
    /// Goes on only if the member has this value.
    Test,
}

impl PatchOperation {
    /// Every operation.
    pub const ALL: [PatchOperation; 6] = [
        PatchOperation::Add,
        PatchOperation::Remove,
        PatchOperation::Replace,
        PatchOperation::Move,
        PatchOperation::Copy,
        PatchOperation::Test,
    ];

    /// The operation as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            PatchOperation::Add => "add",
            PatchOperation::Remove => "remove",
            PatchOperation::Replace => "replace",
            PatchOperation::Move => "move",
            PatchOperation::Copy => "copy",
            PatchOperation::Test => "test",
        }
    }

    /// Whether it carries a `value`.
    pub fn has_value(self) -> bool {
        match self {
            PatchOperation::Add | PatchOperation::Replace | PatchOperation::Test => true,
            PatchOperation::Remove | PatchOperation::Move | PatchOperation::Copy => false,
        }
    }

    /// Whether it says in `from` where the value comes from.
    pub fn has_from(self) -> bool {
        match self {
            PatchOperation::Move | PatchOperation::Copy => true,
            PatchOperation::Add | PatchOperation::Remove | PatchOperation::Replace | PatchOperation::Test => {
                false
            }
        }
    }
}

impl fmt::Display for PatchOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A path that a JSON Patch may name.
#[derive(Clone, Copy, Debug)]
pub struct PatchPath {
    /// A JSON Pointer. A segment may end in `*` for any letters, and may be `(A|B)` for one of these names.
    pub path: &'static str,
    /// What may be done there.
    pub operations: &'static [PatchOperation],
    /// What a value there looks like.
    pub shape: Shape,
    /// The name of the resource that the value refers to.
    pub refers_to: Option<&'static str>,
    /// What else is to be known; empty when nothing.
    pub note: &'static str,
}

impl PatchPath {
    /// Whether this JSON Pointer is one of the path's.
    pub fn matches(&self, pointer: &str) -> bool {
        let mut segments = pointer.split('/');
        self.path.split('/').all(|expected| segments.next().is_some_and(|found| fits(expected, found)))
            && segments.next().is_none()
    }
}

fn fits(expected: &str, found: &str) -> bool {
    if let Some(names) = expected.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return names.split('|').any(|name| name == found);
    }
    match expected.strip_suffix('*') {
        Some(beginning) => found.len() > beginning.len() && found.starts_with(beginning),
        None => found == expected,
    }
}

/// A field with the JSON Pointer at which it stands: `*` for any array element, or any member of a map.
#[derive(Clone, Debug)]
pub struct PlacedField {
    /// The place, such as `/rows/*/net`.
    pub pointer: String,
    /// The field.
    pub field: &'static Field,
}

/// Every field within a shape, outer before inner.
pub fn fields(shape: &Shape) -> Vec<PlacedField> {
    let mut placed = Vec::new();
    place_fields(shape, "", &mut placed);
    placed
}

fn place_fields(shape: &Shape, place: &str, placed: &mut Vec<PlacedField>) {
    match shape.inside() {
        Inside::Members(fields) => {
            for field in fields {
                let pointer = format!("{place}/{}", field.name);
                placed.push(PlacedField { pointer: pointer.clone(), field });
                place_fields(&field.shape, &pointer, placed);
            }
        }
        Inside::Elements(of) => place_fields(of, &format!("{place}/*"), placed),
        Inside::Nothing => {}
    }
}

/// What a value holds.
#[derive(Clone, Copy, Debug)]
pub enum Inside {
    /// Members of their own shapes.
    Members(&'static [Field]),
    /// Elements, or members of any name, of one shape.
    Elements(&'static Shape),
    /// Nothing that is known.
    Nothing,
}

impl Shape {
    /// What a value of this shape holds.
    pub fn inside(&self) -> Inside {
        match self {
            Shape::Object(object) => Inside::Members(object.fields),
            Shape::Array { of, .. } | Shape::Map { of, .. } => Inside::Elements(of),
            Shape::Text { .. }
            | Shape::Choice(_)
            | Shape::Code
            | Shape::Boolean
            | Shape::Integer { .. }
            | Shape::Id { .. }
            | Shape::Decimal(_)
            | Shape::Date
            | Shape::Moment
            | Shape::LocalMoment
            | Shape::TimeOfDay
            | Shape::Currency
            | Shape::Country
            | Shape::Colour
            | Shape::Any => Inside::Nothing,
        }
    }
}

/// What the value looks like, in words.
impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Text { at_least, at_most } => {
                formatter.write_str("a text")?;
                write_bounds(formatter, *at_least, *at_most, "character")
            }
            Shape::Choice([only]) => write!(formatter, "{only}"),
            Shape::Choice(texts) => write!(formatter, "one of {}", texts.join(", ")),
            Shape::Code => formatter.write_str("a code: a text or a whole number"),
            Shape::Boolean => formatter.write_str("true or false"),
            Shape::Integer { lowest, highest } => {
                formatter.write_str("a whole number")?;
                match (lowest, highest) {
                    (None, None) => Ok(()),
                    (Some(lowest), None) => write!(formatter, " from {lowest}"),
                    (None, Some(highest)) => write!(formatter, " up to {highest}"),
                    (Some(lowest), Some(highest)) => write!(formatter, " from {lowest} to {highest}"),
                }
            }
            Shape::Id { or_zero: false } => formatter.write_str("an id above 0"),
            Shape::Id { or_zero: true } => formatter.write_str("an id, or 0 for none"),
            Shape::Decimal(form) => {
                formatter.write_str("a decimal number")?;
                match form.sign {
                    Sign::Any => {}
                    Sign::NonNegative => formatter.write_str(" of 0 or more")?,
                    Sign::Positive => formatter.write_str(" above 0")?,
                }
                if let Some(places) = form.places {
                    write!(formatter, " with at most {places} decimal places")?;
                }
                if form.text_only { formatter.write_str(", in a string") } else { Ok(()) }
            }
            Shape::Date => formatter.write_str("a date such as 2024-03-10"),
            Shape::Moment => formatter
                .write_str("a date, or a date-time with its offset such as 2024-02-03T09:08:07-06:00"),
            Shape::LocalMoment => formatter.write_str("a date, or a date-time such as 2024-02-03T09:08:07"),
            Shape::TimeOfDay => formatter.write_str("a time such as 17:30:00"),
            Shape::Currency => formatter.write_str("a currency code of three capital letters such as GBP"),
            Shape::Country => {
                formatter.write_str("a country code of two or three capital letters such as GB or GBR")
            }
            Shape::Colour => formatter.write_str("a colour such as #60a0ff"),
            Shape::Object(_) => formatter.write_str("an object"),
            Shape::Array { at_least, at_most, .. } => {
                formatter.write_str("an array")?;
                write_bounds(formatter, *at_least, *at_most, "element")
            }
            Shape::Map { key: MapKey::Id, .. } => {
                formatter.write_str("an object whose members are named by id")
            }
            Shape::Map { key: MapKey::Quantity, .. } => {
                formatter.write_str("an object whose members are named by quantity")
            }
            Shape::Map { key: MapKey::Name, .. } => formatter.write_str("an object"),
            Shape::Any => formatter.write_str("any value"),
        }
    }
}

fn write_bounds(
    formatter: &mut fmt::Formatter<'_>,
    at_least: u32,
    at_most: Option<u32>,
    unit: &str,
) -> fmt::Result {
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    match (at_least, at_most) {
        (0, None) => Ok(()),
        (0, Some(most)) => write!(formatter, " of at most {most} {unit}{}", plural(most)),
        (least, None) => write!(formatter, " of at least {least} {unit}{}", plural(least)),
        (least, Some(most)) if least == most => write!(formatter, " of {most} {unit}{}", plural(most)),
        (least, Some(most)) => write!(formatter, " of {least} to {most} {unit}{}", plural(most)),
    }
}
