#[path = "../../tests/echoes/mod.rs"]
mod echoes;

use super::*;
use echoes::{every_form, percent};

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
    for before in (0..80).step_by(13) {
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
        ("token 'Zq7-W'... 9 more characters", "token '[redacted]'... 9 more characters"),
        ("token Zq7-W ... p8Rt2", "token [redacted] ... p8Rt2"),
        ("found \"Zq7-W\" and more, expected", "found \"[redacted]\" and more, expected"),
        ("found \"Zq7-W\" and me", "found \"Zq7-W\" and me"),
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

#[test]
fn a_text_that_nobody_reads_to_its_end_is_cut_behind_the_secrets() {
    let secret = "Zq7-Wx9_Kv3Lm5Np8Rt2Yb4Jd6Fg1Hc0";
    let redactor = Redactor::new([secret]);
    for before in [MOST - 31, MOST - 3] {
        let text = format!("{}{secret}{}", "x".repeat(before), " y".repeat(MOST));
        let blanked = redactor.blank(&text);
        assert!(blanked.len() < MOST + 20 && blanked.ends_with('…') && !blanked.contains("Zq7"), "{before}");
    }
    // What a server could send to keep its client busy.
    for hostile in ["…", "Zq7…", "&#", "%2", "***", &base64::engine::general_purpose::STANDARD.encode(secret)]
    {
        redactor.blank(&hostile.repeat(PIECE / hostile.len()));
    }
}

#[test]
fn what_is_looked_at_before_a_break_does_not_grow_with_the_secrets() {
    let starts: Vec<usize> = (0..30_000).step_by(3).collect();
    for end in (0..=30_000).step_by(101) {
        let near = near(&starts, end);
        assert!(
            near.len() < LONG && near.iter().all(|start| (start + BEGINNING..start + LONG).contains(&end))
        );
    }
    let tokens = ["a", "b"].map(|tail| format!("{}{}", "eyJhbGciOi".repeat(150), tail));
    let redactor = Redactor::new(tokens.iter().map(String::as_str));
    let blanked = redactor.blank(&format!("{}{}… eyJhbGciOi... eyJhb", "eyJ".repeat(9), &tokens[0][..1_400]));
    assert!(!blanked.contains("hbG"), "{blanked}");
}
