//! Journals of pushes: with whatever journal, a push starts or says what is wrong, and ends with one outcome for each record,
//! and at most one for each line that an earlier run had left open.

use std::collections::BTreeSet;

use brightpearl_core::Output;
use crate::driving::{answers, drive};
use crate::operations::{CONFIG, NOTES, client, operation};
use serde_json::{Value, json};

pub fn fuzz(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let journal = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let mapping: Value = serde_json::from_str(NOTES).expect("JSON");
    let push = json!({"push": {"mapping": mapping, "write": true, "window": 3, "journal": journal}});
    let client = client(CONFIG);
    let Ok(mut call) = client.start(operation(&push.to_string())) else { return };
    let records: [&[u8]; 4] =
        [br#"{"order":7,"text":"a"}"#, br#"{"order":8,"text":"b"}"#, b"{}", br#"{"order":7,"text":"a"}"#];
    let mut told = BTreeSet::new();
    let most = records.len() + journal.lines().count();
    drive(&mut call, &records, answers(parts.next().unwrap_or_default()), |output| {
        if let Output::Outcomes(outcomes) = output {
            for outcome in outcomes.iter() {
                assert!(told.insert(outcome.record), "record {} has two outcomes", outcome.record);
                assert!(told.len() <= most, "{} outcomes", told.len());
            }
        }
    });
}
