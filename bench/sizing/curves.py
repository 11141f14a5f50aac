"""How near are the planner's curves? Those of a part of the keys beside exact ones, for each trace of a directory.

The same binary makes both: `--tracked 0` follows every key (its distances are checked against a list that is walked, in
src/sizing/lru_stack_test.cpp). Compared at 20 sizes, evenly spaced in the logarithm, from a thousandth of the trace's bytes (of its
keys, where it has no sizes) to all of them. Traces with fewer keys than are tracked are exact by themselves and left out.
Ends with 1 if the mean error over the traces, or the worst trace's, is over its limit.
"""

import argparse
import bisect
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from aside_server import BINARY

SIZES = 20
LEAST_PART = 0.001
# Tracked keys -> the mean over the traces, and the worst one's; none: not asked for.
LIMITS = {16_384: (0.01, 0.03), 2_048: (0.02, None)}


class NoTrace(Exception):
    pass


def planned(trace: Path, tracked: int) -> tuple[dict, float]:
    """The plan, and the CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([BINARY, "plan", "--json", "--trace", str(trace), "--tracked", str(tracked), "--rate", "1000"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoTrace(f"{trace.name}: {done.stderr.strip()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def miss_ratio(curve: list[dict], size: float) -> float:
    """Between two points a straight line."""
    place = bisect.bisect_left([point["bytes"] for point in curve], size)
    if place == 0:
        return curve[0]["miss_ratio"]
    if place == len(curve):
        return curve[-1]["miss_ratio"]
    below, above = curve[place - 1], curve[place]
    part = (size - below["bytes"]) / (above["bytes"] - below["bytes"])
    return below["miss_ratio"] + part * (above["miss_ratio"] - below["miss_ratio"])


def reads_of(plan: dict) -> int:
    return int(plan["source"].split("): ")[1].split(" reads")[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--tracked", type=int, nargs="*", default=list(LIMITS))
    args = parser.parse_args()
    traces = sorted(path for path in args.directory.iterdir() if ".csv" in path.name and path.suffix in (".csv", ".gz", ".zst"))
    errors: dict[int, dict[str, float]] = {tracked: {} for tracked in args.tracked}
    print(f"{'trace':<30}{'keys':>10}{'reads':>12}" + "".join(f"{f'error, {n}':>16}" for n in args.tracked) + f"{'million reads/CPU s':>22}")
    for trace in traces:
        try:
            exact, _ = planned(trace, 0)
        except NoTrace as why:
            print(f"left out: {why}", file=sys.stderr)
            continue
        keys = exact["distinct_entries"]
        if keys <= max(args.tracked):
            continue
        everything = exact["distinct_bytes"]
        sizes = [everything * LEAST_PART ** (1 - i / (SIZES - 1)) for i in range(SIZES)]
        speed = 0.0
        for tracked in args.tracked:
            told, seconds = planned(trace, tracked)
            differences = [abs(miss_ratio(told["curve"], size) - miss_ratio(exact["curve"], size)) for size in sizes]
            errors[tracked][trace.name] = sum(differences) / SIZES
            speed = max(speed, reads_of(exact) / seconds / 1e6)
        print(f"{trace.name.split('.')[0]:<30}{keys:>10}{reads_of(exact):>12}"
              + "".join(f"{errors[n][trace.name]:>16.4f}" for n in args.tracked) + f"{speed:>22.2f}", flush=True)
    failed = not any(errors.values())
    for tracked, of_traces in errors.items():
        if not of_traces:
            continue
        mean, worst = sum(of_traces.values()) / len(of_traces), max(of_traces.values())
        most_mean, most_worst = LIMITS.get(tracked, (None, None))
        over = (most_mean is not None and mean > most_mean) or (most_worst is not None and worst > most_worst)
        failed |= over
        print(f"{tracked} keys tracked: mean {mean:.4f} (limit {most_mean}), worst {worst:.4f} (limit {most_worst}){': OVER' if over else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
