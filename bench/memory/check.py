#!/usr/bin/env python3
"""Is the memory bound kept? Five measurements of a real `aside serve`; ends with 1 if a limit is broken.

  small      1 GiB of memory filled by values of 100 bytes: the process grows by at most 1.08 GiB
  large      the same with values of 10 KiB
  slow       a thousand clients read 1 MiB each at 1 KiB/s while other reads evict what they are sent
  idle       10,000 idle connections: under 12 KiB of resident memory each
  stampede   a thousand requests at once for one cold key: one load from the origin
"""

import argparse
import os
import resource
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from connections import measure_idle, measure_slow_readers, measure_stampede
from fill import measure_fill

MEASUREMENTS = {
    "small": lambda: measure_fill(100),
    "large": lambda: measure_fill(10 * 1024),
    "slow": measure_slow_readers,
    "idle": measure_idle,
    "stampede": measure_stampede,
}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --memory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", metavar="MEASUREMENT", help="only these")
    args = parser.parse_args()
    unknown = set(args.only) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no measurement called {', '.join(sorted(unknown))}")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # children inherit it
    results = []
    for name in args.only or MEASUREMENTS:
        for what, value, limit, unit in MEASUREMENTS[name]():
            passed = value <= limit
            results.append(passed)
            print(f"{what:<72}{value:>9.2f}{limit:>9.2f} {unit:<5} {'pass' if passed else 'MISS'}", flush=True)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
