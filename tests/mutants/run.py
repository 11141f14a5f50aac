#!/usr/bin/env python3
"""Break the L2 client on purpose, patch by patch, and see that a named test notices.

Each *.patch here is a mistake somebody could make (trust a replica's nil, drop a tombstone's reply, …). Its first lines say what
is wrong, which test binary catches it and how that is run:

    # why: what the mistake is
    # target: aside_redis_test
    # run: --gtest_filter=ReadPlan.*

The sources are copied to build/mutants, each patch is applied there, the target is built and run; a run that passes is a mutant
that survived, and this ends with 1. The unpatched copy is built and run first: what fails without a patch catches nothing.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "mutants"
RUN_LIMIT_SECONDS = 300


class Mutant:
    def __init__(self, patch):
        self.patch = patch
        self.name = patch.stem
        self.facts = {}
        for line in patch.read_text().splitlines():
            if not line.startswith("# "):
                break
            key, _, value = line[2:].partition(": ")
            self.facts[key] = value
        missing = {"why", "target", "run"} - self.facts.keys()
        if missing:
            sys.exit(f"{patch.name}: its head does not say {', '.join(sorted(missing))}")

    def files(self):
        return [line.split("\t")[0][len("+++ b/"):] for line in self.patch.read_text().splitlines() if line.startswith("+++ b/")]


def copy_sources():
    """The checkout's sources, as they are now; files that did not change keep their times, so that only what changed is built."""
    names = subprocess.run(["git", "ls-files"],
                           cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        target = COPY / name
        if not (ROOT / name).exists() or (target.exists() and target.read_bytes() == (ROOT / name).read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)


def build(target):
    return subprocess.run(["cmake", "--build", "--preset", "dev", "--target", target], cwd=COPY, capture_output=True, text=True)


def run(mutant):
    """True when the test passes."""
    binary = next((COPY / "build" / "dev" / "src").rglob(mutant.facts["target"]))
    try:
        return subprocess.run([binary, *mutant.facts["run"].split()], cwd=binary.parent, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=RUN_LIMIT_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def must(result, what):
    if result.returncode != 0:
        sys.exit(f"{what}:\n{result.stdout[-4000:]}{result.stderr[-2000:]}")


def check_unpatched(mutants):
    must(subprocess.run(["cmake", "--preset", "dev"], cwd=COPY, capture_output=True, text=True), "cmake")
    for target in sorted({mutant.facts["target"] for mutant in mutants}):
        must(build(target), f"{target} does not build")
    for mutant in {(m.facts["target"], m.facts["run"]): m for m in mutants}.values():
        if not run(mutant):
            sys.exit(f"{mutant.facts['target']} {mutant.facts['run']} fails without a patch")


def caught(mutant):
    must(subprocess.run(["patch", "--quiet", "-p1", "-i", mutant.patch], cwd=COPY, capture_output=True, text=True),
         f"{mutant.patch.name} does not apply")
    try:
        must(build(mutant.facts["target"]), f"{mutant.patch.name} does not build")
        return not run(mutant)
    finally:
        for name in mutant.files():
            shutil.copyfile(ROOT / name, COPY / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of patches, without .patch; all of them when none is given")
    args = parser.parse_args()
    patches = sorted(HERE.glob("*.patch"))
    mutants = [Mutant(patch) for patch in patches if not args.names or patch.stem in args.names]
    if not mutants:
        sys.exit("no such patch")
    copy_sources()
    check_unpatched(mutants)
    survived = []
    for mutant in mutants:
        started = time.monotonic()
        is_caught = caught(mutant)
        survived += [] if is_caught else [mutant.name]
        print(f"{mutant.name:<44}{'caught' if is_caught else 'SURVIVED':<10}{time.monotonic() - started:6.1f} s  "
              f"{mutant.facts['why']}", flush=True)
    print(f"{len(mutants) - len(survived)} of {len(mutants)} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
