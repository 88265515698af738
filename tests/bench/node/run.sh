#!/bin/sh
# Measures the Node host beside what one would use instead, with an optimised build of the library.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
[ -f "$root/ffi/node/dist/index.mjs" ] || "$root/ffi/node/build.sh" --release
# With the flags of a release, as the C library and the packages are built, so that the engine is not compiled for each.
variables=$(python3 "$root/tests/supply/reproducible.py")
eval "$variables"
(cd "$root" && cargo build --locked --quiet --release -p brightpearl-ffi)
case "$(uname -s)" in
Darwin) library=libbrightpearl.dylib ;;
*) library=libbrightpearl.so ;;
esac
BRIGHTPEARL_LIBRARY=${CARGO_TARGET_DIR:-$root/target}/release/$library
export BRIGHTPEARL_LIBRARY
node --expose-gc "$here/pages.mjs"
node --expose-gc "$here/memory.mjs"
# As it is shipped; `make test` leaves another one there.
component=${CARGO_TARGET_DIR:-$root/target}/component/brightpearl.wasm
[ -f "$component" ] || "$root/wasm/build.sh" >&2
node "$root/ffi/node/component.mjs" "$component"
echo "
The same by the component, which runs where there is no native library:"
BRIGHTPEARL_BACKEND=component node --expose-gc "$here/pages.mjs"
