use super::*;

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn every_form(secret: &str) -> Vec<(&'static str, String)> {
    let each = |form: &dyn Fn(u16) -> String| secret.encode_utf16().map(form).collect::<String>();
    let escaped = serde_json::to_string(secret).unwrap();
    let escaped = escaped[1..escaped.len() - 1].to_owned();
    let form = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
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

/// What is left between the words around.
fn left(text: &str) -> &str {
    text.strip_prefix("Invalid token: <").and_then(|rest| rest.strip_suffix("> (401)")).unwrap_or(text)
}

#[test]
fn secrets_are_blanked_in_every_form() {
    for secret in [
        "irhkVURW uLDY/wziD+hCsS=\"é",
        "c72a9373-86f5-4138-a41f-c26cd9abfe4e",
        "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=",
        "1234567890123456789",
        "p&ss<w>\\rd%41",
        "s3cret",
        "k9T/x",
        &"hV7q".repeat(30),
    ] {
        let redactor = Redactor::new([secret]);
        for (form, echo) in every_form(secret) {
            let text = format!("Invalid token: <{echo}> (401)");
            let blanked = redactor.blank(&text);
            // Two words may look like one that is wrapped.
            if form == "wrapped" && secret.len() < PART {
                continue;
            }
            let rest: String = left(&blanked).replace(BLANK, "");
            assert!(blanked.contains(BLANK) && rest.len() <= 6, "{secret:?} as {form}: {text} -> {blanked}");
            assert!(redactor.blank(&blanked) == blanked, "{blanked}");
        }
    }
}

/// The longest beginning of the secret that a text shows.
fn shown_of(secret: &str, text: &str) -> usize {
    (1..=secret.len()).rev().find(|length| text.contains(&secret[..*length])).unwrap_or_default()
}

#[test]
fn a_quote_that_ends_in_a_secret_shows_no_part_of_it() {
    let secret = "Zq7-Wx9_Kv3Lm5Np8Rt2Yb4Jd6Fg1Hc0".repeat(2);
    let redactor = Redactor::new([secret.as_str()]);
    for before in (0..80).step_by(3) {
        for behind in ["", "\"}", &" and more".repeat(40)] {
            for (form, echo) in every_form(&secret) {
                let body = format!("{}{echo}{behind}", "·".repeat(before));
                let shown = Quote::of(body.as_bytes()).shown(&redactor);
                let most = (1..=echo.len()).rev().find(|end| shown.contains(&echo[..*end])).unwrap_or(0);
                assert!(most < 3 && shown_of(&secret, &shown) < 3, "{before} {form}: {shown}");
            }
        }
    }
}

#[test]
fn a_beginning_is_blanked_where_the_text_breaks_off() {
    let redactor = Redactor::new(["Zq7-Wx9_Kv3Lm5Np8Rt2", "Qp5!Vb"]);
    for (text, expected) in [
        ("token=Zq7-", "token=[redacted]"),
        ("token=Zq7", "token=[redacted]"),
        ("token Zq7-Wx… is bad", "token [redacted]… is bad"),
        ("token Zq7-... is bad", "token [redacted]... is bad"),
        ("token Zq7-W***** is bad", "token [redacted]***** is bad"),
        ("token=Zq7-%5", "token=[redacted]%5"),
        ("token=Zq7\\u00", "token=[redacted]\\u00"),
        ("password Qp5!", "password [redacted]"),
        ("the end of 5Np8Rt2 and Kv3Lm5Np8R", "the end of 5Np8Rt2 and [redacted]"),
    ] {
        assert_eq!(redactor.blank(text), expected);
    }
}

#[test]
fn what_is_no_secret_stays() {
    let redactor = Redactor::new(["c72a9373-86f5-4138-a41f-c26cd9abfe4e", "t", "pin1", "s3cret"]);
    for text in [
        "",
        "a é % \\ & %zz &amp; &#; \\u12 \\ud800 %C3 &nosuch;",
        "<html><head><title>502 Bad Gateway</title></head>",
        "{\"errors\":[{\"code\":\"CMNC-018\",\"message\":\"The filter cannot be parsed as: IDSET\"}]}",
        "https://use1.brightpearlconnect.com/public-api/acme/order-service/order/1-200",
        "the pin12, and cret",
    ] {
        assert_eq!(redactor.blank(text), text);
    }
    assert_eq!(redactor.blank("the token t, pin1 (PIN1)"), "the token [redacted], [redacted] ([redacted])");
    assert_eq!(Redactor::new([]).blank("as it is %41"), "as it is %41");
}

#[test]
fn a_text_of_any_length_is_blanked_in_pieces() {
    let secret = "Zq7-Wx9_Kv3Lm5Np8Rt2Yb4Jd6Fg1Hc0";
    let redactor = Redactor::new([secret]);
    for before in [PIECE - 40, PIECE - 16, PIECE, PIECE + 380, 3 * PIECE - 1] {
        for echo in [secret.to_owned(), percent(secret)] {
            let text = format!("{}é{echo}é{}", "x ".repeat(before / 2), " y".repeat(PIECE));
            let expected = text.replace(&echo, BLANK);
            assert!(redactor.blank(&text) == expected, "{before}");
        }
    }
}
