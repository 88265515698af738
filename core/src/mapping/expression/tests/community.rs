//! What the community's edition has beyond the classic language.

use super::ours;

const RECORD: &str = r#"{"order": {"currency": "EUR", "total": "120.50", "rate": 0.2, "discount": 3, "empty": ""},
    "lines": [{"sku": "MUG-1", "quantity": 2, "price": "1.10", "kind": "goods"},
              {"sku": "TEA-2", "quantity": 3, "price": "2.20", "kind": "goods"},
              {"sku": "GIFT", "quantity": 1, "price": "5.00", "kind": "voucher"},
              {"sku": "FREE", "quantity": 1, "price": "0.00"}],
    "name": "  Zoë Müller-Łoś ", "tags": "red, green,,blue", "let": 1, "in": 2, "nothing": null}"#;

/// Each of these makes that of the record.
fn all(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(ours(text, RECORD).as_deref(), Ok(*expected), "{text}");
    }
}

/// Each of these fails with those words.
fn refused(cases: &[(&str, &str)]) {
    for (text, reason) in cases {
        let error = ours(text, RECORD).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn numbers_are_computed_with_exactly() {
    all(&[
        ("to_number(order.total) * order.rate", "24.100"),
        ("`0.1` + `0.2` == `0.3`", "true"),
        ("`1` - `2` - `3`", "-4"),
        ("`1` + `2` * `3`", "7"),
        ("(`1` + `2`) * `3`", "9"),
        ("`7` // `2` + `7` % `2`", "4"),
        ("`2` \u{d7} `3` \u{f7} `4`", "1.5"),
        ("`5` \u{2212} `3` \u{2013} `1`", "1"),
        ("-order.discount", "-3"),
        ("- -order.discount", "3"),
        ("+order.rate", "0.2"),
        ("-`0.00`", "0.00"),
        ("`2` * -`3`", "-6"),
        ("sum(lines[].[quantity * to_number(price)][])", "13.80"),
        ("sum(map(&(quantity * to_number(price)), lines))", "13.80"),
        ("lines[?quantity * `2` > `3` + `0`].sku", r#"["MUG-1","TEA-2"]"#),
        ("order.discount*lines[0].quantity", "6"),
        ("[order.discount * `2`, *.currency]", r#"[6,["EUR"]]"#),
        ("length(lines) - `1`", "3"),
        ("`10` / `4` == `2.50`", "true"),
        ("`12345678901234567890.12` + `0.01`", "12345678901234567890.13"),
    ]);
    refused(&[
        ("order.total * `2`", "the left side of `*` is \"120.50\"; expected a number, such as to_number"),
        ("`2` + nowhere", "the right side of `+` is nothing; expected a number"),
        ("-tags", "what stands behind `-` is \"red, green,,blue\""),
        ("+lines", "what stands behind `+` is an array; expected a number"),
        ("`1` / `0`", "1 / 0 has no value; expected a divisor other than 0"),
        ("`1.5` % (order.discount - `3`)", "expected a divisor other than 0"),
        ("`1` // `0.0`", "expected a divisor other than 0"),
        ("`9e27` * `9e9`", "more digits than can be held exactly"),
        ("`1e40` + `1`", "expected a number of up to 28 digits"),
    ]);
}

#[test]
fn variables_are_seen_by_what_is_within_their_let() {
    all(&[
        (
            "let $rate = order.rate in lines[].[sku, $rate]",
            r#"[["MUG-1",0.2],["TEA-2",0.2],["GIFT",0.2],["FREE",0.2]]"#,
        ),
        ("let $a = order, $b = tags in [$a.currency, $b]", r#"["EUR","red, green,,blue"]"#),
        ("let $a = `1` in let $a = `2`, $b = $a in [$a, $b]", "[2,1]"),
        ("let $a = `1` in [let $a = `2` in $a, $a]", "[2,1]"),
        ("let $lines = lines[*] in $lines[0].sku", r#""MUG-1""#),
        ("let $missing = nowhere in $missing || 'x'", r#""x""#),
        ("let $kind = 'goods' in lines[?kind == $kind].sku", r#"["MUG-1","TEA-2"]"#),
        ("let $x = order in map(&[sku, $x.currency], lines[:1])", r#"[["MUG-1","EUR"]]"#),
        ("let $x = `2` in sort_by(lines, &(quantity * -$x))[0].sku", r#""TEA-2""#),
        ("order.currency | let $c = @ in [$c, $c]", r#"["EUR","EUR"]"#),
        ("let", "1"),
        ("[let, in]", "[1,2]"),
        ("let $let = let in {let: $let, in: in}", r#"{"let":1,"in":2}"#),
        ("let $in = in in $in", "2"),
        ("let $a = `1` in $a == `1` ? 'one' : 'other' | [@]", r#"["one"]"#),
    ]);
    refused(&[
        ("$rate", "there is no variable $rate; expected one that a `let` around it names"),
        ("[let $a = `1` in $a, $a]", "there is no variable $a"),
        ("let $discount = `1` in $discuont", "did you mean $discount?"),
        ("let $a = $b, $b = `1` in $a", "there is no variable $b"),
        ("let $a = `1`, $a = `2` in $a", "a name that this `let` does not have yet"),
        ("let $a = `1`", "expected an operator, `,` or `in`"),
        ("let $a == `1` in $a", "expected `=`"),
        ("let $a = in $a", "found `$a`, expected an operator, `,` or `in`"),
        ("let $a = `1`, in $a", "expected a variable such as `$name`"),
        ("order.$rate", "behind the dot"),
        ("let $f = &sku in lines", "`&` stands only before"),
    ]);
}

#[test]
fn the_root_is_the_whole_record_wherever_one_is() {
    all(&[
        ("lines[?quantity == $.order.discount].sku", r#"["TEA-2"]"#),
        ("lines[0].[sku, $.order.currency]", r#"["MUG-1","EUR"]"#),
        ("order | $.tags", r#""red, green,,blue""#),
        ("$.let", "1"),
        ("length(keys($))", "7"),
        ("lines[].{s: sku, c: $.order.currency} | [0]", r#"{"s":"MUG-1","c":"EUR"}"#),
        ("map(&$.order.rate, lines[:2])", "[0.2,0.2]"),
        ("$ == @", "true"),
    ]);
}

#[test]
fn a_condition_chooses() {
    all(&[
        ("order.rate ? 'taxed' : 'free'", r#""taxed""#),
        ("nowhere ? 'taxed' : 'free'", r#""free""#),
        ("order.empty ? 'full' : 'empty'", r#""empty""#),
        ("nothing ? 'a' : let ? 'b' : 'c'", r#""b""#),
        ("let ? nothing ? 'a' : 'b' : 'c'", r#""b""#),
        ("nothing || let ? 'a' : 'b'", r#""a""#),
        ("nothing ? 'a' : 'b' | [@]", r#"["b"]"#),
        ("(let ? lines : tags)[1:2].sku", r#"["TEA-2"]"#),
        ("lines[*].[sku, kind == 'goods' ? 'good' : 'other'] | [2]", r#"["GIFT","other"]"#),
        ("{a: let ? `1` : `2`, b: tags ? `3` : `4`}", r#"{"a":1,"b":3}"#),
        ("nowhere ? sum(tags) : 'not looked at'", r#""not looked at""#),
        ("let ? [?sku] : in", "null"),
        ("let == `1` ? let + `1` : in", "2"),
    ]);
    refused(&[
        ("let ? 'a'", "expected `:` and what there is if the condition does not hold"),
        ("let ? : 'b'", "found `:`, expected an expression"),
    ]);
}

#[test]
fn texts_have_parts() {
    all(&[
        ("tags[0:3]", r#""red""#),
        ("tags[-4:]", r#""blue""#),
        ("tags[::-1]", r#""eulb,,neerg ,der""#),
        ("tags[100:]", r#""""#),
        ("tags[:3].length(@)", "3"),
        ("trim(name)[0:3]", r#""Zoë""#),
        ("order.currency[::2]", r#""ER""#),
        ("lines[*].sku[0:3]", r#"["MUG","TEA","GIF","FRE"]"#),
        ("order.rate[0:1]", "null"),
        ("nothing[0:1]", "null"),
        ("order.empty[0:1]", r#""""#),
        ("tags[0]", "null"),
    ]);
}

#[test]
fn texts_are_searched_split_and_spelled() {
    all(&[
        ("split(tags, ',')", r#"["red"," green","","blue"]"#),
        ("split(tags, ',')[].trim(@)", r#"["red","green","","blue"]"#),
        ("split(tags, ',', `1`)", r#"["red"," green,,blue"]"#),
        ("split(tags, ',', `0`)", r#"["red, green,,blue"]"#),
        ("split(tags, ';')", r#"["red, green,,blue"]"#),
        ("split('', ',')", r#"[""]"#),
        ("split('', '')", "[]"),
        ("split('Zoë', '')", r#"["Z","o","ë"]"#),
        ("split('Zoë', '', `1`)", r#"["Z","oë"]"#),
        ("split('Zoë', '', `3`)", r#"["Z","o","ë"]"#),
        ("split('', '', `0`)", r#"[""]"#),
        ("find_first(tags, 'e')", "1"),
        ("find_last(tags, 'e')", "15"),
        ("find_first(tags, 'e', `2`)", "7"),
        ("find_first(tags, 'e', `2`, `7`)", "null"),
        ("find_last(tags, 'e', `-9`, `-1`)", "8"),
        ("find_first(tags, '')", "null"),
        ("find_first('', 'a')", "null"),
        ("find_first(name, 'M')", "6"),
        ("find_first(name, 'ł')", "null"),
        ("find_first(tags, 'e', `1.0`)", "1"),
        ("find_last(tags, 'e', `-99999999999999999999`, `99999999999999999999`)", "15"),
        ("find_first(tags, 'e', `9`, `3`)", "null"),
        ("replace(tags, ',', ';')", r#""red; green;;blue""#),
        ("replace(tags, ',', '', `1`)", r#""red green,,blue""#),
        ("replace(tags, ',', '', `0`)", r#""red, green,,blue""#),
        ("replace(tags, 'x', 'y')", r#""red, green,,blue""#),
        ("trim(name)", r#""Zoë Müller-Łoś""#),
        ("trim_left(name)", r#""Zoë Müller-Łoś ""#),
        ("trim_right(name)", r#""  Zoë Müller-Łoś""#),
        ("trim(tags, 'erdblu')", r#"", green,,""#),
        ("trim_left(tags, 'der')", r#"", green,,blue""#),
        ("trim_right(tags, 'ue')", r#""red, green,,bl""#),
        ("trim(name, '')", r#""Zoë Müller-Łoś""#),
        ("trim('\u{a0}\u{3000}x\u{85}')", r#""x""#),
        ("lower(trim(name))", r#""zoë müller-łoś""#),
        ("upper(trim(name))", r#""ZOË MÜLLER-ŁOŚ""#),
        ("upper('straße')", r#""STRASSE""#),
        ("pad_left('7', `3`, '0')", r#""007""#),
        ("pad_left('1234', `3`, '0')", r#""1234""#),
        ("pad_right('ë', `3`)", r#""ë  ""#),
        ("pad_left('', `2`, 'Ł')", r#""ŁŁ""#),
        ("pad_left('x', `0`)", r#""x""#),
        ("lines[*].lower(sku)", r#"["mug-1","tea-2","gift","free"]"#),
        ("nowhere.upper(@)", "null"),
    ]);
    refused(&[
        ("split(`1`, ',')", "argument 1 of split is 1; expected a text"),
        ("split(tags, ',', '1')", "argument 3 of split is \"1\"; expected a number"),
        ("split(tags, ',', `1.5`)", "argument 3 of split is 1.5; expected a whole number"),
        ("split(tags, ',', `-1`)", "argument 3 of split is -1; expected a whole number from 0 on"),
        ("find_first(tags, 'e', `0.5`)", "expected a whole number"),
        ("find_first(tags, 'e', `0.5`, 'x')", "argument 4 of find_first is \"x\"; expected a number"),
        ("find_last(tags, nothing)", "argument 2 of find_last is nothing; expected a text"),
        ("replace(tags, ',', ';', `-1`)", "expected a whole number from 0 on"),
        ("pad_left('x', `-1`)", "expected a whole number from 0 on"),
        ("pad_left('x', `3`, '--')", "argument 3 of pad_left is \"--\"; expected one character"),
        ("pad_right('x', `3`, '')", "argument 3 of pad_right is an empty text; expected one character"),
        ("pad_right('x', '3')", "argument 2 of pad_right is \"3\"; expected a number"),
        ("trim(name, `1`)", "argument 2 of trim is 1; expected a text"),
        ("lower(lines)", "argument 1 of lower is an array; expected a text"),
        ("replace('a', 'b')", "replace has 2 arguments; expected 3 to 4"),
        ("split('a')", "split has 1 argument; expected 2 to 3"),
        ("zip()", "zip has 0 arguments; expected 1 or more"),
    ]);
}

#[test]
fn objects_and_arrays_are_taken_apart_and_put_together() {
    all(&[
        ("items(order)[0]", r#"["currency","EUR"]"#),
        ("items(`{}`)", "[]"),
        ("from_items([['a', `1`], ['b', `2`], ['a', `3`]])", r#"{"a":3,"b":2}"#),
        ("from_items(`[]`)", "{}"),
        ("from_items(items(order)) == order", "true"),
        ("from_items(lines[].[sku, quantity])", r#"{"MUG-1":2,"TEA-2":3,"GIFT":1,"FREE":1}"#),
        ("zip(lines[].sku, lines[].quantity)[:2]", r#"[["MUG-1",2],["TEA-2",3]]"#),
        ("zip(`[1, 2, 3]`, `[4]`)", "[[1,4]]"),
        ("zip(`[1, 2]`)", "[[1],[2]]"),
        ("zip(`[]`, `[1]`)", "[]"),
        ("zip(`[1, null]`, `[2, 3]`)", "[[1,2],[null,3]]"),
        ("keys(group_by(lines, &kind))", r#"["goods","voucher"]"#),
        ("group_by(lines, &kind).goods[].sku", r#"["MUG-1","TEA-2"]"#),
        ("group_by(lines, &to_string(quantity)).\"1\"[].sku", r#"["GIFT","FREE"]"#),
        ("group_by(lines, &nowhere)", "{}"),
        (
            "items(group_by(lines, &kind))[*].{kind: [0], count: sum([1][].quantity)}",
            r#"[{"kind":"goods","count":5},{"kind":"voucher","count":1}]"#,
        ),
    ]);
    refused(&[
        ("items(lines)", "argument 1 of items is an array; expected an object"),
        ("from_items(order)", "argument 1 of from_items is an object; expected an array"),
        ("from_items([['a']])", "argument 1 of from_items holds an array; expected an array of pairs"),
        ("from_items([['a', 'b', 'c']])", "expected an array of pairs of a text and a value"),
        ("from_items([[`1`, 'b']])", "expected an array of pairs of a text and a value"),
        ("from_items(['ab'])", "argument 1 of from_items holds \"ab\""),
        ("zip(lines, tags)", "argument 2 of zip is \"red, green,,blue\"; expected an array"),
        ("group_by(lines, &quantity)", "group_by groups by texts; found 2, expected a text"),
        ("group_by(lines, kind)", "argument 2 of group_by begins with `&`"),
        ("group_by(lines[].sku, &@)", "argument 1 of group_by holds \"MUG-1\"; expected an array of objects"),
        ("group_by(tags, &@)", "expected an array"),
    ]);
}

#[test]
fn nothing_comes_of_nothing_behind_a_dot_and_of_nothing_behind_a_pipe() {
    all(&[
        ("nothing.[a]", "null"),
        ("nothing | [a]", "[null]"),
        ("nothing.{a: @}", "null"),
        ("nothing | {a: @}", r#"{"a":null}"#),
        ("nowhere.to_string(@)", "null"),
        ("nowhere | to_string(@)", r#""null""#),
        ("`[null, 1]`[*].[@]", "[[1]]"),
        ("`[null, 1]`[?!@].[@]", "[]"),
    ]);
}

#[test]
fn quotes_hold_what_they_hold() {
    all(&[
        (r"'\\'", r#""\\""#),
        (r"'a\\b'", r#""a\\b""#),
        (r"'it\'s'", r#""it's""#),
        (r"'\n'", r#""\\n""#),
        (r"'\\\''", r#""\\'""#),
        ("`1.10`", "1.10"),
        ("`1e2`", "1e2"),
        ("` [1, {\"a\": \"\\`\"}] `", r#"[1,{"a":"`"}]"#),
        ("`{\"a\": 1, \"a\": 2}`", r#"{"a":2}"#),
        ("\"let\"", "1"),
        ("\"l\\u0065t\"", "1"),
    ]);
}

#[test]
fn a_sign_before_a_path_is_for_all_of_it() {
    all(&[
        ("!order.empty", "true"),
        ("!order.rate", "false"),
        ("!lines[?sku == 'none']", "true"),
        ("!lines[].nowhere", "true"),
        ("!let == `true`", "false"),
        ("-lines[0].quantity", "-2"),
        ("!nothing && let", "1"),
    ]);
}
