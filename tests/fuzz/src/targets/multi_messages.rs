//! Answers to packets of writes: every write is told of exactly once, unless the call fails or is dropped.

use brightpearl_core::Output;
use crate::driving::{answers, drive};
use crate::operations::{CONFIG, client, operation};

pub fn fuzz(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let order = ["sequential", "parallel"][usize::from(*choice & 1)];
    let failure = ["stop", "continue"][usize::from(*choice >> 1 & 1)];
    let writes: Vec<String> = (1..=12)
        .map(|number| format!(r#"{{"method":"POST","path":"order-service/order/{number}/note","body":"{{\"text\":\"n\"}}"}}"#))
        .collect();
    let text = format!(
        r#"{{"batch":{{"requests":[{}],"order":"{order}","on_failure":"{failure}"}}}}"#,
        writes.join(",")
    );
    let client = client(CONFIG);
    let Ok(mut call) = client.start(operation(&text)) else { return };
    let mut told = [false; 12];
    drive(&mut call, &[], answers(data), |output| {
        if let Output::Results(results) = output {
            for result in results.iter() {
                assert!(!told[result.index], "write {} is told of twice", result.index);
                told[result.index] = true;
            }
        }
    });
}
