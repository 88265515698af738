//! What an emulated account is like: its size, its credentials, its clock zone, its misfortunes.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::access::{Application, Credential, OAuth, StaffLogin};
use crate::access::{demo_applications, demo_credentials, demo_staff};
use crate::fault::FaultPlan;
use crate::protocol::zone::{AccountZone, zone_edition};
use crate::throttle::{Noise, ThrottleWindow};
use crate::world::webhook::WebhookPolicy;

/// The emulated account. Every field has a default, so a JSON document names only what differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The account code in the path, `demo` by default.
    pub account: String,
    /// Whom the account lets in by fixed tokens. By default a system app, a staff app, a public app and a
    /// public staff app, in that order.
    pub credentials: Vec<Credential>,
    /// Who can log in by `authorise`.
    pub staff: Vec<StaffLogin>,
    /// Which applications can log in by `authenticate`.
    pub applications: Vec<Application>,
    /// Seconds that a token of `authorise` or `authenticate` lives; without end when absent.
    pub session_lifetime_s: Option<u64>,
    /// The OAuth server and its clients.
    pub oauth: OAuth,
    /// Where all data, faults and request ids are drawn from.
    pub seed: u64,
    /// How many orders exist at first. Their ids start at 1 and have gaps, as if some had been deleted.
    pub orders: u32,
    /// How many contacts exist at first, three of them staff (at least 5: staff, a customer, a supplier).
    pub contacts: u32,
    /// How many products exist at first (at least 1). Their ids start at 1007 and have gaps.
    pub products: u32,
    /// How many warehouses the account has (1 to 500). Their ids start at 2.
    pub warehouses: u32,
    /// Requests that one throttle period allows (API notes §5); 200 unless the provider agreed to more.
    pub quota: u32,
    /// Whether the cap is off, for programs that do not mind it yet. The headers then always tell a fresh pool.
    pub uncapped: bool,
    /// The throttle period in milliseconds.
    pub period_ms: u64,
    /// How the period is laid over time.
    pub window: ThrottleWindow,
    /// Another application that draws on the same pool.
    pub noise: Option<Noise>,
    /// The account's time zone as a fixed offset: every date on the wire is written in it.
    pub utc_offset: UtcOffset,
    /// The account's time zone by its name in the time zone database, such as `Europe/London`, instead of a fixed
    /// offset: dates on the wire are then written with the offset that its clocks have at that moment, by the rule
    /// that they follow at present.
    pub time_zone: Option<String>,
    /// The end of the generated history, in milliseconds since the Unix epoch. The newest order lies
    /// just before it, the oldest two years earlier. Nothing generated depends on the time of a request.
    pub epoch_ms: i64,
    /// The currencies in use. The first is the accounting currency and has exchange rate 1.
    pub currencies: Vec<Currency>,
    /// Whether the account refuses what is uncertain too: what no source says that Brightpearl refuses, and
    /// none that it takes. A client that gets along with this asks for nothing that is in doubt;
    /// [`crate::refusals()`] tells these refusals apart.
    pub strict: bool,
    /// How webhooks are delivered.
    pub webhooks: WebhookPolicy,
    /// What goes wrong, and when.
    pub faults: FaultPlan,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            account: "demo".to_owned(),
            credentials: demo_credentials(),
            staff: demo_staff(),
            applications: demo_applications(),
            session_lifetime_s: None,
            oauth: OAuth::default(),
            seed: 1,
            orders: 1_000,
            contacts: 400,
            products: 250,
            warehouses: 3,
            quota: 200,
            uncapped: false,
            period_ms: 60_000,
            window: ThrottleWindow::default(),
            noise: None,
            utc_offset: UtcOffset { minutes: -360 },
            time_zone: None,
            // 2026-07-01T00:00:00Z
            epoch_ms: 1_782_864_000_000,
            currencies: vec![
                Currency { code: "USD".to_owned(), exchange_rate: Decimal::ONE },
                Currency { code: "GBP".to_owned(), exchange_rate: Decimal::new(786_431, 6) },
                Currency { code: "EUR".to_owned(), exchange_rate: Decimal::new(921_157, 6) },
            ],
            strict: false,
            webhooks: WebhookPolicy::default(),
            faults: FaultPlan::default(),
        }
    }
}

impl Config {
    /// Reads a configuration from JSON; members that are absent keep their default.
    ///
    /// # Errors
    /// [`ConfigError`] names the line and column of malformed JSON, an unknown member or a wrong type,
    /// and the field of a value outside its range.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Config = serde_json::from_str(text).map_err(ConfigError::syntax)?;
        config.check()?;
        Ok(config)
    }

    /// Whether every value is within its range.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        if self.account.is_empty() || !self.account.chars().all(plain) {
            return Err(ConfigError::value(
                "account",
                format!("`{}`", self.account),
                "letters, digits, `-` and `_`, at least one",
            ));
        }
        // Ids are 32-bit, and an order spreads its rows over a block of ids of its own.
        within("orders", self.orders, 0, 10_000_000)?;
        within("contacts", self.contacts, 5, 10_000_000)?;
        within("products", self.products, 1, 10_000_000)?;
        within("warehouses", self.warehouses, 1, 500)?;
        within("quota", self.quota, 1, 1_000_000)?;
        within("period_ms", self.period_ms, 1, 86_400_000)?;
        // 1990 to 2100: two years of history before it stay writable with a four-digit year.
        within("epoch_ms", self.epoch_ms, 631_152_000_000, 4_102_444_800_000)?;
        if let Some(noise) = &self.noise {
            within("noise.requests_per_period", noise.requests_per_period, 0, 1_000_000)?;
        }
        if let Some(lifetime) = self.session_lifetime_s {
            within("session_lifetime_s", lifetime, 1, 315_360_000)?;
        }
        if let Some(name) = &self.time_zone
            && AccountZone::named(name).is_none()
        {
            let expected =
                format!("a name of the time zone database {}, such as Europe/London", zone_edition());
            return Err(ConfigError::value("time_zone", format!("`{name}`"), &expected));
        }
        self.check_currencies()?;
        self.oauth.check()?;
        self.webhooks.check()?;
        self.faults.check()
    }

    /// In which zone the account writes its times.
    pub(crate) fn zone(&self) -> AccountZone {
        let named = self.time_zone.as_deref().and_then(AccountZone::named);
        named.unwrap_or(AccountZone::Fixed(self.utc_offset))
    }

    fn check_currencies(&self) -> Result<(), ConfigError> {
        let Some(accounting) = self.currencies.first() else {
            return Err(ConfigError::value("currencies", "none".to_owned(), "at least one"));
        };
        if accounting.exchange_rate != Decimal::ONE {
            let found = accounting.exchange_rate.to_string();
            return Err(ConfigError::value(
                "currencies[0].exchange_rate",
                found,
                "1, because it is the accounting currency",
            ));
        }
        let limits = Decimal::new(1, 6)..=Decimal::new(1_000_000, 0);
        for (index, currency) in self.currencies.iter().enumerate() {
            if currency.code.len() != 3 || !currency.code.bytes().all(|byte| byte.is_ascii_uppercase()) {
                let field = format!("currencies[{index}].code");
                return Err(ConfigError::value(
                    field,
                    format!("`{}`", currency.code),
                    "three capital letters",
                ));
            }
            if !limits.contains(&currency.exchange_rate) {
                let field = format!("currencies[{index}].exchange_rate");
                return Err(ConfigError::value(
                    field,
                    currency.exchange_rate.to_string(),
                    "0.000001 to 1000000",
                ));
            }
        }
        Ok(())
    }
}

fn within<N: PartialOrd + fmt::Display>(
    field: &'static str,
    value: N,
    least: N,
    most: N,
) -> Result<(), ConfigError> {
    if value < least || value > most {
        return Err(ConfigError::value(field, value.to_string(), &format!("{least} to {most}")));
    }
    Ok(())
}

/// A currency and what one unit of the accounting currency buys of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// The ISO 4217 code.
    pub code: String,
    /// Units of this currency for one unit of the accounting currency, a decimal in text (`"0.786431"`).
    pub exchange_rate: Decimal,
}

/// A fixed offset from UTC, written `+02:00`, `-06:00` or `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcOffset {
    pub(crate) minutes: i32,
}

impl UtcOffset {
    /// Minutes east of Greenwich.
    pub fn minutes(self) -> i32 {
        self.minutes
    }
}

impl FromStr for UtcOffset {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let refuse = || ConfigError::value("utc_offset", format!("`{text}`"), "`Z`, or `-14:00` to `+14:00`");
        if text == "Z" {
            return Ok(Self { minutes: 0 });
        }
        let (sign, clock) = match text.split_at_checked(1) {
            Some(("+", clock)) => (1, clock),
            Some(("-", clock)) => (-1, clock),
            _ => return Err(refuse()),
        };
        let digits = |part: &str| (part.len() == 2).then(|| part.parse::<u8>().ok()).flatten();
        let (hours, minutes) = clock.split_once(':').ok_or_else(refuse)?;
        let (hours, minutes) = digits(hours).zip(digits(minutes)).ok_or_else(refuse)?;
        let total = i32::from(hours) * 60 + i32::from(minutes);
        if minutes > 59 || total > 14 * 60 {
            return Err(refuse());
        }
        Ok(Self { minutes: sign * total })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minutes == 0 {
            return formatter.write_str("Z");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl Serialize for UtcOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|error| match error {
            ConfigError::Syntax { reason } => serde::de::Error::custom(reason),
            ConfigError::Value { field, found, expected } => {
                serde::de::Error::custom(format!("{found} for `{field}`; expected {expected}"))
            }
        })
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The text is not JSON, names an unknown member, or has a value of the wrong type.
    #[error("the emulator's configuration cannot be read: {reason}")]
    Syntax {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A value is outside its range.
    #[error("the emulator's configuration has {found} for `{field}`; expected {expected}")]
    Value {
        /// The field, as a path.
        field: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
}

impl ConfigError {
    fn syntax(error: serde_json::Error) -> Self {
        ConfigError::Syntax { reason: crate::state::in_words(&error) }
    }

    pub(crate) fn value(field: impl Into<String>, found: String, expected: &str) -> Self {
        ConfigError::Value { field: field.into(), found, expected: expected.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_document_is_the_default() {
        assert_eq!(Config::from_json("{}").unwrap(), Config::default());
    }

    #[test]
    fn a_configuration_survives_its_own_json() {
        let config = Config { orders: 7, utc_offset: UtcOffset { minutes: 330 }, ..Config::default() };
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(Config::from_json(&text).unwrap(), config);
    }

    #[test]
    fn errors_name_what_is_wrong_and_where() {
        let message = |text: &str| Config::from_json(text).unwrap_err().to_string();
        assert!(message(r#"{"odrers": 5}"#).contains("unknown field `odrers`"));
        assert!(message(r#"{"orders": "5"}"#).contains("line 1 column"));
        assert!(message(r#"{"quota": 0}"#).contains("`quota`; expected 1 to 1000000"));
        assert!(message(r#"{"account": ""}"#).contains("`account`"));
        assert!(message(r#"{"utc_offset": "06:00"}"#).contains("-14:00"));
        assert!(
            message(r#"{"time_zone": "Mars/Olympus"}"#)
                .contains("`Mars/Olympus` for `time_zone`; expected a name")
        );
        assert!(message(r#"{"currencies": []}"#).contains("at least one"));
        assert!(
            message(r#"{"currencies": [{"code": "USD", "exchange_rate": "2"}]}"#)
                .contains("accounting currency")
        );
    }

    #[test]
    fn offsets_read_and_write() {
        for text in ["Z", "-06:00", "+05:30", "+14:00"] {
            assert_eq!(text.parse::<UtcOffset>().unwrap().to_string(), text);
        }
        for text in ["", "+", "é6:00", "+6:00", "+06:60", "+15:00", "0600", "+-6:00"] {
            assert!(text.parse::<UtcOffset>().is_err(), "{text}");
        }
    }
}
