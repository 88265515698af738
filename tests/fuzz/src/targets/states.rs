//! States of pulls: with whatever state, a pull starts or says what is wrong, and its checkpoints are taken back.

use crate::driving::{answers, drive, resumable};
use crate::operations::{CONFIG, client, operation};
use serde_json::json;

pub fn fuzz(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let state = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let pull = json!({"pull": {"resources": [{"resource": "order", "deletes": {"most_percent": 20}}, {"resource": "brand"}],
        "state": state}});
    let client = client(CONFIG);
    let Ok(mut call) = client.start(operation(&pull.to_string())) else { return };
    resumable(&call);
    drive(&mut call, &[], answers(parts.next().unwrap_or_default()), |_| {});
}
