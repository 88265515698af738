//! How large documents may be and how much may come of one record, so that neither takes the process down. Far
//! above what integrations need; whatever is beyond is an error with its place.

use std::borrow::Cow;
use std::cell::Cell;

use super::value::Value;

/// The bytes of a document.
pub(super) const DOCUMENT_BYTES: usize = 8 << 20;

/// The rules of a document, nested documents included.
pub(super) const RULES: usize = 5_000;

/// The expressions of a document, nested documents included.
pub(super) const EXPRESSIONS: usize = 20_000;

/// The documents of `mappings`, and the tables, of a document.
pub(super) const MAPPINGS: usize = 200;
pub(super) const TABLES: usize = 1_000;

/// How deep `each` may stand in each other.
pub(super) const EACH_DEPTH: usize = 8;

/// How deep `mappings` may stand in each other.
pub(super) const MAPPING_DEPTH: usize = 4;

/// The names of a JSON Pointer in `to`, those of the `each` around it included.
pub(super) const TARGET_DEPTH: usize = 32;

/// The bytes of an expression.
pub(super) const EXPRESSION_BYTES: usize = 2_000;

/// The operators of an expression.
pub(super) const EXPRESSION_OPERATORS: usize = 400;

/// How deep brackets, and what else holds an expression, may stand in each other: reading takes stack by them.
pub(super) const EXPRESSION_DEPTH: usize = 56;

/// How many operations of an expression may go on from each other: evaluating takes stack by them. A path is one.
pub(super) const EXPRESSION_OPERATIONS: usize = 112;

/// How deep values that expressions make may stand in each other.
const MADE_DEPTH: usize = 64;

/// What a value counts for beside its text: the same in every host, whatever its pointers' width.
pub(super) const VALUE_BYTES: usize = 32;

/// What any record may take, and what it may take more for each of its bytes.
const STEPS: u64 = 2_000_000;
const MADE_BYTES: u64 = 16 << 20;
const PER_BYTE: u64 = 64;

/// What one record may still take.
#[derive(Debug)]
pub(super) struct Allowance {
    steps: Account,
    bytes: Account,
}

#[derive(Debug)]
struct Account {
    limit: u64,
    /// One more than is left: zero once more was asked for than there was.
    left: Cell<u64>,
}

impl Account {
    fn of(floor: u64, record_bytes: usize) -> Self {
        let limit = floor.saturating_add((record_bytes as u64).saturating_mul(PER_BYTE));
        Self { limit, left: Cell::new(limit.saturating_add(1)) }
    }

    /// Whether there was so much.
    #[inline]
    fn take(&self, count: usize) -> bool {
        let left = self.left.get().saturating_sub(count as u64);
        self.left.set(left);
        left > 0
    }

    fn is_over(&self) -> bool {
        self.left.get() == 0
    }
}

impl Allowance {
    /// For a record of so many bytes.
    pub(super) fn new(record_bytes: usize) -> Self {
        Self { steps: Account::of(STEPS, record_bytes), bytes: Account::of(MADE_BYTES, record_bytes) }
    }

    /// Takes steps: an element that is visited, an expression that is evaluated, a rule that is carried out.
    ///
    /// # Errors
    /// The limit in words.
    #[inline]
    pub(super) fn step(&self, count: usize) -> Result<(), String> {
        if self.steps.take(count) { Ok(()) } else { Err(self.excess()) }
    }

    /// Takes bytes of what is made of the record.
    ///
    /// # Errors
    /// As [`Allowance::step`].
    #[inline]
    pub(super) fn bytes(&self, count: usize) -> Result<(), String> {
        if self.bytes.take(count) { Ok(()) } else { Err(self.excess()) }
    }

    /// Takes a value's own bytes; what it borrows from the record is free.
    ///
    /// # Errors
    /// As [`Allowance::step`], and when values stand too deep in each other.
    #[inline]
    pub(super) fn made(&self, value: &Value<'_>) -> Result<(), String> {
        match value {
            Value::Null | Value::True | Value::False | Value::Computed(_) | Value::Node(_) => Ok(()),
            Value::Number(Cow::Owned(text)) | Value::Text(Cow::Owned(text)) => self.bytes(text.len()),
            Value::Number(Cow::Borrowed(_)) | Value::Text(Cow::Borrowed(_)) => Ok(()),
            Value::Array(_) | Value::Object(_) => self.weigh(value, 0),
        }
    }

    fn weigh(&self, value: &Value<'_>, depth: usize) -> Result<(), String> {
        if depth > MADE_DEPTH {
            return Err(format!("it makes more than {MADE_DEPTH} arrays and objects in each other"));
        }
        match value {
            Value::Null | Value::True | Value::False | Value::Computed(_) | Value::Node(_) => Ok(()),
            Value::Number(Cow::Owned(text)) | Value::Text(Cow::Owned(text)) => self.bytes(text.len()),
            Value::Number(Cow::Borrowed(_)) | Value::Text(Cow::Borrowed(_)) => Ok(()),
            Value::Array(elements) => {
                self.bytes(elements.len().saturating_mul(VALUE_BYTES))?;
                elements.iter().try_for_each(|element| self.weigh(element, depth + 1))
            }
            Value::Object(members) => {
                self.bytes(members.len().saturating_mul(2 * VALUE_BYTES))?;
                members.iter().try_for_each(|(name, value)| {
                    self.bytes(name.len())?;
                    self.weigh(value, depth + 1)
                })
            }
        }
    }

    /// Takes what it costs to look through a text.
    ///
    /// # Errors
    /// As [`Allowance::step`].
    pub(super) fn text(&self, text: &str) -> Result<(), String> {
        self.step(text.len() / VALUE_BYTES)
    }

    /// Takes what it costs to look at all of a value.
    ///
    /// # Errors
    /// As [`Allowance::step`].
    pub(super) fn look_at(&self, value: &Value<'_>) -> Result<(), String> {
        match value {
            Value::Null | Value::True | Value::False | Value::Computed(_) => Ok(()),
            Value::Number(text) | Value::Text(text) => self.text(text),
            Value::Node(node) => self.step(node.span()),
            Value::Array(elements) => elements.iter().try_for_each(|element| {
                self.step(1)?;
                self.look_at(element)
            }),
            Value::Object(members) => members.iter().try_for_each(|(_, value)| {
                self.step(1)?;
                self.look_at(value)
            }),
        }
    }

    /// Whether nothing more may come of the record.
    pub(super) fn is_over(&self) -> bool {
        self.steps.is_over() || self.bytes.is_over()
    }

    #[cold]
    fn excess(&self) -> String {
        let (limit, what) = if self.bytes.is_over() {
            (self.bytes.limit, "bytes are made")
        } else {
            (self.steps.limit, "steps are taken")
        };
        format!(
            "more than {limit} {what} of this record, which is the limit for its length; \
             look for an `each` or an expression that multiplies it"
        )
    }
}
