#!/usr/bin/env bash
# Functions that build a preset; sourced by ./dev and the scripts beside this one, in the root of the clone.

# configure_preset PRESET: only when it was not configured yet, or with other presets; ninja itself notices changed CMake files.
configure_preset() {
    local preset=$1
    cmp -s CMakePresets.json "build/$preset/presets.json" && [ -f "build/$preset/build.ninja" ] && return
    cmake --preset "$preset" && cp CMakePresets.json "build/$preset/presets.json"
}

# build_preset [PRESET] [TARGET...]: all targets unless some are named.
build_preset() {
    local preset=${1:-dev}
    [ $# -eq 0 ] || shift
    configure_preset "$preset"
    if [ $# -gt 0 ]; then
        cmake --build "build/$preset" --target "$@"
    else
        cmake --build "build/$preset"
    fi
}
