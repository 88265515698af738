#!/bin/sh
# Builds the components, checks what each imports, and prints where they are:
#   wasm/build.sh [--tested] [ROUTE]    ->  $CARGO_TARGET_DIR/component/brightpearl.wasm  (target/component/... by default), and
# beside it brightpearl-engine.wasm, which is without mapping and flows; brightpearl-http.wasm and brightpearl-webhook.wasm over
# wasi:http; and the WIT package, brightpearl-connector.wit.wasm
#
# With --tested, the same of the same sources goes into target/tested-component, in a third of the time: hardly optimised, with
# one compilation of the core for all of them. `make test` plays its vectors through these, `make test-dist` through those that
# are shipped.
#
# Two routes lead to the core module. Without a choice, what is installed is used, and otherwise each is
# fetched, in this order:
#   rustup   the active toolchain with its component rust-src
#   debian   rustc-web, cargo-web and rust-web-src (apt, where this runs as root)
# Either builds the standard library from its sources, without the words of panics, which a component can tell nobody, and
# with its small sorts: that takes a fifth off.
# With --tested --again SOURCES TARGET it only compiles the modules of brightpearl.wasm and brightpearl-http.wasm by the route
# rustup, of sources that lie elsewhere, into another folder, but with the flags of here: for tests/supply/reproduce.sh.
set -eu

cd "$(dirname "$0")/.."
umask 022
target=wasm32-unknown-unknown
target_dir=${CARGO_TARGET_DIR:-$PWD/target}
# The routes have different compilers: neither may find the other's leftovers.
module_dir=$target_dir/component-build
profile=component
if [ "${1:-}" = --tested ]; then
    profile=tested-component
    shift
fi
folder=$target_dir/$profile
compiler=${RUSTC:-rustc}
# Where it is not that of the cargo that calls it.
foreign=

fail() {
    echo "error: $*" >&2
    exit 1
}

has_rustup_sources() {
    [ -f "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/std/Cargo.toml" ]
}

can_add_rustup_sources() {
    command -v rustup >/dev/null && rustup component add rust-src >&2
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

# Builds the modules with a cargo, and further arguments for it. They are the same whether or not `make test` lints what it
# builds: lints would have them compiled otherwise. What begins with -Z is not in stable releases; RUSTC_BOOTSTRAP lets this
# build have it.
build_modules() {
    # shellcheck disable=SC2086
    if [ $profile = component ]; then
        # Small rather than quick: a page takes a quarter longer.
        build_chosen "$@" --config 'profile.component.package.brightpearl-core.opt-level="z"' $parts
    else
        build_chosen "$@" $parts
    fi
    cp "$modules/brightpearl_wasm.wasm" "$modules/brightpearl_wasm_engine.wasm"
    # The last one keeps the name.
    # shellcheck disable=SC2086
    build_chosen "$@" $whole
}

# What has no flows, and what has them.
parts='--package brightpearl-wasm --package brightpearl-wasm-webhook --no-default-features'
whole='--package brightpearl-wasm --package brightpearl-wasm-http'

build_chosen() {
    cargo=$1
    shift
    env -u RUSTC_WORKSPACE_WRAPPER RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$into" \
        ${foreign:+"RUSTC=$foreign"} "$cargo" build --locked --profile $profile --target $target \
        -Zbuild-std=std -Zbuild-std-features=optimize_for_size \
        -Zpanic-immediate-abort --config "profile.$profile.panic=\"immediate-abort\"" "$@"
}

build_module_with_rustup() {
    use_flags
    into=$module_dir/rustup
    modules=$into/$target/$profile
    build_modules cargo
}

build_module_with_debian() {
    linker=$(find_linker)
    compiler=/usr/bin/rustc
    foreign=$compiler
    use_flags
    into=$module_dir/debian
    modules=$into/$target/$profile
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker"
    build_modules /usr/bin/cargo
}

case ${1:-installed} in
--again)
    use_flags
    into=$3
    # shellcheck disable=SC2086
    build_chosen cargo --manifest-path "$2/Cargo.toml" $whole
    exit
    ;;
rustup)
    has_rustup_sources || can_add_rustup_sources || fail "rustup has no component rust-src and cannot fetch it"
    build_module_with_rustup
    ;;
debian)
    has_debian_toolchain || can_install_debian_toolchain ||
        fail 'rustc-web, cargo-web and rust-web-src are not there; expected that apt-get installed them, as root'
    build_module_with_debian
    ;;
installed)
    if has_rustup_sources; then
        build_module_with_rustup
    elif has_debian_toolchain; then
        build_module_with_debian
    elif can_add_rustup_sources; then
        build_module_with_rustup
    elif can_install_debian_toolchain; then
        build_module_with_debian
    else
        fail "there is no toolchain for $target; expected that 'rustup component add rust-src' works, or else the Debian packages rustc-web, cargo-web and rust-web-src (as root, this script installs them)"
    fi
    ;;
*)
    fail "there is no route '$1'; expected rustup or debian"
    ;;
esac

unset CARGO_ENCODED_RUSTFLAGS

# Another eighth off the size, at no cost of speed. The features are those of the target and the flags above.
small() {
    wasm/node_modules/.bin/wasm-opt "$2" --strip-debug --strip-producers --enable-simd --enable-bulk-memory \
        --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int \
        --enable-reference-types --enable-multivalue --output "$modules/small_$1.wasm" "$modules/brightpearl_$1.wasm"
}

make_small() {
    if [ ! -x wasm/node_modules/.bin/wasm-opt ]; then
        command -v npm >/dev/null || fail 'npm is not there; expected it for wasm-opt, which comes in the package binaryen'
        echo 'installing binaryen' >&2
        npm ci --prefix wasm --silent --no-audit --no-fund >&2
    fi
    # A page takes the whole one a twentieth less this way, for 12 KB.
    small wasm -O3
    for name in wasm_engine wasm_http wasm_webhook; do
        small $name -Oz
    done
}

if [ $profile = component ]; then
    make_small
    made=$modules/small
    make_component() {
        cargo run --quiet --locked --package brightpearl-component -- "$@"
    }
else
    made=$modules/brightpearl
    # Where the tests are built, so is this.
    tests/cargo.sh build --quiet --bin brightpearl-component
    make_component() {
        "$target_dir/host/brightpearl-component" "$@"
    }
fi
mkdir -p "$folder"
RUSTC=$compiler python3 tests/supply/notices.py component "$folder/THIRD-PARTY-NOTICES.txt" >&2
RUSTC=$compiler python3 tests/supply/sbom.py component "$folder/brightpearl.cdx.json" >&2
cp LICENSE "$folder/"
make_component whole "${made}_wasm.wasm" "$folder/brightpearl.wasm"
make_component engine "${made}_wasm_engine.wasm" "$folder/brightpearl-engine.wasm"
make_component http "$folder/brightpearl.wasm" "${made}_wasm_http.wasm" "$folder/brightpearl-http.wasm"
make_component webhook "${made}_wasm_webhook.wasm" "$folder/brightpearl-webhook.wasm"
make_component package wit "$folder/brightpearl-connector.wit.wasm"
