//! Evaluation against what the `jmespath` crate's own gives, where the classic language and the community's agree and
//! numbers are small enough for it.

use proptest::prelude::*;

use super::ours;

fn theirs(text: &str, record: &str) -> Option<serde_json::Value> {
    let record = jmespath::Variable::from_json(record).expect("JSON");
    let found = jmespath::compile(text).ok()?.search(record).ok()?;
    serde_json::to_value(&*found).ok()
}

const RECORD: &str = r#"{"a": {"b": [1, 2, {"c": "x", "d": null}], "e": "text"}, "f": [[1, 2], [3], 4], "g": "",
    "h": [{"k": "b", "n": 2, "p": "1.50"}, {"k": "a", "n": 1, "p": "2.50"}, {"n": 2, "k": "c"}], "i": true, "j": {}, "with space": 7}"#;

#[test]
fn evaluates_as_the_reference_does() {
    for text in [
        "@",
        "a",
        "a.b[0]",
        "a.b[-1].c",
        "a.b[7]",
        "a.b[-7]",
        "a.e.x",
        "\"with space\"",
        "f[]",
        "f[0][1]",
        "f[*][0]",
        "f[][]",
        "h[*].k",
        "h[?n == `2`].k",
        "h[?n > `1` && k != 'b'].k",
        "h[?k]",
        "h[].{name: k, number: n}",
        "h[].[k, n]",
        "a.*",
        "*.b",
        "h[0:2].n",
        "h[::-1].k",
        "h[-2:].k",
        "h[5:].k",
        "h[:-10:-1].k",
        "g || a.e",
        "a.e && g",
        "!g",
        "!a",
        "i == `true`",
        "h[0].n < h[1].n",
        "h[0].n >= `2`",
        "a.e < `1`",
        "a == a",
        "a.b == `[1, 2, {\"d\": null, \"c\": \"x\"}]`",
        "f | [0]",
        "h[*].n | sum(@)",
        "avg(h[*].n)",
        "abs(`-3`)",
        "ceil(`1.2`)",
        "floor(`-1.2`)",
        "contains(a.e, 'ex')",
        "contains(f[0], `2`)",
        "contains(a.b, `9`)",
        "ends_with(a.e, 'xt')",
        "starts_with(a.e, 'te')",
        "join('-', h[].k)",
        "keys(a)",
        "keys(j)",
        "values(a.b[2])",
        "length(a.e)",
        "length(h)",
        "length(a)",
        "map(&n, h)",
        "map(&x, h)",
        "max(h[].n)",
        "min(h[].k)",
        "max(`[]`)",
        "max_by(h, &n).k",
        "min_by(h, &k).n",
        "merge(a, {e: `1`})",
        "not_null(x, y, a.e)",
        "not_null(x)",
        "reverse(f)",
        "reverse(a.e)",
        "sort(h[].k)",
        "sort(h[].n)",
        "sort_by(h, &k)[].n",
        "sort_by(h, &n)[].k",
        "sum(`[]`)",
        "to_array(a.e)",
        "to_array(f)",
        "to_number(h[0].p)",
        "to_number(a.e)",
        "to_number(i)",
        "to_string(f)",
        "to_string(a.e)",
        "type(a)",
        "type(x)",
        "type(i)",
        "type(f)",
        "sum(h[].to_number(p))",
        "x[]",
        "x[*]",
        "x.*",
        "[a.e, g]",
        "{x: a.e}",
        "x.[a]",
        "a.b[?c]",
        "f[1:][]",
        "h[?contains(k, 'a')]",
        "to_number('')",
        "to_number('x')",
        "sum(h[?k == 'a'].n)",
        "a.b[2].d",
        "`\"literal\"`",
        "'raw \\'string\\''",
        "length(values(@))",
    ] {
        let ours = ours(text, RECORD).unwrap_or_else(|reason| panic!("{text}: {reason}"));
        let found: serde_json::Value = serde_json::from_str(&ours).expect("JSON");
        let expected = theirs(text, RECORD).unwrap_or_else(|| panic!("{text} fails"));
        assert!(same(&found, &expected), "{text}: {found} is not {expected}");
    }
}

/// Equal, with numbers by value.
fn same(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (one, other) {
        (Number(one), Number(other)) => one.as_f64() == other.as_f64(),
        (Array(one), Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Object(one), Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

#[test]
fn what_the_reference_cannot_compute_fails_with_its_reason() {
    for (text, reason) in [
        ("sum(a.e)", "expected an array"),
        ("sum(h[].k)", "takes numbers"),
        ("length(`1`)", "expected a text, an array or an object"),
        ("join(`1`, h[].k)", "argument 1 of join"),
        ("join('-', h[].n)", "an array of texts"),
        ("sort(f)", "orders numbers or texts"),
        ("sort(`[1, \"a\"]`)", "found both"),
        ("max_by(h, &x)", "orders numbers or texts"),
        ("keys(f)", "expected an object"),
        ("merge(a, f)", "expected an object"),
    ] {
        assert!(theirs(text, RECORD).is_none(), "{text}");
        let error = ours(text, RECORD).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let record =
        r#"{"a": [{"p": "0.10"}, {"p": "0.2000"}], "b": 12345678901234567890.123, "c": 1.10, "d": 100.00}"#;
    for (text, expected) in [
        ("sum(a[].to_number(p))", "0.3000"),
        ("a[].to_number(p)", "[0.10,0.2000]"),
        ("b", "12345678901234567890.123"),
        ("b || c", "12345678901234567890.123"),
        ("max([b, c])", "12345678901234567890.123"),
        ("to_string(c)", "\"1.10\""),
        ("[c, d]", "[1.10,100.00]"),
        ("c == `1.1` && d == `100`", "true"),
        ("abs(c)", "1.10"),
        ("avg([c, c])", "1.1"),
    ] {
        assert_eq!(ours(text, record).as_deref(), Ok(expected), "{text}");
    }
}

/// A list or an object is made behind a dot, where both languages make nothing of nothing, and only arrays have
/// parts.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a", "b", "@", "`1`", "`-2`", "'t'", "a.b", "b[0]", "[0]", "`null`", "`[]`", "c",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (pair.clone(), prop::sample::select(vec!["||", "&&", "==", "!=", "<", ">=", "|"]))
                .prop_map(|((left, right), operator)| format!("({left} {operator} {right})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            inner.clone().prop_map(|inner| format!("({inner})[]")),
            inner.clone().prop_map(|inner| format!("({inner})[*]")),
            inner.clone().prop_map(|inner| format!("({inner}).*")),
            inner.clone().prop_map(|inner| format!("to_array({inner})[-1:3:2]")),
            inner.clone().prop_map(|inner| format!("to_array({inner})[::-1]")),
            pair.clone().prop_map(|(left, right)| format!("({left})[?{right}]")),
            pair.clone().prop_map(|(left, right)| format!("@.[{left}, {right}]")),
            pair.prop_map(|(left, right)| format!("@.{{x: {left}, y: {right}}}")),
            inner.clone().prop_map(|inner| format!("not_null({inner})")),
            inner.clone().prop_map(|inner| format!("type({inner})")),
            inner.clone().prop_map(|inner| format!("to_array({inner})")),
            inner.prop_map(|inner| format!("map(&@, to_array({inner}))")),
        ]
    })
}

fn records() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["null", "true", "false", "0", "1", "-2", "\"t\"", "\"\"", "[]", "{}"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|elements| format!("[{}]", elements.join(","))),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("{{\"a\":{a},\"b\":{b},\"c\":{c}}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_expression_says_of_any_record_what_the_reference_says(text in expressions(), record in records()) {
        if let (Ok(ours), Some(expected)) = (ours(&text, &record), theirs(&text, &record)) {
            let found: serde_json::Value = serde_json::from_str(&ours).expect("JSON");
            prop_assert!(same(&found, &expected), "{} of {}: {} is not {}", text, record, found, expected);
        }
    }
}
