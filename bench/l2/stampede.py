"""Four processes ask for one cold key a thousand times each, at once: how often is the origin asked?"""

import json

from redis_cluster import lab_tool

ORIGIN_MS = (20, 200, 1000)
OF_ONE_LOAD, MOST_LOADS = 48 / 50, 2


def measure_stampede(cluster, args, targets):
    print(f"\nStampedes: 4 processes x 1,000 requests at once for a cold key, deadline 3 s, {args.runs} runs each\n\n"
          f"{'origin':<12}{'one load':>12}{'most loads':>12}{'answered':>12}{'failed':>10}{'slowest ms':>12}")
    for origin_ms in ORIGIN_MS:
        report = json.loads(lab_tool("stampede", "--seed", cluster.node, "--runs", args.runs, "--origin-ms", origin_ms))
        print(f"{f'{origin_ms} ms':<12}{report['runs_of_one_load']:>12}{report['most_loads']:>12}{report['answered']:>12}{report['failed']:>10}"
              f"{report['slowest_ms']:>12.0f}", flush=True)
        targets.at_least(f"stampede, origin {origin_ms} ms: part of the runs with one load", report["runs_of_one_load"] / report["runs"], OF_ONE_LOAD)
        targets.at_most(f"stampede, origin {origin_ms} ms: most loads of a run", report["most_loads"], MOST_LOADS)
        targets.at_most(f"stampede, origin {origin_ms} ms: requests that failed", report["failed"], 0)
