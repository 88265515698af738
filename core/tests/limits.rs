//! Hostile inputs at every entry point, on a small stack and with memory counted: deep, long, wide and growing ones
//! are errors with a place, and never take the process down.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::thread;

use brightpearl_core::Method;
use brightpearl_core::mapping::{Mapped, Mapping, Resolution, Resolved};
use brightpearl_core::validate::{Severity, UnknownMembers, validate};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most memory that any of these may hold, tests that run beside it included.
const MOST_HELD: usize = 512 << 20;

/// What a small thread of a host has, in bytes. Where little is optimised, a frame is several times as large; `make test-stacks`
/// asks for less.
fn stack_size() -> usize {
    const LITTLE_OPTIMISED: usize = 512;
    let asked = std::env::var("STACK_KIB").ok();
    asked.map_or(LITTLE_OPTIMISED, |kib| kib.parse().expect("a number")) << 10
}

/// Runs on the small stack; a stack overflow ends the whole test process.
fn small<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(stack_size()).spawn_scoped(scope, run);
        thread.expect("a thread").join().expect("no panic")
    })
}

/// What comes of it, and the most memory that was held meanwhile.
fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    ALLOCATOR.reset_peak_usage();
    let result = run();
    (result, ALLOCATOR.peak_usage())
}

/// A document for records of another system, whose shape is free.
fn document(fields: &str) -> String {
    format!(r#"{{"version":1,"name":"n","source":"order","fields":[{fields}]}}"#)
}

fn from(expression: &str) -> String {
    let expression = serde_json::to_string(expression).expect("JSON");
    document(&format!(r#"{{"to":"/a","from":{expression}}}"#))
}

/// The first finding of a document that cannot be used.
fn refused(document: &str) -> String {
    let document = document.to_owned();
    small(move || {
        let findings = Mapping::compile(&document).expect_err("refused");
        assert!(findings.len() <= 1_001, "{} findings", findings.len());
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        error.expect("an error").to_string()
    })
}

fn map(document: &str, record: &str) -> Mapped {
    let (document, record) = (document.to_owned(), record.to_owned());
    small(move || Mapping::compile(&document).expect("usable").map(record.as_bytes()))
}

/// The only failure of a record.
fn failure(document: &str, record: &str) -> String {
    let mapped = map(document, record);
    assert_eq!(mapped.failures.len(), 1, "{:?}", mapped.failures.iter().take(3));
    mapped.failures.first().expect("a failure").to_string()
}

/// A pipe and an alternative in each bracket, both of which go on with the next one.
fn piped_alternatives(brackets: usize) -> String {
    "a|b||(".repeat(brackets) + "a|b||a&&b==c" + &")".repeat(brackets)
}

#[test]
fn expressions_are_measured_before_they_are_parsed() {
    for (expression, expected) in [
        ("a".to_owned() + &".a".repeat(7_000), "/fields/0/from: invalid JMESPath expression \"a.a.a"),
        ("a".to_owned() + &".a".repeat(130_000), "has 260001 bytes; expected at most 2000"),
        ("a".to_owned() + &".a".repeat(401), "401 operators; expected at most 400"),
        ("a".to_owned() + &"|a".repeat(900), "900 operators"),
        ("a".to_owned() + &"||a".repeat(600), "1200 operators"),
        ("a".to_owned() + &"[]".repeat(900), "900 operators"),
        ("a".to_owned() + &"[*]".repeat(600), "1200 operators"),
        ("a".to_owned() + &"[?a]".repeat(400), "800 operators"),
        ("!".repeat(1_900) + "a", "1900 operators"),
        ("!".repeat(100) + "a", "more than 56 brackets and operations in each other"),
        ("+".repeat(1_900) + "a", "more than 56 brackets and operations in each other"),
        ("a?".repeat(200) + "a", "more than 56 brackets and operations in each other"),
        ("let $a = a in ".repeat(100) + "a", "more than 56 brackets and operations in each other"),
        ("(".repeat(110) + "a" + &")".repeat(110), "more than 56 brackets"),
        ("[".repeat(110) + "a" + &"]".repeat(110), "more than 56 brackets"),
        ("{a:".repeat(110) + "a" + &"}".repeat(110), "more than 56 brackets"),
        ("abs(".repeat(110) + "a" + &")".repeat(110), "more than 56 brackets"),
        (format!("`{}{}`", "[".repeat(100), "]".repeat(100)), "more than 56 brackets"),
        (format!("`{}1{}`", "{\"a\":".repeat(80), "}".repeat(80)), "more than 56 brackets"),
        ("'".to_owned() + &"x".repeat(3_000) + "'", "3002 bytes"),
        ("a".to_owned() + &"||b".repeat(120), "more than 112 operations go on from each other"),
        ("a".to_owned() + &"+b".repeat(900), "operations go on from each other"),
        ("a".to_owned() + &"[]".repeat(120), "operations go on from each other"),
        ("a".to_owned() + &"[*]".repeat(120), "operations go on from each other"),
        ("a".to_owned() + &".*".repeat(120), "operations go on from each other"),
        ("a".to_owned() + &"[?@]".repeat(120), "operations go on from each other"),
        ("a".to_owned() + &"|[@]".repeat(120), "operations go on from each other"),
        ("!".repeat(60) + "a", "operations in each other"),
        // What the parser would descend into before it finds that it is invalid.
        ("a|a||a&&a<a.[".repeat(15), "operations in each other"),
        ("a||a&&a<(".repeat(20), "operations in each other"),
        (piped_alternatives(24), "operations in each other"),
        ("a&&a<[".repeat(24), "operations in each other"),
    ] {
        let found = refused(&from(&expression));
        assert!(found.contains(expected) && found.starts_with("/fields/0/from: "), "{found}");
        assert!(found.len() < 2_100, "{} bytes", found.len());
    }
}

#[test]
fn the_deepest_expressions_that_pass_run_on_a_small_stack() {
    let record = format!(r#"{{"b":1,"a":{}{}}}"#, "[".repeat(120), "]".repeat(120));
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "a" + &close.repeat(depth);
    for expression in [
        "a".to_owned() + &".a".repeat(400),
        "a".to_owned() + &"|a".repeat(400),
        "a".to_owned() + &"||b".repeat(111),
        "b".to_owned() + &"+b".repeat(111),
        "a".to_owned() + &"|[@]".repeat(110),
        "a".to_owned() + &"[]".repeat(55),
        "a".to_owned() + &"[*]".repeat(111),
        "a".to_owned() + &".*".repeat(55),
        "a".to_owned() + &"[?@]".repeat(55),
        "a".to_owned() + &"[0]".repeat(119),
        "a".to_owned() + &"[::]".repeat(110),
        "a".to_owned() + &"[*]".repeat(50) + "|" + &nested("map(&", ",a)", 50),
        "!".repeat(56) + "a",
        "-".repeat(56) + "b",
        "a?".repeat(56) + "a" + &":a".repeat(56),
        "let $a = a in ".repeat(56) + "$a",
        nested("let $a = (", ") in $a", 28),
        nested("(", ")", 56),
        nested("[", "]", 56),
        nested("{a:", "}", 56),
        nested("not_null(", ")", 56),
        nested("map(&", ",a)", 56),
        nested("sort_by(a,&", ")", 56),
        nested("group_by(a,&", ")", 56),
        nested("sum([b, ", "])", 28),
        nested("(b+", ")", 28),
        "map(&a||map(&map(&".repeat(14) + "a" + &",a)".repeat(42),
        nested("a[?", "]", 55),
        nested("a|(", ")", 28),
        piped_alternatives(17),
        nested("a&&a<[a|(a|(", "))]", 8),
        format!("a && `{}{}` == a", "[".repeat(56), "]".repeat(56)),
    ] {
        for document in [from(&expression), deepest(&expression)] {
            small(|| {
                let mapping =
                    Mapping::compile(&document).unwrap_or_else(|found| panic!("{expression}: {found:?}"));
                mapping.explain();
                let mapped = mapping.map(record.as_bytes());
                let _ = mapped.body(&|_| Resolution::Missing);
            });
        }
    }
}

#[test]
fn whatever_opens_in_whatever_is_measured() {
    let openers = [
        "(",
        "[",
        "[?",
        "{a:",
        "a[?",
        "a.[",
        "a.{a:",
        "abs(",
        "map(&",
        "sort_by(a,&",
        "!",
        "-",
        "+",
        "a||",
        "a&&",
        "a|",
        "a==",
        "a<",
        "a+",
        "a-",
        "a*",
        "a//",
        "a?",
        "a?a:",
        "a,",
        "a:",
        "a[]",
        "a[*]",
        "*.",
        "*",
        "a[::1]",
        "let $a = ",
        "let $a = a in ",
        " in ",
        "let $a = (a) in ",
        "'(' ",
        "`[`",
        "&",
        "@",
        "$",
        "$a",
        ".",
        ")",
        "]",
    ];
    small(|| {
        for one in openers {
            for other in openers {
                for text in [format!("{one}{other}"), format!("{other}{one}{one}")] {
                    let expression = text.repeat(2_000 / text.len());
                    let _ = Mapping::compile(&from(&expression));
                    let _ = Mapping::compile(&from(&(text.repeat(18) + "a")));
                }
            }
        }
    });
}

/// An expression as deep within a document as documents go.
fn deepest(expression: &str) -> String {
    let expression = serde_json::to_string(expression).expect("JSON");
    let each = |inner: String| {
        format!(r#"{{"to":"/a","each":"a","when":{expression},"scope":"record","fields":[{inner}]}}"#)
    };
    let rule = format!(r#"{{"to":"/b","from":{expression}}}"#);
    let fields = (0..8).fold(rule, |inner, _| each(inner));
    let create = r#"{"to":"/c","from":"a","resolve":{"search":"product-service/product-search","column":"SKU","else":{"create":"m"}}}"#;
    let mut document = format!(r#"{{"name":"m","target":"a/b","fields":[{fields}]}}"#);
    for _ in 0..4 {
        document = format!(
            r#"{{"name":"m","target":"a/b","mappings":{{"m":{document}}},"fields":[{create},{fields}]}}"#
        );
    }
    document.replacen('{', r#"{"version":1,"#, 1)
}

#[test]
fn documents_have_limits_of_length_depth_and_number() {
    let each = |depth: usize| {
        let mut fields = r#"{"to":"/b","from":"@"}"#.to_owned();
        for _ in 0..depth {
            fields = format!(r#"{{"to":"/a","each":"a","scope":"record","fields":[{fields}]}}"#);
        }
        document(&fields)
    };
    let nested = |depth: usize| {
        let mut inner = r#"{"name":"m","target":"a/b","fields":[{"to":"/a","from":"a"}]}"#.to_owned();
        for _ in 0..depth {
            inner = format!(
                r#"{{"name":"m","target":"a/b","mappings":{{"m":{inner}}},"fields":[{{"to":"/a","from":"a"}}]}}"#
            );
        }
        inner.replacen('{', r#"{"version":1,"#, 1)
    };
    let to = |depth: usize| document(&format!(r#"{{"to":"{}","from":"a"}}"#, "/a".repeat(depth)));
    let rules = |count: usize| {
        let rules: Vec<String> = (0..count).map(|at| format!(r#"{{"to":"/a{at}","from":"a"}}"#)).collect();
        document(&rules.join(","))
    };
    let concat = |count: usize| {
        let parts = vec![r#""a""#; count].join(",");
        document(&format!(r#"{{"to":"/a","concat":[{parts}]}}"#))
    };
    let paths = format!(r#"{{"to":"/a","from":{}"a"{}}}"#, r#"{"from":"#.repeat(20_000), "}".repeat(20_000));
    let deep = format!(r#"{{"to":"/a","value":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{"to":"/a","value":"{}"}}"#, "x".repeat(9 << 20));
    for (document, place, expected) in [
        (each(9), "/each: ", "more than 8 `each` in each other"),
        (each(3_000), "/each: ", "more than 8 `each` in each other"),
        (nested(5), "/mappings/m/mappings/m", "more than 4 `mappings` in each other"),
        (nested(3_000), "/mappings/m/mappings/m", "more than 4 `mappings` in each other"),
        (to(33), "/fields/0/to: ", "33 levels deep"),
        (to(100_000), "/fields/0/to: ", "expected at most 32"),
        (rules(5_001), "/fields/5000: ", "more than 5000 rules"),
        (concat(20_001), "/fields/0/concat/20000: ", "more than 20000 expressions"),
        (document(&paths), "/fields/0/from/from: ", "expected a text"),
        (document(&deep), "/fields/0/value: ", "at byte"),
        (document(&long), "the document: ", "expected at most 8388608"),
        ("[".repeat(1_000_000), "the document: ", "invalid JSON"),
        (r#"{"a":"#.repeat(1_000_000), "the document: ", "invalid JSON"),
    ] {
        let found = refused(&document);
        assert!(found.contains(place) && found.contains(expected), "{found}");
    }
    for document in [each(8), nested(4), to(32)] {
        small(|| {
            let mapping = Mapping::compile(&document).unwrap_or_else(|found| panic!("{found:?}"));
            let _ = mapping.explain();
            let _ = mapping.map(br#"{"a":[{"a":[1]}]}"#).body(&|_| Resolution::Missing);
        });
    }
}

#[test]
fn what_comes_of_a_record_is_limited() {
    let numbers = format!("[{}]", vec!["1"; 40].join(","));
    let record = format!(r#"{{"a":{numbers},"t":"{}","e":1e999999999}}"#, "x".repeat(2_000));
    let mut each = r#"{"to":"/b","from":"@"}"#.to_owned();
    for _ in 0..7 {
        each = format!(r#"{{"to":"/a","each":"a","scope":"record","fields":[{each}]}}"#);
    }
    let doubled = |step: &str, times: usize| vec![step; times].join("|");
    let grows = |expression: String| {
        let expression = serde_json::to_string(&expression).expect("JSON");
        format!(r#"{{"to":"/a","from":{expression}}}"#)
    };
    let whole = r#"{"to":"/a","each":"a","fields":[{"to":"/a","each":"a","scope":"record","fields":[
        {"to":"/a","each":"a","scope":"record","fields":[{"to":"/b","from":"@","scope":"record"}]}]}]}"#;
    let template = "{t}".repeat(15_000);
    let concat = vec![r#""t""#; 15_000].join(",");
    let cases = [
        (each, "/fields/0", "the limit"),
        (grows(doubled("[@,@]", 23)), "/fields/0", "the limit"),
        (grows(doubled("[@,@,@,@,@,@]", 8)), "/fields/0", "the limit"),
        (grows(doubled("to_string([@,@])", 19)), "/fields/0", "the limit"),
        (grows(doubled("[@,@][]", 19)), "/fields/0", "the limit"),
        (grows(format!("a|{}", doubled("map(&[@,@],@)", 12))), "/fields/0", "the limit"),
        (grows(format!("t|{}", doubled("join(@,[@,@,@])", 9))), "/fields/0", "the limit"),
        (whole.to_owned(), "/fields/0/fields/0/fields/0/fields/0", "the limit"),
        (format!(r#"{{"to":"/a","template":"{template}"}}"#), "/fields/0", "the limit"),
        (format!(r#"{{"to":"/a","concat":[{concat}]}}"#), "/fields/0", "the limit"),
        (r#"{"to":"/a","from":"e","as":"decimal"}"#.to_owned(), "/fields/0", "expected a number"),
        (r#"{"to":"/a","from":"e","as":"integer"}"#.to_owned(), "/fields/0", "expected a whole number"),
        (r#"{"to":"/a","from":"sum([e])"}"#.to_owned(), "/fields/0", "up to 28 digits"),
        (r#"{"to":"/a","from":"e","math":[{"times":2}]}"#.to_owned(), "/fields/0", "expected a number"),
    ];
    for (fields, rule, expected) in cases {
        let document = document(&fields);
        let (found, peak) = peak_of(|| failure(&document, &record));
        assert!(
            found.contains(expected) && found.contains(&format!("(rule {rule}")),
            "{fields:.99}: {found}"
        );
        assert!(peak < MOST_HELD, "{fields:.99}: {peak} bytes");
    }
}

#[test]
fn records_have_a_depth_and_are_read_however_long_they_are() {
    let document = from("a");
    for (record, expected) in [
        ("[".repeat(100_000), "at byte 129: more than 128"),
        (r#"{"a":"#.repeat(100_000), "more than 128"),
        (format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)), "more than 128"),
    ] {
        let found = failure(&document, &record);
        assert!(found.contains(expected), "{found}");
    }
    let wide = format!(r#"{{"a":[{}1]}}"#, "1,".repeat(500_000));
    let members: Vec<String> = (0..50_000).map(|at| format!(r#""k{at}":1"#)).collect();
    let members = format!(r#"{{"a":{{{}}}}}"#, members.join(","));
    let repeated = format!(r#"{{{}"a":1}}"#, r#""a":1,"#.repeat(50_000));
    for (record, expression) in [
        (&wide, "a"),
        (&wide, "sum(a)"),
        (&wide, "a[::-1]"),
        (&members, "keys(a)"),
        (&members, "merge(a,a)"),
        (&members, "length(a)"),
        (&members, "a == merge(a)"),
        (&repeated, "keys(@)"),
    ] {
        let (mapped, peak) = peak_of(|| map(&from(expression), record));
        assert!(mapped.failures.is_empty(), "{expression}: {:?}", mapped.failures);
        assert!(peak < MOST_HELD, "{expression}: {peak} bytes");
    }
}

#[test]
fn what_references_stand_for_has_a_depth() {
    for text in ["[".repeat(100_000), r#"{"a":"#.repeat(100_000)] {
        let error = small(|| Resolved::from_json(&text).expect_err("refused"));
        assert_eq!(error.location(), Some("resolved"));
    }
}

#[test]
fn many_references_are_told_apart_in_linear_time() {
    let count = 20_000;
    let mut lines = String::new();
    for at in 0..count {
        write!(lines, r#"{{"sku":"S{at}"}},"#).expect("written");
    }
    let record = format!(r#"{{"a":[{}]}}"#, lines.trim_end_matches(','));
    let fields = r#"{"to":"/a","each":"a","fields":[{"to":"/p","from":"sku",
        "resolve":{"search":"product-service/product-search","column":"SKU"}}]}"#;
    assert_eq!(map(&document(fields), &record).references.len(), count);
}

#[test]
fn bodies_are_checked_whatever_their_depth() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let mut messages = "{}".to_owned();
    for _ in 0..2_000 {
        messages = format!(
            r#"{{"messages":[{{"label":"a","uri":"multi-message","httpMethod":"POST","body":{messages}}}]}}"#
        );
    }
    for (path, body) in [
        ("order-service/order", "[".repeat(100_000)),
        ("order-service/order", r#"{"a":"#.repeat(100_000)),
        ("order-service/order", format!(r#"{{"customer":{deep}}}"#)),
        ("multi-message", messages),
    ] {
        let found = small(|| validate(path, Method::Post, body.as_bytes(), UnknownMembers::Refuse));
        assert!(found.len() < 100, "{} violations", found.len());
    }
}
