//! A document's rules, read and ready to be carried out.

use std::sync::Arc;

use super::expression::Expression;
use super::made::{MadeKey, MadeSlot};
use super::steps::RuleStep;
use super::transform::LookupStep;
use super::transform::{LookupTable, ValueType};

/// An expression and the value that it is evaluated against: 0 is the record, 1 an element of the outermost
/// `each`, and so on; or what an earlier rule made.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    pub(super) expression: Expression,
    pub(super) level: usize,
    pub(super) made: Option<MadeSlot>,
}

/// Something that is written in the document or picked from the record.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Constant(Constant),
    Pick(Pick),
}

impl Operand {
    /// As the document has it.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Operand::Constant(constant) => &constant.json,
            Operand::Pick(pick) => &pick.expression.text,
        }
    }
}

/// A value of the document.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) json: String,
    pub(super) value: super::value::Value<'static>,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(super) enum TemplatePiece {
    Text(String),
    Pick(Pick),
}

/// Where a rule's value comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Constant(Constant),
    Pick(Pick),
    /// Pieces next to each other; absent ones are empty, and nothing comes of it when all are.
    Template(Vec<TemplatePiece>),
    /// What is there of these, with something between them.
    Concat {
        parts: Vec<Pick>,
        separator: String,
    },
    /// No value: the record is refused for the reason that these pieces give.
    Reject(Vec<TemplatePiece>),
}

/// What makes a value of what was picked, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct MappingRule {
    /// Where it stands in the document.
    pub(super) pointer: Arc<str>,
    /// The level of the elements that it is about.
    pub(super) level: usize,
    /// Where its value goes, with `*` for elements.
    pub(super) to: Arc<str>,
    pub(super) when: Option<Pick>,
    /// Where what is looked up goes that Brightpearl must not have for the rule to hold.
    pub(super) missing: Option<MadeSlot>,
    pub(super) source: Source,
    pub(super) trim: bool,
    pub(super) keep_empty: bool,
    /// What happens to a text that was picked.
    pub(super) on_picked: Vec<Arc<dyn RuleStep>>,
    pub(super) default: Option<Constant>,
    pub(super) lookup: Option<LookupStep>,
    /// What happens to what there is before it is given a type.
    pub(super) on_known: Vec<Arc<dyn RuleStep>>,
    pub(super) output: Option<ValueType>,
    pub(super) required: bool,
    pub(super) resolve: Option<Arc<Resolve>>,
    /// Whether its value is the record's key.
    pub(super) is_key: bool,
    /// The name of a value that is not written, but kept for the rules behind it.
    pub(super) kept_as: Option<MadeKey>,
}

impl MappingRule {
    /// Whether it gives each element a share of something.
    pub(super) fn shares(&self) -> bool {
        self.on_known.iter().any(|step| step.shares())
    }

    /// Whether what it shares must be there as a whole in the end.
    pub(super) fn shares_all(&self) -> bool {
        self.on_known.iter().any(|step| step.shares_all())
    }

    /// The level of what it shares among elements: at most the one around them, unless each has its own.
    pub(super) fn amount_level(&self) -> usize {
        match &self.source {
            Source::Pick(Pick { level, made: None, .. }) => *level,
            Source::Pick(_)
            | Source::Constant(_)
            | Source::Template(_)
            | Source::Concat { .. }
            | Source::Reject(_) => self.level.saturating_sub(1),
        }
    }

    /// The source's path as failures show it.
    pub(super) fn source_path(&self) -> String {
        match &self.source {
            Source::Constant(constant) => format!("the constant {}", constant.json),
            Source::Pick(pick) => pick.expression.text.clone(),
            Source::Reject(_) => self
                .when
                .as_ref()
                .map_or_else(|| "the record".to_owned(), |when| when.expression.text.clone()),
            Source::Template(pieces) => {
                let text = |piece: &TemplatePiece| match piece {
                    TemplatePiece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                    TemplatePiece::Pick(pick) => format!("{{{}}}", pick.expression.text),
                };
                pieces.iter().map(text).collect()
            }
            Source::Concat { parts, .. } => {
                let paths: Vec<&str> = parts.iter().map(|part| part.expression.text.as_str()).collect();
                paths.join(", ")
            }
        }
    }
}

/// How a reference becomes an id.
#[derive(Clone, Debug)]
pub(super) struct Resolve {
    /// Empty when nothing is searched for.
    pub(super) search: Arc<str>,
    pub(super) column: Arc<str>,
    /// The column to take from the hit; the search's key when `None`.
    pub(super) take: Option<Arc<str>>,
    pub(super) by: Vec<(Arc<str>, Operand)>,
    pub(super) on_missing: super::reference::OnMissing,
    /// What is told of a record when Brightpearl does not have it.
    pub(super) tell: Option<Vec<TemplatePiece>>,
    /// Where the enclosing value stands that a creation is mapped from.
    pub(super) level: usize,
    /// Whether the id goes out as a text.
    pub(super) as_text: bool,
    pub(super) pointer: String,
}

/// A rule for each element of an array.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) pointer: String,
    pub(super) to: String,
    pub(super) when: Option<Pick>,
    pub(super) elements: Pick,
    /// What must hold of an element.
    pub(super) only: Option<Pick>,
    /// What a text is split at to be an array.
    pub(super) split: Option<String>,
    pub(super) required: bool,
    /// The level of its elements.
    pub(super) level: usize,
    /// Whether each of them must be an object.
    pub(super) has_objects: bool,
    pub(super) item: EachItem,
}

/// What becomes of an element.
#[derive(Clone, Debug)]
pub(super) enum EachItem {
    Fields(Vec<FieldEntry>),
    Value(Box<MappingRule>),
}

/// An entry of `fields`.
#[derive(Clone, Debug)]
pub(super) enum FieldEntry {
    Rule(Box<MappingRule>),
    Each(Box<Each>),
}

impl FieldEntry {
    pub(super) fn to(&self) -> &str {
        match self {
            FieldEntry::Rule(rule) => &rule.to,
            FieldEntry::Each(each) => &each.to,
        }
    }

    pub(super) fn pointer(&self) -> &str {
        match self {
            FieldEntry::Rule(rule) => &rule.pointer,
            FieldEntry::Each(each) => &each.pointer,
        }
    }
}

/// A table of the document.
pub(super) type Tables = Vec<(String, Arc<LookupTable>)>;
