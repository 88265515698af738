//! `credentials.ts` of the Node package.

use std::collections::BTreeSet;

use brightpearl_core::auth::{Holding, SchemeField, schemes};

use crate::text::{GENERATED, pascal, prose, wrapped};

use super::{described, flat, forms};

/// The longest line.
const WIDTH: usize = 120;

/// The whole module.
pub(crate) fn module() -> String {
    let mut text = format!("/** The credentials of every scheme. {GENERATED} */\n");
    let union: String = schemes()
        .map(|scheme| {
            let head = format!(
                "{}  | {{\n      readonly type: \"{}\";\n",
                comment(&prose(scheme.doc), 2),
                scheme.name
            );
            head + &members(scheme.fields, 6) + "    }\n"
        })
        .collect();
    text += &format!(
        "\n/** The credentials of one app on one account. */\nexport type Credentials =\n{};\n",
        union.trim_end()
    );
    for field in schemes().flat_map(|scheme| scheme.fields).filter(|field| !forms(field).is_empty()) {
        let union: String = forms(field)
            .iter()
            .map(|form| {
                let head = format!(
                    "{}  | {{\n      readonly {}: {{\n",
                    comment(&prose(form.doc), 2),
                    camel(form.name)
                );
                head + &members(form.fields, 8) + "      };\n    }\n"
            })
            .collect();
        let (doc, name) = (comment(&prose(field.doc), 0), capital(field.name));
        text += &format!("\n{doc}export type {name} =\n{};\n", union.trim_end());
    }
    text += "\n/** The names that the engine's JSON spells in another way. */\n";
    text += "export const CREDENTIAL_NAMES: readonly (readonly [string, string])[] = [\n";
    text +=
        &renamed().iter().map(|name| format!("  [\"{}\", \"{name}\"],\n", camel(name))).collect::<String>();
    text + "];\n"
}

fn members(fields: &[SchemeField], indent: usize) -> String {
    let member = |field: &SchemeField| {
        let (optional, absent) = if field.is_optional { ("?", " | undefined") } else { ("", "") };
        let (doc, name) = (comment(&described(field), indent), camel(field.name));
        format!("{doc}{:indent$}readonly {name}{optional}: {}{absent};\n", "", type_of(field))
    };
    fields.iter().map(member).collect()
}

fn type_of(field: &SchemeField) -> String {
    match field.holds {
        Holding::Text | Holding::Secret => "string".to_owned(),
        Holding::Milliseconds => "number".to_owned(),
        Holding::Grant(_) => capital(field.name),
    }
}

/// All names that differ, each once.
fn renamed() -> BTreeSet<&'static str> {
    let names = schemes().flat_map(|scheme| {
        let forms = scheme.fields.iter().flat_map(forms).map(|form| form.name);
        flat(scheme).into_iter().map(|field| field.name).chain(forms)
    });
    names.filter(|name| camel(name) != *name).collect()
}

fn comment(doc: &str, indent: usize) -> String {
    let line = format!("{:indent$}/** {doc} */\n", "");
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let lines = wrapped(doc, &format!("{:indent$} * ", ""), WIDTH);
    format!("{:indent$}/**\n{lines}{:indent$} */\n", "", "")
}

/// `appRef` for `app_ref`.
fn camel(name: &str) -> String {
    let whole = capital(name);
    whole[..1].to_lowercase() + &whole[1..]
}

fn capital(name: &str) -> String {
    pascal(&name.replace('_', "-"))
}
