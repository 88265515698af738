#!/usr/bin/env bash
# Makes sure that everything the tests need is there. As root on Debian it installs what is missing; elsewhere it says plainly
# what to install and stops.
set -euo pipefail

missing_packages=()

# need COMMAND PACKAGE: the command must exist, or the Debian package that has it is wanted.
need() {
    command -v "$1" >/dev/null 2>&1 || missing_packages+=("$2")
}

# need_library NAME PACKAGE: pkg-config must know the library.
need_library() {
    pkg-config --exists "$1" 2>/dev/null || missing_packages+=("$2")
}

need gcc gcc
need g++ g++
need make make
need cmake cmake
need git git
need pkg-config pkg-config
need openssl openssl
need valgrind valgrind
need node nodejs
need npm npm
need prometheus prometheus
need promtool prometheus
need curl curl
need chromium chromium
need systemd-analyze systemd
need_library libcurl libcurl4-openssl-dev
need_library jansson libjansson-dev
# Debian keeps the server's programs off the path.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql

# Either will do. Debian has valkey-server from version 13 on.
if ! command -v valkey-server >/dev/null 2>&1; then
    need redis-server redis-server
fi

if ! command -v cargo >/dev/null 2>&1; then
    echo "Rust is missing: install it from https://rustup.rs (it takes the release that rust-toolchain.toml names)" >&2
    exit 1
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "Python 3.10 or later is missing" >&2
    exit 1
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    missing_packages+=(python3-venv)
fi
# Every user may run this one, which what is deployed is tried with.
if [ "$(id -u)" = 0 ] && ! /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null; then
    missing_packages+=(python3-venv)
fi

if [ ${#missing_packages[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing ${missing_packages[*]}"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing_packages[@]}" >/dev/null
    else
        echo "missing: ${missing_packages[*]}" >&2
        echo "install them (their Debian names are given), then run this again" >&2
        exit 1
    fi
fi
echo "cargo $(cargo --version | cut -d' ' -f2), $(python3 --version), node $(node --version), $(gcc --version | head -1), $(valgrind --version)"
