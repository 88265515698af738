#!/bin/sh
# Builds the npm package: its dependencies, the native library under lib/, and dist/. build.sh [--release]
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
case "${1:-}" in
--release) profile=release folder=release ;;
"") profile=dev folder=debug ;;
*) echo "usage: $0 [--release]" >&2; exit 2 ;;
esac
command -v npm >/dev/null || { echo "missing: Node 20 or newer with npm" >&2; exit 1; }

(cd "$root" && cargo build --quiet -p brightpearl-ffi --profile "$profile")
platform=$(node -p '`${process.platform}-${process.arch}`')
case "$(uname -s)" in
Darwin) library=libbrightpearl.dylib ;;
MINGW* | MSYS* | CYGWIN*) library=brightpearl.dll ;;
*) library=libbrightpearl.so ;;
esac
mkdir -p "lib/$platform"
cp "${CARGO_TARGET_DIR:-$root/target}/$folder/$library" "lib/$platform/"

npm ci --no-audit --no-fund --loglevel=error
rm -rf dist
npm run --silent build
