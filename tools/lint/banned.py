"""Calls that reach around the runtime seam, and sleeps in tests."""

import re

from tree import Finding, kind_of, line_of

OS = "src/runtime/os/"
SEAM = "time, chance, threads and I/O come through src/runtime"

# (pattern, what to do instead, kinds of files, folders where it is allowed)
RULES = [
    (r"\b(?:steady_clock|system_clock|high_resolution_clock|utc_clock|file_clock|[Cc]lock)\s*::\s*now\b", "use Worker::now or wall_now", "code bench fuzz test", (OS,)),
    (r"\b(?:clock_gettime|gettimeofday|timespec_get|__rdtsc)\s*\(|\bstd::time\s*\(|(?<![\w.>:])time\s*\(\s*(?:nullptr|NULL|0|&)", "use Worker::now or wall_now", "code bench fuzz test", (OS,)),
    (r"\bthis_thread\s*::\s*sleep|(?<![\w.>:])(?:usleep|nanosleep|sleep)\s*\(", "arm a Timer; tests advance virtual time", "code bench fuzz test", (OS,)),
    (r"\bstd::(?:jthread|thread|async|condition_variable(?:_any)?)\b(?!\s*::\s*(?:id|hardware_concurrency))", SEAM, "code", (OS, "src/base/mutex.h")),
    (r"\bstd::(?:mt19937(?:_64)?|default_random_engine)\b", "use Worker::random or base/random.h with a seed", "code", (OS,)),
    (r"\bstd::random_device\b|(?<![\w.>:])(?:std::)?(?:rand|srand|rand_r|drand48|getentropy|getrandom)\s*\(", "use Worker::random or base/random.h with a seed", "code bench fuzz test", (OS,)),
    (r"\b(?:secure_)?getenv\s*\(|\bsetenv\s*\(", "settings come from src/config", "code bench fuzz", (OS, "src/config/", "src/cli/")),
    (r"(?<![\w.>])::(?:socket|connect|bind|listen|accept4?|send|recv|sendmsg|recvmsg|open|openat|read|write|close|poll|epoll_\w+|fork|execve?\w*)\s*\(", SEAM, "code bench fuzz", (OS,)),
    (r"(?<![\w.>:])(?:std::)?(?:fopen|freopen|tmpfile)\s*\(|\bstd::(?:basic_)?[io]?fstream\b|\bstd::filesystem\b|#\s*include\s*<(?:fstream|filesystem)>", "use runtime/files.h", "code bench fuzz", (OS,)),
    (r"(?<![\w.>:])(?:std::)?(?:exit|_exit|quick_exit|system|popen)\s*\(", "return an Error; only the command line ends the process", "code", (OS, "src/cli/")),
    (r"\bdetach\s*\(\s*\)", "threads are joined", "code bench test", ()),
]


def check(tree):
    compiled = [(re.compile(p), why, kinds.split(), folders) for p, why, kinds, folders in RULES]
    for path in tree.cpp():
        kind, code = kind_of(path), tree.code(path)
        for pattern, why, kinds, folders in compiled:
            if kind not in kinds or path.startswith(tuple(folders)):
                continue
            for match in pattern.finditer(code):
                found = " ".join(match.group().split())
                yield Finding(path, line_of(code, match.start()), f"'{found}' is banned here: {why}")


BAD = [
    ({"src/engine/x.cpp": "auto t = std::chrono::steady_clock::now();"}, "Worker::now"),
    ({"src/engine/x.cpp": "auto t = time(nullptr);"}, "Worker::now"),
    ({"src/engine/x_test.cpp": "std::this_thread::sleep_for(1ms);"}, "virtual time"),
    ({"src/engine/x_test.cpp": "usleep(10);"}, "virtual time"),
    ({"src/engine/x.cpp": "std::thread t(run);"}, "src/runtime"),
    ({"src/memory/x.cpp": "std::random_device seed;"}, "with a seed"),
    ({"src/memory/x.cpp": "int n = rand() % 7;"}, "with a seed"),
    ({"src/engine/x.cpp": 'std::getenv("HOME");'}, "src/config"),
    ({"src/front/http/x.cpp": "int fd = ::socket(AF_INET, SOCK_STREAM, 0);"}, "src/runtime"),
    ({"src/traces/x.cpp": 'FILE* f = fopen("x", "r");'}, "runtime/files.h"),
    ({"src/traces/x.cpp": "std::ifstream in(path);"}, "runtime/files.h"),
    ({"src/engine/x.cpp": "std::exit(1);"}, "Error"),
]
GOOD = [
    {"src/runtime/os/clock.cpp": "auto t = std::chrono::steady_clock::now();"},
    {"src/engine/x.cpp": "// time(nullptr) and rand() are banned\nauto t = worker.now(); stream.close(); clock.time();"},
    {"src/engine/x.cpp": 'log("sleep(1) and std::thread in a text");'},
    {"src/engine/x.cpp": "co_await sleep_until(worker, when); auto c = co_await sleep_for(worker, 1ms);"},
    {"src/engine/x_test.cpp": "std::thread one(work); one.join();"},
]
