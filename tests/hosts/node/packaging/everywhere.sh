#!/bin/sh
# The published packages in clean projects, installed without scripts: without native files, where the component runs, and with them;
# imported, required, in a worker, in TypeScript, and bundled into one file that needs nothing else.
#   everywhere.sh [FOLDER]    the packs in that folder, instead of what build.sh has built
set -eu
here=$(cd "$(dirname "$0")" && pwd)
package=$(cd "$here/../../../../ffi/node" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset BRIGHTPEARL_LIBRARY BRIGHTPEARL_BACKEND BRIGHTPEARL_EMULATOR
platform=$(node -p 'process.platform + "-" + process.arch')

packs=${1:-$work}
if [ $# -eq 0 ]; then
    node "$package/packages.mjs" "$work/packages"
    for name in brightpearl "brightpearl-$platform"; do
        (cd "$work/packages/$name" && npm pack --silent --pack-destination "$work" >/dev/null)
    done
fi
main=$(echo "$packs"/brightpearl-[0-9]*.tgz)
native=$(echo "$packs/brightpearl-$platform"-*.tgz)

# install PROJECT TYPE PACK...: those packs alone, since the optional packages are not in any registry yet.
install() {
    project=$work/$1
    mkdir "$project"
    echo "{\"private\": true, \"name\": \"project\", \"type\": \"$2\"}" >"$project/package.json"
    shift 2
    for path in "$@"; do
        pack=$(basename "$path")
        cp "$path" "$project"
        (cd "$project" && npm install --ignore-scripts --omit=optional --no-audit --no-fund --prefer-offline --loglevel=error "./$pack" >/dev/null)
    done
    cp "$here"/everywhere.mjs "$here"/everywhere.cjs "$project"
}

install component module "$main"
cd "$work/component"
node everywhere.mjs component
node everywhere.cjs component
cp "$here"/sample.* .
"$package/node_modules/.bin/tsc" --noEmit --strict --target es2022 --lib es2022,dom,dom.asynciterable,esnext.disposable \
    --module nodenext --moduleResolution nodenext --typeRoots "$package/node_modules/@types" --types node sample.mts sample.cts
"$package/node_modules/.bin/esbuild" everywhere.cjs --bundle --platform=node --log-level=error --outfile="$work/bundled/bundle.cjs"
# What esbuild makes of modules that require wants a `require` in an ES module.
"$package/node_modules/.bin/esbuild" everywhere.mjs --bundle --platform=node --format=esm --log-level=error \
    --banner:js='import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' \
    --outfile="$work/bundled/bundle.mjs"
cd "$work/bundled"
rm -r "$work/component"
node bundle.cjs component
node bundle.mjs component

install native commonjs "$main" "$native"
cd "$work/native"
# npm left out the platform's file of koffi with the other optional packages; here it is wanted.
mkdir -p node_modules/@koromix
cp -R "$package/node_modules/@koromix/koffi-$platform" node_modules/@koromix/
node everywhere.cjs native
node everywhere.mjs native
BRIGHTPEARL_BACKEND=component node everywhere.cjs component
echo "packaging: works without native files and with them, by import, require, in a worker, in TypeScript and bundled"
