//! All fuzz targets in one program, since each of its own would have the whole engine linked once more. `FUZZ_TARGET` in the
//! environment names the one that is meant.
#![no_main]

use std::env;
use std::sync::LazyLock;

use brightpearl_fuzz::targets::TARGETS;
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = env::var("FUZZ_TARGET").unwrap_or_default();
    let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    let (_, fuzz) = TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("FUZZ_TARGET is {name:?}; expected one of {}", known.join(", ")));
    *fuzz
});

fuzz_target!(|data: &[u8]| TARGET(data));
