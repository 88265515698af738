//! Faults in short, as a command line has them: `lost-response:8`, `slow=1500:5%`, `outage+applied:3-6`.

use crate::config::ConfigError;
use crate::fault::{Fault, FaultPlan, Rated, Scripted};

/// Every kind of fault as it is written in short, and what it does.
pub const FAULT_WORDS: [(&str, &str); 15] = [
    ("lost-response", "the request is carried out, then the connection goes away"),
    ("reset-before-send", "the connection goes away before anything is carried out"),
    ("cap", "the rest of the throttle window is used up by a neighbour"),
    ("outage[+applied]", "a 503 with JSON"),
    ("outage-page[+applied]", "a 503 with an HTML page"),
    ("server-error[+applied]", "a 500 without error codes"),
    ("too-many-requests=SECONDS", "a 429 with Retry-After"),
    ("slow=MS", "the right answer, late"),
    ("truncated-body", "the first half of the body"),
    ("html-page", "a 200 with an HTML page; the request was carried out"),
    ("results-available-lies=NUMBER", "a search states this number of results"),
    ("more-pages-lies", "a search states the opposite of the true morePagesAvailable"),
    ("duplicate-rows=ROWS", "a page begins with rows of the page before it"),
    ("multi-message-outage[+applied]", "the service of multi-messages is out"),
    ("failed-message=NUMBER[+applied]", "one message of a multi-message fails"),
];

/// Beyond this, a range is meant as a share.
const LONGEST_RANGE: u64 = 10_000;

impl FaultPlan {
    /// Adds a fault that is written in short: its kind, a number where the kind has one, `+applied` where the request
    /// is to be carried out before the failure; then a colon, and when: the number of a request, counted from 1, two
    /// of them as `3-6`, or a share of all as `5%`. [`FAULT_WORDS`] lists the kinds.
    ///
    /// ```
    /// use brightpearl_emulator::{Fault, FaultPlan};
    ///
    /// let mut plan = FaultPlan::default();
    /// plan.add("lost-response:8")?;
    /// plan.add("slow=1500:5%")?;
    /// assert_eq!((plan.script[0].request, &plan.script[0].fault), (8, &Fault::LostResponse));
    /// assert_eq!(plan.rates[0].rate, 0.05);
    /// # Ok::<(), brightpearl_emulator::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Value`] names the part that cannot be read, and what was expected.
    pub fn add(&mut self, text: &str) -> Result<(), ConfigError> {
        let refused = |expected: &str| ConfigError::value("fault", format!("`{text}`"), expected);
        let (what, when) =
            text.rsplit_once(':').ok_or_else(|| refused("a kind and a request, such as lost-response:8"))?;
        let fault = read_fault(what).map_err(|expected| refused(&expected))?;
        if let Some(share) = when.strip_suffix('%') {
            let share = share.parse::<f64>().ok().filter(|share| (0.0..=100.0).contains(share));
            let rate = share.ok_or_else(|| refused("a share from 0% to 100%"))? / 100.0;
            self.rates.push(Rated { rate, methods: Vec::new(), path: None, from: None, until: None, fault });
            return Ok(());
        }
        let (first, last) = when.split_once('-').unwrap_or((when, when));
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
        let range = number(first)
            .zip(number(last))
            .filter(|(first, last)| first <= last && last - first < LONGEST_RANGE);
        let (first, last) = range.ok_or_else(|| {
            refused("a request such as 8, a range of at most 10000 such as 3-6, or a share such as 5%")
        })?;
        self.script.extend((first..=last).map(|request| Scripted { request, fault: fault.clone() }));
        self.check()
    }
}

/// The fault itself, or what was expected instead.
fn read_fault(text: &str) -> Result<Fault, String> {
    let (rest, applied) = text.strip_suffix("+applied").map_or((text, false), |rest| (rest, true));
    let (kind, number) = match rest.split_once('=') {
        Some((kind, digits)) => {
            let number = digits.parse::<u32>().map_err(|_| format!("a whole number behind {kind}="))?;
            (kind, Some(number))
        }
        None => (rest, None),
    };
    let needed = || number.ok_or_else(|| format!("a number, as {kind}=2"));
    let fault = match kind {
        "lost-response" => Fault::LostResponse,
        "reset-before-send" => Fault::ResetBeforeSend,
        "cap" => Fault::Cap,
        "outage" => Fault::Outage { applied },
        "outage-page" => Fault::OutagePage { applied },
        "server-error" => Fault::ServerError { applied },
        "too-many-requests" => Fault::TooManyRequests { retry_after_s: needed()? },
        "slow" => Fault::Slow { delay_ms: u64::from(needed()?) },
        "truncated-body" => Fault::TruncatedBody,
        "html-page" => Fault::HtmlPage,
        "results-available-lies" => Fault::ResultsAvailableLies { value: u64::from(needed()?) },
        "more-pages-lies" => Fault::MorePagesLies,
        "duplicate-rows" => Fault::DuplicateRows { rows: needed()? },
        "multi-message-outage" => Fault::MultiMessageOutage { applied },
        "failed-message" => Fault::FailedMessage { message: needed()?, status: 503, applied },
        _ => {
            let kinds: Vec<&str> = FAULT_WORDS.iter().map(|(word, _)| *word).collect();
            return Err(format!("one of {}", kinds.join(", ")));
        }
    };
    match &fault {
        Fault::Outage { .. }
        | Fault::OutagePage { .. }
        | Fault::ServerError { .. }
        | Fault::MultiMessageOutage { .. }
        | Fault::FailedMessage { .. } => {}
        Fault::LostResponse
        | Fault::ResetBeforeSend
        | Fault::Cap
        | Fault::TooManyRequests { .. }
        | Fault::Slow { .. }
        | Fault::TruncatedBody
        | Fault::HtmlPage
        | Fault::ResultsAvailableLies { .. }
        | Fault::MorePagesLies
        | Fault::DuplicateRows { .. } => {
            if applied {
                return Err(format!("{kind} without +applied"));
            }
        }
    }
    match &fault {
        Fault::TooManyRequests { .. }
        | Fault::Slow { .. }
        | Fault::ResultsAvailableLies { .. }
        | Fault::DuplicateRows { .. }
        | Fault::FailedMessage { .. } => Ok(fault),
        Fault::LostResponse
        | Fault::ResetBeforeSend
        | Fault::Cap
        | Fault::Outage { .. }
        | Fault::OutagePage { .. }
        | Fault::ServerError { .. }
        | Fault::TruncatedBody
        | Fault::HtmlPage
        | Fault::MorePagesLies
        | Fault::MultiMessageOutage { .. } => match number {
            Some(_) => Err(format!("{kind} without a number")),
            None => Ok(fault),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_written_in_short() {
        for (word, _) in FAULT_WORDS {
            let kind = word.split(['[', '=']).next().unwrap();
            let number = if word.contains('=') { "=2" } else { "" };
            let mut plan = FaultPlan::default();
            plan.add(&format!("{kind}{number}:3-4")).unwrap();
            assert_eq!(plan.script.iter().map(|own| own.request).collect::<Vec<_>>(), [3, 4]);
            assert_eq!(plan.script[0].fault.kind(), kind);
            let applied = plan.add(&format!("{kind}{number}+applied:50%"));
            assert_eq!(applied.is_ok(), word.contains("+applied"), "{word}");
            let odd = if number.is_empty() { "=1" } else { "" };
            assert!(plan.add(&format!("{kind}{odd}:1")).is_err(), "{word}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        let refusal = |text: &str| FaultPlan::default().add(text).unwrap_err().to_string();
        assert!(refusal("lost-response").contains("lost-response:8"));
        assert!(refusal("lost:8").contains("one of lost-response"));
        assert!(refusal("slow:8").contains("slow=2"));
        assert!(refusal("slow=x:8").contains("whole number"));
        for when in ["0", "8-3", "-1", "1-99999", "", "x", "8-"] {
            assert!(refusal(&format!("cap:{when}")).contains("a range"), "{when}");
        }
        for share in ["101%", "-1%", "nan%", "%"] {
            assert!(refusal(&format!("cap:{share}")).contains("0% to 100%"), "{share}");
        }
    }
}
