//! How servers echo what they were sent.

use base64::Engine;

/// The text with every byte percent-encoded.
pub(super) fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The forms in which a server may echo a secret, with their names.
pub(super) fn every_form(secret: &str) -> Vec<(&'static str, String)> {
    let each = |form: &dyn Fn(u16) -> String| secret.encode_utf16().map(form).collect::<String>();
    let escaped = serde_json::to_string(secret).unwrap();
    let escaped = escaped[1..escaped.len() - 1].to_owned();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let form: String = secret
        .bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let spread = |between: &str| secret.chars().map(|char| format!("{char}{between}")).collect::<String>();
    let mut forms = vec![
        ("plain", secret.to_owned()),
        ("upper case", secret.to_ascii_uppercase()),
        ("lower case", secret.to_ascii_lowercase()),
        ("percent", form.clone()),
        ("percent, lower hex", form.to_ascii_lowercase()),
        ("form", form.replace("%20", "+")),
        ("percent, all", percent(secret)),
        ("percent, twice", percent(&percent(secret))),
        ("%u", each(&|unit| format!("%u{unit:04x}"))),
        ("JSON", escaped.clone()),
        ("JSON, solidus", escaped.replace('/', "\\/")),
        ("JSON, all", each(&|unit| format!("\\u{unit:04X}"))),
        ("JSON in JSON", each(&|unit| format!("\\\\u{unit:04x}"))),
        ("JSON, percent-encoded", percent(&each(&|unit| format!("\\u{unit:04x}")))),
        ("Rust", secret.chars().map(|char| format!("\\u{{{:x}}}", u32::from(char))).collect()),
        ("C", secret.bytes().map(|byte| format!("\\{byte:03o}")).collect()),
        ("Python", secret.chars().map(|char| format!("\\U{:08x}", u32::from(char))).collect()),
        ("HTML, decimal", secret.chars().map(|char| format!("&#{};", u32::from(char))).collect()),
        ("HTML, hex", secret.chars().map(|char| format!("&#x{:X};", u32::from(char))).collect()),
        ("HTML, open", secret.chars().map(|char| format!("&#{}", u32::from(char))).collect()),
        (
            "HTML, names",
            secret
                .replace('&', "&amp;")
                .replace('/', "&sol;")
                .replace('+', "&plus;")
                .replace('=', "&equals;")
                .replace('é', "&eacute;"),
        ),
        ("wrapped", spread("\r\n ")),
        ("UTF-16", spread("\0")),
        ("UTF-16 in JSON", serde_json::to_string(&spread("\0")).unwrap().trim_matches('"').to_owned()),
        ("hex", secret.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("upper hex", secret.bytes().map(|byte| format!("{byte:02X}")).collect()),
    ];
    for before in ["", "a", "ab", "acme:"] {
        let whole = format!("{before}{secret}");
        for (name, engine) in [
            ("base64", base64::engine::general_purpose::STANDARD),
            ("base64url", base64::engine::general_purpose::URL_SAFE),
        ] {
            forms.push((name, engine.encode(&whole)));
            forms.push((name, engine.encode(format!("{whole}=/tail")).trim_end_matches('=').to_owned()));
            forms.push((name, percent(&engine.encode(&whole))));
        }
    }
    forms
}
