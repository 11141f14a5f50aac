#!/usr/bin/env bash
# install-packages.sh GROUP...: installs the packages of tools/packages.txt that are missing.
# When nothing is missing it needs neither root nor the network.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# The packages of the given groups, one a line.
wanted() {
    local group
    for group in "$@"; do
        awk -v group="$group" '$1 == group { print $2 }' "$here/packages.txt"
    done
}

installed() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "installed" { print $2 }'
}

missing() {
    local -a packages
    mapfile -t packages < <(wanted "$@")
    comm -23 <(printf '%s\n' "${packages[@]}" | sort) <(installed "${packages[@]}" | sort -u)
}

is_debian_12() {
    [ -r /etc/os-release ] && (
        # shellcheck source=/dev/null
        . /etc/os-release
        [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ]
    )
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

main() {
    command -v dpkg-query >/dev/null ||
        fail "Aside is built on Debian 12; this system has no dpkg. The libraries are listed in tools/packages.txt."
    local -a lacking
    mapfile -t lacking < <(missing "$@")
    [ "${#lacking[@]}" -gt 0 ] || return 0

    is_debian_12 ||
        fail "these packages are missing, and only Debian 12 is supported for installing them: ${lacking[*]}"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "these packages are missing; become root, or install sudo, and run this again: ${lacking[*]}"

    printf 'dev: installing %s\n' "${lacking[*]}" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${lacking[@]}"
}

main "$@"
