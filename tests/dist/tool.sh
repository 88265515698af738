#!/bin/sh
# Installs a tool of packagers and prints where it is: tool.sh NAME VERSION
# It is compiled without optimisation, which takes minutes, and kept in .build.
set -eu
cd "$(dirname "$0")/../.."
folder=$PWD/.build/tools/$1-$2
[ -d "$folder/bin" ] || CARGO_PROFILE_DEV_DEBUG=false cargo install --locked --quiet --debug --root "$folder" "$1" --version "$2"
echo "$folder/bin"
