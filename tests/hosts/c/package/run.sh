#!/bin/sh
# Uses an installed library as somebody else's project would, outside of this tree and from a folder that was moved after
# installing, with pkg-config and with CMake: run.sh PREFIX
set -eu
[ $# -eq 1 ] || { echo "usage: $0 PREFIX" >&2; exit 2; }
prefix=$(cd "$1" && pwd)
cd "$(dirname "$0")"
outside=$(mktemp -d)
trap 'rm -rf "$outside"' EXIT
cp CMakeLists.txt use.c drive.c "$outside/"
# Its old place must not be what makes it work.
cp -a "$prefix" "$outside/moved"
moved=$outside/moved
if grep -rIl "$prefix" "$moved/lib/pkgconfig" "$moved/lib/cmake"; then
    echo "these files name the folder that the library was installed into; expected that they find it beside themselves" >&2
    exit 1
fi
cd "$outside"

fail() { echo "$*" >&2; exit 1; }
# use PROGRAM shared|static: runs it, and looks whether it loads the library.
use() {
    said=$("$1")
    echo "$said" | grep -q '^GET https://.*/order-service/order-search' || fail "$1 starts no search: $said"
    echo "$said" | grep -q '^release .*, interface [0-9]' || fail "$1 does not know its release: $said"
    loads=$(readelf -d "$1" | grep -c 'NEEDED.*\[libbrightpearl\.so\.[0-9]*\]' || true)
    case "$2" in
    shared) [ "$loads" -eq 1 ] || fail "$1 does not load the library by its SONAME" ;;
    static) [ "$loads" -eq 0 ] || fail "$1 loads the library although it was linked statically" ;;
    esac
}

# The links, and the name that ldconfig would give.
for link in "$moved"/lib/libbrightpearl.so "$moved"/lib/libbrightpearl.so.[0-9]; do
    [ -L "$link" ] && [ -f "$link" ] || fail "$link is not a link to the library"
done
soname=$(readelf -d "$moved/lib/libbrightpearl.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ -L "$moved/lib/$soname" ] || fail "there is no link of the SONAME $soname"

export PKG_CONFIG_PATH="$moved/lib/pkgconfig"
# shellcheck disable=SC2046 # these are arguments
"${CC:-cc}" use.c -o pkg-shared $(pkg-config --cflags --libs brightpearl) -Wl,-rpath,"$moved/lib"
use ./pkg-shared shared
# shellcheck disable=SC2046
"${CC:-cc}" use.c -o pkg-static $(pkg-config --cflags --libs brightpearl-static)
use ./pkg-static static
[ "$(pkg-config --modversion brightpearl)" = "$(pkg-config --modversion brightpearl-static)" ] || fail "pkg-config has two versions"

configure() { cmake -S . -B "$1" -DCMAKE_PREFIX_PATH="$moved" "-DWANTED=$2" "-DCOMPONENTS=${3:-}" >"$1.txt" 2>&1; }
configure cmake 1 || fail "CMake does not find the library: $(cat cmake.txt)"
cmake --build cmake >cmake-build.txt 2>&1 || fail "CMake does not build: $(cat cmake-build.txt)"
use cmake/shared shared
use cmake/static static
configure components 1 'brightpearl;static' || fail "CMake does not find the components: $(cat components.txt)"

# The driver.
drive() { [ "$(LD_LIBRARY_PATH=$moved/lib "$1")" = "transport, not-sent" ] || fail "$1 does not drive a call to its end"; }
# shellcheck disable=SC2046
"${CC:-cc}" drive.c -o pkg-driven $(pkg-config --cflags --libs brightpearl-curl) $(pkg-config --libs libcurl)
drive ./pkg-driven
# shellcheck disable=SC2046
"${CC:-cc}" drive.c -o pkg-driven-static $(pkg-config --cflags brightpearl-curl) "$moved/lib/libbrightpearl-curl.a" \
    $(pkg-config --libs brightpearl-static libcurl)
drive ./pkg-driven-static
configure driver 1 curl || fail "CMake does not find the driver: $(cat driver.txt)"
cmake --build driver --target driven >driver-build.txt 2>&1 || fail "CMake does not build: $(cat driver-build.txt)"
drive driver/driven
exported=$(nm -D --defined-only "$moved/lib/libbrightpearl-curl.so" | awk '$3 !~ /^bp_drive/ { print $3 }')
[ -z "$exported" ] || fail "the driver exports besides bp_drive*: $exported"

release=$(pkg-config --modversion brightpearl)
configure exact "1.$release;EXACT" || fail "CMake does not find its own version: $(cat exact.txt)"
configure range "1...<2" || fail "CMake does not find a version in a range: $(cat range.txt)"
for wanted in 0 2 1.999 "2...3" "0.1...0.9" "$release"; do
    if configure wrong "$wanted"; then fail "CMake takes the library for version $wanted"; fi
    grep -q 'not *accepted\|considered but' wrong.txt || fail "CMake does not say that version $wanted is another: $(cat wrong.txt)"
    rm -rf wrong
done
if configure wrong 1 imap; then fail "CMake finds a component that there is not"; fi
grep -q 'the component imap' wrong.txt || fail "CMake does not say which component is missing: $(cat wrong.txt)"
echo "the installed package is usable from elsewhere: pkg-config and CMake, shared and static" >&2
