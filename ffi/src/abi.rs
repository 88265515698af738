//! Which interface this is.

use std::ffi::c_char;

/// Version of the interface in this header. It rises whenever a program that was compiled against an
/// older header would no longer work, and stands in the shared library's name (`libbrightpearl.so.1`).
/// Compare it with `bp_abi_version` when the library is loaded by other means than the linker.
pub const BP_ABI_VERSION: u32 = 1;

/// The interface version of the library that is loaded. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn bp_abi_version() -> u32 {
    BP_ABI_VERSION
}

/// The release of the library that is loaded, such as `0.1.0`: NUL-terminated, static, never NULL.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn bp_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
