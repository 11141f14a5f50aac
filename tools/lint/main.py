#!/usr/bin/env python3
"""The project's linter: ./dev lint. Every check that reads text proves on bad samples, each run, that it still catches them."""

import argparse
import functools
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import banned
import compiler
import coroutines
import docs
import layers
import lengths
import names
import threads
from tree import Tree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TEXT_CHECKS = {"layers": layers, "banned": banned, "lengths": lengths, "coroutines": coroutines, "names": names,
               "threads": threads, "docs": docs}
CLANG_CHECKS = {"format": compiler.check_format, "shell": compiler.check_shell, "headers": compiler.check_headers,
                "tidy": compiler.check_tidy}


def self_test():
    """Names of the samples a check judged wrongly."""
    for name, module in TEXT_CHECKS.items():
        for number, (files, wanted) in enumerate(module.BAD):
            messages = [f.message for f in module.check(Tree(files))]
            if not any(wanted in m for m in messages):
                yield f"{name}: bad sample {number} is not caught ('{wanted}'); it says {messages}"
        for number, files in enumerate(module.GOOD):
            for finding in module.check(Tree(files)):
                yield f"{name}: good sample {number} is complained about: {finding}"


def run_check(name, check, tree):
    started = time.monotonic()
    findings = list(check(tree))
    for finding in findings:
        print(f"{finding} [{name}]")
    seconds = time.monotonic() - started
    print(f"lint: {name:<12} {'ok' if not findings else f'{len(findings)} findings':<14} {seconds:6.1f} s", flush=True)
    return not findings


def main():
    parser = argparse.ArgumentParser(prog="./dev lint", description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="only these")
    parser.add_argument("--list", action="store_true", help="name the checks")
    parser.add_argument("--all", action="store_true", help="headers and tidy: all files, not only what changed lately")
    parser.add_argument("--format", action="store_true", help="format the sources in place, check nothing")
    args = parser.parse_args()
    checks = {name: module.check for name, module in TEXT_CHECKS.items()} | CLANG_CHECKS
    if args.list:
        print("\n".join(["self-test", *checks]))
        return 0
    unknown = [c for c in args.checks if c not in checks and c != "self-test"]
    if unknown:
        parser.error(f"no check called {', '.join(unknown)}; there are {', '.join(checks)}")
    tree = Tree.of_clone(ROOT)
    if args.format:
        compiler.format_all(tree)
        return 0
    if args.all:
        checks |= {name: functools.partial(checks[name], everything=True) for name in ("headers", "tidy")}
    wrong = list(self_test())
    print("\n".join(wrong) if wrong else "lint: self-test    ok")
    wanted = [c for c in (args.checks or checks) if c in checks]
    results = [run_check(name, checks[name], tree) for name in wanted]
    return 0 if all(results) and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
