//! Values that must not lose anything on the way, with their wire formats in and out (API notes §1.8).
//!
//! Money and quantities are [`Decimal`], never binary floating point; instants are [`DateTime`] and keep the
//! offset in which they were written; [`Date`] is a day without a zone; [`Period`] is what a search filters
//! dates by; [`CurrencyCode`] has the form of ISO 4217. Each reads its text strictly, writes it canonically
//! and travels through serde as that text.

mod country;
mod currency;
mod date;
mod date_time;
mod decimal;
mod fields;
mod period;

pub(crate) use country::may_be_one_country;
pub use currency::CurrencyCode;
pub use date::Date;
pub use date_time::DateTime;
pub(crate) use date_time::LATEST;
pub use decimal::Decimal;
pub use period::{Moment, Period};

/// `FromStr`, `Serialize` and `Deserialize` for a type that has `parse` and `Display`.
macro_rules! travels_as_text {
    ($type:ty) => {
        impl std::str::FromStr for $type {
            type Err = $crate::error::Error;

            /// The same as `parse`.
            fn from_str(text: &str) -> $crate::error::Result<Self> {
                Self::parse(text)
            }
        }

        /// The wire text.
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        /// The wire text, as `parse` reads it.
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use travels_as_text;
