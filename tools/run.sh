#!/usr/bin/env bash
# ./dev run [--aws] [SERVE OPTIONS]: from a clone to a served sample data set. What is up to date is not done again.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh
# shellcheck source=tools/run-aws.sh
. tools/run-aws.sh

aside=build/release/aside
store=sqlite:data/sample.db
listen=127.0.0.1:8080
admin=127.0.0.1:9090
aws=no
serve_options=()

# --port N is short for --listen 127.0.0.1:N; all else goes to `aside serve` as it is.
read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --port) listen=127.0.0.1:${2:?--port needs a number} && shift ;;
            --port=*) listen=127.0.0.1:${1#*=} ;;
            --listen) listen=${2:?--listen needs HOST:PORT} && shift ;;
            --admin) admin=${2:?--admin needs HOST:PORT} && shift ;;
            --admin=*) admin=${1#*=} ;;
            --aws) aws=yes ;;
            --listen=*) listen=${1#*=} ;;
            *) serve_options+=("$1") ;;
        esac
        shift
    done
}

# What the sample depends on: the generator and the versions of the two packages it reads.
source_stamp() {
    dpkg-query -W -f '${Package} ${Version}\n' iso-codes unicode-cldr-core
    sha256sum tools/sample_data.py
}

make_sample() {
    local stamp
    stamp=$(source_stamp)
    [ -f data/items.ndjson ] && [ -f data/objects.ndjson ] &&
        [ "$(cat data/sample.stamp 2>/dev/null)" = "$stamp" ] && return 0
    rm -f data/sample.stamp
    mkdir -p data
    python3 tools/sample_data.py data
    printf '%s\n' "$stamp" >data/sample.stamp
}

# Imported beside the store and renamed, so that an interrupted import leaves none behind.
import_sample() {
    local stamp
    stamp=$(cat data/items.ndjson data/objects.ndjson | sha256sum)
    [ -f data/sample.db ] && [ "$(cat data/import.stamp 2>/dev/null)" = "$stamp" ] && return 0
    rm -f data/import.stamp data/sample.db data/sample.db-wal data/sample.db-shm
    "$aside" import --index "$store" --objects "$store" --items data/items.ndjson --bodies data/objects.ndjson
    printf '%s\n' "$stamp" >data/import.stamp
}

what_to_try() {
    cat <<TRY

Aside serves the sample data on $1; Ctrl-C ends it. Try, twice each:

  curl -i $1/items/GB
  curl -i $1/objects/country/GB

TRY
}

# Waits, beside the server, until it answers, and says what to try.
announce() {
    local server=$1 say=$2 url=http://$listen tries
    for ((tries = 0; tries < 100; ++tries)); do
        sleep 0.1
        kill -0 "$server" 2>/dev/null || return 0
        curl -so /dev/null --max-time 1 "$url/" || continue
        "$say" "$url"
        return 0
    done
}

main() {
    read_options "$@"
    tools/install-packages.sh build data
    if [ "$aws" = yes ]; then
        run_with_aws
        return
    fi
    build_preset release aside
    make_sample
    import_sample
    announce $$ what_to_try &
    exec "$aside" serve --index "$store" --objects "$store" --listen "$listen" --admin "$admin" "${serve_options[@]}"
}

main "$@"
