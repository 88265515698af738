#!/bin/sh
# What must not compile, by C and by C++: each line of refused.txt is a statement in a function, and what compilers say of it.
# refused.sh INCLUDE
set -eu
[ $# -eq 1 ] || { echo "usage: $0 INCLUDE" >&2; exit 2; }
include=$(cd "$1" && pwd)
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# compile STATEMENT COMPILER...: whether it compiles; what is said goes to $folder/said.
compile() {
    printf '#include <brightpearl.h>\nvoid use(bp_client *client, bp_call *call, bp_step *step, bp_error **error);\n%s { %s }\n' \
        'void use(bp_client *client, bp_call *call, bp_step *step, bp_error **error)' "$1" >"$folder/statement.c"
    shift
    "$@" -Werror -Wall -Wextra -Wno-unused-parameter -I"$include" -c "$folder/statement.c" -o "$folder/statement.o" 2>"$folder/said"
}
count=0
while IFS='|' read -r statement said; do
    case "$statement" in "#"* | "") continue ;; esac
    count=$((count + 1))
    for compiler in "${CC:-cc} -std=c99" "${CC:-cc} -std=c2x" "${CXX:-c++} -x c++ -std=c++11" "${CXX:-c++} -x c++ -std=c++17"; do
        # shellcheck disable=SC2086 # a command with arguments
        if compile "$statement" $compiler; then
            echo "$compiler compiles: $statement" >&2
            exit 1
        fi
        grep -Eq "$said" "$folder/said" || { echo "$compiler refuses '$statement' for another reason:" >&2; cat "$folder/said" >&2; exit 1; }
        # Without a fault the same compiles, so that it is refused for nothing else.
        # shellcheck disable=SC2086
        if ! compile "if (bp_call_poll(call, 0, step, error) == BP_STATUS_OK) { bp_page_free(bp_page_retain(step->page)); }" $compiler; then
            cat "$folder/said" >&2
            exit 1
        fi
    done
done <refused.txt
[ "$count" -gt 5 ] || { echo "only $count statements were tried" >&2; exit 1; }
echo "$count statements do not compile, as it should be" >&2
