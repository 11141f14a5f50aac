#!/usr/bin/env bash
# ./dev bench: measurements of the release build.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh

usage() {
    cat <<'LIST'
usage: ./dev bench [OPTIONS]             Aside beside a bare loop, nginx and Varnish (--help for the options)
       ./dev bench --micro [FILTER]      the micro-benchmarks of the folders
       ./dev bench --memory [NAME...]    is the memory bound kept? (small, large, slow, idle, stampede)
       ./dev bench --l2 [NAME...]        what L2 costs and saves (client, items, ioredis, hits, stampede, idle)
       ./dev bench --cold [OPTIONS]      reads of DynamoDB and S3 with empty caches, beside a bare loop
       ./dev bench --lambda [OPTIONS]    what a function on AWS Lambda costs: start, memory, package, a hit
       ./dev bench --load [OPTIONS]      what aside bench can load beside wrk, against a bare loop
       ./dev bench --traces DIRECTORY    miss ratios of the traces in a directory
       ./dev bench --curves DIRECTORY    the planner's curves of these traces beside exact ones
       ./dev bench --lru [OPTIONS]       the planner's hit ratio beside what a Redis counts
LIST
}

micro() {
    build_preset release benches
    local binary name
    while IFS='|' read -r name binary; do
        printf '\n%s\n' "$name"
        "$binary" --benchmark_filter="${1:-.*}"
    done <build/release/benches.txt
}

# nginx and Varnish are wanted, not needed: what is missing is left out of the table.
install_peers() {
    tools/install-packages.sh bench ||
        printf 'bench: some peers could not be installed and are left out\n' >&2
}

main() {
    tools/install-packages.sh build
    case ${1:-} in
        --micro) micro "${2:-}" ;;
        --memory)
            build_preset release aside
            exec python3 bench/memory/check.py "${@:2}"
            ;;
        --l2)
            install_peers
            build_preset release aside aside_lab_tool
            exec python3 bench/l2/check.py "${@:2}"
            ;;
        --cold)
            tools/backends.sh install
            build_preset release aside
            exec python3 bench/cold/check.py "${@:2}"
            ;;
        --lambda)
            build_preset release aside aside_lab_tool aside_lambda aside_bootstrap
            exec python3 bench/lambda/check.py "${@:2}"
            ;;
        --load)
            install_peers
            build_preset release aside
            exec python3 bench/load/check.py "${@:2}"
            ;;
        --traces)
            build_preset release aside
            exec python3 tools/replay_table.py "${@:2}"
            ;;
        --curves)
            build_preset release aside
            exec python3 bench/sizing/curves.py "${@:2}"
            ;;
        --lru)
            build_preset release aside
            exec python3 bench/sizing/redis_lru.py "${@:2}"
            ;;
        --help) usage && exec python3 bench/peers/compare.py --help ;;
        *)
            install_peers
            build_preset release aside
            exec python3 bench/peers/compare.py "$@"
            ;;
    esac
}

main "$@"
