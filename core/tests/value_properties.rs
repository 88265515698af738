//! Values against themselves (nothing lost on the way out and in) and against independent readers.

use brightpearl_core::value::{CurrencyCode, Date, DateTime, Decimal, Period};
use proptest::prelude::*;

const EARLIEST: i64 = -62_167_219_200_000;
const LATEST: i64 = 253_402_300_799_999;
const A_DAY: i64 = 86_400_000;

fn date_times() -> impl Strategy<Value = DateTime> {
    let milliseconds = prop_oneof![EARLIEST + A_DAY..=LATEST - A_DAY, -A_DAY..=A_DAY];
    let offset = proptest::option::of(prop_oneof![-1439_i16..=1439, Just(0)]);
    (milliseconds, offset).prop_map(|(milliseconds, offset)| {
        DateTime::from_milliseconds(milliseconds, offset).expect("an instant within the years")
    })
}

proptest! {
    #[test]
    fn decimal_text_is_kept(text in "-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,12})?") {
        let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'));
        let kept = if is_zero { text.trim_start_matches('-') } else { &text };
        prop_assert_eq!(Decimal::parse(&text).unwrap().to_string(), kept);
        prop_assert_eq!(Decimal::parse_json(&text).unwrap().to_string(), kept);
        let json = format!("\"{text}\"");
        prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap().to_string(), kept);
    }

    #[test]
    fn decimal_holds_all_parts_exactly(mantissa in -(1_i128 << 96) + 1..1_i128 << 96, places in 0_u32..=28) {
        let decimal = Decimal::from_parts(mantissa, places).unwrap();
        prop_assert_eq!((decimal.mantissa(), decimal.places()), (mantissa, places));
        let read = Decimal::parse(&decimal.to_string()).unwrap();
        prop_assert_eq!((read.mantissa(), read.places()), (mantissa, places));
    }

    /// Read digit by digit, whatever cannot be held exactly is refused and never rounded.
    #[test]
    fn decimal_never_rounds(whole in "[1-9][0-9]{0,34}", fraction in "[0-9]{1,34}", exponent in -40_i32..40) {
        for (text, places) in [
            (format!("{whole}.{fraction}"), fraction.len() as i32),
            (format!("{whole}.{fraction}e{exponent}"), fraction.len() as i32 - exponent),
        ] {
            let digits = format!("{whole}{fraction}{}", "0".repeat((-places).max(0) as usize));
            if let Ok(decimal) = Decimal::parse(&text) {
                prop_assert_eq!(decimal.mantissa().to_string(), digits, "{}", text);
                prop_assert_eq!(decimal.places() as i32, places.max(0), "{}", text);
            } else {
                let fits = digits.parse::<i128>().is_ok_and(|mantissa| mantissa < 1 << 96);
                let significand_fits = fraction.len() <= 28
                    && format!("{whole}{fraction}").parse::<i128>().is_ok_and(|mantissa| mantissa < 1 << 96);
                prop_assert!(!(fits && significand_fits && places <= 28), "{} could be held", text);
            }
        }
    }

    #[test]
    fn decimal_places_change_without_loss_or_not_at_all(
        mantissa in -10_i128.pow(12)..10_i128.pow(12), places in 0_u32..8, wanted in 0_u32..12,
    ) {
        let decimal = Decimal::from_parts(mantissa, places).unwrap();
        let lossless = wanted >= places || mantissa % 10_i128.pow(places - wanted) == 0;
        match decimal.with_places(wanted) {
            Ok(changed) => prop_assert!(lossless && changed == decimal && changed.places() == wanted),
            Err(_) => prop_assert!(!lossless),
        }
        let rounded = decimal.rounded(wanted).unwrap();
        prop_assert_eq!(rounded.places(), wanted);
        let expected = if wanted >= places {
            mantissa * 10_i128.pow(wanted - places)
        } else {
            let unit = 10_i128.pow(places - wanted);
            (mantissa.abs() + unit / 2) / unit * mantissa.signum()
        };
        prop_assert_eq!(rounded.mantissa(), expected);
    }

    #[test]
    fn date_time_text_is_kept(date_time in date_times()) {
        prop_assert_eq!(DateTime::parse(&date_time.to_string()).unwrap(), date_time);
        prop_assert_eq!(date_time.to_utc().at_offset(date_time.offset_minutes()).unwrap(), date_time);
    }

    #[test]
    fn date_time_agrees_with_another_reader(date_time in date_times()) {
        let other: jiff::Timestamp = date_time.to_string().parse().unwrap();
        prop_assert_eq!(other.as_millisecond(), date_time.milliseconds());
        let utc = date_time.to_utc().to_string();
        prop_assert_eq!(utc.parse::<jiff::Timestamp>().unwrap(), other);
        prop_assert!(date_time.to_string().starts_with(&date_time.date().to_string()));
    }

    #[test]
    fn date_time_order_is_the_instants(left in date_times(), right in date_times()) {
        if left.milliseconds() != right.milliseconds() {
            prop_assert_eq!(left.cmp(&right), left.milliseconds().cmp(&right.milliseconds()));
        }
        prop_assert_eq!(left == right, left.to_string() == right.to_string());
    }

    #[test]
    fn date_text_and_days_are_kept(days in -719_528_i32..=2_932_896) {
        let date = Date::from_days_since_epoch(days).unwrap();
        prop_assert_eq!(date.days_since_epoch(), days);
        prop_assert_eq!(Date::parse(&date.to_string()).unwrap(), date);
        prop_assert_eq!(Date::new(date.year(), date.month(), date.day()).unwrap(), date);
    }

    #[test]
    fn period_text_is_kept(from in date_times(), to in date_times()) {
        for text in [format!("{from}/"), format!("/{to}"), from.to_string(), from.date().to_string()] {
            let period = Period::parse(&text).unwrap();
            prop_assert_eq!(period.as_str(), text);
        }
        match Period::between(from, to) {
            Ok(period) => {
                prop_assert!(from.milliseconds() <= to.milliseconds());
                prop_assert_eq!(Period::parse(period.as_str()).unwrap(), period);
            }
            Err(_) => prop_assert!(from.milliseconds() > to.milliseconds()),
        }
    }

    #[test]
    fn currency_codes_are_three_capital_letters(text in "[A-Za-z0-9£]{0,4}") {
        let well_formed = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        prop_assert_eq!(CurrencyCode::parse(&text).is_ok(), well_formed);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), near in "[0-9TZ:.+\\-/eE\"é]{0,32}") {
        for text in [text, near] {
            let _ = (Decimal::parse(&text), Decimal::parse_json(&text), CurrencyCode::parse(&text));
            let _ = (Date::parse(&text), DateTime::parse(&text), Period::parse(&text));
        }
    }

    /// A valid text with one character changed is read as what it says or refused, and never panics.
    #[test]
    fn no_near_miss_panics(date_time in date_times(), place in 0_usize..29, wrong in any::<char>()) {
        let mut text: Vec<char> = date_time.to_string().chars().collect();
        let place = place % text.len();
        text[place] = wrong;
        let text: String = text.into_iter().collect();
        if let Ok(read) = DateTime::parse(&text) {
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
