//! Filters of searches: a filter that the catalogue takes stands in a URL that can be sent, and one that it does not take
//! says so where it is.

use brightpearl_core::{Call, Kind, Step};
use crate::driving::NOW;
use crate::operations::{CONFIG, client, operation};
use serde_json::json;

const NAMES: [&str; 6] =
    ["orderTypeId", "updatedOn", "customerRef", "orderId", "placedOn", "isHistoricalOrder"];

pub fn fuzz(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(data) else { return };
    let known = NAMES.get(usize::from(*choice)).copied();
    let (name, value) = known.map_or_else(|| text.split_once('=').unwrap_or((text, "")), |name| (name, text));
    let search = json!({"search": {"resource": "order-service/order-search", "filters": [[name, value]]}});
    match client(CONFIG).start(operation(&search.to_string())) {
        Ok(call) => sendable(call),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Validation, "{error}");
            assert!(error.location().is_some(), "{error}");
        }
    }
}

fn sendable(mut call: Call) {
    match call.poll(NOW) {
        Ok(Step::Send(exchange)) => {
            let url = &exchange.request.url;
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{url}");
        }
        Ok(other) => panic!("{other:?} comes first"),
        Err(error) => assert_eq!(error.kind(), Kind::Validation, "{error}"),
    }
}
