"""The same reads written with ioredis: 64 items of five keys at a time."""

import json
import os
import subprocess

from client import KEYS, SIZE, fill, round_of_client
from served import REFERENCES, l1_off, round_of_items, warmed
from verdict import median, print_rounds

ITEMS = 64
PREFIX = "bench:"
PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers", "ioredis")

# Keys per CPU second, to ioredis's.
CLIENT_ALONE, WITH_HTTP = 5.0, 3.0


def ioredis(cluster, *options):
    done = subprocess.run(["node", "items.mjs", "--node", cluster.node, "--keys", str(KEYS), "--prefix", PREFIX, "--items", str(ITEMS),
                           "--references", str(REFERENCES), *map(str, options)], cwd=PROGRAM, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("bench: ioredis: " + done.stdout + done.stderr)
    report = json.loads(done.stdout)
    if report["misses"]:
        print(f"bench: ioredis had {report['misses']} misses")
    return {"keys_per_second": report["keys"] / report["seconds"], "keys_per_cpu_second": report["keys"] / report["cpu_seconds"]}


def measure_ioredis(cluster, args, targets):
    if not os.path.isdir(os.path.join(PROGRAM, "node_modules")):
        subprocess.run(["npm", "ci", "--silent"], cwd=PROGRAM, check=True)
    fill(cluster)
    ioredis(cluster, "--fill", SIZE, "--seconds", 1)
    rounds = {"ioredis": [], "aside's client": [], "aside serve, by HTTP": []}
    with l1_off(cluster, args) as aside:
        server = warmed(aside, args)
        for number in range(args.rounds):
            rounds["ioredis"].append(ioredis(cluster, "--seconds", args.seconds))
            rounds["aside's client"].append(round_of_client(cluster, args.seconds))
            rounds["aside serve, by HTTP"].append(round_of_items(aside, server, args, number))
    print_rounds(f"{ITEMS} items of {REFERENCES} keys of {SIZE} bytes at a time",
                 [("keys/CPU second", "keys_per_cpu_second", 0), ("keys/s", "keys_per_second", 0)], rounds)
    theirs, client, served = (median(r, "keys_per_cpu_second") for r in rounds.values())
    targets.at_least("client alone: keys per CPU second, to ioredis", client / theirs, CLIENT_ALONE)
    targets.at_least("aside serve with HTTP: keys per CPU second, to ioredis alone", served / theirs, WITH_HTTP)
