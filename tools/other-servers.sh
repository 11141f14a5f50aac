#!/usr/bin/env bash
# other-servers.sh [NAME...]: the servers that newer Debian suites carry, unpacked under build/servers/NAME and made to run
# on this system: they bring their own libraries. Nothing is installed. Without names: all of them.
#
#   ASIDE_TEST_SERVER=build/servers/valkey-9/server build/dev/aside_lab_tool drill D05
#   ./dev cluster up --server build/servers/valkey-9/server
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
servers="$root/build/servers"

# name, suite, package, the server's program
known() {
    cat <<'LIST'
valkey-8.0 bookworm-backports valkey-server root/usr/bin/valkey-server
valkey-8   trixie             valkey-server root/usr/bin/valkey-server
valkey-9   sid                valkey-server root/usr/bin/valkey-server
redis-8    trixie             redis-server  root/usr/bin/redis-server
LIST
}

fail() {
    printf 'servers: %s\n' "$*" >&2
    exit 1
}

# The archive this system takes Debian itself from.
archive() {
    # shellcheck disable=SC2016  # apt's own variable
    apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 'Component: main' 2>/dev/null | sort | uniq | head -1
}

# apt_of SUITE ARGUMENTS...: apt-get as on a system of that suite with nothing installed.
apt_of() {
    local state="$servers/suites/$1"
    shift
    apt-get -q -o Dir::Etc::sourcelist="$state/suite.sources" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
        -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}

update_suite() {
    local suite=$1 state="$servers/suites/$1" also=""
    [ ! -e "$state/updated" ] || return 0
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    : >"$state/status"
    # Backports lean on the release they are for.
    case $suite in *-backports) also=${suite%-backports} ;; esac
    cat >"$state/suite.sources" <<SOURCES
Types: deb
URIs: $(archive)
Suites: $suite $also
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    apt_of "$suite" update >&2
    touch "$state/updated"
}

# The package and the libraries it needs, down to the C library: file names as apt names them.
packages_of() {
    local suite=$1 package=$2
    apt_of "$suite" --print-uris -y -t "$suite" install "$package" |
        awk -v server="${package%-server}" '$1 ~ /^\047/ && ($2 ~ /^lib/ || $2 ~ "^" server "-(server|tools)_" || $2 ~ /^(zlib1g|gcc-[0-9]+-base)_/) {
            split($2, part, "_"); gsub(/%3a/, ":", part[2]); print part[1] "=" part[2] }'
}

# A program built for a newer C library runs with the loader and the libraries that came with it.
write_launcher() {
    local home=$1 program=$2 loader folders
    loader=$(cd "$home" && find root -name 'ld-linux-*.so.*' -type f -print -quit)
    [ -n "$loader" ] || fail "no loader came with $home"
    # shellcheck disable=SC2016  # the launcher's own variable
    folders=$(cd "$home" && find root -type f -name 'lib*.so*' -printf '$here/%h\n' | sort -u | paste -sd:)
    cat >"$home/server" <<LAUNCHER
#!/bin/sh
here=\$(cd "\${0%/*}" && pwd)
exec "\$here/$loader" --library-path "$folders" "\$here/$program" "\$@"
LAUNCHER
    chmod +x "$home/server"
}

fetch() {
    local name=$1 suite=$2 package=$3 program=$4
    local home="$servers/$name"
    update_suite "$suite"
    rm -rf "$home"
    mkdir -p "$home/debs" "$home/root"
    local -a wanted
    mapfile -t wanted < <(packages_of "$suite" "$package")
    [ "${#wanted[@]}" -gt 0 ] || fail "$suite does not offer $package"
    (cd "$home/debs" && apt_of "$suite" download "${wanted[@]}" >&2)
    local deb
    for deb in "$home"/debs/*.deb; do dpkg-deb -x "$deb" "$home/root"; done
    rm -r "$home/debs"
    write_launcher "$home" "$program"
    printf '%s: %s\n' "$home/server" "$("$home/server" --version)"
}

main() {
    command -v apt-get >/dev/null || fail "this takes apt"
    [ -n "$(archive)" ] || fail "no archive of Debian is configured for apt"
    local name suite package program wish found
    local -a wishes=("$@")
    [ $# -gt 0 ] || mapfile -t wishes < <(known | awk '{ print $1 }')
    for wish in "${wishes[@]}"; do
        found=
        while read -r name suite package program; do
            [ "$name" = "$wish" ] || continue
            found=1
            fetch "$name" "$suite" "$package" "$program" </dev/null
        done < <(known)
        [ -n "$found" ] || fail "no server is known as $wish; there are: $(known | awk '{ print $1 }' | paste -sd' ')"
    done
}

main "$@"
