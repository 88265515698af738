//! Answers to a request, a fetch, a search, an OPTIONS and a task: whatever they are, the call ends, and its resources
//! lie inside their body.

use brightpearl_core::Output;
use crate::driving::{answers, drive};
use crate::operations::{CONFIG, client, operation};

const OPERATIONS: [&str; 8] = [
    r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#,
    r#"{"fetch":{"resource":"order-service/order","ids":"1-9,30"}}"#,
    r#"{"search":{"resource":"order-service/order-search"}}"#,
    r#"{"options":{"resource":"order-service/order","ids":"1-300"}}"#,
    r#"{"task":{"name":"read-product-prices","arguments":{"productIds":"1-9"}}}"#,
    r#"{"task":{"name":"list-price-lists","arguments":{}}}"#,
    r#"{"request":{"method":"POST","path":"product-service/brand","body":"{\"name\":\"x\",\"description\":\"y\"}"}}"#,
    r#"{"fetch":{"resource":"warehouse-service/product-availability","ids":"1-9"}}"#,
];

pub fn fuzz(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let operation = operation(OPERATIONS[usize::from(*choice) % OPERATIONS.len()]);
    let client = client(CONFIG);
    let Ok(mut call) = client.start(operation) else { return };
    drive(&mut call, &[], answers(data), |output| {
        if let Output::Resources(resources) = output {
            for index in 0..resources.items.len() {
                let json = resources.json(index).expect("the resource inside the body");
                serde_json::from_slice::<&serde_json::value::RawValue>(json).expect("a resource is JSON");
            }
        }
    });
}
