//! `wasm/src/credentials.rs`: how the component takes credentials over from the records of the WIT package.

use std::fmt::Write;

use brightpearl_core::auth::{Holding, SchemeField, schemes};

use crate::text::{GENERATED, pascal};

use super::forms;

/// The longest line, as rustfmt has it.
const WIDTH: usize = 110;

/// The whole module.
pub(crate) fn module() -> String {
    let cases: String = schemes()
        .map(|scheme| {
            let (theirs, ours) = (camel(scheme.name), scheme.type_name);
            format!("            wit::Credentials::{theirs}(given) => Self::{ours}(given.into()),\n")
        })
        .collect();
    let mut text = format!(
        "//! Credentials, inwards. {GENERATED}\n\n\
         use brightpearl_core::auth;\n\nuse crate::wit;\n\n\
         impl From<wit::Credentials> for auth::Credentials {{\n    \
         fn from(credentials: wit::Credentials) -> Self {{\n        match credentials {{\n{cases}        }}\n    }}\n}}\n"
    );
    for scheme in schemes() {
        text += &conversion(&camel(scheme.name), scheme.type_name, scheme.fields);
        scheme.fields.iter().for_each(|field| text += &variant(field));
    }
    text
}

/// From a record to a structure.
fn conversion(theirs: &str, ours: &str, fields: &[SchemeField]) -> String {
    format!(
        "\nimpl From<wit::{theirs}> for auth::{ours} {{\n    fn from(given: wit::{theirs}) -> Self {{\n{}{}    }}\n}}\n",
        structure(8, &format!("let wit::{theirs}"), names(fields), " = given;"),
        structure(8, "Self", values(fields), ""),
    )
}

/// From a variant to an enum, for a field that has several forms.
fn variant(field: &SchemeField) -> String {
    if forms(field).is_empty() {
        return String::new();
    }
    let kind = camel(field.name);
    let mut text = format!(
        "\nimpl From<wit::{kind}> for auth::{kind} {{\n    fn from(given: wit::{kind}) -> Self {{\n        match given {{\n"
    );
    for form in forms(field) {
        let (case, record) = (camel(form.name), camel(form.record));
        // Writing to memory does not fail.
        let _ = write!(
            text,
            "            wit::{kind}::{case}(given) => {{\n{}{}            }}\n",
            structure(16, &format!("let wit::{record}"), names(form.fields), " = given;"),
            structure(16, &format!("Self::{case}"), values(form.fields), ""),
        );
    }
    text + "        }\n    }\n}\n"
}

/// A structure's members in one line, or in one line each where that is too long.
fn structure(indent: usize, head: &str, members: Vec<String>, tail: &str) -> String {
    let line = format!("{:indent$}{head} {{ {} }}{tail}\n", "", members.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let lines: String = members.iter().map(|member| format!("{:indent$}    {member},\n", "")).collect();
    format!("{:indent$}{head} {{\n{lines}{:indent$}}}{tail}\n", "", "")
}

fn names(fields: &[SchemeField]) -> Vec<String> {
    fields.iter().map(|field| field.name.to_owned()).collect()
}

fn values(fields: &[SchemeField]) -> Vec<String> {
    let value = |field: &SchemeField| {
        let name = field.name;
        match field.holds {
            Holding::Text | Holding::Milliseconds => name.to_owned(),
            Holding::Secret | Holding::Grant(_) if field.is_optional => {
                format!("{name}: {name}.map(Into::into)")
            }
            Holding::Secret | Holding::Grant(_) => format!("{name}: {name}.into()"),
        }
    };
    fields.iter().map(value).collect()
}

/// `PrivateApp` for `private-app`, as bindings name a record.
fn camel(name: &str) -> String {
    pascal(&name.replace('_', "-"))
}
