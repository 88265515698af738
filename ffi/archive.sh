#!/bin/sh
# Packs what install.sh installs, for release, as an archive that can be unpacked anywhere: archive.sh FOLDER
# The driver is inside, so that libcurl's headers are needed; whoever does not use it needs no libcurl.
# The same sources and the same compiler make the same archive, byte for byte.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^#define BP_VERSION "\(.*\)"/\1/p' ffi/include/brightpearl.h)
name=brightpearl-$version-$(rustc -vV | sed -n 's/^host: //p')
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

DESTDIR=$staging ffi/install.sh "/$name" --curl >&2
python3 tests/supply/archive.py "$staging/$name" "$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
