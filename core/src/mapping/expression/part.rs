//! Parts of arrays and texts.

use super::tree::Slice;
use crate::mapping::value::Value;

/// The elements of a part of an array; `None` of anything else.
pub(super) fn of_array<'v>(value: &Value<'v>, slice: Slice) -> Option<Vec<Value<'v>>> {
    let elements: Vec<Value<'v>> = value.elements()?.collect();
    Some(of(&elements, slice))
}

/// The characters of a part of a text.
pub(super) fn of_text(text: &str, slice: Slice) -> String {
    let characters: Vec<char> = text.chars().collect();
    of(&characters, slice).into_iter().collect()
}

fn of<T: Clone>(all: &[T], slice: Slice) -> Vec<T> {
    let count = all.len() as i64;
    let step = i64::from(slice.step);
    // Where the walk may begin and end: before the first element only when it goes backwards.
    let (lowest, highest) = if step > 0 { (0, count) } else { (-1, count - 1) };
    let bound = |place: Option<i32>, open: i64| match place.map(i64::from) {
        Some(place) if place < 0 => (place + count).clamp(lowest, highest),
        Some(place) => place.clamp(lowest, highest),
        None => open,
    };
    let (mut at, end) = if step > 0 {
        (bound(slice.start, lowest), bound(slice.stop, highest))
    } else {
        (bound(slice.start, highest), bound(slice.stop, lowest))
    };
    let mut taken = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        taken.extend(usize::try_from(at).ok().and_then(|place| all.get(place)).cloned());
        at += step;
    }
    taken
}
