//! The server's own time.

use crate::http::Headers;
use crate::value::DateTime;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When an answer was made, in milliseconds since the epoch, as its `Date` header says; `None` without one that can be
/// read.
pub(crate) fn of(headers: &Headers) -> Option<i64> {
    parse(headers.get("date")?)
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that HTTP servers still send.
fn parse(text: &str) -> Option<i64> {
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
