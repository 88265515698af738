//! Values as text: what is read, what is refused and in which words, what is written.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use brightpearl_core::value::{CurrencyCode, Date, DateTime, Decimal, Moment, Period};
use brightpearl_core::{Error, Kind};
use serde::{Deserialize, Serialize};

fn assert_reads<T: FromStr<Err = Error> + Display>(cases: &[(&str, &str)]) {
    for (text, canonical) in cases {
        let value: T = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(value.to_string(), *canonical, "{text:?}");
    }
}

/// Text, location, words of the message.
fn assert_refuses<T: FromStr<Err = Error> + Debug>(cases: &[(&str, &str, &str)]) {
    for (text, location, words) in cases {
        let error = text.parse::<T>().expect_err(text);
        assert_eq!(error.kind(), Kind::Validation, "{text:?}");
        assert_eq!(error.location(), Some(*location), "{text:?}: {error}");
        assert!(error.message().contains(words), "{text:?}: {error}");
        assert!(error.message().contains("expected"), "{text:?}: {error}");
    }
}

fn assert_travels_as_json<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug + Display>(value: T) {
    let json = serde_json::to_string(&value).unwrap();
    assert_eq!(json, format!("\"{value}\""));
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
    assert!(serde_json::from_str::<T>(r#""nonsense""#).unwrap_err().to_string().contains("expected"));
}

#[test]
fn decimal_keeps_every_digit() {
    assert_reads::<Decimal>(&[
        ("10.0000", "10.0000"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("-12.50", "-12.50"),
        ("-0.00", "0.00"),
        ("-0e-2", "0.00"),
        ("1.000000", "1.000000"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("7922816251426433759354395.0335", "7922816251426433759354395.0335"),
        ("1e3", "1000"),
        ("1.50e1", "15.0"),
        ("-1.5E+2", "-150"),
        ("125e-4", "0.0125"),
        ("0e9", "0"),
    ]);
}

#[test]
fn decimal_refuses_what_it_cannot_hold_and_what_is_no_number() {
    assert_refuses::<Decimal>(&[
        ("", "byte 0", "the end of the text"),
        ("-", "byte 1", "the end of the text"),
        ("1.", "byte 2", "the end of the text"),
        ("1e", "byte 2", "the end of the text"),
        ("1e+", "byte 3", "the end of the text"),
        (".5", "byte 0", "\".5\""),
        ("+5", "byte 0", "\"+5\""),
        ("007", "byte 1", "\"07\""),
        (" 1", "byte 0", "\" 1\""),
        ("1,50", "byte 1", "\",50\""),
        ("1_000", "byte 1", "\"_000\""),
        ("1.5.0", "byte 3", "\".0\""),
        ("--1", "byte 1", "\"-1\""),
        ("12€", "byte 2", "\"€\""),
        ("NaN", "byte 0", "\"NaN\""),
        ("null", "byte 0", "\"null\""),
        ("0.00000000000000000000000000001", "byte 0", "28 decimal places"),
        ("0.12345678901234567890123456789", "byte 0", "28 decimal places"),
        ("79228162514264337593543950336", "byte 0", "79228162514264337593543950335"),
        ("1.0e-28", "byte 0", "28 decimal places"),
        ("1e29", "byte 0", "held exactly"),
        ("1e999", "byte 0", "held exactly"),
        ("1e-99999999999999999999", "byte 0", "held exactly"),
    ]);
    let error = Decimal::parse(&"1".repeat(100_000)).unwrap_err();
    assert!(error.message().len() < 250, "{error}");
}

#[test]
fn decimal_reads_json_tokens_exactly_and_refuses_floats() {
    assert_eq!(Decimal::parse_json("0.10").unwrap().to_string(), "0.10");
    assert_eq!(Decimal::parse_json(r#""0.10""#).unwrap().to_string(), "0.10");
    assert_eq!(Decimal::parse_json(r#""0\u002e10""#).unwrap().to_string(), "0.10");
    for token in ["null", "true", "{}", "[1]", "\"", "\"1\"x", "\"\"", "\"1 \""] {
        assert_eq!(Decimal::parse_json(token).unwrap_err().kind(), Kind::Validation, "{token}");
    }

    assert_travels_as_json(Decimal::parse("10.0000").unwrap());
    assert_eq!(serde_json::from_str::<Decimal>("-7").unwrap(), Decimal::from(-7_i64));
    assert_eq!(serde_json::from_str::<Decimal>("18446744073709551615").unwrap(), Decimal::from(u64::MAX));
    let error = serde_json::from_str::<Decimal>("0.1").unwrap_err().to_string();
    assert!(error.contains("floating point `0.1`, expected a decimal number in a string"), "{error}");
}

#[test]
fn decimal_changes_places_only_when_nothing_is_lost() {
    let decimal = |text: &str| Decimal::parse(text).unwrap();
    assert_eq!(decimal("10.5").with_places(4).unwrap().to_string(), "10.5000");
    assert_eq!(decimal("10.5000").with_places(1).unwrap().to_string(), "10.5");
    assert_eq!(decimal("0").with_places(2).unwrap().to_string(), "0.00");
    assert_eq!(decimal("10.05").with_places(1).unwrap_err().kind(), Kind::Validation);
    assert_eq!(decimal("1").with_places(29).unwrap_err().kind(), Kind::Validation);
    assert_eq!(decimal("79228162514264337593543950335").with_places(1).unwrap_err().kind(), Kind::Validation);

    for (text, places, rounded) in [
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("2.3449", 2, "2.34"),
        ("0.5", 0, "1"),
        ("7", 2, "7.00"),
        ("9.999", 2, "10.00"),
        ("-0.001", 2, "0.00"),
    ] {
        assert_eq!(decimal(text).rounded(places).unwrap().to_string(), rounded, "{text}");
    }

    assert_eq!((decimal("-10.50").mantissa(), decimal("-10.50").places()), (-1050, 2));
    assert_eq!(Decimal::from_parts(-1050, 2).unwrap().to_string(), "-10.50");
    assert_eq!(Decimal::from_parts(1, 29).unwrap_err().kind(), Kind::Validation);
    assert_eq!(Decimal::from_parts(i128::MIN, 0).unwrap_err().kind(), Kind::Validation);
    assert_eq!(decimal("1.0"), decimal("1.00"));
    assert_eq!(Decimal::from(-rust_decimal::Decimal::ZERO).to_string(), "0");
    assert_eq!(rust_decimal::Decimal::from(decimal("10.50")).to_string(), "10.50");
    assert!(decimal("-1") < decimal("0.5"));
}

#[test]
fn date_time_reads_what_brightpearl_emits_and_accepts() {
    assert_reads::<DateTime>(&[
        ("2024-02-03T09:08:07.000-06:00", "2024-02-03T09:08:07.000-06:00"),
        ("2008-01-02T00:00:00.000Z", "2008-01-02T00:00:00.000Z"),
        ("2008-01-02T00:00:00.000+00:00", "2008-01-02T00:00:00.000+00:00"),
        ("2011-07-15T16:10:45.555Z", "2011-07-15T16:10:45.555Z"),
        ("2024-04-17T10:00:00-06:00", "2024-04-17T10:00:00.000-06:00"),
        ("2024-04-17T10:00:00.1Z", "2024-04-17T10:00:00.100Z"),
        ("2024-04-17T10:00:00.12Z", "2024-04-17T10:00:00.120Z"),
        ("2024-04-17T10:00:00.123000000Z", "2024-04-17T10:00:00.123Z"),
        ("2024-02-29T23:59:59.999+05:45", "2024-02-29T23:59:59.999+05:45"),
        ("1969-12-31T23:59:59.999-00:30", "1969-12-31T23:59:59.999-00:30"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("0000-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z"),
    ]);
    assert_travels_as_json(DateTime::parse("2024-02-03T09:08:07.000-06:00").unwrap());
}

#[test]
fn date_time_refuses_with_the_place() {
    assert_refuses::<DateTime>(&[
        ("", "byte 0", "the end of the text"),
        ("2024-03-10", "byte 10", "date-time with its offset"),
        ("2024-03-10T", "byte 11", "the end of the text"),
        ("2024-03-10 09:08:07Z", "byte 10", "\" 09:08:07Z\""),
        ("2024-03-10T09:08Z", "byte 16", "\"Z\""),
        ("2024-03-10T09:08:07", "byte 19", "offset"),
        ("2024-03-10T09:08:07z", "byte 19", "\"z\""),
        ("2024-03-10T09:08:07Z ", "byte 20", "\" \""),
        ("2024-03-10T24:00:00Z", "byte 11", "an hour up to 23"),
        ("2024-03-10T09:60:00Z", "byte 14", "a minute up to 59"),
        ("2024-03-10T09:08:60Z", "byte 17", "a second up to 59"),
        ("2024-03-10T9:08:07Z", "byte 11", "\"9:08:07Z\""),
        ("2023-02-29T09:08:07Z", "byte 0", "a day that the calendar has"),
        ("2024-13-01T09:08:07Z", "byte 0", "a day that the calendar has"),
        ("2024-03-10T09:08:07.Z", "byte 20", "one to nine digits"),
        ("2024-03-10T09:08:07.0000000000Z", "byte 20", "one to nine digits"),
        ("2024-03-10T09:08:07.1234Z", "byte 20", "whole milliseconds"),
        ("2024-03-10T09:08:07.000000001Z", "byte 20", "whole milliseconds"),
        ("2024-03-10T09:08:07-00:00", "byte 19", "Z or +00:00"),
        ("2024-03-10T09:08:07+24:00", "byte 20", "an hour of offset up to 23"),
        ("2024-03-10T09:08:07+01:60", "byte 23", "a minute of offset up to 59"),
        ("2024-03-10T09:08:07+0100", "byte 22", "\"00\""),
        ("2024-03-10T09:08:07+01", "byte 22", "the end of the text"),
        ("٢024-03-10T09:08:07Z", "byte 0", "date-time"),
        ("9999-12-31T23:59:59.999-01:00", "byte 0", "years 0000 to 9999"),
        ("0000-01-01T00:00:00.000+01:00", "byte 0", "years 0000 to 9999"),
    ]);
}

#[test]
fn date_time_orders_by_instant_and_keeps_the_offset() {
    let read = |text: &str| DateTime::parse(text).unwrap();
    let (west, utc, zero) =
        (read("2024-02-03T09:08:07-06:00"), read("2024-02-03T15:08:07Z"), read("2024-02-03T15:08:07+00:00"));
    assert_eq!(west.milliseconds(), 1_706_972_887_000);
    assert_eq!(
        (west.offset_minutes(), utc.offset_minutes(), zero.offset_minutes()),
        (Some(-360), None, Some(0))
    );
    assert_eq!(west.to_utc(), utc);
    assert_ne!(zero, utc);
    assert_eq!(utc.at_offset(Some(-360)).unwrap(), west);
    assert!(read("2024-02-03T09:08:08-06:00") > utc);
    assert!(read("2024-02-03T10:00:00+09:00") < west);
    assert_eq!(read("2024-02-03T23:00:00-06:00").date().to_string(), "2024-02-03");
    assert_eq!(read("2024-02-03T23:00:00-06:00").to_utc().date().to_string(), "2024-02-04");

    for (milliseconds, offset) in [
        (0, Some(1440)),
        (0, Some(i16::MIN)),
        (i64::MAX, Some(1)),
        (i64::MIN, Some(-1)),
        (253_402_300_800_000, None),
    ] {
        let error = DateTime::from_milliseconds(milliseconds, offset).unwrap_err();
        assert_eq!(error.kind(), Kind::Validation, "{milliseconds} {offset:?}");
    }
}

#[test]
fn date_is_a_day_of_the_calendar() {
    assert_reads::<Date>(&[
        ("2024-03-10", "2024-03-10"),
        ("2024-02-29", "2024-02-29"),
        ("0000-01-01", "0000-01-01"),
        ("9999-12-31", "9999-12-31"),
    ]);
    assert_refuses::<Date>(&[
        ("", "byte 0", "the end of the text"),
        ("2024-3-10", "byte 5", "\"3-10\""),
        ("2024-03-1", "byte 8", "\"1\""),
        ("20240310", "byte 4", "\"0310\""),
        ("10/03/2024", "byte 0", "a date such as 2024-03-10"),
        ("2024-03-10T00:00:00Z", "byte 10", "\"T00:00:00Z\""),
        ("2023-02-29", "byte 0", "a day that the calendar has"),
        ("1900-02-29", "byte 0", "a day that the calendar has"),
        ("2024-00-10", "byte 0", "a day that the calendar has"),
        ("-001-01-01", "byte 0", "a date"),
    ]);
    assert_eq!(Date::new(1970, 1, 2).unwrap().days_since_epoch(), 1);
    assert_eq!(Date::from_days_since_epoch(-1).unwrap().to_string(), "1969-12-31");
    for (year, month, day) in [(10_000, 1, 1), (u16::MAX, 1, 1), (2024, 0, 1), (2024, 1, u8::MAX)] {
        assert_eq!(Date::new(year, month, day).unwrap_err().kind(), Kind::Validation);
    }
    for days in [i32::MIN, i32::MAX, -719_529, 2_932_897] {
        assert_eq!(Date::from_days_since_epoch(days).unwrap_err().kind(), Kind::Validation, "{days}");
    }
    assert_travels_as_json(Date::new(2024, 3, 10).unwrap());
}

#[test]
fn period_is_sent_as_it_was_written() {
    for text in [
        "2026-07-01T00:00:00Z/",
        "2024-01-01/2024-02-01",
        "2024-01-01/2024-01-01",
        "/2024-02-01T10:00:00.5+02:00",
        "2024-03-10",
        "2024-03-10T09:08:07.000-06:00",
        "2024-01-01/2024-01-02T00:00:00Z",
        // The day may begin fourteen hours before it does in UTC, and end twelve hours after.
        "2024-01-02/2024-01-01T10:00:00Z",
        "2024-01-03T12:00:00Z/2024-01-02",
    ] {
        assert_reads::<Period>(&[(text, text)]);
        assert_travels_as_json(Period::parse(text).unwrap());
    }
    assert_refuses::<Period>(&[
        ("", "byte 0", "a date"),
        ("/", "byte 0", "without ends"),
        ("2024-01-01//", "byte 11", "a second"),
        ("2024-01-01/2024-02-01/2024-03-01", "byte 21", "a second"),
        ("2024-02-01/2024-01-01", "byte 11", "before the start 2024-02-01"),
        ("2024-01-01T00:00:00.001Z/2024-01-01T01:00:00+01:00", "byte 25", "before the start"),
        ("2024-01-02/2024-01-01T09:59:59.999Z", "byte 11", "before the start"),
        ("2024-01-03T12:00:00.001Z/2024-01-02", "byte 25", "before the start"),
        ("2024-01-01/2024-02-30", "byte 11", "a day that the calendar has"),
        ("2024-01-01/2024-02-01T00:00:00", "byte 30", "offset"),
        ("last week", "byte 0", "a date such as 2024-03-10"),
    ]);
}

#[test]
fn period_is_made_of_moments() {
    let (day, instant) =
        (Date::parse("2024-01-01").unwrap(), DateTime::parse("2024-01-05T00:00:00Z").unwrap());
    assert_eq!(Period::since(day).as_str(), "2024-01-01/");
    assert_eq!(Period::until(instant).as_str(), "/2024-01-05T00:00:00.000Z");
    assert_eq!(Period::on(day).as_str(), "2024-01-01");
    let period = Period::between(day, instant).unwrap();
    assert_eq!(period.as_str(), "2024-01-01/2024-01-05T00:00:00.000Z");
    assert_eq!((period.from(), period.to()), (Some(Moment::Date(day)), Some(Moment::DateTime(instant))));
    assert_eq!(Period::parse(period.as_str()).unwrap(), period);
    let error = Period::between(instant, day).unwrap_err();
    assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("to")));
}

#[test]
fn currency_code_has_the_form_of_the_standard() {
    assert_reads::<CurrencyCode>(&[("GBP", "GBP"), ("XTS", "XTS")]);
    assert_refuses::<CurrencyCode>(&[
        ("", "byte 0", "the end of the text"),
        ("gbp", "byte 0", "such as GBP"),
        ("Usd", "byte 1", "such as USD"),
        (" EUR", "byte 0", "such as EUR"),
        ("GB", "byte 2", "\"GB\""),
        ("GBPX", "byte 3", "\"GBPX\""),
        ("G€", "byte 1", "\"G€\""),
        ("£", "byte 0", "\"£\""),
        ("826", "byte 0", "three capital letters"),
    ]);
    assert_eq!(format!("{:>5}", CurrencyCode::parse("GBP").unwrap()), "  GBP");
    assert_travels_as_json(CurrencyCode::parse("GBP").unwrap());
}
