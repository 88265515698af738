//! What is asked by name is answered as its function answers it.

use brightpearl_core::ask;
use brightpearl_host_rust::encode;
use brightpearl_host_rust::functions::{Function, load, picked};
use serde_json::json;

#[test]
fn every_function_of_the_vectors_can_be_asked() {
    for (_, vector) in load() {
        for call in vector.calls {
            let question = match call.function {
                Function::VerifyCallback { .. } => continue,
                Function::Ask { question } => question,
                function => json!(function).to_string(),
            };
            let said = match ask(&question) {
                Ok(answer) => json!({ "value": picked(encode::json_value(&answer), call.pick.as_deref()) }),
                Err(error) => json!({ "error": encode::error(&error) }),
            };
            assert_eq!(said, *call.expect, "{}: {question}", vector.name);
        }
    }
}
