#!/bin/sh
# Builds the components, checks what each imports, and prints where they are:
#   wasm/build.sh [ROUTE]    ->  $CARGO_TARGET_DIR/component/brightpearl.wasm  (target/component/... by default), and beside
# it the compositions brightpearl-http.wasm and brightpearl-webhook.wasm, and the WIT package, brightpearl-connector.wit.wasm
#
# Two routes lead to the core module. Without a choice, what is installed is used, and otherwise each is
# fetched, in this order:
#   rustup   the target wasm32-unknown-unknown of the active toolchain
#   debian   rustc-web, cargo-web and rust-web-src, which build the library for the target from its sources
#            (apt, where this runs as root)
# With --flags it only prints the compiler's flags, as CARGO_ENCODED_RUSTFLAGS has them.
set -eu

cd "$(dirname "$0")/.."
umask 022
target=wasm32-unknown-unknown
target_dir=${CARGO_TARGET_DIR:-$PWD/target}
# The routes have different compilers: neither may find the other's leftovers.
module_dir=$target_dir/component-build
component=$target_dir/component/brightpearl.wasm
compiler=${RUSTC:-rustc}

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

# The flags of the module, one a line:
# - every host of the component model has SIMD;
# - a lower bar for inlining takes a tenth off the size and costs a tenth of the speed.
flags() {
    echo '-Ctarget-feature=+simd128'
    echo '-Cllvm-args=-inline-threshold=30'
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

# Cargo wants several flags with this control character between them, so that paths may have spaces. Further ones keep paths of
# this machine out of the component, so that it is the same wherever it is built.
use_flags() {
    CARGO_ENCODED_RUSTFLAGS=$(flags | tr '\n' '\037' | sed 's/.$//')
    export CARGO_ENCODED_RUSTFLAGS
    variables=$(RUSTC=$compiler python3 tests/supply/reproducible.py)
    eval "$variables"
}

# The module is the same whether or not `make test` lints what it builds: lints would have it compiled otherwise.
build_module_with_rustup() {
    use_flags
    CARGO_TARGET_DIR=$module_dir/rustup \
        env -u RUSTC_WORKSPACE_WRAPPER cargo build --locked --package brightpearl-wasm --package brightpearl-wasm-http \
        --package brightpearl-wasm-webhook --profile component --target $target
    modules=$module_dir/rustup/$target/component
    module=$modules/brightpearl_wasm.wasm
}

build_module_with_debian() {
    linker=$(find_linker)
    compiler=/usr/bin/rustc
    use_flags
    # -Zbuild-std is not in stable releases; RUSTC_BOOTSTRAP lets this one compiler have it.
    RUSTC_BOOTSTRAP=1 RUSTC=$compiler CARGO_TARGET_DIR=$module_dir/debian \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker \
        env -u RUSTC_WORKSPACE_WRAPPER /usr/bin/cargo build --locked --package brightpearl-wasm --package brightpearl-wasm-http \
        --package brightpearl-wasm-webhook --profile component --target $target \
        -Zbuild-std=std,panic_abort
    modules=$module_dir/debian/$target/component
    module=$modules/brightpearl_wasm.wasm
}

case ${1:-installed} in
--flags)
    use_flags
    printf '%s\n' "$CARGO_ENCODED_RUSTFLAGS"
    exit
    ;;
rustup)
    has_rustup_target || can_add_rustup_target || fail "rustup has no target $target and cannot fetch it"
    build_module_with_rustup
    ;;
debian)
    has_debian_toolchain || can_install_debian_toolchain ||
        fail 'rustc-web, cargo-web and rust-web-src are not there; expected that apt-get installed them, as root'
    build_module_with_debian
    ;;
installed)
    if has_rustup_target; then
        build_module_with_rustup
    elif has_debian_toolchain; then
        build_module_with_debian
    elif can_add_rustup_target; then
        build_module_with_rustup
    elif can_install_debian_toolchain; then
        build_module_with_debian
    else
        fail "there is no toolchain for $target; expected that 'rustup target add $target' works, or else the Debian packages rustc-web, cargo-web and rust-web-src (as root, this script installs them)"
    fi
    ;;
*)
    fail "there is no route '$1'; expected rustup or debian"
    ;;
esac

unset CARGO_ENCODED_RUSTFLAGS

# Another eighth off the size, at no cost of speed. The features are those of the target and the flags above.
if [ ! -x wasm/node_modules/.bin/wasm-opt ]; then
    command -v npm >/dev/null || fail 'npm is not there; expected it for wasm-opt, which comes in the package binaryen'
    echo 'installing binaryen' >&2
    npm ci --prefix wasm --silent --no-audit --no-fund >&2
fi
small=$module_dir/small.wasm
wasm/node_modules/.bin/wasm-opt -O3 --strip-debug --strip-producers --enable-simd --enable-bulk-memory \
    --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-multivalue --output "$small" "$module"
module=$small
folder=$(dirname "$component")
mkdir -p "$folder"
RUSTC=$compiler python3 tests/supply/notices.py component "$folder/THIRD-PARTY-NOTICES.txt" >&2
RUSTC=$compiler python3 tests/supply/sbom.py component "$folder/brightpearl.cdx.json" >&2
cp LICENSE "$folder/"
make_component() {
    cargo run --quiet --locked --package brightpearl-component -- "$@"
}
make_component engine "$module" "$component"
for driver in http webhook; do
    make_component $driver "$component" "$modules/brightpearl_wasm_$driver.wasm" "$folder/brightpearl-$driver.wasm"
done
make_component package wit "$folder/brightpearl-connector.wit.wasm"
