#!/usr/bin/env bash
# Shows that two builds make the same bytes: reproduce.sh [--short]
#
# In full, every artefact is built from nothing in two folders of different depth, with different umasks, homes of cargo,
# time zones and languages; that takes half an hour. The short mode compiles our own crates of the component once more,
# elsewhere, as it is tested, beside the dependencies that `make test-component` has compiled.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
supply=tests/supply
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH=$(python3 -c "import sys; sys.path.insert(0, '$supply'); import reproducible; print(reproducible.epoch())")
export SOURCE_DATE_EPOCH

# list_sources [FILE]: all that git does not ignore, each name ended by a zero byte.
list_sources() {
    git ls-files -z --cached --others --exclude-standard -- "$@"
}

# In a source archive there is no git, and git refuses a folder of somebody else.
can_list_sources() {
    [ -n "$(list_sources Cargo.toml 2>/dev/null | tr -d '\0')" ]
}

# copy_sources FOLDER: all sources, with the modes of the present umask.
copy_sources() {
    local name
    mkdir -p "$1"
    list_sources | while IFS= read -r -d '' name; do
        # What was removed and not committed yet is listed, too.
        if [ -e "$name" ]; then printf '%s\0' "$name"; fi
    done | tar --create --null --files-from=- | tar --extract --no-same-permissions --no-same-owner --directory="$1"
}

# build_all FOLDER: everything from nothing, into FOLDER/out.
build_all() {
    local folder=$1 out=$1/out python=$1/venv/bin/python
    mkdir -p "$out/component"
    cd "$folder"
    unset CARGO_TARGET_DIR
    python3 -m venv venv
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r $supply/build-tools.txt
    "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --wheel-dir "$out" ./python
    python3 $supply/contents.py python "$out"/*.whl
    python3 $supply/contents.py c "$(ffi/archive.sh "$out")"
    ffi/node/build.sh --release
    (cd ffi/node && npm pack --silent --pack-destination "$out")
    python3 $supply/contents.py node "$out"/*.tgz
    wasm/build.sh
    cp target/component/* "$out/component/"
    python3 $supply/contents.py component "$out/component"
}

# compare ONE OTHER: every file of two folders is the same.
compare() {
    local name differing=0
    diff <(cd "$1" && find . -type f | sort) <(cd "$2" && find . -type f | sort) || differing=1
    while read -r name; do
        if cmp -s "$1/$name" "$2/$name"; then
            echo "the same: $(sha256sum "$1/$name" | cut -c 1-16) $name"
        else
            differing=1
            echo "different: $name" >&2
            python3 $supply/differences.py "$1/$name" "$2/$name" >&2
        fi
    done < <(cd "$1" && find . -type f | sort)
    return $differing
}

full() {
    if ! can_list_sources; then
        echo "git does not list the sources in $root; expected a checkout that belongs to the present user" >&2
        exit 1
    fi
    local one=$work/one other=$work/another/place/further/down
    (
        umask 022
        copy_sources "$one"
        build_all "$one"
    )
    mkdir "$work/cargo"
    cp -a "${CARGO_HOME:-$HOME/.cargo}/registry" "$work/cargo/"
    (
        umask 077
        export CARGO_HOME=$work/cargo TZ=Asia/Tokyo LC_ALL=C
        copy_sources "$other"
        build_all "$other"
    )
    compare "$one/out" "$other/out"
}

# The flags are those of the first build, so that nothing renames the second's folder: a path of it would show.
short() {
    local target=wasm32-unknown-unknown built=${CARGO_TARGET_DIR:-$root/target}/component-build/rustup
    local module=$target/tested-component/brightpearl_wasm.wasm elsewhere=$work/a/folder/elsewhere
    if [ ! -f "$built/$module" ]; then
        echo "not compared: wasm/build.sh --tested has not come here by its route rustup; make test-reproducible builds everything twice"
        exit
    fi
    if ! can_list_sources; then
        echo "not compared: git does not list the sources here; in a checkout that belongs to the present user it does"
        exit
    fi
    umask 077
    copy_sources "$elsewhere"
    cp -a "$built" "$work/target"
    rm "$work/target/$module" "$work/target/$target"/tested-component/deps/*brightpearl*
    wasm/build.sh --tested --again "$elsewhere" "$work/target"
    cmp "$built/$module" "$work/target/$module"
}

case "${1:-}" in
"") full ;;
--short) short ;;
*) echo "usage: $0 [--short]" >&2 && exit 2 ;;
esac
echo "both builds are the same"
