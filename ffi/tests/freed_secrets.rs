//! No block of memory that is given back holds a secret: an allocator looks into each of them. Where the scan of a
//! process's memory sees only what nobody has written over since, this sees everything that was on the heap.
#![allow(missing_docs)]

#[path = "../../core/tests/secrets_in_memory/marker.rs"]
mod marker;
#[path = "../../core/tests/secrets_in_memory/play.rs"]
mod play;

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::slice;
use std::sync::{Mutex, OnceLock, PoisonError};

use marker::Wanted;

struct Watched;

static WANTED: OnceLock<Wanted> = OnceLock::new();
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    /// Whether this thread is looking already: what looking allocates is not looked into.
    static IS_LOOKING: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: all is passed on to the system's allocator; blocks are zeroed at first, so that they can be read in whole.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is still the caller's, and all of it was written.
        look(unsafe { slice::from_raw_parts(block, layout.size()) });
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

fn look(block: &[u8]) {
    let Some(wanted) = WANTED.get() else { return };
    if IS_LOOKING.replace(true) {
        return;
    }
    if let Some((name, place)) = wanted.find(block) {
        let found = format!("{name} at byte {place} of {}\n{}", block.len(), Backtrace::force_capture());
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }
    IS_LOOKING.set(false);
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

#[test]
fn no_block_that_is_given_back_holds_a_secret() {
    let markers = play::Markers::new();
    assert!(WANTED.set(Wanted::new(&markers.all())).is_ok());
    let held = markers.all().pop().expect("there are markers").text();
    drop(held.as_str().to_owned());
    let control = std::mem::take(&mut *FOUND.lock().unwrap_or_else(PoisonError::into_inner));
    assert_eq!(control.len(), 1, "a secret that is not wiped is found");
    play::play(&markers);
    let found = std::mem::take(&mut *FOUND.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(
        found.is_empty(),
        "{} blocks, the first of them:\n{}",
        found.len(),
        found[..found.len().min(3)].join("\n")
    );
}
