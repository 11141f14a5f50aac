#!/usr/bin/env bash
# ./dev run --aws: the sample data in S3 and DynamoDB on this machine, served through a Redis Cluster; sourced by run.sh.
# shellcheck disable=SC2154 # run.sh sets aside, listen, admin and serve_options

# What the cluster is reached by, as it was told when it came up.
l2_file=data/run-aws.l2

# Those that answer are used again; what is left of others is ended first.
backends_up() {
    tools/backends.sh install
    tools/backends.sh status >/dev/null 2>&1 && return 0
    tools/backends.sh down >/dev/null 2>&1 || true
    tools/backends.sh up >/dev/null
}

cluster_answers() {
    local status
    [ -f "$l2_file" ] && status=$(build/release/aside_lab_tool cluster status 2>/dev/null) &&
        [ -n "$status" ] && ! grep -q 'does not answer' <<<"$status"
}

cluster_up() {
    cluster_answers && return 0
    build/release/aside_lab_tool cluster down >/dev/null 2>&1 || true
    build/release/aside_lab_tool cluster up | sed -n "s/^  --l2 '\(.*\)'$/\1/p" >"$l2_file"
    [ -s "$l2_file" ]
}

# $1: where it serves.
what_to_try_with_aws() {
    cat <<TRY

Aside serves the sample data on $1: items from DynamoDB, objects from S3, through memory and a Redis Cluster.
Ctrl-C ends it; the servers behind it stay. Try, twice each, and look at Cache-Status (with -H 'X-Server-Timing: 1' also at what each step took):

  curl -i $1/items/GB
  curl -i $1/objects/country/GB

Redis answers a process whose memory is empty (a shell needs the first line once):

  eval "\$(./dev backends env)"
  build/release/aside get --l2 '$(cat "$l2_file")' --index '${urls[0]}' --objects '${urls[1]}' GB >/dev/null

S3 answers again when both caches have forgotten a value:

  curl http://$admin/invalidate -d '{"objects":[{"key":"country/GB"}]}'

How often each step was taken:

  curl -s http://$admin/metrics | grep -E '^aside_(reads|miss|origin_loads|fills)_total'

TRY
}

# Not exec: when the server has ended, what still runs is told.
run_with_aws() {
    local code=0
    build_preset release aside aside_lab_tool
    make_sample
    backends_up
    cluster_up
    eval "$(tools/backends.sh env)"
    mapfile -t urls < <(tools/backends.sh urls)
    "$aside" import --index "${urls[0]}" --objects "${urls[1]}" --items data/items.ndjson --bodies data/objects.ndjson
    announce $$ what_to_try_with_aws &
    trap : INT TERM
    "$aside" serve --index "${urls[0]}" --objects "${urls[1]}" --l2 "$(cat "$l2_file")" --listen "$listen" --admin "$admin" \
        "${serve_options[@]}" || code=$?
    cat <<DOWN

S3, DynamoDB and the Redis Cluster still run, and \`./dev run --aws\` uses them again. To end them:

  ./dev backends down; ./dev cluster down

DOWN
    return "$code"
}
