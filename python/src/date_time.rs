//! Date-times as Python objects and texts, on the hot path of rows.

use brightpearl_core::value::DateTime;
use jiff::civil;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// The ten bytes that `datetime.datetime` pickles itself as, in local time. Pickles must stay readable, so the
/// constructor takes these bytes for good, and it is several times faster than with eight arguments. `None`
/// beyond the years that `datetime` holds.
pub(crate) fn pickled(timestamp: DateTime) -> Option<[u8; 10]> {
    let local = local(timestamp)?;
    let [year_high, year_low] = u16::try_from(local.year()).ok().filter(|year| *year > 0)?.to_be_bytes();
    let microsecond = u32::try_from(local.subsec_nanosecond()).ok()? / 1000;
    let [_, micro_high, micro_middle, micro_low] = microsecond.to_be_bytes();
    let small = i8::cast_unsigned;
    Some([
        year_high,
        year_low,
        small(local.month()),
        small(local.day()),
        small(local.hour()),
        small(local.minute()),
        small(local.second()),
        micro_high,
        micro_middle,
        micro_low,
    ])
}

/// The text as the server sent it.
pub(crate) fn text<'py>(py: Python<'py>, timestamp: DateTime) -> Bound<'py, PyAny> {
    let mut buffer = *b"0000-00-00T00:00:00.000+00:00";
    let text = match spell(timestamp, &mut buffer) {
        Some(length) => buffer.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()),
        None => None,
    };
    match text {
        Some(text) => PyString::new(py, text).into_any(),
        // Never for what a server can write, since years have four digits there.
        None => PyString::new(py, &timestamp.to_string()).into_any(),
    }
}

/// Fills in the digits, and says how much of the buffer is the text.
fn spell(timestamp: DateTime, buffer: &mut [u8; 29]) -> Option<usize> {
    let local = local(timestamp)?;
    let year = u16::try_from(local.year()).ok()?;
    let millisecond = u16::try_from(local.subsec_nanosecond() / 1_000_000).ok()?;
    let offset = timestamp.offset_minutes().unwrap_or_default();
    put(buffer, 0, year / 100);
    put(buffer, 2, year % 100);
    for (place, value) in
        [(5, local.month()), (8, local.day()), (11, local.hour()), (14, local.minute()), (17, local.second())]
    {
        put(buffer, place, u16::from(value.cast_unsigned()));
    }
    buffer[20] = digit(millisecond / 100);
    put(buffer, 21, millisecond % 100);
    if timestamp.offset_minutes().is_none() {
        buffer[23] = b'Z';
        return Some(24);
    }
    buffer[23] = if offset < 0 { b'-' } else { b'+' };
    put(buffer, 24, offset.unsigned_abs() / 60);
    put(buffer, 27, offset.unsigned_abs() % 60);
    Some(29)
}

fn put(buffer: &mut [u8; 29], place: usize, value: u16) {
    buffer[place] = digit(value / 10);
    buffer[place + 1] = digit(value % 10);
}

fn digit(value: u16) -> u8 {
    b'0' + (value % 10) as u8
}

fn local(timestamp: DateTime) -> Option<civil::DateTime> {
    let instant = jiff::Timestamp::from_millisecond(timestamp.milliseconds()).ok()?;
    let offset =
        jiff::tz::Offset::from_seconds(i32::from(timestamp.offset_minutes().unwrap_or_default()) * 60)
            .ok()?;
    Some(offset.to_datetime(instant))
}
