#!/usr/bin/env bash
# ./dev drill: the long form of `aside drill`, with the release build and every design; its report stands in build/drills.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh

readonly folder=build/drills
readonly ioredis=bench/peers/ioredis

# Wanted, not needed: without Node or the registry the drills compare with one design less. No script of the packages is run.
install_ioredis() {
    command -v npm >/dev/null || tools/install-packages.sh npm || return 1
    [ -d "$ioredis/node_modules/ioredis" ] ||
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix "$ioredis"
}

# Whether one of the arguments is, or begins with, the first one and a "=".
given() {
    local flag=$1 argument
    shift
    for argument in "$@"; do
        case $argument in "$flag" | "$flag="*) return 0 ;; esac
    done
    return 1
}

# Whether a drill is named: a word that is no flag, nor a flag's value.
names_drills() {
    local argument value=
    for argument in "$@"; do
        case $argument in
            --quick | --list | --json | --in-turn | --help | --*=*) value= ;;
            --*) value=1 ;;
            *)
                [ -n "$value" ] || return 0
                value=
                ;;
        esac
    done
    return 1
}

main() {
    local -a drills=() designs=() reports=()
    tools/install-packages.sh build data
    build_preset release aside
    if given --list "$@" || given --help "$@"; then exec build/release/aside drill "$@"; fi
    names_drills "$@" || drills=(all)
    if ! given --quick "$@" && ! given --designs "$@"; then
        if install_ioredis; then
            designs=(--designs "aside,article,ioredis" --article-script bench/peers/article.mjs)
        else
            printf 'drill: ioredis could not be installed and is left out\n' >&2
        fi
    fi
    mkdir -p "$folder"
    given --html "$@" || reports+=(--html "$folder/report.html")
    given --json-file "$@" || reports+=(--json-file "$folder/report.json")
    local code=0
    build/release/aside drill "${drills[@]}" "$@" "${designs[@]}" "${reports[@]}" || code=$?
    # 0 and 1 are verdicts; after any other there is no new report.
    [ "$code" -gt 1 ] || [ "${#reports[@]}" = 0 ] || printf '\nReports: %s\n' "$folder"
    return "$code"
}

main "$@"
