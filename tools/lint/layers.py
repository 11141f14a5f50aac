"""Who may include whom (docs/architecture.md), and which folder may use which library."""

import re

from tree import Finding, kind_of

ALL = "*"

# Folder of src/ -> what it may include besides itself. Longer names are more exact.
MAY_INCLUDE = {
    "base": set(),
    "runtime": {"base"},
    "runtime/os": {"runtime", "base", "telemetry"},
    "runtime/sim": {"runtime", "base", "telemetry"},
    "telemetry": {"base"},
    "config": {"base"},
    "wire": {"base"},
    "wire/lambda": {"base", "wire"},
    "http_client": {"base", "runtime", "telemetry", "wire"},
    "memory": {"base"},
    "engine/ports": {"base", "runtime"},
    "engine/guard": {"base"},
    "engine": {"base", "runtime", "telemetry", "memory", "sizing", "engine/ports", "engine/guard"},
    "redis/protocol": {"base", "runtime", "wire", "engine/ports"},
    "redis/topology": {"base", "runtime", "wire", "engine/ports"},
    "redis/link": {"base", "runtime", "telemetry", "wire", "engine/ports", "redis/protocol"},
    "redis": {"base", "runtime", "telemetry", "wire", "engine/ports", "redis/protocol", "redis/topology", "redis/link"},
    # engine/ports: an IAM token is the password of a connection to L2, so aws has a PasswordSource.
    "aws": {"base", "runtime", "telemetry", "wire", "http_client", "engine/ports"},
    "origin/sqlite": {"base", "runtime", "telemetry", "wire", "aws", "engine/ports"},
    "origin/directory": {"base", "runtime", "telemetry", "wire", "aws", "engine/ports"},
    "origin/s3": {"base", "runtime", "telemetry", "wire", "http_client", "aws", "engine/ports"},
    "origin/dynamodb": {"base", "runtime", "telemetry", "wire", "http_client", "aws", "engine/ports"},
    "origin/fault": {"base", "runtime", "telemetry", "wire", "aws", "engine/ports"},
    "front/http": {"base", "runtime", "telemetry", "wire", "engine/ports"},
    "front/lambda": {"base", "runtime", "telemetry", "wire", "wire/lambda", "engine/ports", "front/http"},
    "traces": {"base", "runtime"},
    "sizing": {"base"},
    "lab/http": {"base", "runtime", "wire"},
    "lab/sim": {ALL, "!front/http", "!front/lambda", "!cli"},
    "lab": {ALL, "!front/http", "!front/lambda", "!cli"},
    "cli": {ALL},
    "cli/bootstrap": {"cli", "runtime/os"},
}

# Tests, fuzzers and benches may also drive their folder in either world.
TESTS_MAY_INCLUDE = {"runtime/os", "runtime/sim"}

# Third-party headers -> the folders that may include them; tests of a folder follow their folder.
LIBRARIES = [
    (r"openssl/(core_names|crypto|evp)\.h$", {"runtime/os", "wire"}),  # digests: docs/design/0004-aws-requests.md
    (r"openssl/", {"runtime/os"}),
    (r"boost/asio", {"runtime/os"}),
    (r"boost/(beast|core|url|json|crc)", {"wire"}),
    (r"sqlite3\.h$", {"origin/sqlite"}),
    (r"simdjson", {"wire", "wire/lambda", "origin/sqlite", "origin/directory", "origin/s3", "origin/dynamodb", "lab"}),
    (r"pugixml\.hpp$", {"wire"}),
    (r"spdlog/|prometheus/", {"telemetry"}),
    (r"fmt/", {"telemetry", "cli", "lab"}),
    (r"toml\+\+|CLI/", {"config", "cli"}),
    (r"zstd\.h$", {"traces", "wire"}),
    (r"zlib\.h$", {"traces"}),
    (r"xxh(ash|_x86dispatch)\.h$", {"base"}),
    (r"malloc\.h$", {"memory"}),  # malloc_usable_size: what an allocation really takes
    (r"jemalloc/", {"cli", "runtime/os"}),
]
TEST_LIBRARIES = {"test": r"g(test|mock)/", "bench": r"benchmark/"}

# Headers of the system: sockets, threads, files.
SYSTEM = re.compile(r"(sys|net|netinet|arpa|linux|bits)/|(unistd|fcntl|pthread|poll|sched|signal|dirent|netdb|syslog|"
                    r"dlfcn|termios|pwd|grp|spawn|semaphore|ucontext|time|limits|errno)\.h$")
SYSTEM_FOLDERS = {"runtime/os", "cli/bootstrap"}  # bootstrap: its launcher is linked with nothing of ours

STANDARD = re.compile(r"[a-z_0-9]+$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def folder_of(path):
    """The longest known folder that holds a path written from src/."""
    parts = path.split("/")[:-1]
    for size in range(len(parts), 0, -1):
        name = "/".join(parts[:size])
        if name in MAY_INCLUDE:
            return name
    return None


def allowed(folder, target, kind):
    rules = MAY_INCLUDE[folder]
    if target == folder or target in rules:
        return True
    if kind != "code" and target in TESTS_MAY_INCLUDE:
        return True
    return ALL in rules and f"!{target}" not in rules


def complaint(folder, kind, quote, name):
    """Why a file of this folder must not include this header; None when it may."""
    if quote == '"':
        target = folder_of(name)
        if target is None:
            return f'"{name}" is in no known folder; write includes from src/'
        if not allowed(folder, target, kind):
            return f"{folder} must not include {target} ({name})"
        return None
    if STANDARD.match(name) and not SYSTEM.match(name):
        return None
    if kind in TEST_LIBRARIES and re.match(TEST_LIBRARIES[kind], name):
        return None
    if SYSTEM.match(name):
        # A bench may pin its threads.
        return None if folder in SYSTEM_FOLDERS or kind == "bench" else f"system header <{name}> belongs in runtime/os"
    for pattern, folders in LIBRARIES:
        if re.match(pattern, name):
            return None if folder in folders else f"<{name}> belongs in {', '.join(sorted(folders))}"
    if any(re.match(p, name) for p in TEST_LIBRARIES.values()):
        return f"<{name}> is for tests: x_test.cpp, x_bench.cpp, x_fixture.h"
    return f"<{name}> is of no library in tools/lint/layers.py"


def check(tree):
    for path in tree.cpp():
        folder = folder_of(path.removeprefix("src/"))
        if folder is None:
            yield Finding(path, 0, "stands in a folder that tools/lint/layers.py does not know")
            continue
        text = tree.text(path)
        for match in INCLUDE.finditer(text):
            why = complaint(folder, kind_of(path), *match.groups())
            if why:
                yield Finding(path, text.count("\n", 0, match.start()) + 1, why)


BAD = [
    ({"src/memory/x.h": '#include "runtime/worker.h"\n'}, "must not include runtime"),
    ({"src/engine/x.cpp": '#include "origin/sqlite/store.h"\n'}, "must not include origin/sqlite"),
    ({"src/engine/x.cpp": '#include "runtime/os/os_runtime.h"\n'}, "must not include runtime/os"),
    ({"src/front/http/x.cpp": '#include "engine/engine.h"\n'}, "must not include engine"),
    ({"src/lab/x.cpp": '#include "cli/main.h"\n'}, "must not include cli"),
    ({"src/engine/x.cpp": "#include <boost/asio.hpp>\n"}, "belongs in runtime/os"),
    ({"src/wire/x.cpp": "#include <openssl/ssl.h>\n"}, "belongs in runtime/os"),
    ({"src/cli/x.cpp": "#include <sqlite3.h>\n"}, "belongs in origin/sqlite"),
    ({"src/wire/x.cpp": "#include <sys/socket.h>\n"}, "belongs in runtime/os"),
    ({"src/wire/x.cpp": "#include <folly/io/IOBuf.h>\n"}, "no library"),
    ({"src/wire/x.cpp": '#include "frame.h"\n'}, "no known folder"),
    ({"src/wire/x.cpp": "#include <gtest/gtest.h>\n"}, "for tests"),
    ({"src/helpful/x.cpp": "\n"}, "does not know"),
]
GOOD = [
    {"src/engine/flight.cpp": '#include <atomic>\n#include "memory/store.h"\n#include "engine/ports/origin.h"\n'},
    {"src/engine/flight_test.cpp": '#include <gtest/gtest.h>\n#include "runtime/sim/sim_runtime.h"\n'},
    {"src/engine/origin_fixture.h": '#include <gtest/gtest.h>\n#include "runtime/sim/sim_runtime.h"\n'},
    {"src/cli/serve.cpp": '#include "origin/sqlite/store.h"\n#include <CLI/CLI.hpp>\n'},
]
