//! Expressions that multiply what they are given: each ends at the limit of its record, before memory or time runs out.

use super::super::{Expression, Scope};
use crate::mapping::limit::Allowance;
use crate::mapping::tape::Tape;
use crate::mapping::value::Value;

/// A record in which there is much to look at, but not much of it.
fn record() -> String {
    let numbers: Vec<String> = (0..2_000).map(|number| number.to_string()).collect();
    let members: Vec<String> = (0..500).map(|number| format!(r#""k{number}":{number}"#)).collect();
    let (numbers, members, text) = (numbers.join(","), members.join(","), "ab".repeat(5_000));
    format!(r#"{{"a":[{numbers}],"o":{{{members}}},"t":"{text}","one":"x"}}"#)
}

/// What an expression makes of the record when so much is left of what it may take.
fn with_left(steps: usize, bytes: usize, text: &str) -> Result<String, String> {
    let expression = Expression::parse(text)?;
    let record = record();
    let tape = Tape::read(record.as_bytes()).expect("JSON");
    let root = Value::of(tape.root());
    let allowance = Allowance::new(0);
    allowance.step(2_000_000 - steps)?;
    allowance.bytes((16 << 20) - bytes)?;
    let value = expression.evaluate(&Scope::new(&root, None, &root, &allowance))?;
    let mut out = String::new();
    value.write(&mut out);
    Ok(out)
}

#[test]
fn what_an_expression_multiplies_is_counted_before_it_is_made() {
    for text in [
        "pad_left(one, `1000000000`, 'x')",
        "pad_right(one, `99999999999999999999`)",
        "replace(t, 'a', t)",
        "replace(t, '', t)",
        "map(&split($.t, ''), a)",
        "map(&contains($.t, 'zzz'), a)",
        "map(&find_first($.t, 'zzz'), a)",
        "map(&($.t[::2] == 'x'), a)",
        "map(&($.a == $.a), a)",
        "map(&$.a[-1], a)",
        "map(&$.a[1999], a)",
        "map(&$.a[2001], a)",
        "map(&$.o.k499, a)",
        "let $a = a in map(&$a[-1], a)",
        "let $o = merge(o, `{}`) in map(&$o.k499, a)",
        "let $t = t in map(&upper($t), a)",
        "map(&contains($.a, @ + `1`), a)",
        "map(&items($.o), a)",
        "map(&zip($.a, $.a), a)",
        "map(&from_items(items($.o)), a)",
        "map(&group_by([$.o], &to_string(@)), a)",
        "let $b = a[].[$.a] in $b[].[@, $b]",
    ] {
        let error = with_left(150_000, 1 << 20, text).expect_err(text);
        assert!(error.contains("which is the limit for its length"), "{text}: {error}");
    }
}

#[test]
fn what_is_looked_at_once_costs_as_much_as_there_is_of_it() {
    for (text, expected) in [
        ("length(replace(t, 'a', 'cc'))", "15000"),
        ("length(split(t, 'a'))", "5001"),
        ("find_last(t, 'a')", "9998"),
        ("length(zip(a, a))", "2000"),
        ("length(from_items(items(o)))", "500"),
        ("length(map(&(@ * `2` + $.a[1]), a))", "2000"),
        ("let $some = a[:20] in length(a[?contains($some, @)])", "20"),
        ("let $same = a[] in length(map(&$same[0], a))", "2000"),
        ("let $few = a[:10] in length(a[:500][].[sum($few), $few == $few, $few[?@ == `1`]])", "500"),
        ("length(pad_left(one, `100000`))", "100000"),
    ] {
        assert_eq!(with_left(150_000, 1 << 20, text).as_deref(), Ok(expected), "{text}");
    }
}
