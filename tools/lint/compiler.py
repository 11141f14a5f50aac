"""Checks that run clang: headers compile alone, clang-format, clang-tidy on what changed lately. And shellcheck.

A header is looked at when it or anything it includes has changed lately, a source when it has.

What passed is remembered in build/lint by content (of the file, all it includes from src/, and the settings), so that a second
run looks only at what is new.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import threading

from layers import INCLUDE
from tree import CPP, Finding, kind_of

COMMITS = 12  # lately: in the last so many
JOBS = os.cpu_count() or 2
TIDY_LINE = re.compile(r"^(\S+?):(\d+):\d+: (?:error|warning): (.*)$", re.M)
DATABASE = "build/dev/compile_commands.json"
WORK = "build/lint"


def in_parallel(work, items):
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        yield from pool.map(work, items)


class Passed:
    """Digests of what a check found nothing in."""

    def __init__(self, tree, name):
        self._path = os.path.join(tree.root, WORK, name + ".json")
        self._new = set()
        self._lock = threading.Lock()
        try:
            with open(self._path) as f:
                self._old = set(json.load(f))
        except (OSError, ValueError):
            self._old = set()

    def __contains__(self, digest):
        if digest in self._old:
            self._new.add(digest)
            return True
        return False

    def add(self, digest):
        """Kept at once: a run that is stopped loses nothing."""
        with self._lock:
            self._new.add(digest)
            self._save(self._old | self._new)

    def forget_unused(self):
        """After a run over all files: what none has any more need not be remembered."""
        with self._lock:
            self._save(self._new)

    def _save(self, digests):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with open(self._path + ".new", "w") as f:
            json.dump(sorted(digests), f)
        os.replace(self._path + ".new", self._path)


def closure(tree, path, seen=None):
    """A file and everything it includes from src/."""
    seen = set() if seen is None else seen
    if path not in seen and path in tree:
        seen.add(path)
        for quote, name in INCLUDE.findall(tree.text(path)):
            if quote == '"':
                closure(tree, "src/" + name, seen)
    return seen


def digest_of(tree, path, *settings):
    sha = hashlib.sha256("\0".join(settings).encode())
    for part in sorted(closure(tree, path)):
        sha.update(part.encode() + b"\0" + tree.text(part).encode() + b"\0")
    return sha.hexdigest()


def commands(tree):
    """Source -> compiler arguments, without launcher, precompiled header and output, so that clang's tools can use them."""
    with open(os.path.join(tree.root, DATABASE)) as f:
        entries = json.load(f)
    found = {}
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), tree.root)
        if path not in tree:  # written by the build
            continue
        args, kept = shlex.split(entry["command"]), []
        args = args[next(i for i, a in enumerate(args) if os.path.basename(a).startswith("clang++")):]
        skip = 0
        for i, arg in enumerate(args):
            if skip:
                skip -= 1
            elif arg == "-Xclang" and args[i + 1] == "-include-pch":
                skip = 3
            elif arg == "-Xclang" and args[i + 1] in ("-include", "-fno-pch-timestamp", "-fno-pch-instantiate-templates"):
                skip = 3 if args[i + 1] == "-include" else 1
            elif arg in ("-o", "-c"):
                skip = 1
            elif arg != "-Winvalid-pch":
                kept.append(arg)
        found[path] = kept
    return found


def run(tree, args):
    done = subprocess.run(args, cwd=tree.root, capture_output=True, encoding="utf-8", errors="replace")
    return done.returncode, (done.stdout + done.stderr).strip().replace(tree.root + "/", "")


def first_error(output):
    lines = [line for line in output.splitlines() if "error" in line]
    return lines[0] if lines else (output.splitlines() or ["failed"])[-1]


# --- every header compiles alone -----------------------------------------------------------------------------------------

def folder_arguments(by_source, header):
    """The arguments of some source in the header's folder, else of any: headers of a folder see that folder's libraries."""
    folder = os.path.dirname(header) + "/"
    best = next((a for s, a in by_source.items() if s.startswith(folder)), None)
    return best or next(iter(by_source.values()))


def check_headers(tree, everything=False):
    lately = looked_at(tree, everything)
    headers = [p for p in tree.paths(".h", under="src/") if closure(tree, p) & lately]
    by_source = commands(tree)
    passed = Passed(tree, "headers")

    def compile_alone(header):
        args = folder_arguments(by_source, header) + ["-fsyntax-only", "-Wno-pragma-once-outside-header",
                                                      "-Wno-unused-const-variable", "-x", "c++", header]
        digest = digest_of(tree, header, *args)
        if digest in passed:
            return None
        code, output = run(tree, args)
        if code:
            return Finding(header, 0, "does not compile alone: " + first_error(output))
        passed.add(digest)
        return None

    yield from filter(None, in_parallel(compile_alone, headers))
    if everything:
        passed.forget_unused()


# --- clang-format --------------------------------------------------------------------------------------------------------

def check_format(tree):
    def dry_run(path):
        _, output = run(tree, ["clang-format-19", "--dry-run", "--Werror", path])
        match = re.search(r":(\d+):\d+: error: (.*)", output)
        return Finding(path, int(match.group(1)), "not formatted; run ./dev format") if match else None

    yield from filter(None, in_parallel(dry_run, tree.cpp(under="")))


def format_all(tree):
    files = tree.cpp(under="")
    for start in range(0, len(files), 50):
        subprocess.run(["clang-format-19", "-i", *files[start:start + 50]], cwd=tree.root, check=True)


# --- clang-tidy ----------------------------------------------------------------------------------------------------------

def git(tree, *args):
    return subprocess.run(["git", *args], cwd=tree.root, capture_output=True, text=True).stdout


def looked_at(tree, everything):
    """Files touched lately or not committed yet; in a shallow clone, by the commits there are. Or all of them."""
    if everything:
        return {p for p in tree.paths() if p.endswith(CPP)}
    log = git(tree, "log", f"-{COMMITS}", "--name-only", "--format=")
    status = [line[3:] for line in git(tree, "status", "--porcelain", "-uall").splitlines()]
    return {p for p in [*log.splitlines(), *status] if p in tree and p.endswith(CPP)}


def sources_of(tree, paths):
    """The sources to look at: a changed header is seen through the source beside it, else through its test."""
    chosen = set()
    for path in paths:
        if path.endswith(".cpp"):
            chosen.add(path)
        else:
            stem = path.removesuffix(".h")
            chosen.update([p for p in (stem + ".cpp", stem + "_test.cpp") if p in tree][:1])
    return sorted(chosen)


def write_database(tree, by_source):
    folder = os.path.join(tree.root, WORK)
    os.makedirs(folder, exist_ok=True)
    entries = [{"directory": tree.root, "file": path, "arguments": [*args, "-c", path]} for path, args in by_source.items()]
    with open(os.path.join(folder, "compile_commands.json"), "w") as f:
        json.dump(entries, f)


def check_tidy(tree, everything=False):
    by_source = commands(tree)
    write_database(tree, by_source)
    passed = Passed(tree, "tidy")

    def tidy(path):
        digest = digest_of(tree, path, tree.text(".clang-tidy"), *by_source[path])
        if digest in passed:
            return []
        # The analyzer is half of the time, and what it finds in tests is mostly Google Benchmark's `for (auto _ : state)`.
        extra = [] if kind_of(path) == "code" else ["--checks=-clang-analyzer-*"]
        code, output = run(tree, ["clang-tidy-19", "--quiet", *extra, "-p", WORK, path])
        if code == 0:
            passed.add(digest)
            return []
        found = [Finding(p, int(line), text) for p, line, text in TIDY_LINE.findall(output)]
        return found or [Finding(path, 0, "clang-tidy failed: " + first_error(output))]

    seen = set()
    for findings in in_parallel(tidy, [p for p in sources_of(tree, looked_at(tree, everything)) if p in by_source]):
        for finding in findings:
            if finding not in seen:
                seen.add(finding)
                yield finding
    if everything:
        passed.forget_unused()


# --- shellcheck ----------------------------------------------------------------------------------------------------------

def is_shell(tree, path):
    return path.endswith(".sh") or re.match(r"#!.*\b(?:ba)?sh\b", tree.text(path)) is not None


def check_shell(tree):
    scripts = [p for p in tree.paths() if is_shell(tree, p)]
    code, output = run(tree, ["shellcheck", "-x", "-f", "gcc", *scripts])
    if code:
        for path, line, text in re.findall(r"^([^:\n]+):(\d+):\d+: (.*)$", output, re.M):
            yield Finding(path, int(line), text)
