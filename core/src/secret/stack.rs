//! What readers of texts leave on the stack.

use std::hint;

/// More than the readers of JSON use, far less than the smallest stack that the engine is promised.
const READERS_USE: usize = 64 << 10;

/// Overwrites the stack below the caller. Libraries that search and hash texts have them in vector registers, which
/// they may put aside there, and builds without optimisation always do.
#[inline(never)]
pub(crate) fn wipe_stack() {
    let mut used = [0_u8; READERS_USE];
    hint::black_box(&mut used);
}
