//! What is wrong with an expression: where, and what was expected.

use proptest::prelude::*;

use super::super::Expression;
use super::super::size::{too_deep, too_many_brackets, too_many_operations};
use super::ours;
use crate::mapping::limit::EXPRESSION_DEPTH;

#[test]
fn wrong_expressions_are_refused_with_where_and_why() {
    for (text, reason) in [
        ("", "found the end, expected an expression (line 1, column 1)"),
        ("a..b", "found `.`, expected a name, a function, `*`, `[` or `{` behind the dot (line 1, column 3)"),
        ("a ==", "found the end, expected an expression (line 1, column 5)"),
        (
            "a\n  = b",
            "found `=`, which is `==` where values are compared, expected an operator or the end (line 2, column 3)",
        ),
        ("é", "'é' begins nothing; expected a name, a value or an operator (line 1, column 1)"),
        ("'é' #", "'#' begins nothing; expected a name, a value or an operator (line 1, column 5)"),
        ("a b", "found `b`, expected an operator or the end (line 1, column 3)"),
        (
            "a['b']",
            "found `'b'`, expected a place such as `0` or `-1`, a part such as `1:3`, or `*` (line 1, column 3)",
        ),
        ("a[", "found the end, expected a place"),
        ("a[1", "expected `:` or `]`"),
        ("a[1:x]", "found `x`, expected a whole number, `:` or `]`"),
        ("a[1:2:3:4]", "found `:`, expected `]`"),
        ("a[99999999999]", "the place \"99999999999\" is beyond 2147483647 (line 1, column 3)"),
        (
            "price - 1",
            "found `1`, expected an expression; a number stands in backticks, as in `1` (line 1, column 9)",
        ),
        ("a -1", "a number stands in backticks"),
        ("a['", "the ' has no end"),
        ("\"a", "the \" has no end"),
        ("`[1", "the ` has no end"),
        ("`{`", "the JSON between backticks is invalid: at byte 1"),
        ("`red`", "a text stands in single quotes"),
        ("\"\\x\"", "the name \"\\\\x\" is invalid; expected a JSON string"),
        ("\"length\"(a)", "expected a function's name, which has no quotes"),
        ("[a b]", "found `b`, expected an operator, `,` or `]`"),
        ("[a,]", "found `]`, expected an expression"),
        ("{a}", "found `}`, expected `:` and the member's value"),
        ("{a: b", "found the end, expected an operator, `,` or `}`"),
        ("{}", "found `}`, expected a member's name"),
        ("{1: a}", "expected a member's name"),
        ("(a", "found the end, expected an operator or `)`"),
        ("a)", "found `)`, expected an operator or the end"),
        ("a[?b", "found the end, expected an operator or `]`"),
        ("lenght(a)", "there is no function lenght; did you mean length? (line 1, column 1)"),
        ("a[].nothing(a)", "there is no function nothing; expected one of abs, avg, ceil, contains"),
        ("length()", "length has 0 arguments; expected 1 (line 1, column 1)"),
        ("length(a, b)", "length has 2 arguments; expected 1"),
        ("not_null()", "not_null has 0 arguments; expected 1 or more"),
        ("find_first(a)", "find_first has 1 argument; expected 2 to 4"),
        ("length(a", "found the end, expected an operator, `,` or `)`"),
        ("sort_by(a, b)", "argument 2 of sort_by begins with `&`"),
        ("length(&a)", "`&` stands only before an argument of a function that takes an expression"),
        ("&a", "`&` stands only before"),
        ("a[::0]", "a slice with the step 0 goes nowhere (line 1, column 5)"),
        ("a ? b", "found the end, expected `:`"),
        ("$.", "behind the dot"),
        ("@.", "behind the dot"),
        ("a.1", "behind the dot"),
        ("a *", "found the end, expected an expression"),
    ] {
        let error = Expression::parse(text).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
        assert!(error.contains("(line ") || error.contains("has "), "{text}: {error}");
    }
}

#[test]
fn a_name_with_a_dash_in_it_is_doubted() {
    for (text, is_doubted) in [
        ("order-id", true),
        ("a[?tax-rate > `1`]", true),
        ("total - discount", false),
        ("total -discount", false),
        ("-total", false),
        ("\"order-id\"", false),
        ("a[-1]", false),
        ("a-`1`", false),
        ("'order-id'", false),
    ] {
        let doubt = Expression::parse(text).expect(text).doubt;
        assert_eq!(doubt.is_some(), is_doubted, "{text}: {doubt:?}");
    }
}

#[test]
fn length_and_depth_have_limits() {
    let refused = |text: &str| Expression::parse(text).map(|_| ()).expect_err(text);
    let takes =
        |text: &str| drop(Expression::parse(text).unwrap_or_else(|reason| panic!("{text}: {reason}")));
    // A plain path is one operation, however long.
    takes(&format!("a{}", ".a".repeat(400)));
    assert!(refused(&format!("a{}", ".a".repeat(401))).contains("401 operators"));
    assert!(refused(&format!("'{}'", "a".repeat(3_000))).contains("3002 bytes"));
    for (open, close) in [("(", ")"), ("[", "]"), ("{a:", "}"), ("abs(", ")")] {
        let nested = |depth: usize| open.repeat(depth) + "a" + &close.repeat(depth);
        takes(&nested(EXPRESSION_DEPTH));
        assert!(refused(&nested(EXPRESSION_DEPTH + 1)).contains("brackets in each other"), "{open}");
    }
    assert_eq!(refused(&"(".repeat(EXPRESSION_DEPTH + 1)), too_many_brackets(EXPRESSION_DEPTH));
    assert_eq!(refused(&format!("a||`{}`", "[".repeat(EXPRESSION_DEPTH + 1))), too_many_brackets(3));
    takes(&format!("`\"{}\"`", "[".repeat(EXPRESSION_DEPTH)));
    for chain in ["||b", "&&b", "|[b]", "[*]", ".*", "==b", "+b", "/b", "[::2]"] {
        let chained = |count: usize| "a".to_owned() + &chain.repeat(count);
        takes(&chained(50));
        assert_eq!(refused(&chained(114)), too_many_operations(), "{chain}");
    }
    for chain in ["[]", "[?b]"] {
        let chained = |count: usize| "a".to_owned() + &chain.repeat(count);
        takes(&chained(50));
        assert_eq!(refused(&chained(60)), too_many_operations(), "{chain}");
    }
    for prefix in ["!", "-", "+", "a?b:", "a?", "let $a = b in ", "!(", "a==(b||"] {
        takes(
            &(prefix.repeat(14)
                + "a"
                + &(if prefix == "a?" {
                    ":a".repeat(14)
                } else {
                    ")".repeat(14 * prefix.matches('(').count())
                })),
        );
        assert_eq!(refused(&(prefix.repeat(EXPRESSION_DEPTH + 1) + "a")), too_deep(), "{prefix}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "([a-c]|let |in |\\$[a-c]|[\\[\\](){}!&|<>=*?@:,'\"`0-9 \\-\\\\+/%$×÷−é.]){0,40}") {
        if let Err(error) = ours(&text, r#"{"a": [{"b": 1}, "x", null], "b": 2, "c": "text"}"#) {
            prop_assert!(!error.is_empty());
        }
    }

    #[test]
    fn no_words_make_it_panic(words in prop::collection::vec(prop::sample::select(vec![
        "a", "b", "@", "$", "let $x = ", " in ", "$x", "(", ")", "[", "]", "[?", "[]", "[*]", "[0]", "[::-1]", "{a: ", "}", ",", ".",
        ".*", "|", "||", "&&", "!", "-", "+", " * ", " / ", "//", "%", "==", "<", "?", ":", "'t'", "`1`", "`0`", "`null`", "`[1, 2]`",
        "split(", "pad_left(", "group_by(", "&", "from_items(", "items(", "zip(", "length(", "map(&", "sort_by(",
    ]), 0..16)) {
        let _ = ours(&words.concat(), r#"{"a": [{"b": 1}, "x", null], "b": 2, "c": "text"}"#);
    }
}
