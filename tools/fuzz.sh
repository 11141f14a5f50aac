#!/usr/bin/env bash
# ./dev fuzz [SECONDS] [TARGET]: builds the fuzz targets of the preset asan and runs each (or those whose name contains TARGET).
# A target named canary must fail: if it does not, the rig finds nothing and the whole run fails.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh

seconds=${1:-30}
only=${2:-}
memory_limit_mb=2048
work=build/fuzz
failures=0

case $seconds in
    '' | *[!0-9]*)
        printf 'usage: ./dev fuzz [SECONDS] [TARGET]\n' >&2
        exit 2
        ;;
esac

# fuzz_one BINARY SEEDS DIRECTORY: leaves log and status there. What was learnt before stays in DIRECTORY/corpus.
fuzz_one() {
    local binary=$1 seeds=$2 directory=$3 status=0
    mkdir -p "$directory/corpus"
    local -a corpora=("$directory/corpus")
    [ ! -d "$seeds" ] || corpora+=("$seeds")
    "$binary" "${corpora[@]}" -max_total_time="$seconds" -rss_limit_mb="$memory_limit_mb" -timeout=10 \
        -print_final_stats=1 -artifact_prefix="$directory/" >"$directory/log" 2>&1 || status=$?
    printf '%s\n' "$status" >"$directory/status"
}

# judge NAME: the result, in words; a failure is counted and its log shown.
judge() {
    local name=$1 directory=$work/$1 status result runs
    status=$(cat "$directory/status")
    runs=$(awk '/stat::number_of_executed_units/ { print $2 }' "$directory/log")
    if [[ $name == *canary* ]]; then
        result="failed, as it must"
        if [ "$status" -eq 0 ]; then
            result="PASSED: the rig finds nothing"
            failures=$((failures + 1))
        fi
    elif [ "$status" -eq 0 ]; then
        result=ok
    else
        result="FAILED, see $directory"
        failures=$((failures + 1))
        tail -n 30 "$directory/log" >&2
    fi
    printf '%-44s %12s  %s\n' "$name" "${runs:-?}" "$result"
}

main() {
    tools/install-packages.sh build fuzz
    build_preset asan fuzzers
    local canaries=0 name binary seeds
    local -a names=()
    while IFS='|' read -r name binary seeds; do
        [[ $name == *canary* ]] || [[ $name == *"$only"* ]] || continue
        [[ $name != *canary* ]] || canaries=$((canaries + 1))
        names+=("$name")
        [ "$(jobs -pr | wc -l)" -lt "$(nproc)" ] || wait -n || true
        fuzz_one "$binary" "$seeds" "$work/$name" &
    done <build/asan/targets.txt
    wait
    printf '%-44s %12s  %s\n' target runs result
    for name in "${names[@]}"; do
        judge "$name"
    done
    if [ "$canaries" -eq 0 ]; then
        printf 'no canary target: nothing proves that the rig finds anything\n' >&2
        failures=$((failures + 1))
    fi
    [ "$failures" -eq 0 ]
}

main "$@"
