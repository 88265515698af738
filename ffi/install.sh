#!/bin/sh
# Installs the library for C: install.sh PREFIX [--debug] [--curl]
#
# --curl also builds and installs libbrightpearl-curl, which drives calls with libcurl and needs its headers.
#
# What comes of it is the layout of cargo-c: header, static library, shared library under its real name, with links of its
# SONAME and of its plain name, files for pkg-config and CMake, licences. The SONAME is libbrightpearl.so.ABI, where ABI is
# BP_ABI_VERSION: it rises whenever programs must be compiled anew, so libraries of several interfaces stand beside each
# other. The real name adds the release. Whatever is installed finds the rest beside itself, so the folder may be moved.
# DESTDIR is put before PREFIX, as packagers expect.
set -eu

usage() { echo "usage: $0 PREFIX [--debug] [--curl]" >&2; exit 2; }
[ $# -ge 1 ] || usage
case "$1" in
/*) prefix=$1 ;;
*) prefix=$PWD/$1 ;;
esac
shift
profile=release folder=release has_curl=
for option; do
    case "$option" in
    --debug) profile=host folder=host/deps ;;
    --curl) has_curl=yes ;;
    *) usage ;;
    esac
done
if [ "$has_curl" ] && ! pkg-config --exists libcurl; then
    echo "missing: libcurl's headers (Debian: libcurl4-openssl-dev), which --curl needs" >&2
    exit 1
fi

cd "$(dirname "$0")/.."
umask 022
# A build for release is the same wherever it is done; one for debugging keeps its paths.
if [ "$profile" = release ]; then
    variables=$(python3 tests/supply/reproducible.py)
    eval "$variables"
fi
if [ "$profile" = release ]; then
    static_libs=$(cargo rustc --locked --quiet -p brightpearl-ffi --lib --release -- --print native-static-libs 2>&1)
else
    # As the tests build it, which are built with it: Cargo puts it among what they depend on. No command says there what a static
    # library needs; the standard library's is all that there is.
    tests/cargo.sh test --quiet --no-run --test header
    empty=$(mktemp -d)
    static_libs=$(rustc --crate-name empty --crate-type staticlib --print native-static-libs --out-dir "$empty" - </dev/null 2>&1)
    rm -rf "$empty"
fi
static_libs=$(printf '%s\n' "$static_libs" | sed -n 's/^note: native-static-libs: //p')
built=${CARGO_TARGET_DIR:-target}/$folder
abi=$(sed -n 's/^#define BP_ABI_VERSION //p' ffi/include/brightpearl.h)
version=$(sed -n 's/^#define BP_VERSION "\(.*\)"/\1/p' ffi/include/brightpearl.h)
target=${DESTDIR:-}$prefix

case "$(uname -s)" in
Darwin)
    # named LIBRARY: its plain name, its SONAME, and its real name.
    named() { plain=$1.dylib soname=$1.$abi.dylib real=$1.$abi.$version.dylib linked_as=@rpath/$1.$abi.dylib; }
    link_shared="-dynamiclib -Wl,-install_name,@rpath/libbrightpearl-curl.$abi.dylib"
    strip_archive() { strip -S -x "$1"; }
    strip_shared() { strip -x "$1"; }
    ;;
*)
    named() { plain=$1.so soname=$1.so.$abi real=$1.so.$abi.$version linked_as=$1.so.$abi; }
    link_shared="-shared -Wl,-soname,libbrightpearl-curl.so.$abi"
    strip_archive() {
        objcopy --strip-debug --discard-all --remove-section=.llvmbc --remove-section=.llvmcmd \
            --enable-deterministic-archives "$1"
    }
    strip_shared() { strip "$1"; }
    ;;
esac

# fill TEMPLATE FILE: writes a file of the package with what was found out here.
fill() {
    # A list of CMake has semicolons; a framework and its name are one item of it.
    cmake_libs=$(printf '%s' "$static_libs" | sed -e 's/-framework  */-framework@/g' -e 's/  */;/g' -e 's/@/ /g')
    sed -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" -e "s|@REAL@|$real|g" -e "s|@SONAME@|$linked_as|g" \
        -e "s|@CURL_REAL@|${curl_real:-}|g" -e "s|@CURL_SONAME@|${curl_soname:-}|g" -e "s|@STATIC_LIBS@|$static_libs|g" -e "s|@CMAKE_STATIC_LIBS@|$cmake_libs|g" "$1" >"$2"
}

mkdir -p "$target/include" "$target/lib/pkgconfig" "$target/lib/cmake/brightpearl" "$target/share/doc/brightpearl"
install -m 644 ffi/include/brightpearl.h "$target/include/"
install -m 644 "$built/libbrightpearl.a" "$target/lib/"
# Two thirds of a release are code for the compiler's own linker, which no other reads, and lines of the standard library for
# debuggers; names that no other object refers to are another twentieth.
[ "$profile" = host ] || strip_archive "$target/lib/libbrightpearl.a"
named libbrightpearl
install -m 755 "$built/$plain" "$target/lib/$real"
[ "$profile" = host ] || strip_shared "$target/lib/$real"
ln -sf "$real" "$target/lib/$soname"
ln -sf "$real" "$target/lib/$plain"
for file in brightpearl.pc brightpearl-static.pc; do
    fill "ffi/package/$file.in" "$target/lib/pkgconfig/$file"
done

if [ "$has_curl" ]; then
    named libbrightpearl-curl
    curl_real=$real curl_soname=$linked_as
    objects=$(mktemp -d)
    trap 'rm -rf "$objects"' EXIT
    for source in drive exchange log; do
        # shellcheck disable=SC2046,SC2086 # these are arguments
        "${CC:-cc}" -std=c99 ${CFLAGS:--O2} -Wall -Wextra -fPIC -fvisibility=hidden -ffile-prefix-map="$PWD/=" \
            -I"$target/include" $(pkg-config --cflags libcurl) -c "ffi/curl/$source.c" -o "$objects/$source.o"
    done
    # shellcheck disable=SC2046,SC2086
    "${CC:-cc}" $link_shared "$objects/drive.o" "$objects/exchange.o" "$objects/log.o" -o "$target/lib/$real" -L"$target/lib" -lbrightpearl \
        $(pkg-config --libs libcurl)
    rm -f "$target/lib/libbrightpearl-curl.a"
    ar rcs "$target/lib/libbrightpearl-curl.a" "$objects/drive.o" "$objects/exchange.o" "$objects/log.o"
    ln -sf "$real" "$target/lib/$soname"
    ln -sf "$real" "$target/lib/$plain"
    install -m 644 ffi/curl/brightpearl-curl.h "$target/include/"
    fill ffi/package/brightpearl-curl.pc.in "$target/lib/pkgconfig/brightpearl-curl.pc"
    named libbrightpearl
fi
for file in brightpearl-config.cmake brightpearl-config-version.cmake; do
    fill "ffi/package/$file.in" "$target/lib/cmake/brightpearl/$file"
done
install -m 644 LICENSE "$target/share/doc/brightpearl/"
python3 tests/supply/notices.py c "$target/share/doc/brightpearl/THIRD-PARTY-NOTICES.txt"
python3 tests/supply/sbom.py c "$target/share/doc/brightpearl/brightpearl.cdx.json"
echo "installed libbrightpearl $version (interface $abi) to $target"
