//! Gives the shared library the name that programs linked against it will look for.

use std::env;

#[path = "src/abi.rs"]
#[expect(dead_code, unreachable_pub, reason = "written for the library, of which the build needs one number")]
mod abi;

fn main() {
    println!("cargo:rerun-if-changed=src/abi.rs");
    let abi = abi::BP_ABI_VERSION;
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match system.as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libbrightpearl.so.{abi}");
        }
        "macos" | "ios" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libbrightpearl.{abi}.dylib");
        }
        // Windows and others have no such name.
        _ => {}
    }
}
