//! Whether an account has been silent for longer than it usually is.

/// The fewest pauses that make a rhythm.
const FEWEST_PAUSES: usize = 4;

/// The shortest pause that a rhythm may have: bursts say nothing.
const SHORTEST_PAUSE_MS: u64 = 300_000;

/// How long an account has been silent, beside the longest pause that it made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookSilence {
    /// Since when nothing came, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// For how long, in milliseconds.
    pub silent_ms: u64,
    /// The longest pause between two notifications before that; five minutes where all were shorter.
    pub usual_ms: u64,
}

/// Compares the silence since the last of these times, at which notifications came, with the pauses between them; `None`
/// where there are too few to know a rhythm. Nights and weekends are in it once the times reach over some.
pub fn webhook_silence(received_ms: &[u64], now_ms: u64) -> Option<WebhookSilence> {
    let mut times: Vec<u64> = received_ms.iter().map(|time| (*time).min(now_ms)).collect();
    times.sort_unstable();
    let since_ms = *times.last()?;
    let pauses = times.windows(2).map(|pair| pair[1] - pair[0]);
    if pauses.len() < FEWEST_PAUSES {
        return None;
    }
    let usual_ms = pauses.max().unwrap_or_default().max(SHORTEST_PAUSE_MS);
    Some(WebhookSilence { since_ms, silent_ms: now_ms - since_ms, usual_ms })
}
