#!/usr/bin/env python3
"""Compare Aside's hit path with a bare epoll loop, nginx (proxy_cache and Lua) and Varnish, on one core each, in one run.

Every server is pinned to core 0 and the load (wrk) to core 1; the servers take turns, round after round. The figure is CPU
microseconds per request: user and system time of the server's processes over the requests it answered. Medians of the rounds.
Four tables: an object, an item of five objects, two workers against one, and both without the miss-ratio curve that is made of the
reads. Ends with 1 if a target is missed.
"""

import argparse
import contextlib
import json
import socket
import sys

from load import Server, in_turns, print_table, require_machine, round_arguments
from peers import Peers
from aside_server import ALWAYS_FRESH, AsideServer, synthetic

ITEM_REFERENCES = 5

# What a hit may cost: (what, limit).
OBJECT_TO_CEILING, OBJECT_TO_NGINX, ITEM_TO_CEILING, TWO_WORKERS_TO_ONE, CURVE_TO_NONE = 1.20, 0.5, 1.5, 1.15, 1.01


class Targets:
    def __init__(self):
        self.rows = []

    def add(self, what, server, base, limit):
        self.rows.append({"what": what, "limit": limit, "ratio": server.median("cpu_us") / base.median("cpu_us")})

    def print(self):
        print(f"\n{'target':<52}{'at most':>9}{'measured':>10}")
        for row in self.rows:
            print(f"{row['what']:<52}{row['limit']:>9.2f}{row['ratio']:>10.2f}  {'pass' if row['ratio'] <= row['limit'] else 'MISS'}")

    def met(self):
        return all(row["ratio"] <= row["limit"] for row in self.rows)


def measured(aside, name, pattern, **cpus):
    return Server(name, aside.pid, aside.url, pattern, **cpus)


def answer_bytes(aside, path):
    """Bytes of a hit's head and of its body, as they are on the wire."""
    for _ in range(2):  # the second one is a hit
        with socket.create_connection(("127.0.0.1", aside.port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            raw = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head = raw.index(b"\r\n\r\n") + 4
    return head, len(raw) - head


def compare_objects(args, database, targets):
    with contextlib.ExitStack() as stack:
        peers = stack.enter_context(Peers())
        aside = stack.enter_context(AsideServer(database, *ALWAYS_FRESH))
        ceiling, hit = peers.ceiling(args.size), measured(aside, "aside", "/objects/obj-%d")
        servers = [ceiling, hit, *peers.caches(args.keys, args.size)]
        in_turns(servers, args.rounds, args.seconds, args.connections, args.keys)
    print_table(f"GET of one object of {args.size} bytes, {args.connections} connections, one worker", servers, ceiling)
    targets.add("object: aside / ceiling", hit, ceiling, OBJECT_TO_CEILING)
    for server in servers:
        if server.name == "nginx-cache":
            targets.add("object: aside / nginx proxy_cache", hit, server, OBJECT_TO_NGINX)
    return servers


def compare_items(args, database, targets):
    with contextlib.ExitStack() as stack:
        peers = stack.enter_context(Peers())
        aside = stack.enter_context(AsideServer(database, *ALWAYS_FRESH))
        head, body = answer_bytes(aside, "/items/item-1")
        ceiling = peers.ceiling(body, head)
        hit = measured(aside, "aside", "/items/item-%d")
        in_turns([ceiling, hit], args.rounds, args.seconds, args.connections, args.keys)
    print_table(f"GET of an item of {ITEM_REFERENCES} objects, {head + body} bytes an answer, one worker", [ceiling, hit], ceiling)
    targets.add(f"item of {ITEM_REFERENCES}: aside / ceiling of the same bytes", hit, ceiling, ITEM_TO_CEILING)
    return [ceiling, hit]


def compare_workers(args, database, targets):
    """The same load on one worker and on two, none pinned: two workers must not cost each other much."""
    cpus = {"server_cpus": f"0-{args.cpus - 1}", "load_cpus": f"0-{args.cpus - 1}"}
    with AsideServer(database, *ALWAYS_FRESH, workers=1) as one, AsideServer(database, *ALWAYS_FRESH, workers=2) as two:
        servers = [measured(one, "one worker", "/objects/obj-%d", **cpus), measured(two, "two workers", "/objects/obj-%d", **cpus)]
        in_turns(servers, args.rounds, args.seconds, args.connections, args.keys)
    print_table(f"Two workers, {args.cpus} cores shared with the load", servers, servers[0])
    targets.add("two workers / one worker", servers[1], servers[0], TWO_WORKERS_TO_ONE)
    return servers


def compare_curve(args, database, targets):
    """What is added by the miss-ratio curve that the planner asks for."""
    servers = []
    with AsideServer(database, *ALWAYS_FRESH) as making, AsideServer(database, *ALWAYS_FRESH, "--curve-keys", "0") as none:
        for what, pattern in (("object", "/objects/obj-%d"), ("item", "/items/item-%d")):
            without, with_it = measured(none, f"{what} bare", pattern), measured(making, f"{what} curve", pattern)
            in_turns([without, with_it], args.rounds, args.seconds, args.connections, args.keys)
            print_table(f"With and without the miss-ratio curve, {what}, one worker", [without, with_it], without)
            targets.add(f"{what}: with the miss-ratio curve / without", with_it, without, CURVE_TO_NONE)
            servers += [without, with_it]
    return servers


TABLES = {"objects": compare_objects, "items": compare_items, "workers": compare_workers, "curve": compare_curve}


def read_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    round_arguments(parser, "an object")
    parser.add_argument("--only", choices=TABLES, action="append", help="only this table (may be given again)")
    args = parser.parse_args()
    args.cpus = require_machine()
    return args


def main():
    args = read_arguments()
    database = synthetic(args.keys, ITEM_REFERENCES, args.size)
    targets, measurements = Targets(), {}
    for name in args.only or TABLES:
        servers = TABLES[name](args, database, targets)
        measurements[name] = {server.name: server.rounds for server in servers}
    targets.print()
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"measurements": measurements, "targets": targets.rows}, f, indent=1)
    return 0 if targets.met() else 1


if __name__ == "__main__":
    sys.exit(main())
