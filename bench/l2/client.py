"""The client alone, beside redis-benchmark."""

import json
import os
import re
import subprocess

from redis_cluster import Window, lab_tool
from verdict import median, print_rounds

KEYS, SIZE, IN_FLIGHT = 100_000, 1024, 320
FILL_SECONDS = 1

# To redis-benchmark.
KEYS_PER_SECOND, REDIS_CPU = 0.8, 1.15


def client_load(cluster, seconds, *options):
    report = json.loads(lab_tool("client-load", "--seed", cluster.node, "--keys", KEYS, "--size", SIZE, "--in-flight", IN_FLIGHT,
                                 "--seconds", seconds, *options))
    if report["hits"] != report["keys"]:
        print(f"bench: client-load had {report['misses']} misses and {report['unknown']} unknown of {report['keys']}")
    return report


def fill(cluster):
    filled = client_load(cluster, FILL_SECONDS, "--fill")["filled"]
    if filled != KEYS:
        raise SystemExit(f"bench: {filled} of {KEYS} keys were stored")


def round_of_client(cluster, seconds):
    window = Window(cluster)
    report = client_load(cluster, seconds)
    window.end()
    return {"keys_per_second": report["keys_per_second"], "keys_per_cpu_second": report["keys_per_cpu_second"],
            "hits": window.hits, "misses": window.misses, "redis_cpu_us": window.cpu_us_per_key}


def round_of_redis_benchmark(cluster, requests):
    """The GET line. What the nodes spent is counted from where the SETs end, which the progress it prints tells."""
    program = subprocess.Popen(["redis-benchmark", "--cluster", "-p", str(cluster.port), "-t", "set,get", "-d", str(SIZE), "-r", str(KEYS),
                                "-P", "16", "-c", "20", "-n", str(requests)], stdout=subprocess.PIPE, text=True, bufsize=1)
    window, told = None, ""
    while piece := os.read(program.stdout.fileno(), 4096).decode(errors="replace"):
        told += piece
        if window is None and re.search(r"[\r\n]GET: rps=", told):
            window = Window(cluster)
    program.wait()
    if window is None:
        raise SystemExit("bench: redis-benchmark: " + told[-2000:])
    window.end()
    throughput = re.findall(r"throughput summary: ([\d.]+) requests per second", told)
    return {"keys_per_second": float(throughput[-1]), "hits": window.hits, "misses": window.misses, "redis_cpu_us": window.cpu_us_per_key}


def measure_client(cluster, args, targets):
    """The client alone, beside redis-benchmark."""
    fill(cluster)
    rounds = {"redis-benchmark GET": [], "aside's client": []}
    for _ in range(args.rounds):
        rounds["redis-benchmark GET"].append(round_of_redis_benchmark(cluster, args.requests))
        rounds["aside's client"].append(round_of_client(cluster, args.seconds))
    print_rounds(f"GET of {SIZE} bytes, {IN_FLIGHT} in flight, {KEYS} keys",
                 [("keys/s", "keys_per_second", 0), ("keyspace_hits", "hits", 0), ("_misses", "misses", 0), ("Redis us/key", "redis_cpu_us", 2)],
                 rounds)
    theirs, ours = rounds.values()
    targets.at_least("client: keys per second, to redis-benchmark's GET", median(ours, "keys_per_second") / median(theirs, "keys_per_second"),
                     KEYS_PER_SECOND)
    targets.at_most("client: the Redis processes' CPU per key, to the same", median(ours, "redis_cpu_us") / median(theirs, "redis_cpu_us"),
                    REDIS_CPU)
