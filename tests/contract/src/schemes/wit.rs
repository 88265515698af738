//! The records of `wit/types.wit`.

use brightpearl_core::auth::{Holding, SchemeField, schemes};

use crate::component::SINCE;
use crate::text::{prose, wrapped};

use super::{described, forms};

/// The longest line.
const WIDTH: usize = 110;

/// A record for each scheme and each form of a field, and the variant of all schemes.
pub(crate) fn types() -> String {
    let mut text = String::new();
    for scheme in schemes() {
        for field in scheme.fields {
            for form in forms(field) {
                text += &record(&prose(form.doc), form.record, form.fields);
            }
            if !forms(field).is_empty() {
                let cases = forms(field)
                    .iter()
                    .map(|form| (prose(form.doc), form.name.replace('_', "-"), form.record));
                text += &variant(&prose(field.doc), field.name, cases);
            }
        }
        text += &record(&prose(scheme.doc), scheme.name, scheme.fields);
    }
    let cases = schemes().map(|scheme| (prose(scheme.doc), scheme.name.to_owned(), scheme.name));
    text + variant("Who asks.", "credentials", cases).trim_end() + "\n"
}

fn record(doc: &str, name: &str, fields: &[SchemeField]) -> String {
    let fields = fields.iter().map(|field| {
        let name = field.name.replace('_', "-");
        format!("{}        {name}: {},\n", comment(&described(field), 8), type_of(field))
    });
    format!("{}    {SINCE}\n    record {name} {{\n{}    }}\n\n", comment(doc, 4), fields.collect::<String>())
}

fn variant(doc: &str, name: &str, cases: impl Iterator<Item = (String, String, &'static str)>) -> String {
    let cases = cases.map(|(doc, name, record)| format!("{}        {name}({record}),\n", comment(&doc, 8)));
    format!(
        "{}    /// It goes in only.\n    {SINCE}\n    variant {name} {{\n{}    }}\n\n",
        comment(doc, 4),
        cases.collect::<String>()
    )
}

fn type_of(field: &SchemeField) -> String {
    let name = match field.holds {
        Holding::Text | Holding::Secret => "string",
        Holding::Milliseconds => "epoch-milliseconds",
        Holding::Grant(_) => field.name,
    };
    if field.is_optional { format!("option<{name}>") } else { name.to_owned() }
}

fn comment(doc: &str, indent: usize) -> String {
    wrapped(doc, &format!("{:indent$}/// ", ""), WIDTH)
}
