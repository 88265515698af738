#!/usr/bin/env bash
# Builds every artefact for release into a folder, with lists of what is inside, licences and checksums:
#   dist.sh FOLDER [--wheels "TARGET..."] [--docs PYTHON]
#
# The documentation is built with a Python that has the package and the test tools; without --docs there is none in the folder.
# The wheels are linked by zig against the oldest C libraries that they may meet, so that one wheel runs on every Linux of its
# processor. Where rustup cannot fetch the library of another target, its wheel is left out, which is said.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
usage() { echo "usage: $0 FOLDER [--wheels \"TARGET...\"] [--docs PYTHON]" >&2; exit 2; }
wheels="x86_64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-gnu aarch64-unknown-linux-musl"
docs=
case ${1:-} in "" | -*) usage ;; esac
folder=$1
shift
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
    --wheels) wheels=$2 ;;
    --docs) docs=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") ;;
    *) usage ;;
    esac
    shift 2
done
mkdir -p "$folder"
out=$(cd "$folder" && pwd)
cd "$root"
supply=tests/supply
umask 022
rm -rf "${out:?}"/{python,npm,c,component,crates,docs,lists,LICENSE,SHA256SUMS}
mkdir -p "$out"/{python,npm,c,component,crates,lists}
tools=$root/.build/dist-tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$tools/bin/python
announce() { echo "-- $*"; }

# The oldest C library of each kind that a wheel promises to run with.
compatibility() {
    case $1 in
    *-gnu) echo manylinux2014 ;;
    *-musl) echo musllinux_1_2 ;;
    *) echo "no tag of wheels is known for $1; expected a target of Linux, -gnu or -musl" >&2 && exit 2 ;;
    esac
}

has_target() {
    [ -d "$(rustc --print target-libdir --target "$1")" ] ||
        { command -v rustup >/dev/null && rustup target add "$1" >/dev/null 2>&1; }
}

build_wheels() {
    local target tag
    [ -x "$python" ] || python3 -m venv "$tools"
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r $supply/wheel-tools.txt
    (
        cd python
        PATH=$tools/bin:$PATH
        variables=$(python3 ../$supply/reproducible.py)
        eval "$variables"
        "$python" -c "import backend; backend.build_sdist('$out/python')" >/dev/null
        for target in $wheels; do
            tag=$(compatibility "$target")
            if ! has_target "$target"; then
                echo "no wheel for $target: rustup has no library for it and cannot fetch one" >&2
                continue
            fi
            announce "wheel for $target"
            maturin build --quiet --zig --target "$target" --compatibility "$tag" --out "$out/python"
        done
    )
    "$python" $supply/recompress.py "$out"/python/*.whl
    for wheel in "$out"/python/*.whl; do python3 $supply/contents.py python "$wheel"; done
}

build_npm() {
    local staging=$work/npm
    ffi/node/build.sh --release
    node ffi/node/packages.mjs "$staging"
    for package in "$staging"/*; do
        (cd "$package" && npm pack --silent --pack-destination "$out/npm" >/dev/null)
    done
    for pack in "$out"/npm/*.tgz; do
        case $(basename "$pack") in
        brightpearl-[0-9]*) python3 $supply/contents.py node-portable "$pack" ;;
        *) python3 $supply/contents.py node-native "$pack" ;;
        esac
    done
}

# The crates that are published; cargo leaves out what is not theirs.
build_crates() {
    local target=${CARGO_TARGET_DIR:-$root/target}
    rm -rf "$target/package"
    cargo package --quiet --locked --allow-dirty --no-verify -p brightpearl-core
    cp "$target"/package/*.crate "$out/crates/"
}

# The site as an archive, for whoever is offline or serves it. Its examples are run once more.
build_docs() {
    local variables
    variables=$(python3 $supply/reproducible.py)
    eval "$variables"
    MPLBACKEND=svg "$docs" docs/site/build.py "$work/docs"
    mv "$work/docs/html" "$work/brightpearl-docs-$version"
    mkdir -p "$out/docs"
    python3 $supply/archive.py "$work/brightpearl-docs-$version" "$out/docs/brightpearl-docs-$version.tar.gz"
}

announce "component and its contract"
wasm/build.sh >/dev/null
cp "${CARGO_TARGET_DIR:-$root/target}"/component/* "$out/component/"
python3 $supply/contents.py component "$out/component"
version=$(sed -n 's/^package brightpearl:connector@\(.*\);/\1/p' wit/brightpearl.wit)
contract=brightpearl-wit-$version
mkdir "$work/$contract"
cp wit/*.wit LICENSE "$work/$contract/"
python3 $supply/archive.py "$work/$contract" "$out/component/$contract.tar.gz"
announce "C library"
python3 $supply/contents.py c "$(ffi/archive.sh "$out/c")"
announce "npm packages"
build_npm
announce "crates"
build_crates
announce "wheels and source distribution"
build_wheels
if [ -n "$docs" ]; then
    announce "documentation"
    (build_docs)
else
    echo "no documentation: --docs does not say which Python has the package and the test tools" >&2
fi

for artefact in c component node python; do
    python3 $supply/sbom.py $artefact "$out/lists/$artefact.cdx.json"
    python3 $supply/notices.py $artefact "$out/lists/$artefact-THIRD-PARTY-NOTICES.txt"
done
cp LICENSE "$out/"
(cd "$out" && find . -type f ! -name SHA256SUMS -printf "%P\n" | LC_ALL=C sort | xargs -d "\n" sha256sum) >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" "$out/SHA256SUMS"
announce "$(wc -l <"$out/SHA256SUMS") files in $out"
(cd "$out" && find python npm c component crates docs -type f -printf '%10s %p\n' | sort -k 2)
