#!/bin/sh
# Packs the npm package, installs the pack into an empty project elsewhere, and uses it from there: by import, by
# require, and from TypeScript.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
package=$(cd "$here/../../../../ffi/node" && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

pack=$(cd "$package" && npm pack --silent --pack-destination "$project")
# The tests use a build for debugging, which has paths of this machine.
python3 "$package/../../tests/supply/contents.py" --debug node "$project/$pack"
cd "$project"
echo '{"private": true, "name": "project"}' >package.json
npm install --no-audit --no-fund --prefer-offline --loglevel=error "./$pack" >/dev/null
cp "$here"/sample.* "$here"/use.* .

# Nothing but the pack may be needed.
unset BRIGHTPEARL_LIBRARY
export CARGO_TARGET_DIR="$project/none"
node use.mjs
node use.cjs
"$package/node_modules/.bin/tsc" --noEmit --strict --target es2022 --lib es2022,dom,dom.asynciterable,esnext.disposable \
    --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext --moduleResolution nodenext \
    --typeRoots "$package/node_modules/@types" --types node sample.mts sample.cts
echo "packaging: import, require and types work from $pack"
