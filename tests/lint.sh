#!/usr/bin/env bash
# Holds Python, TypeScript, C, TOML, shell scripts and Markdown to the configured formatters and linters; Rust has cargo fmt and
# clippy. Usage: tests/lint.sh [--write]; with --write it formats instead, and mends what can be mended by itself.
# The tools come from the virtual environment (VENV, or .venv), which `make lint` prepares, and from npm.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${VENV:-.venv}/bin
case "${1:-}" in
--write) is_writing=yes ;;
"") is_writing=no ;;
*) echo "usage: $0 [--write]" >&2; exit 2 ;;
esac
[ -x "$tools/ruff" ] || { echo "missing: $tools/ruff; run make lint, or set VENV" >&2; exit 1; }
if [ ! -f tests/lint/node_modules/.package-lock.json ] || [ tests/lint/package-lock.json -nt tests/lint/node_modules/.package-lock.json ]; then
    (cd tests/lint && npm ci --no-audit --no-fund --loglevel=error)
fi

# written PATTERN...: the tracked files of these names, without what is generated.
written() {
    git ls-files -z -- "$@" | git check-attr --stdin -z linguist-generated |
        while IFS= read -r -d '' file && IFS= read -r -d '' _ && IFS= read -r -d '' value; do
            if [ "$value" != set ] && [ -f "$file" ]; then printf '%s\n' "$file"; fi
        done
}

mapfile -t python < <(written '*.py' '*.pyi')
mapfile -t typescript < <(written '*.ts' '*.mts' '*.cts' '*.mjs' '*.cjs')
mapfile -t c < <(written '*.c' '*.h')
mapfile -t toml < <(written '*.toml')
mapfile -t markdown < <(written '*.md')
mapfile -t shell < <(written '*.sh' .ci/run)

wrong=0
# check NAME COMMAND...: runs it, and goes on with the next when something is wrong.
check() {
    local name=$1
    shift
    "$@" || { echo "$name: see above" >&2; wrong=1; }
}

if [ "$is_writing" = yes ]; then
    check "ruff format" "$tools/ruff" format --quiet "${python[@]}"
    check "ruff check" "$tools/ruff" check --quiet --output-format concise --fix "${python[@]}"
    check "prettier" tests/lint/node_modules/.bin/prettier --log-level=warn --write "${typescript[@]}"
    check "clang-format" "$tools/clang-format" -i "${c[@]}"
    check "taplo" env RUST_LOG=error "$tools/taplo" fmt "${toml[@]}"
else
    check "ruff format" "$tools/ruff" format --quiet --check --diff "${python[@]}"
    check "ruff check" "$tools/ruff" check --quiet --output-format concise "${python[@]}"
    check "prettier" tests/lint/node_modules/.bin/prettier --log-level=warn --check "${typescript[@]}"
    check "clang-format" "$tools/clang-format" --dry-run --Werror "${c[@]}"
    check "taplo" env RUST_LOG=error "$tools/taplo" fmt --check --diff "${toml[@]}"
fi
check "shellcheck" "$tools/shellcheck" --external-sources "${shell[@]}"
check "prose" "$tools/python" tests/lint/prose.py "${markdown[@]}"
if [ "$wrong" -ne 0 ]; then
    [ "$is_writing" = yes ] || echo "make format mends what can be mended by itself" >&2
    exit 1
fi
echo "${#python[@]} files of Python, ${#typescript[@]} of TypeScript, ${#c[@]} of C, ${#toml[@]} of TOML, ${#shell[@]} scripts, ${#markdown[@]} of Markdown"
