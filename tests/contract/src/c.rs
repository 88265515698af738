//! `ffi/src/status.rs`: the enumerations of C with their names, of which cbindgen makes the header.

use brightpearl_core::Kind;
use brightpearl_core::named::{Entry, Table};

use crate::text::{GENERATED, pascal, prose, table, wrapped};

/// What makes a function visible to C. In two parts, since this text is not the attribute itself, which sources other than
/// those of C may not have.
const EXPORTED: &str = concat!("#[unsafe", "(no_mangle)]");

/// The width of the project's Rust sources.
const WIDTH: usize = 110;

/// One enumeration of C.
struct Enumeration {
    /// Its name: `bp_status`.
    name: &'static str,
    /// What the core calls it, for the conversion.
    core: &'static str,
    doc: String,
    values: Vec<Value>,
    /// The comment of the function that tells names, where there is one.
    names: Option<&'static str>,
}

struct Value {
    variant: String,
    name: String,
    number: i32,
    doc: String,
    /// Whether the core has it, too.
    is_of_core: bool,
}

fn value(entry: &Entry) -> Value {
    Value {
        variant: pascal(entry.name),
        name: entry.name.to_owned(),
        number: entry.number.unwrap_or_default(),
        doc: prose(entry.doc),
        is_of_core: true,
    }
}

/// A value that only C has.
fn own(number: i32, name: &str, doc: &str) -> Value {
    Value { variant: pascal(name), name: name.to_owned(), number, doc: doc.to_owned(), is_of_core: false }
}

fn values(table: &Table) -> Vec<Value> {
    table.entries.iter().filter(|entry| entry.number.is_some()).map(value).collect()
}

fn enumeration(
    name: &'static str,
    core: &'static str,
    table: &Table,
    names: Option<&'static str>,
) -> Enumeration {
    Enumeration { name, core, doc: prose(table.doc), values: values(table), names }
}

fn status() -> Enumeration {
    let mut values = vec![own(0, "ok", "It worked.")];
    values.extend(self::values(&table("error-kind")));
    values.extend([
        own(
            100,
            "null-pointer",
            "A pointer is NULL that must not be; the error's location names the argument.",
        ),
        own(101, "bad-utf8", "An input is not UTF-8; the error's location names the argument and the byte."),
        own(
            102,
            "panic",
            "A defect in the library. The handle that was used may only be freed. Please report it.",
        ),
    ]);
    Enumeration {
        name: "bp_status",
        core: "Kind",
        doc: "What a function came to. 0 is success; the numbers never change their meaning.".to_owned(),
        values,
        names: Some(
            "The name of a status, such as `not-found`: the same in every host of the engine, and `ok`, `null-pointer`, \
             `bad-utf8`, `panic` for the ones that only C has. NUL-terminated, static, never NULL; `unknown` for a number \
             that is not a status.",
        ),
    }
}

fn operation_kind() -> Enumeration {
    let mut kinds = enumeration(
        "bp_operation_kind",
        "operation::OperationKind",
        &table("operation-kind"),
        Some("The name of a kind of operation, such as `search`. As `bp_status_name` otherwise."),
    );
    kinds.values.insert(0, own(0, "none", "There is no call."));
    kinds
}

fn record_state() -> Enumeration {
    let mut states = enumeration(
        "bp_record_state",
        "flow::State",
        &table("outcome-state"),
        Some("The name of how a record ended, such as `maybe-applied`. As `bp_status_name` otherwise."),
    );
    states.values.insert(0, own(0, "none", "There is no outcome, or one of a later release."));
    states
}

/// Steps and outputs are one list in C.
fn step_kind() -> Enumeration {
    let mut values: Vec<Value> =
        ["step-kind", "output-kind"].iter().flat_map(|name| self::values(&table(name))).collect();
    for value in &mut values {
        value.doc += &format!(" {}", fields(&value.name));
        value.is_of_core = table("output-kind").entries.iter().any(|entry| entry.name == value.name);
    }
    values.push(own(0, "none", "Nothing: polling failed, and its error says why."));
    values.sort_by_key(|value| value.number);
    Enumeration {
        name: "bp_step_kind",
        core: "OutputKind",
        doc: "What to do next, and with it which fields of the step are set. Kinds with a result are output: polling again \
              says that it was consumed."
            .to_owned(),
        values,
        names: Some("The name of a step, such as `page`. As `bp_status_name` otherwise."),
    }
}

/// Which fields of `bp_step` belong to a step.
fn fields(step: &str) -> String {
    let own = match step {
        "send" => "`exchange`, `attempt`, `method`, `url`, `headers`, `header_count`, `body`",
        "wait" => "`wait_until`, `wait_reason`",
        "feed" => "`feed_room`",
        "pending" | "done" => "none",
        "page" | "resources" | "reply" | "journal" => return format!("Field: `{step}`."),
        _ => return "Field: `data`.".to_owned(),
    };
    format!("Fields: {own}.")
}

/// The whole module.
pub(crate) fn module() -> String {
    let enumerations = [
        status(),
        enumeration(
            "bp_delivery",
            "Delivery",
            &table("delivery"),
            Some("The name of a delivery state, such as `maybe-applied`. As `bp_status_name` otherwise."),
        ),
        enumeration(
            "bp_severity",
            "validate::Severity",
            &table("severity"),
            Some("The name of a severity, such as `warning`. As `bp_status_name` otherwise."),
        ),
        enumeration(
            "bp_fault",
            "validate::Fault",
            &table("fault"),
            Some("The name of a fault, such as `wrong-type`. As `bp_status_name` otherwise."),
        ),
        step_kind(),
        enumeration(
            "bp_wait_reason",
            "WaitReason",
            &table("wait-reason"),
            Some("The name of a reason to wait, such as `token-refresh`. As `bp_status_name` otherwise."),
        ),
        operation_kind(),
        record_state(),
        enumeration(
            "bp_unaccepted",
            "webhook::Unaccepted",
            &table("unaccepted"),
            Some(
                "The name of a reason to refuse a notification, such as `wrong-secret`. As `bp_status_name` otherwise.",
            ),
        ),
        enumeration(
            "bp_removal_reason",
            "webhook::RemovalReason",
            &table("removal-reason"),
            Some(
                "The name of a reason for which a webhook goes, such as `old-secret`. As `bp_status_name` otherwise.",
            ),
        ),
    ];
    let mut text = format!(
        "//! Stable numbers for what the core names.\n//!\n//! {GENERATED}\n\nuse std::ffi::{{CStr, c_char}};\n\n\
         use brightpearl_core as core;\n"
    );
    text += "\n";
    text += &of_record();
    for enumeration in &enumerations {
        text += "\n";
        text += &declaration(enumeration);
        if enumeration.names.is_some() {
            text += "\n";
            text += &names(enumeration);
        }
        text += "\n";
        text += &conversion(enumeration);
    }
    text
}

/// The function that tells the kinds of errors that the same record would meet again.
fn of_record() -> String {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_of_record());
    let numbers: Vec<String> =
        kinds.map(|kind| format!("bp_status::{} as i32", pascal(kind.as_str()))).collect();
    let doc = wrapped(
        "Whether the same record would meet an error of this status again. What is Brightpearl's at the moment, the \
         network's, or of a right that the app lacks, may be over the next time.",
        "/// ",
        WIDTH,
    );
    let listed: String = numbers.iter().map(|number| format!("        {number},\n")).collect();
    format!(
        "const OF_RECORD: [i32; {}] = [\n{}];\n\n{doc}{EXPORTED}\npub extern \"C\" fn bp_status_is_of_record(status: i32) \
         -> bool {{\n    OF_RECORD.contains(&status)\n}}\n",
        numbers.len(),
        listed.replace("        ", "    "),
    )
}

fn declaration(Enumeration { name, doc, values, .. }: &Enumeration) -> String {
    let mut text = wrapped(doc, "/// ", WIDTH);
    text += "#[repr(i32)]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n";
    text += &format!("pub enum {name} {{\n");
    for Value { variant, number, doc, .. } in values {
        text += &wrapped(doc, "    /// ", WIDTH);
        text += &format!("    {variant} = {number},\n");
    }
    text + "}\n"
}

/// The function that tells the name of a number, and the names.
fn names(Enumeration { name, values, names, .. }: &Enumeration) -> String {
    let argument = name.trim_start_matches("bp_").rsplit('_').next().unwrap_or_default();
    let mut text = wrapped(names.unwrap_or_default(), "/// ", WIDTH);
    text += &format!(
        "{EXPORTED}\npub extern \"C\" fn {name}_name({argument}: i32) -> *const c_char {{\n    \
         let known = {name}::ALL.into_iter().find(|known| *known as i32 == {argument});\n    \
         known.map_or(c\"unknown\", {name}::name).as_ptr()\n}}\n\nimpl {name} {{\n"
    );
    let listed: Vec<String> = values.iter().map(|value| format!("Self::{}", value.variant)).collect();
    let line = format!("    pub(crate) const ALL: [Self; {}] = [{}];\n", values.len(), listed.join(", "));
    let several = listed.iter().map(|value| format!("        {value},\n")).collect::<String>();
    let broken = format!("    pub(crate) const ALL: [Self; {}] = [\n{several}    ];\n", values.len());
    text += if line.len() <= WIDTH && listed.len() <= 4 { &line } else { &broken };
    text += "\n    /// The name, as other hosts spell it.\n    pub(crate) fn name(self) -> &'static CStr {\n        match self {\n";
    for Value { variant, name, .. } in values {
        text += &format!("            Self::{variant} => c\"{name}\",\n");
    }
    text + "        }\n    }\n}\n"
}

fn conversion(Enumeration { name, core, values, .. }: &Enumeration) -> String {
    let mut text = format!(
        "impl From<core::{core}> for {name} {{\n    fn from(value: core::{core}) -> Self {{\n        match value {{\n"
    );
    for Value { variant, .. } in values.iter().filter(|value| value.is_of_core) {
        text += &format!("            core::{core}::{variant} => Self::{variant},\n");
    }
    text + "        }\n    }\n}\n"
}
