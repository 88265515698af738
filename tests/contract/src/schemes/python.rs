//! `credentials.py` of the Python package.

use brightpearl_core::auth::{Holding, Scheme, SchemeField, schemes};

use crate::python::with_lines;
use crate::text::{GENERATED, prose, wrapped};

use super::{flat, forms};

/// The longest line.
const WIDTH: usize = 120;

/// The whole module.
pub(crate) fn module() -> String {
    let names: Vec<&str> = exports();
    let listed: String = names.iter().map(|name| format!("    \"{name}\",\n")).collect();
    let begins = schemes().flat_map(|scheme| scheme.fields).any(|field| !forms(field).is_empty());
    let imported = if begins { "Credentials, grant_of" } else { "Credentials" };
    let head = format!(
        "\"\"\"Who asks.\n\n{GENERATED}\n\"\"\"\n\nfrom __future__ import annotations\n\n\
         from brightpearl.any_credentials import {imported}\n\n__all__ = [\n{listed}]\n"
    );
    schemes().fold(head, |text, scheme| text + &class(scheme))
}

/// What the module offers, in order.
fn exports() -> Vec<&'static str> {
    let mut names: Vec<&str> = schemes().map(|scheme| scheme.type_name).chain(["Credentials"]).collect();
    names.sort_unstable();
    names
}

fn class(scheme: &Scheme) -> String {
    let name = scheme.type_name;
    let secrets: Vec<String> = scheme
        .fields
        .iter()
        .filter(|field| field.holds.is_secret())
        .map(|field| format!("\"{}\"", field.name))
        .collect();
    let secrets = secrets.join(", ");
    let doc = documentation(scheme);
    let constructor = constructor(scheme);
    format!(
        "\n\nclass {name}(Credentials):\n{doc}\n    __slots__ = ()\n    _type = \"{}\"\n    \
         _secrets = frozenset({{{secrets}}})\n\n{constructor}",
        scheme.name
    )
}

fn documentation(scheme: &Scheme) -> String {
    let mut text = wrapped(&format!("\"\"\"{}", prose(scheme.doc)), "    ", WIDTH);
    text.push('\n');
    for field in flat(scheme) {
        text += &wrapped(&format!("`{}`: {}", field.name, going_on(&prose(field.doc))), "    ", WIDTH);
    }
    text + "    \"\"\"\n"
}

/// A sentence that goes on behind a colon.
fn going_on(sentence: &str) -> String {
    sentence[..1].to_lowercase() + &sentence[1..]
}

fn constructor(scheme: &Scheme) -> String {
    let fields = flat(scheme);
    let (optional, required): (Vec<&SchemeField>, Vec<&SchemeField>) =
        fields.iter().partition(|field| field.is_optional);
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(required.iter().map(|field| format!("{}: {}", field.name, type_of(field))));
    if !optional.is_empty() {
        parameters.push("*".to_owned());
    }
    parameters
        .extend(optional.iter().map(|field| format!("{}: {} | None = None", field.name, type_of(field))));
    let mut text = call(4, "def __init__(", &parameters, ") -> None:");
    for field in scheme.fields.iter().filter(|field| !forms(field).is_empty()) {
        let given: Vec<String> = forms(field).iter().flat_map(|form| form.fields).map(keyword).collect();
        text += &call(8, &format!("{}, problem = grant_of(", field.name), &given, ")");
        let secrets: Vec<&str> =
            fields.iter().filter(|field| field.holds.is_secret()).map(|field| field.name).collect();
        text += &format!(
            "        if problem is not None:\n            # A traceback with its variables shows none of them.\n            \
             del {}\n            raise TypeError(problem)\n",
            secrets.join(", ")
        );
    }
    let (optional, required): (Vec<&SchemeField>, Vec<&SchemeField>) =
        scheme.fields.iter().partition(|field| field.is_optional);
    let (plain, formed): (Vec<&SchemeField>, Vec<&SchemeField>) =
        required.into_iter().chain(optional).partition(|field| forms(field).is_empty());
    let given: Vec<String> = plain.into_iter().chain(formed).map(keyword).collect();
    text + &call(8, "super().__init__(", &given, ")")
}

fn keyword(field: &SchemeField) -> String {
    format!("{0}={0}", field.name)
}

/// A call in one line, or with its arguments in a line of their own, or in one line each.
fn call(indent: usize, open: &str, arguments: &[String], close: &str) -> String {
    let joined = arguments.join(", ");
    let line = format!("{:indent$}{open}{joined}{close}\n", "");
    let inner = format!("{:indent$}    {joined}\n", "");
    let inner = if inner.len() <= WIDTH + 1 {
        inner
    } else {
        arguments.iter().map(|argument| format!("{:indent$}    {argument},\n", "")).collect()
    };
    if line.len() <= WIDTH + 1 {
        line
    } else {
        format!("{:indent$}{open}\n{inner}{:indent$}{close}\n", "", "")
    }
}

fn type_of(field: &SchemeField) -> &'static str {
    match field.holds {
        Holding::Text | Holding::Secret => "str",
        Holding::Milliseconds => "int",
        Holding::Grant(_) => "object",
    }
}

/// The package's `__init__.py` with the classes among what it has from elsewhere and among what it offers.
pub(crate) fn package(text: &str) -> Option<String> {
    let lines = |format: fn(&str) -> String| exports().into_iter().map(format).collect();
    let imported = lines(|name| format!("    {name},\n"));
    let text = with_lines(text, "from brightpearl.credentials import (\n", ")\n", imported)?;
    with_lines(&text, "__all__ = [\n", "]\n", lines(|name| format!("    \"{name}\",\n")))
}
