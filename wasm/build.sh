#!/bin/sh
# Builds the component, checks that it imports nothing, and prints where it is:
#   wasm/build.sh            ->  $CARGO_TARGET_DIR/component/brightpearl.wasm  (target/component/... by default)
#
# Two routes to the core module. What is installed is used; otherwise each is fetched, in this order:
#   rustup   the target wasm32-unknown-unknown of the active toolchain
#   debian   rustc-web, cargo-web and rust-web-src, which build the library for the target from its sources
#            (apt, where this runs as root)
set -eu

cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
target_dir=${CARGO_TARGET_DIR:-$PWD/target}
# The routes have different compilers: neither may find the other's leftovers.
module_dir=$target_dir/component-build
component=$target_dir/component/brightpearl.wasm
# Every host of the component model has SIMD; the scanner of search pages is built for it.
flags='-Ctarget-feature=+simd128'

fail() {
    echo "error: $*" >&2
    exit 1
}

has_rustup_target() {
    [ -d "$(rustc --print target-libdir --target $target 2>/dev/null)" ]
}

can_add_rustup_target() {
    command -v rustup >/dev/null && rustup target add $target >/dev/null 2>&1
}

has_debian_toolchain() {
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] &&
        [ -f "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ]
}

can_install_debian_toolchain() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo 'installing rustc-web, cargo-web and rust-web-src' >&2
    apt-get update -qq >&2 && apt-get install -qq -y rustc-web cargo-web rust-web-src >&2
}

find_linker() {
    for candidate in "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld \
        "$(/usr/bin/rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld; do
        if [ -x "$candidate" ]; then
            echo "$candidate"
            return
        fi
    done
    command -v wasm-ld || fail 'no linker for WebAssembly is there; expected rust-lld in a rustup toolchain, or wasm-ld (apt: lld)'
}

build_module_with_rustup() {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags CARGO_TARGET_DIR=$module_dir/rustup \
        cargo build --locked --package brightpearl-wasm --profile component --target $target
    module=$module_dir/rustup/$target/component/brightpearl_wasm.wasm
}

build_module_with_debian() {
    linker=$(find_linker)
    # -Zbuild-std is not in stable releases; RUSTC_BOOTSTRAP lets this one compiler have it.
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$module_dir/debian \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags \
        /usr/bin/cargo build --locked --package brightpearl-wasm --profile component --target $target \
        -Zbuild-std=std,panic_abort
    module=$module_dir/debian/$target/component/brightpearl_wasm.wasm
}

if has_rustup_target; then
    build_module_with_rustup
elif has_debian_toolchain; then
    build_module_with_debian
elif can_add_rustup_target; then
    build_module_with_rustup
elif can_install_debian_toolchain; then
    build_module_with_debian
else
    fail "no toolchain for $target; expected either 'rustup target add $target' to work, or the Debian packages rustc-web, cargo-web and rust-web-src (apt-get install them as root)"
fi

cargo run --quiet --locked --package brightpearl-component -- "$module" "$component"
