//! The rows of the documentation's tables.

use brightpearl_core::auth::{Holding, Scheme, SchemeField, schemes};

use crate::text::prose;

use super::forms;

/// What the command line and `Client.from_env` read.
pub(crate) fn environment() -> Vec<String> {
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
        format!("| {} | {with} | `{}` |", told.join(", "), scheme.type_name)
    };
    schemes().map(row).collect()
}

/// What stands at `credentials` in the configuration's JSON.
pub(crate) fn configuration() -> Vec<String> {
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
        format!("| `{}` | {} | {} |", scheme.name, prose(scheme.doc), members.join(", "))
    });
    let inner = schemes().flat_map(|scheme| scheme.fields).flat_map(forms).map(|form| {
        let members: Vec<String> = form.fields.iter().map(member).collect();
        format!("| `{}` in `grant` | {} | {} |", form.name, prose(form.doc), members.join(", "))
    });
    rows.chain(inner).collect()
}
