# shellcheck shell=bash disable=SC2154 # what the scripts that source it set
# Sourced by benchmarks, which set `root` and `work`, a folder of their own: what the emulated account answers, for an engine that
# is answered with it again and again. Leaves $work/page.json, $work/resources.json, and the ids of these in `ids`.
target=${CARGO_TARGET_DIR:-$root/target}
profile=release
# shellcheck source=tests/hosts/emulator.sh
. "$root/tests/hosts/emulator.sh"

read_answers() {
    local base
    start_emulator --config "{\"credentials\": $credentials}" --orders 5000
    base=$BRIGHTPEARL_BASE_URL/public-api/$BRIGHTPEARL_ACCOUNT/order-service
    read_answer() {
        curl --silent --show-error --fail --noproxy '*' --header "brightpearl-app-ref: $BRIGHTPEARL_APP_REF" \
            --header "brightpearl-account-token: $BRIGHTPEARL_ACCOUNT_TOKEN" "$base/$1" >"$work/$2"
    }
    read_answer 'order-search?firstResult=1&pageSize=500' page.json
    ids=1-200
    read_answer "order/$ids" resources.json
    stop_emulator
}
