#!/usr/bin/env python3
"""check_install.py BUILD: installs BUILD into an empty prefix, builds examples/ against it and checks what the example prints."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(*args, **options):
    print("+", *args, flush=True)
    return subprocess.run(args, check=True, **options)


def check_headers(prefix):
    """No test leaks into the prefix, and every folder that the engine includes is there."""
    headers = [os.path.relpath(os.path.join(folder, name), prefix)
               for folder, _, names in os.walk(f"{prefix}/include") for name in names]
    leaked = [h for h in headers if "_test" in h or "_fixture" in h or not h.endswith(".h")]
    assert not leaked, f"installed, but not for users: {leaked}"
    for wanted in ("engine/engine.h", "engine/ports/origin.h", "runtime/worker.h", "runtime/os/runtime.h", "base/result.h"):
        assert f"include/aside/{wanted}" in headers, f"{wanted} is not installed"


def main():
    build = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="aside-install-") as work:
        prefix, example = f"{work}/prefix", f"{work}/example"
        run("cmake", "--install", build, "--prefix", prefix, stdout=subprocess.DEVNULL)
        check_headers(prefix)
        run(f"{prefix}/bin/aside", "version")
        run("cmake", "-S", f"{ROOT}/examples", "-B", example, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld",
            f"-DCMAKE_PREFIX_PATH={prefix}", stdout=subprocess.DEVNULL)
        run("cmake", "--build", example)
        printed = run(f"{example}/embed", capture_output=True, text=True, timeout=60).stdout
    print(printed, end="")
    expected = open(f"{ROOT}/examples/embed.expected").read()
    if printed != expected:
        sys.exit(f"check_install: the example should have printed\n{expected}")


if __name__ == "__main__":
    main()
