//! The ways to read a search page that are compared.

use std::collections::HashMap;

use brightpearl_core::table::Page;
use serde::de::IgnoredAny;
use serde_json::Value;

/// What we do: typed columns.
pub fn columns(body: &[u8]) -> Page {
    Page::decode(body).expect("an invented page")
}

/// What a program without us does first: a tree.
pub fn tree(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("an invented page")
}

/// What most programs do then: a map for each row, from the tree.
pub fn maps(body: &[u8]) -> Vec<HashMap<String, Value>> {
    let mut tree = tree(body);
    let response = &mut tree["response"];
    let names: Vec<String> = response["metaData"]["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| column["name"].as_str().expect("a name").to_owned())
        .collect();
    let Value::Array(rows) = response["results"].take() else { panic!("an invented page has rows") };
    rows.into_iter()
        .map(|row| match row {
            Value::Array(cells) => names.iter().cloned().zip(cells).collect(),
            other => panic!("a row is an array, not {other}"),
        })
        .collect()
}

/// The least that reading can be: is it JSON at all.
pub fn skip(body: &[u8]) -> IgnoredAny {
    serde_json::from_slice(body).expect("an invented page")
}
