//! Values that are written by a shorter way: each comes out as it does by the general one.

use brightpearl_core::mapping::{Mapped, Mapping, NoBody, Resolution};
use serde_json::{Value, json};

/// What a record may have at a place, in the JSON of the record.
const VALUES: [&str; 24] = [
    r#""a text""#,
    r#"" with blanks \t""#,
    r#""  ""#,
    r#""""#,
    r#""\u0009""#,
    r#""an \"escape\"""#,
    r#""a\/b""#,
    "\"\u{a0}\u{fc}\u{2028}\u{7f}\u{3000}\"",
    "0",
    "-0",
    "7.0",
    "1.50",
    "1E5",
    "1e-7",
    "123456789012345678901234567890.5",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    r#"["a", "a"]"#,
    r#"{"a": 1, "a": 2}"#,
    r#""0012.50""#,
    r#""2026-01-31""#,
];

fn compile(document: &Value) -> Mapping {
    Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{document}: {findings:#?}"))
}

/// The body, or what is wrong with it but for where the rule stands and what it is read from.
fn outcome(mapped: &Mapped, resolution: &Resolution) -> Result<String, Vec<String>> {
    match mapped.body(&|_| resolution.clone()) {
        Ok(body) => Ok(body),
        Err(NoBody::Failed(failures)) => {
            Err(failures.into_iter().map(|failure| failure.value + ": " + &failure.reason).collect())
        }
        Err(NoBody::Skipped(reason)) => panic!("{reason}"),
    }
}

#[test]
fn what_stands_in_the_record_is_written_as_if_it_had_been_computed() {
    let manners = [
        json!({}),
        json!({"trim": true}),
        json!({"keepEmpty": true}),
        json!({"default": "-"}),
        json!({"required": true}),
        json!({"as": "string"}),
        json!({"as": "string", "trim": true, "required": true, "default": 1}),
        json!({"as": {"type": "string", "cut": 3}}),
        json!({"as": "decimal"}),
        json!({"case": "upper"}),
    ];
    for manner in &manners {
        for (plain, computed) in [("x", "not_null(x)"), ("y || x", "not_null(y || x)"), ("@.x", "[x][0]")] {
            let document = |from: &str| {
                let mut rule = manner.clone();
                rule["to"] = "/a".into();
                rule["from"] = from.into();
                json!({"version": 1, "name": "test", "source": "order",
                       "fields": [rule, {"to": "/b", "value": "behind"}]})
            };
            let (plain, computed) = (compile(&document(plain)), compile(&document(computed)));
            for value in VALUES {
                for record in [format!(r#"{{"x":{value}}}"#), format!(r#"{{"y":{value},"x":"other"}}"#)] {
                    let made = [&plain, &computed]
                        .map(|mapping| outcome(&mapping.map(record.as_bytes()), &Resolution::Missing));
                    assert_eq!(made[0], made[1], "{manner} of {record}");
                }
            }
        }
    }
}

/// An order whose rows come from two arrays, in one of which a tax depends on what Brightpearl has.
fn order(equals: &str) -> Value {
    json!({
        "version": 1, "name": "test", "source": "order",
        "checks": [
            {"is": "tax", "equals": format!("sum(rows[].to_number(tax)){equals}"), "within": "0.05",
             "otherwise": "row", "row": {"to": "/rows", "fields": [
                {"to": "/name", "value": "Rounding"}, {"to": "/quantity", "value": "1"},
                {"to": "/net", "value": "0.00"}, {"to": "/taxCode", "value": "T0"},
                {"to": "/tax", "from": {"made": "difference"}, "as": "money"}]}},
            {"is": "total",
             "equals": format!(
                 "sum(rows[?name != 'Rounding'].to_number(net)) + sum(rows[].to_number(tax || net)){equals}"),
             "within": 1_000}
        ],
        "fields": [
            {"to": "/rows", "each": "lines", "fields": [
                {"to": "/productId", "from": "sku",
                 "resolve": {"search": "product-service/product-search", "column": "SKU", "else": "skip"}},
                {"to": "/name", "from": "name"},
                {"to": "/quantity", "value": "1"},
                {"to": "/net", "from": "net"},
                {"to": "/tax", "missing": "/productId", "from": "otherwise"},
                {"to": "/tax", "from": "tax"}
            ]},
            {"to": "/rows", "each": "fees", "fields": [
                {"to": "/name", "from": "@"}, {"to": "/quantity", "value": "1"}, {"to": "/tax", "value": "0.10"}
            ]},
            {"to": "/customer/id", "value": 7}
        ]
    })
}

#[test]
fn totals_come_to_the_same_whether_the_body_is_read_again_or_not() {
    let columns = compile(&order(""));
    let read_again = compile(&order(" + `0` * length(keys(@))"));
    let lines = [
        "",
        r#"{"name":"Mug","net":"1.00","tax":"0.20"}"#,
        r#"{"name":"Mug \u00fc","net":1.5,"tax":2e-1},{"name":"Mug","tax":"0.1"}"#,
        r#"{"sku":"MUG","net":"1.00","tax":"0.20","otherwise":"0.30"},{"net":"\u0031.00","tax":0.2}"#,
        r#"{"sku":"MUG","otherwise":"0.30"},{"name":"","net":"","tax":""},{},{"name":"Rounding","net":"9"}"#,
        r#"{"net":["1"],"tax":{"a":1}},{"net":true,"tax":"x"}"#,
    ];
    let mut outcomes = [0, 0];
    for lines in lines {
        for fees in ["", r#""Fee""#, r#""Fee","Rounding",null,"""#] {
            for tax in ["0", "0.2", "0.25", "0.30", "0.40", "9"] {
                let record = format!(r#"{{"lines":[{lines}],"fees":[{fees}],"tax":"{tax}","total":"1"}}"#);
                for resolution in [Resolution::Id(9), Resolution::Missing] {
                    let made = [&columns, &read_again]
                        .map(|mapping| outcome(&mapping.map(record.as_bytes()), &resolution));
                    outcomes[usize::from(made[0].is_ok())] += 1;
                    assert_eq!(made[0], made[1], "{record}");
                }
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count >= 20), "{outcomes:?}");
}
