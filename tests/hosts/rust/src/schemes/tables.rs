//! The tables of the READMEs.

use brightpearl_core::auth::{Holding, Scheme, SchemeField, schemes};

use super::{forms, text_of};

/// What the command line and `Client.from_env` read.
pub(super) fn environment() -> String {
    let row = |scheme: &Scheme| {
        let (mut told, mut with, mut perhaps) = (Vec::new(), Vec::new(), Vec::new());
        for field in scheme.texts() {
            let tells = scheme.told_by.contains(&field.name) && field.holds.is_secret();
            let place = match (tells, field.is_optional) {
                (true, _) => &mut told,
                (false, false) => &mut with,
                (false, true) => &mut perhaps,
            };
            place.push(format!("`BRIGHTPEARL_{}`", field.name.to_uppercase()));
        }
        let mut with = with.join(", ");
        if !perhaps.is_empty() {
            with += &format!("{}optionally {}", if with.is_empty() { "" } else { ", " }, perhaps.join(", "));
        }
        format!("| {} | {with} | `{}` |\n", told.join(", "), scheme.type_name)
    };
    let rows: String = schemes().map(row).collect();
    format!("\n| secret | with | credentials |\n|---|---|---|\n{rows}\n")
}

/// What stands at `credentials` in the configuration's JSON.
pub(super) fn configuration() -> String {
    let member = |field: &SchemeField| match (field.holds, field.is_optional) {
        (Holding::Grant(several), _) => {
            let names: Vec<String> = several.iter().map(|form| format!("`{}`", form.name)).collect();
            format!("`{}` ({})", field.name, names.join(" or "))
        }
        (Holding::Text | Holding::Secret | Holding::Milliseconds, true) => {
            format!("optionally `{}`", field.name)
        }
        (Holding::Text | Holding::Secret | Holding::Milliseconds, false) => format!("`{}`", field.name),
    };
    let rows = schemes().map(|scheme| {
        let members: Vec<String> = scheme.fields.iter().map(member).collect();
        format!("| `{}` | {} | {} |\n", scheme.name, text_of(scheme.doc), members.join(", "))
    });
    let inner = schemes().flat_map(|scheme| scheme.fields).flat_map(forms).map(|form| {
        let members: Vec<String> = form.fields.iter().map(member).collect();
        format!("| `{}` in `grant` | {} | {} |\n", form.name, text_of(form.doc), members.join(", "))
    });
    format!("\n| `type` | what it is | members |\n|---|---|---|\n{}\n", rows.chain(inner).collect::<String>())
}
