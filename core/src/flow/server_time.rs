//! The server's own time.

use crate::clock::HostTime;
use crate::http::Headers;
use crate::value::DateTime;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When an answer was made, in milliseconds since the epoch, as its `Date` header says; `None` without one that can be
/// read.
pub(crate) fn of(headers: &Headers) -> Option<i64> {
    parse(headers.get("date")?)
}

/// When an answer was made, as it says, and what the host's clock showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerTime {
    date: i64,
    host: i64,
}

impl AnswerTime {
    /// The time that is surely not too late. The host's clock bounds the date, which may be that of a gateway, unless it is
    /// known to be slow: by what was stamped in Brightpearl when it was `stamped`.
    pub(crate) fn surely(self, stamped: Option<i64>) -> i64 {
        let is_slow = stamped.is_some_and(|stamped| stamped > self.host);
        // In whole seconds, as Brightpearl has them.
        let host = self.host - self.host.rem_euclid(1_000);
        if is_slow { self.date } else { self.date.min(host) }
    }

    /// What the host's clock showed when it came.
    pub(crate) fn host(self) -> i64 {
        self.host
    }

    /// The later one of both clocks.
    pub(crate) fn latest(self) -> i64 {
        self.date.max(self.host)
    }
}

/// The dates of a call's answers, held against one another: one of them may run ahead.
#[derive(Debug, Default)]
pub(crate) struct ServerTime {
    now: HostTime,
    /// How far the server's clock is ahead of the host's, at least.
    ahead: Option<i64>,
}

impl ServerTime {
    pub(crate) fn tell_time(&mut self, now: HostTime) {
        self.now = now;
    }

    /// When the answer that has come was made, as far as the dates tell; `None` where it does not say that.
    pub(crate) fn take(&mut self, headers: &Headers) -> Option<AnswerTime> {
        let date = of(headers)?;
        let now = i64::try_from(self.now.milliseconds()).unwrap_or(i64::MAX);
        let ahead = date.saturating_sub(now);
        let least = self.ahead.map_or(ahead, |least| least.min(ahead));
        self.ahead = Some(least);
        Some(AnswerTime { date: now.saturating_add(least), host: now })
    }
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that HTTP servers still send.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let (time, zone) = (words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    if zone != "GMT" || words.next().is_some() {
        return None;
    }
    let instant = DateTime::parse(&format!("{year}-{month:02}-{day:0>2}T{time}Z")).ok()?;
    Some(instant.milliseconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_runs_ahead_of_the_others_is_not_believed() {
        let mut time = ServerTime::default();
        let mut at = |now: u64, date: &str| {
            time.tell_time(HostTime::new(now));
            time.take(&[("date", date)].into_iter().collect()).map(|time| time.date)
        };
        assert_eq!(at(1_000, "Thu, 01 Jan 1970 00:02:00 GMT"), Some(120_000), "nothing says otherwise yet");
        assert_eq!(at(2_000, "Thu, 01 Jan 1970 00:01:02 GMT"), Some(62_000));
        assert_eq!(at(3_000, "Fri, 02 Jan 1970 00:00:00 GMT"), Some(63_000), "the clocks did not change");
        assert_eq!(at(4_000, "soon"), None);
        assert_eq!(at(5_000, "Thu, 01 Jan 1970 00:01:00 GMT"), Some(60_000), "an earlier one is");
    }

    #[test]
    fn a_date_behind_the_host_s_clock_is_believed_and_one_ahead_only_where_that_is_slow() {
        for (date, host, stamped, surely) in [
            (5_000, 9_000, None, 5_000),
            (5_000, 9_000, Some(7_000), 5_000),
            (9_000, 5_999, None, 5_000),
            (9_000, 5_999, Some(5_999), 5_000),
            (9_000, 5_999, Some(6_000), 9_000),
        ] {
            let time = AnswerTime { date, host };
            assert_eq!((time.surely(stamped), time.latest()), (surely, 9_000), "{date} {host} {stamped:?}");
        }
    }

    #[test]
    fn reads_the_date_of_an_answer() {
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(parse("Wed, 1 Jul 2026 00:00:00 GMT"), Some(1_782_864_000_000));
        for text in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
