# shellcheck shell=bash disable=SC2034,SC2154 # what the scripts beside it set and use
# Sourced by the scripts beside it: an emulated account that listens while they need it.
# They set `target` and `work`, a directory of their own, and `profile` where the program is not that for tests.
export BRIGHTPEARL_ACCOUNT=demo BRIGHTPEARL_APP_REF=demo_hosts BRIGHTPEARL_ACCOUNT_TOKEN=token-of-the-hosts
credentials='[{"kind": "system", "app_ref": "demo_hosts", "account_token": "token-of-the-hosts"}]'
emulator=

# start_emulator OPTIONS...: sets BRIGHTPEARL_BASE_URL.
start_emulator() {
    : >"$work/emulator.out"
    "$target/${profile:-host}/brightpearl-emulator" --port 0 --seed 7 "$@" >"$work/emulator.out" 2>"$work/emulator.err" &
    emulator=$!
    for _ in $(seq 100); do
        BRIGHTPEARL_BASE_URL=$(sed -n 's/^listening on //p' "$work/emulator.out")
        [ -z "$BRIGHTPEARL_BASE_URL" ] || break
        sleep 0.1
    done
    [ -n "$BRIGHTPEARL_BASE_URL" ] || { echo "the emulator does not start:" >&2; cat "$work/emulator.err" >&2; exit 1; }
    export BRIGHTPEARL_BASE_URL
}

stop_emulator() {
    kill "$emulator"
    wait "$emulator" || true
    emulator=
}
