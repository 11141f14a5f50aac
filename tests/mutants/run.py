#!/usr/bin/env python3
"""Break the L2 client and the clients of AWS on purpose, patch by patch, and see that a named test notices.

Each *.patch here is a mistake somebody could make (trust a replica's nil, drop a tombstone's reply, …). Its first lines say what
is wrong, which test binary catches it and how that is run:

    # why: what the mistake is
    # target: aside_redis_test
    # run: --gtest_filter=ReadPlan.*

The tests are built as ever (build/dev) and run: what fails without a patch catches nothing. Then, for each patch, copies of the
files it changes are patched and compiled in build/mutants, and the test is linked once more with these objects before the
libraries, which takes seconds; the checkout and build/dev stay as they are. For that a patch may change .cpp files of
libraries only, and may not leave a function out. As many as there are cores are tried at a time: these tests run in virtual
time or judge none. A run that passes is a mutant that survived, and this ends with 1.
"""

import argparse
import concurrent.futures
import json
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "dev"
WORK = ROOT / "build" / "mutants"
RUN_LIMIT_SECONDS = 120
JOBS = os.cpu_count() or 2


class Mutant:
    def __init__(self, patch):
        self.patch = patch
        self.name = patch.stem
        self.folder = WORK / self.name
        text = patch.read_text()
        self.facts = dict(re.findall(r"^# (\w+): (.+)$", text.split("\n--- ")[0], re.M))
        self.files = re.findall(r"^\+\+\+ b/(\S+)", text, re.M)
        missing = {"why", "target", "run"} - self.facts.keys()
        if missing:
            sys.exit(f"{patch.name}: its head does not say {', '.join(sorted(missing))}")
        wrong = [name for name in self.files if not name.endswith(".cpp") or name.endswith("_test.cpp")]
        if wrong or not self.files:
            sys.exit(f"{patch.name}: must change .cpp files of libraries, not {', '.join(wrong) or 'nothing'}")


def must(command, what, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        sys.exit(f"{what}:\n{result.stdout[-4000:]}{result.stderr[-4000:]}")
    return result.stdout


class Builder:
    def __init__(self, targets):
        if not (BUILD / "build.ninja").exists():
            must(["cmake", "--preset", "dev"], "cmake", cwd=ROOT)
        must(["cmake", "--build", BUILD, "--target", *targets], "the tests do not build")
        entries = json.loads((BUILD / "compile_commands.json").read_text())
        self.compilers = {entry["file"]: shlex.split(entry["command"]) for entry in entries}
        self.cache = ["ccache"] if shutil.which("ccache") else []

    def binary(self, target):
        return next(path for path in (BUILD / "src").rglob(target) if path.is_file())

    def compile(self, mutant, name):
        source, output = mutant.folder / name, mutant.folder / (name + ".o")
        words = self.compilers[str(ROOT / name)]
        for option, value in (("-c", source), ("-o", output)):
            at = words.index(option) + 1
            words = [*words[:at], str(value), *words[at + 1:]]
        must(self.cache + words, f"{mutant.patch.name} does not compile", cwd=BUILD,
             env={**os.environ, "CCACHE_SLOPPINESS": "pch_defines,time_macros"})
        return output

    def link(self, mutant, objects):
        plain = str(self.binary(mutant.facts["target"]).relative_to(BUILD))
        output = mutant.folder / mutant.facts["target"]
        rules = must(["ninja", "-C", BUILD, "-t", "commands", plain], f"no rule for {plain}")
        before, after = rules.splitlines()[-1].split(f" -o {plain} ")
        must(f"{before} {' '.join(map(str, objects))} -o {output} {after}", f"{mutant.patch.name} does not link", cwd=BUILD, shell=True)
        return output

    def build(self, mutant):
        shutil.rmtree(mutant.folder, ignore_errors=True)
        for name in mutant.files:
            (mutant.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, mutant.folder / name)
        must(["patch", "--quiet", "--no-backup-if-mismatch", "-p1", "-i", mutant.patch],
             f"{mutant.patch.name} does not apply", cwd=mutant.folder)
        return self.link(mutant, [self.compile(mutant, name) for name in mutant.files])


def run(binary, mutant, stop_at_failure):
    """What went wrong first, as the test tells it; None when it passes."""
    stop = ["--gtest_break_on_failure"] if stop_at_failure else []
    try:
        result = subprocess.run([binary, *shlex.split(mutant.facts["run"]), *stop], cwd=binary.parent, capture_output=True,
                                text=True, errors="replace", timeout=RUN_LIMIT_SECONDS,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    except subprocess.TimeoutExpired:
        return "it does not end"
    if "[ RUN      ]" not in result.stdout:
        sys.exit(f"{mutant.patch.name}: no test is called {mutant.facts['run']}")
    if result.returncode == 0:
        return None
    tests = re.findall(r"^\[ RUN      \] (\S+)", result.stdout, re.M)
    seeds = re.findall(r"\bseed (\d+)", result.stdout)
    problems = re.findall(r"^  PROBLEM (.+)", result.stdout, re.M)
    return tests[-1] + (f", seed {seeds[0]}" if seeds else "") + (f": {problems[0]}" if problems else "")


def in_parallel(work, items):
    """What `work` returns and how long it took, in the order of the items."""
    def timed(item):
        started = time.monotonic()
        return work(item), time.monotonic() - started

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        tasks = [pool.submit(timed, item) for item in items]
        try:
            for item, task in zip(items, tasks):
                yield item, *task.result()
        finally:
            for task in tasks:
                task.cancel()


def check_unpatched(builder, mutants):
    tests = list({(m.facts["target"], m.facts["run"]): m for m in mutants}.values())
    for mutant, problem, seconds in in_parallel(lambda m: run(builder.binary(m.facts["target"]), m, stop_at_failure=False), tests):
        if problem:
            sys.exit(f"without a patch {mutant.facts['target']} {mutant.facts['run']} fails: {problem}")
        print(f"{'-':<34}{'passes':<9}{seconds:6.1f} s  {mutant.facts['target']} {mutant.facts['run']}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of patches, without .patch; all of them when none is given")
    args = parser.parse_args()
    known = {patch.stem: patch for patch in sorted(HERE.glob("*.patch"))}
    unknown = [name for name in args.names if name not in known]
    if unknown:
        sys.exit(f"no patch {', '.join(unknown)}; there are {', '.join(known)}")
    mutants = [Mutant(known[name]) for name in args.names or known]
    builder = Builder(sorted({mutant.facts["target"] for mutant in mutants}))
    check_unpatched(builder, mutants)
    survived = 0
    for mutant, problem, seconds in in_parallel(lambda m: run(builder.build(m), m, stop_at_failure=True), mutants):
        survived += problem is None
        print(f"{mutant.name:<34}{'caught' if problem else 'SURVIVED':<9}{seconds:6.1f} s  "
              f"{problem or mutant.facts['why']}", flush=True)
    print(f"{len(mutants) - survived} of {len(mutants)} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
