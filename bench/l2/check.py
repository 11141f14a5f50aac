#!/usr/bin/env python3
"""What L2 costs, and what it saves: measurements on a Redis Cluster of three primaries and three replicas that this starts.

  client     GETs of 1 KiB by the client alone, beside redis-benchmark
  items      an item of five objects over HTTP from L2, with L1 off, and from L1
  ioredis    the same reads written with ioredis
  hits       hits of L1 with an L2 behind them, and without
  stampede   4 processes x 1,000 requests for one cold key: loads from the origin
  idle       topology rounds of a process that nobody asks anything

What is compared takes turns, round after round; the figures are medians. Ends with 1 if a target is missed.
"""

import argparse
import shutil
import sys

from redis_cluster import RedisCluster  # first: it finds the other folders
from client import measure_client
from idle import measure_idle
from ioredis import measure_ioredis
from served import measure_hits, measure_items
from stampede import measure_stampede
from verdict import Targets

MEASUREMENTS = {"client": measure_client, "items": measure_items, "ioredis": measure_ioredis, "hits": measure_hits,
                "stampede": measure_stampede, "idle": measure_idle}
TOOLS = ("redis-server", "redis-cli", "redis-benchmark", "wrk", "taskset", "node", "npm")


def read_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench --l2", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", metavar="MEASUREMENT", help="only these")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="length of a round")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--items", type=int, default=10000, help="items, and objects, of the data set served over HTTP")
    parser.add_argument("--requests", type=int, default=2000000, help="of redis-benchmark")
    parser.add_argument("--runs", type=int, default=50, help="of a stampede")
    parser.add_argument("--idle-minutes", type=int, default=3)
    args = parser.parse_args()
    unknown = set(args.only) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no measurement called {', '.join(sorted(unknown))}")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        sys.exit(f"bench: not installed: {', '.join(missing)}")
    return args


def main():
    args = read_arguments()
    targets = Targets()
    for name in args.only or MEASUREMENTS:
        with RedisCluster() as cluster:
            MEASUREMENTS[name](cluster, args, targets)
    targets.print()
    return 0 if targets.met() else 1


if __name__ == "__main__":
    sys.exit(main())
