#!/usr/bin/env bash
# The compiler of what the tests build, as Cargo's RUSTC_WORKSPACE_WRAPPER: lints what was named (lint/clippy.sh), and leaves
# unoptimised what is compiled for its tests alone: optimised, a library with its unit tests takes three times as long to compile, and
# what they save is less.
#   rustc.sh RUSTC [ARGUMENT...]
set -euo pipefail
arguments=("$@")
case " $* " in
*' --test '*)
    case " $* " in
    *' src/'* | */src/*.rs' '* | *tests/suite.rs' '*)
        for index in "${!arguments[@]}"; do
            case ${arguments[index]} in opt-level=*) arguments[index]=opt-level=0 ;; esac
        done
        ;;
    esac
    ;;
esac
exec "$(dirname "$0")/lint/clippy.sh" "${arguments[@]}"
