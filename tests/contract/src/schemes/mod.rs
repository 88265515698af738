//! What the faces have of the schemes of credentials, from what the engine says of them: records, classes, types and
//! tables.

pub(crate) mod component;
pub(crate) mod documentation;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod wit;

use brightpearl_core::auth::{GrantForm, Holding, Scheme, SchemeField};

use crate::text::prose;

/// What a field is, and that it is secret where it is.
fn described(field: &SchemeField) -> String {
    let text = prose(field.doc);
    match field.holds {
        Holding::Secret => format!("{text} Secret."),
        Holding::Text | Holding::Milliseconds | Holding::Grant(_) => text,
    }
}

/// The forms of a field that has several.
fn forms(field: &SchemeField) -> &'static [GrantForm] {
    match field.holds {
        Holding::Grant(forms) => forms,
        Holding::Text | Holding::Secret | Holding::Milliseconds => &[],
    }
}

/// The fields of a scheme with those of its forms in the place of the field that has them.
fn flat(scheme: &Scheme) -> Vec<SchemeField> {
    let fields = scheme.fields.iter().flat_map(|field| match field.holds {
        Holding::Grant(forms) => optional(forms.iter().flat_map(|form| form.fields)),
        Holding::Text | Holding::Secret | Holding::Milliseconds => vec![*field],
    });
    fields.collect()
}

/// Fields of which none has to be there, since they belong to one form of several.
fn optional<'a>(fields: impl Iterator<Item = &'a SchemeField>) -> Vec<SchemeField> {
    fields.map(|field| SchemeField { is_optional: true, ..*field }).collect()
}
