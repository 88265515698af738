//! Where a batch goes on that is resumed.

use crate::checkpoint::Position;
use crate::error::{Error, Result};

/// The place behind so many writes, of which one may have failed and stopped the batch.
pub(super) fn behind(consumed: usize, stopped_by: Option<usize>) -> Position {
    match (consumed, stopped_by) {
        (0, None) => Position::Start,
        _ => {
            Position::Writes { consumed: consumed as u64, stopped_by: stopped_by.map(|failed| failed as u64) }
        }
    }
}

/// How many writes were consumed before, and which of them stopped the batch.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `checkpoint`.
pub(super) fn start(position: &Position, writes: usize) -> Result<(usize, Option<usize>)> {
    let refuse = |message: String| Err(Error::validation("checkpoint", message));
    match position {
        Position::Start => Ok((0, None)),
        Position::End => Ok((writes, None)),
        Position::Writes { consumed, stopped_by } => {
            let index = |number: &u64| usize::try_from(*number).ok().filter(|index| *index <= writes);
            match (index(consumed), stopped_by.as_ref().map(index)) {
                (Some(consumed), None) => Ok((consumed, None)),
                (Some(consumed), Some(Some(failed))) if failed < consumed => Ok((consumed, Some(failed))),
                _ => refuse(format!("the position is behind the last of the batch's {writes} writes")),
            }
        }
        Position::Row { .. } | Position::Ids { .. } | Position::Pull(_) => {
            refuse("the position is not one of a batch".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written_and_never_behind_the_end() {
        for (consumed, stopped_by) in [(0, None), (1, None), (3, Some(0)), (3, Some(2))] {
            assert_eq!(start(&behind(consumed, stopped_by), 3).unwrap(), (consumed, stopped_by));
        }
        assert_eq!(start(&Position::End, 3).unwrap(), (3, None));
        for (consumed, stopped_by) in [(4, None), (2, Some(2)), (0, Some(0))] {
            assert_eq!(start(&behind(consumed, stopped_by), 3).unwrap_err().location(), Some("checkpoint"));
        }
    }
}
