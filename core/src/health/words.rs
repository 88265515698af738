//! Numbers and names as people read them.

use super::rule::HealthUnit;
use crate::excerpt::shortened;

/// The most bytes of a name or reason that a host gave.
const LONGEST: usize = 400;

/// A value in the words of its unit.
pub(super) fn in_words(value: f64, unit: HealthUnit) -> String {
    match unit {
        HealthUnit::Count => format!("{value:.0}"),
        HealthUnit::Share => format!("{:.0} %", value * 100.0),
        HealthUnit::Times => format!("{value:.1} times"),
        HealthUnit::Seconds => duration(value),
    }
}

/// A time in the largest unit of which it has two.
pub(super) fn duration(seconds: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")];
    let found = UNITS.iter().find(|(length, _)| seconds >= 2.0 * length);
    let (length, name) = found.copied().unwrap_or((1.0, "seconds"));
    format!("{:.0} {name}", (seconds / length).floor())
}

/// A text of the host's as one line that is not too long.
pub(super) fn one_line(text: &str) -> String {
    let line: String =
        text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    shortened(line, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_units_that_people_use() {
        for (seconds, words) in
            [(0.4, "0 seconds"), (119.0, "119 seconds"), (120.0, "2 minutes"), (7_199.0, "119 minutes")]
        {
            assert_eq!(duration(seconds), words);
        }
        assert_eq!(duration(259_300.0), "3 days");
        assert_eq!(in_words(0.257, HealthUnit::Share), "26 %");
        assert_eq!(in_words(3.04, HealthUnit::Times), "3.0 times");
    }
}
