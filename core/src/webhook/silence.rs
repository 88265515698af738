//! Whether an account has been silent for longer than it usually is.

/// The fewest pauses that make a rhythm.
const FEWEST_PAUSES: usize = 4;

/// The shortest pause that a rhythm may have: bursts say nothing.
const SHORTEST_PAUSE_MS: u64 = 300_000;

/// A step back of the clock that is no more than its being set right.
const JITTER_MS: u64 = 1_000;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// So many days back a rhythm is looked for.
const DAYS: u64 = 28;

/// People begin and end at about the same time of the day.
const ABOUT_HOURS: u64 = 2;

/// How long an account has been silent, beside how long it usually is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookSilence {
    /// Since when nothing came, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// For how long, in milliseconds.
    pub silent_ms: u64,
    /// How long it was silent at most at about this time of earlier days; five minutes where that is less.
    pub usual_ms: u64,
}

/// Compares the silence since the last of these times, at which notifications came, with the silences before it; `None`
/// where there are too few to know a rhythm.
///
/// Nights, and weekends once a week is known, are part of the rhythm: it is the longest silence at about the same time of
/// the same weekday, or of all days where no week is known, and no shorter than nine in ten pauses were. Before a day is
/// known it is the longest pause.
pub fn webhook_silence(received_ms: &[u64], now_ms: u64) -> Option<WebhookSilence> {
    // What came at a time to come, as a clock says that was set back since, would stand for the present until then.
    let has_been = received_ms.iter().filter(|time| **time <= now_ms.saturating_add(JITTER_MS));
    let mut times: Vec<u64> = has_been.map(|time| (*time).min(now_ms)).collect();
    times.sort_unstable();
    let since_ms = *times.last()?;
    let mut pauses: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if pauses.len() < FEWEST_PAUSES {
        return None;
    }
    pauses.sort_unstable();
    let at_this_time = days_before(&times, now_ms, 7).or_else(|| days_before(&times, now_ms, 1));
    let rank = if at_this_time.is_some() { pauses.len() * 9 / 10 } else { pauses.len() - 1 };
    let usual_ms = pauses[rank].max(at_this_time.unwrap_or_default()).max(SHORTEST_PAUSE_MS);
    Some(WebhookSilence { since_ms, silent_ms: now_ms - since_ms, usual_ms })
}

/// The longest silence at about this time, of every so many days; `None` where the times do not reach so far back.
fn days_before(times: &[u64], now_ms: u64, every: u64) -> Option<u64> {
    let days = (1..=DAYS / every).filter_map(|days| now_ms.checked_sub(days * every * DAY_MS));
    let moments = days.flat_map(|then| {
        (0..=2 * ABOUT_HOURS).map(move |hour| (then + hour * HOUR_MS).saturating_sub(ABOUT_HOURS * HOUR_MS))
    });
    moments.filter_map(|moment| silence_at(times, moment)).max()
}

/// How long it was silent then; `None` before the first of the times.
fn silence_at(times: &[u64], moment: u64) -> Option<u64> {
    let before = times.partition_point(|time| *time <= moment).checked_sub(1)?;
    times.get(before).map(|last| moment - last)
}
