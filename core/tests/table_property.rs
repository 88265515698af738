//! Generated pages, read and written again beside `serde_json`.

use brightpearl_core::table::Page;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON string in some spelling: plain characters, escapes that JSON demands, escapes that it does not.
fn string() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => "[a-zA-Z0-9 #&'<=>+-]".prop_map(|plain| plain),
        1 => "[é£漢😀]".prop_map(|plain| plain),
        1 => prop::sample::select(vec![
            "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u001f", "\\u003d", "\\u00E9",
            "\\ud83d\\ude00", "\\uFFFF", "\u{7f}", "\u{2028}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(character, 0..24).prop_map(|characters| format!("\"{}\"", characters.concat()))
}

/// A date-time, mostly canonical.
fn date() -> impl Strategy<Value = String> {
    let offset =
        prop::sample::select(vec!["Z", "+00:00", "-06:00", "+05:45", "-00:00", "+0100", "", "+24:00"]);
    (0u32..10_000, 0u32..14, 0u32..33, 0u32..25, 0u32..61, 0u32..1000, offset).prop_map(
        |(year, month, day, hour, minute, millisecond, offset)| {
            format!(
                "\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{minute:02}.{millisecond:03}{offset}\""
            )
        },
    )
}

/// A date-time of the canonical spelling.
fn canonical_date() -> impl Strategy<Value = String> {
    let offset = prop::sample::select(vec!["Z", "+00:00", "-06:00", "+13:45"]);
    (1u32..10_000, 1u32..13, 1u32..29, 0u32..24, 0u32..60, 0u32..1000, offset).prop_map(
        |(year, month, day, hour, minute, millisecond, offset)| {
            format!(
                "\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{minute:02}.{millisecond:03}{offset}\""
            )
        },
    )
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,25})",
        "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?",
    ]
}

fn small_integer() -> impl Strategy<Value = String> {
    (0u32..20, any::<u64>()).prop_map(|(digits, number)| (number % 10u64.pow(digits.min(18))).to_string())
}

fn boolean() -> impl Strategy<Value = String> {
    any::<bool>().prop_map(|boolean| boolean.to_string())
}

fn composite() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[]".to_owned()),
        Just("{ }".to_owned()),
        (string(), number()).prop_map(|(string, number)| format!("[{string} , {number},null]")),
        (string(), string()).prop_map(|(key, value)| format!("{{{key}:[{{\"x\":{value}}}]}}")),
    ]
}

/// The cells of one column, `rows` of them.
fn column(rows: usize) -> impl Strategy<Value = Vec<String>> {
    (0..9, 0u32..4).prop_flat_map(move |(kind, nulls)| {
        let cell = match kind {
            0 => small_integer().boxed(),
            1 => number().boxed(),
            2 => string().boxed(),
            3 => canonical_date().boxed(),
            4 => date().boxed(),
            5 => boolean().boxed(),
            6 => composite().boxed(),
            7 => Just("null".to_owned()).boxed(),
            _ => prop_oneof![small_integer(), number(), string(), canonical_date(), boolean(), composite()]
                .boxed(),
        };
        prop::collection::vec(prop_oneof![nulls => Just("null".to_owned()), 4 => cell], rows)
    })
}

/// A page's cells by column, and its answer.
#[derive(Clone, Debug)]
struct GeneratedPage {
    columns: Vec<Vec<String>>,
    body: String,
}

fn page() -> impl Strategy<Value = GeneratedPage> {
    let columns = (1usize..8, 0usize..12)
        .prop_flat_map(|(width, rows)| prop::collection::vec(column(rows), width..=width));
    let space = prop::sample::select(vec!["", "", " ", "\n\t\r "]);
    let report_types = prop::sample::select(vec![
        r#","reportDataType":"PERIOD""#,
        r#","reportDataType":"STRING""#,
        r#","reportDataType":"INTEGER""#,
        r#","reportDataType":"OTHER""#,
        "",
    ]);
    (columns, space, prop::collection::vec(report_types, 8), any::<[bool; 3]>()).prop_map(
        |(columns, space, report_types, [metadata_first, reference_first, extras])| {
            let rows = (0..columns[0].len()).map(|row| {
                let cells: Vec<&str> = columns.iter().map(|cells| cells[row].as_str()).collect();
                format!("[{space}{}{space}]", cells.join(&format!("{space},{space}")))
            });
            let rows = rows.collect::<Vec<_>>().join(&format!("{space},{space}"));
            let headers = columns.iter().zip(report_types).enumerate();
            let headers =
                headers.map(|(index, (_, report))| format!(r#"{{"name":"column{index}"{report}}}"#));
            let results = format!(r#""results"{space}:{space}[{space}{rows}{space}]"#);
            let metadata = format!(
                r#""metaData":{{"columns":[{}],"sorting":[]}}"#,
                headers.collect::<Vec<_>>().join(",")
            );
            let extra = if extras { r#","extra":{"results":[[1,2],[3]],"x":"\u00e9"}"# } else { "" };
            let (first, second) = if metadata_first { (&metadata, &results) } else { (&results, &metadata) };
            let response = format!(r#""response":{{{first}{extra},{second}}}"#);
            let reference = format!(r#""reference":{{"names":{{"1":"one"}}}}{extra}"#);
            let (first, second) =
                if reference_first { (&reference, &response) } else { (&response, &reference) };
            let body = format!("{space}{{{first}{space},{space}{second}}}{space}");
            GeneratedPage { columns, body }
        },
    )
}

proptest! {
    #[test]
    fn every_cell_comes_back(generated in page()) {
        let page = Page::decode(generated.body.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(page.rows(), generated.columns[0].len());
        prop_assert_eq!(page.columns().len(), generated.columns.len());
        let mut rows = Vec::new();
        for row in 0..page.rows() {
            let mut written = String::new();
            page.row_json(row, &mut written);
            let cells: Vec<&RawValue> = serde_json::from_str(&written).expect("a row is a JSON array");
            for (index, cell) in cells.iter().enumerate() {
                let original = &generated.columns[index][row];
                if original.starts_with('"') {
                    let text: String = serde_json::from_str(original).expect("a text");
                    prop_assert_eq!(cell.get(), serde_json::to_string(&text).expect("a text"));
                } else {
                    prop_assert_eq!(cell.get(), original);
                }
            }
            rows.push(serde_json::from_str::<Value>(&written).expect("a row is JSON"));
        }
        let value: Value = serde_json::from_str(&generated.body).expect("the body is JSON");
        prop_assert_eq!(&value["response"]["results"], &Value::Array(rows));
    }

    #[test]
    fn retain_equals_a_page_with_fewer_rows(generated in page(), keep in prop::collection::vec(any::<bool>(), 12)) {
        let whole = Page::decode(generated.body.as_bytes()).expect("a page");
        let mut fewer = whole.clone();
        let dropped = fewer.retain(|row| keep[row]);
        prop_assert_eq!(dropped + fewer.rows(), whole.rows());
        let kept = (0..whole.rows()).filter(|row| keep[*row]);
        for (row, original) in kept.enumerate() {
            let (mut left, mut right) = (String::new(), String::new());
            fewer.row_json(row, &mut left);
            whole.row_json(original, &mut right);
            prop_assert_eq!(left, right);
        }
    }

    /// Whatever is done to one byte, nothing is read that `serde_json` would refuse.
    #[test]
    fn a_changed_byte_is_read_or_refused(generated in page(), place: prop::sample::Index, byte: u8) {
        let mut body = generated.body.into_bytes();
        let place = place.index(body.len());
        body[place] = byte;
        let page = Page::decode(&body);
        if page.is_ok() {
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Page::decode(&bytes).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_cut_answer_is_refused(generated in page()) {
        let body = generated.body.trim_end().as_bytes();
        for end in 0..body.len() {
            let error = Page::decode(&body[..end]).expect_err("cut off");
            prop_assert_eq!(error.kind(), brightpearl_core::Kind::Protocol);
        }
    }
}
