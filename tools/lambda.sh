#!/usr/bin/env bash
# ./dev lambda [--config FILE] [--out FILE] [--preset PRESET]: the package of a Lambda function on provided.al2023, for this machine's
# kind of processor. Where ASIDE_CONFIG names no other file, FILE of --config is the function's configuration.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tools/build.sh
. tools/build.sh

out=build/lambda/aside-lambda.zip
preset=release
config=

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --config) config=${2:?--config needs a file} ;;
            --out) out=${2:?--out needs a file} ;;
            --preset) preset=${2:?--preset needs a name} ;;
            *)
                printf 'dev lambda: no option "%s"\n' "$1" >&2
                exit 2
                ;;
        esac
        shift 2
    done
}

# ldd says "libc.so.6 => /lib/…/libc.so.6 (0x…)", and the loader without an arrow.
libraries_of() {
    ldd "$1" | awk '$2 == "=>" { print $3 }'
}
loader_of() {
    ldd "$1" | awk '$2 != "=>" && $1 ~ /^\// { print $1 }'
}

# The launcher, and beside it the program with all it needs of this machine.
gather() {
    local package=$1 program=build/$preset/aside-lambda library
    mkdir -p "$package/lib"
    strip -o "$package/lib/aside-lambda" "$program"
    strip -o "$package/bootstrap" "build/$preset/bootstrap"
    cp -L "$(loader_of "$program")" "$package/lib/ld.so"
    while read -r library; do
        cp -L "$library" "$package/lib/"
    done < <(libraries_of "$program")
    cp -L /etc/ssl/certs/ca-certificates.crt "$package/lib/ca-bundle.pem"
    chmod 0755 "$package"/lib/* "$package/bootstrap"
    [ -z "$config" ] || install -m 0644 "$config" "$package/aside.toml"
}

main() {
    read_options "$@"
    tools/install-packages.sh build lambda
    build_preset "$preset" aside_lambda aside_bootstrap
    local package
    package=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$package'" EXIT
    gather "$package"
    mkdir -p "$(dirname "$out")"
    python3 tools/zip_folder.py "$package" "$out"
    printf '%s: %d KiB, %d KiB unzipped, for %s\n' "$out" $(($(stat -c %s "$out") / 1024)) \
        "$(du -sk --apparent-size "$package" | cut -f 1)" "$(uname -m)"
}

main "$@"
