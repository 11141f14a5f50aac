"""Folders that say ONE_THREAD to CMake keep their tests from ThreadSanitizer: they must not start a thread."""

import re

from tree import Finding, line_of

ONE_THREAD = re.compile(r"\baside_folder\(\w+[^)]*\bONE_THREAD\b")
# Only src/runtime/os starts threads for the program; a test might do so itself. Reading a file needs none.
STARTS = re.compile(r'#\s*include\s*(?:<(?:thread|future|pthread\.h)>|"(?:runtime/os/(?!files\.h")|lab/(?!sim/|report/))[^"]*")')


def check(tree):
    for path in tree.paths("CMakeLists.txt", under="src/"):
        if not ONE_THREAD.search(tree.text(path)):
            continue
        folder = path.removesuffix("CMakeLists.txt")
        for source in tree.cpp(under=folder):
            if source.count("/") != folder.count("/"):  # of a folder below, which says for itself
                continue
            for match in STARTS.finditer(tree.code(source)):
                found = " ".join(match.group().split())
                yield Finding(source, line_of(tree.code(source), match.start()),
                              f"'{found}' can start threads: {path} must not say ONE_THREAD")


FOLDER = "aside_folder(x ONE_THREAD DEPS base)"
BAD = [
    ({"src/x/CMakeLists.txt": FOLDER, "src/x/a_test.cpp": "#include <thread>"}, "can start threads"),
    ({"src/x/CMakeLists.txt": FOLDER, "src/x/a.h": '#include "runtime/os/runtime.h"'}, "can start threads"),
    ({"src/x/CMakeLists.txt": FOLDER, "src/x/a_test.cpp": '#include "lab/local_cluster.h"'}, "can start threads"),
]
GOOD = [
    {"src/x/CMakeLists.txt": "aside_folder(x DEPS base)", "src/x/a_test.cpp": "#include <thread>"},
    {"src/x/CMakeLists.txt": FOLDER, "src/x/a_test.cpp": '#include "runtime/os/files.h"\n#include "lab/sim/world.h"'},
    {"src/x/CMakeLists.txt": FOLDER, "src/x/os/a_test.cpp": "#include <thread>"},
]
