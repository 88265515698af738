#!/bin/sh
# Installs the library, its header and its pkg-config file: install.sh PREFIX [--debug]
#
# The shared library is installed under its SONAME, libbrightpearl.so.ABI, where ABI is BP_ABI_VERSION: it
# rises whenever programs must be compiled anew, so libraries of several interfaces stand beside each other.
# DESTDIR is put before PREFIX, as packagers expect.
set -eu

usage() { echo "usage: $0 PREFIX [--debug]" >&2; exit 2; }
[ $# -ge 1 ] || usage
case "$1" in
/*) prefix=$1 ;;
*) prefix=$PWD/$1 ;;
esac
case "${2:-}" in
--debug) profile=dev folder=debug ;;
"") profile=release folder=release ;;
*) usage ;;
esac

cd "$(dirname "$0")/.."
umask 022
# A build for release is the same wherever it is done; one for debugging keeps its paths.
if [ "$profile" = release ]; then
    variables=$(python3 tests/supply/reproducible.py)
    eval "$variables"
fi
static_libs=$(cargo rustc --locked --quiet -p brightpearl-ffi --lib --profile "$profile" -- --print native-static-libs 2>&1 |
    sed -n 's/^note: native-static-libs: //p')
built=${CARGO_TARGET_DIR:-target}/$folder
abi=$(sed -n 's/^#define BP_ABI_VERSION //p' ffi/include/brightpearl.h)
version=$(sed -n 's/^#define BP_VERSION "\(.*\)"/\1/p' ffi/include/brightpearl.h)
target=${DESTDIR:-}$prefix

mkdir -p "$target/include" "$target/lib/pkgconfig"
install -m 644 ffi/include/brightpearl.h "$target/include/"
install -m 644 "$built/libbrightpearl.a" "$target/lib/"
case "$(uname -s)" in
Darwin) shared=libbrightpearl.$abi.dylib plain=libbrightpearl.dylib ;;
*) shared=libbrightpearl.so.$abi plain=libbrightpearl.so ;;
esac
install -m 755 "$built/$plain" "$target/lib/$shared"
ln -sf "$shared" "$target/lib/$plain"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" -e "s|@STATIC_LIBS@|$static_libs|" \
    ffi/brightpearl.pc.in >"$target/lib/pkgconfig/brightpearl.pc"
mkdir -p "$target/share/doc/brightpearl"
install -m 644 LICENSE "$target/share/doc/brightpearl/"
python3 tests/supply/notices.py c "$target/share/doc/brightpearl/THIRD-PARTY-NOTICES.txt"
python3 tests/supply/sbom.py c "$target/share/doc/brightpearl/brightpearl.cdx.json"
echo "installed libbrightpearl $version (interface $abi) to $target"
