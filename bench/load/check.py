"""Does `aside bench` out-load what it tests? As fast as it goes, beside wrk with a script, against the same bare loop.

The bare loop (bench/peers/ceiling.cpp) is pinned to core 0 and the load generator to core 1; the generators take turns, round
after round, with the same connections and keys. The figure is requests per CPU second of the load generator itself, user and
system time, its start and end included. Ends with 1 if the median of `aside bench` is under that of wrk.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "peers")]
from aside_server import BINARY
from load import HERE as PEERS, require_machine, round_arguments
from peers import Peers

AT_LEAST = 1.0  # of wrk's requests per CPU second


def measured(command, environment):
    """Runs it on core 1: its output, and the CPU seconds it used."""
    process = subprocess.Popen(["taskset", "-c", "1", *command], stdout=subprocess.PIPE, env=environment)
    out = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"bench: {command[0]} failed: {out}")
    return out, usage.ru_utime + usage.ru_stime


class Wrk:
    name = "wrk -s keys.lua"

    def load(self, server, args, seed):
        environment = dict(os.environ, PATTERN=server.pattern, KEYS=str(args.keys), SEED=str(seed))
        out, cpu = measured(["wrk", "-t1", f"-c{args.connections}", f"-d{args.seconds}s", "--latency", "-s", f"{PEERS}/keys.lua",
                             server.url + "/"], environment)
        errors = re.search(r"Non-2xx|Socket errors", out)
        return int(re.search(r"(\d+) requests in", out).group(1)), cpu, bool(errors)


class AsideBench:
    def __init__(self, name, *options):
        self.name, self.options = name, options

    def load(self, server, args, seed):
        path = server.pattern.replace("%d", "{}")
        out, cpu = measured([BINARY, "bench", server.url + path, "--flat-out", "--connections", str(args.connections), "--duration",
                             f"{args.seconds}s", "--keys", str(args.keys), "--seed", str(seed), "--json", "-", *self.options],
                            os.environ)
        total = json.loads(out)["total"]
        return total["well"], cpu, any(total["errors"].values())


def read_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench --load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    round_arguments(parser, "an answer's body")
    args = parser.parse_args()
    require_machine()
    return args


def main():
    args = read_arguments()
    generators = [Wrk(), AsideBench("aside bench"), AsideBench("aside bench --zipf 0.9", "--zipf", "0.9")]
    rounds = {generator.name: [] for generator in generators}
    with Peers() as peers:
        server = peers.ceiling(args.size)
        server.pin()
        for number in range(args.rounds):
            for generator in generators:
                requests, cpu, errors = generator.load(server, args, number + 1)
                rounds[generator.name].append({"requests": requests, "cpu_s": cpu, "per_cpu_second": requests / cpu,
                                               "per_second": requests / args.seconds, "errors": errors})
    base = statistics.median(r["per_cpu_second"] for r in rounds[generators[0].name])
    print(f"Requests per CPU second of the load generator, flat out, {args.connections} connections, answers of {args.size} bytes; "
          f"medians of {args.rounds} rounds\n")
    print(f"{'load generator':<26}{'req/CPU s':>11}{'us/req':>8}{'x wrk':>7}{'req/s':>9}{'errors':>8}")
    medians = {}
    for name, figures in rounds.items():
        medians[name] = median = statistics.median(r["per_cpu_second"] for r in figures)
        print(f"{name:<26}{median:>11.0f}{1e6 / median:>8.2f}{median / base:>7.2f}"
              f"{statistics.median(r['per_second'] for r in figures):>9.0f}{sum(r['errors'] for r in figures):>8}")
    met = medians["aside bench"] >= AT_LEAST * base and not any(r["errors"] for figures in rounds.values() for r in figures)
    print(f"\naside bench / wrk: at least {AT_LEAST:.2f}, measured {medians['aside bench'] / base:.2f}  {'pass' if met else 'MISS'}")
    if args.json:
        with open(args.json, "w") as f:
            json.dump(rounds, f, indent=1)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
