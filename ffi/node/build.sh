#!/bin/sh
# Builds the npm package: its dependencies, the native library and the emulator under lib/, and dist/ with the component, which it
# builds when there is none yet. All of it is as it is tested, or with --release as it is shipped.
# build.sh [--release]
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
case "${1:-}" in
--release) profile=release folder=release component=component tested= ;;
"") profile=host folder=host component=tested-component tested=--tested ;;
*) echo "usage: $0 [--release]" >&2; exit 2 ;;
esac
umask 022
command -v npm >/dev/null || { echo "missing: Node 20 or newer with npm" >&2; exit 1; }

# A build for release is the same wherever it is done; one for debugging keeps its paths.
if [ "$profile" = release ]; then
    variables=$(python3 "$root/tests/supply/reproducible.py")
    eval "$variables"
fi
if [ "$profile" = release ]; then
    (cd "$root" && cargo build --locked --quiet --release -p brightpearl-ffi)
    (cd "$root" && cargo build --locked --quiet --release -p brightpearl-emulator --features server --bin brightpearl-emulator)
else
    # The library is built with its tests: Cargo puts it among what they depend on.
    "$root/tests/cargo.sh" test --quiet --no-run --test header
    "$root/tests/emulator/build.sh"
fi
# shellcheck disable=SC2016 # Node expands it.
platform=$(node -p '`${process.platform}-${process.arch}`')
case "$(uname -s)" in
Darwin) library=libbrightpearl.dylib emulator=brightpearl-emulator ;;
MINGW* | MSYS* | CYGWIN*) library=brightpearl.dll emulator=brightpearl-emulator.exe ;;
*) library=libbrightpearl.so emulator=brightpearl-emulator ;;
esac
mkdir -p "lib/$platform"
built=${CARGO_TARGET_DIR:-$root/target}/$folder
libraries=$built
[ "$profile" = release ] || libraries=$built/deps
for file in "$libraries/$library" "$built/$emulator"; do
    cp "$file" "lib/$platform/"
    # An eighth of a release are names that only a debugger reads.
    if [ "$profile" = release ] && [ "$(uname -s)" = Linux ]; then strip "lib/$platform/${file##*/}"; fi
done

python3 "$root/tests/supply/notices.py" node THIRD-PARTY-NOTICES.txt
python3 "$root/tests/supply/sbom.py" node brightpearl.cdx.json
cp "$root/LICENSE" .

npm ci --no-audit --no-fund --loglevel=error
rm -rf dist
npm run --silent build
component=${CARGO_TARGET_DIR:-$root/target}/$component/brightpearl.wasm
[ -f "$component" ] || "$root/wasm/build.sh" ${tested:+"$tested"} >&2
node component.mjs "$component"
# npm packs the modes that it finds, which here must not be those of somebody's umask.
chmod -R u=rwX,go=rX dist lib
chmod 644 package.json README.md LICENSE THIRD-PARTY-NOTICES.txt brightpearl.cdx.json
