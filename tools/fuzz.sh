#!/usr/bin/env bash
# ./dev fuzz [SECONDS] [TARGET]: builds the fuzz preset and runs each target (or those whose name contains TARGET).
# A target named canary must fail: if it does not, the rig finds nothing and the whole run fails.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh

seconds=${1:-30}
only=${2:-}
memory_limit_mb=2048
work=build/fuzz/work
failures=0

case $seconds in
    '' | *[!0-9]*)
        printf 'usage: ./dev fuzz [SECONDS] [TARGET]\n' >&2
        exit 2
        ;;
esac

# fuzz_one BINARY SEEDS DIRECTORY: what was learnt before stays in DIRECTORY/corpus.
fuzz_one() {
    local binary=$1 seeds=$2 directory=$3
    mkdir -p "$directory/corpus"
    local -a corpora=("$directory/corpus")
    [ ! -d "$seeds" ] || corpora+=("$seeds")
    "$binary" "${corpora[@]}" -max_total_time="$seconds" -rss_limit_mb="$memory_limit_mb" -timeout=10 \
        -print_final_stats=1 -artifact_prefix="$directory/crash-" >"$directory/log" 2>&1
}

# report NAME RESULT LOG
report() {
    local runs
    runs=$(awk '/stat::number_of_executed_units/ { print $2 }' "$3")
    printf '%-44s %12s  %s\n' "$1" "${runs:-?}" "$2"
}

judge() {
    local name=$1 binary=$2 seeds=$3 directory=$work/$1 status=0
    mkdir -p "$directory"
    fuzz_one "$binary" "$seeds" "$directory" || status=$?
    case $name in
        *canary*)
            if [ "$status" -ne 0 ]; then
                report "$name" "failed, as it must" "$directory/log"
            else
                report "$name" "PASSED: the rig finds nothing" "$directory/log"
                failures=$((failures + 1))
            fi
            ;;
        *)
            if [ "$status" -eq 0 ]; then
                report "$name" ok "$directory/log"
            else
                report "$name" "FAILED, see $directory" "$directory/log"
                tail -n 30 "$directory/log" >&2
                failures=$((failures + 1))
            fi
            ;;
    esac
}

main() {
    tools/install-packages.sh build fuzz
    build_preset fuzz fuzzers
    local canaries=0 name binary seeds
    printf '%-44s %12s  %s\n' target runs result
    while IFS='|' read -r name binary seeds; do
        [[ $name == *canary* ]] || [[ $name == *"$only"* ]] || continue
        [[ $name != *canary* ]] || canaries=$((canaries + 1))
        judge "$name" "$binary" "$seeds"
    done <build/fuzz/targets.txt
    if [ "$canaries" -eq 0 ]; then
        printf 'no canary target: nothing proves that the rig finds anything\n' >&2
        failures=$((failures + 1))
    fi
    [ "$failures" -eq 0 ]
}

main "$@"
