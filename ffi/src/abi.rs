//! Which interface this is.

use std::ffi::c_char;

/// Version of the interface in this header. It rises whenever a program that was compiled against an
/// older header would no longer work, and stands in the shared library's name (`libbrightpearl.so.1`).
/// Compare it with `bp_abi_version` when the library is loaded by other means than the linker.
pub const BP_ABI_VERSION: u32 = 1;

/// Bytes of stack that a thread needs which calls the library. Threads have more than that by default nearly everywhere;
/// where a program sets the size itself, or a platform gives less, it is set to at least this, besides what the program
/// takes.
pub const BP_STACK_BYTES: usize = 512 * 1024;

/// The interface version of the library that is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn bp_abi_version() -> u32 {
    BP_ABI_VERSION
}

/// The release of the library that is loaded, such as `0.1.0`: NUL-terminated, static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn bp_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
