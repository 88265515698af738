//! Checkpoints: one that is taken can be checkpointed again, and so can the call at every later point.

use crate::driving::{answers, drive, resumable};
use crate::operations::{CONFIG, client};

pub fn fuzz(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let Some(Ok(checkpoint)) = parts.next().map(std::str::from_utf8) else { return };
    let client = client(CONFIG);
    let Ok(mut call) = client.resume(checkpoint, true) else { return };
    let again = call.checkpoint().expect("a checkpoint of what was resumed");
    client.resume(&again, true).unwrap_or_else(|error| panic!("{error}: {again}"));
    resumable(&call);
    drive(&mut call, &[], answers(parts.next().unwrap_or_default()), |_| {});
}
