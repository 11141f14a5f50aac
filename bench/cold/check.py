#!/usr/bin/env python3
"""What a cold read costs: an index entry from DynamoDB and five objects from S3, with nothing in any cache.

Aside is compared with a bare loop that sends the same requests, signed beforehand, over as many kept-alive connections: the floor that
the servers behind set. They take turns on the same items, which Aside meets for the first time each. DynamoDB Local and Ceph's RGW are
started for it (./dev backends install). Ends with 1 if a target is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench/l2"), str(ROOT / "tools")]

from aside_server import WORK, AsideServer
from backends.dynamodb_local import DynamoDbLocal
from backends.kept_client import REGION
from backends.rgw import Rgw
from backends.sigv4 import sign
from verdict import Targets

OBJECTS = 5
BUCKET, TABLE = "cold", "cold"
BODY = json.dumps({"text": "x" * 1000}).encode()


def built():
    """The bare loop, built once for its source."""
    source, binary = ROOT / "bench/peers/bare_origin.cpp", Path(WORK) / "bare_origin"
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        binary.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["clang++-19", "-O2", "-std=c++23", str(source), "-o", str(binary)], check=True)
    return str(binary)


def cpu_us(pid):
    """Of all threads, by the scheduler's own count."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1000


def request(method, target, headers, body=b""):
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def line(connection, text):
    return b"%d %d\n" % (connection, len(text)) + text


class Origin:
    """The two servers, and what is in them."""

    def __init__(self, folder):
        self.rgw, self.dynamodb = Rgw(folder / "rgw", sts=False), DynamoDbLocal(folder / "dynamodb")
        self.rgw.start()
        self.dynamodb.start()

    def stop(self):
        self.dynamodb.stop()
        self.rgw.stop()

    def fill(self, items):
        s3, tables = self.rgw.client(), self.dynamodb.client()
        s3.create_bucket(BUCKET)
        tables.create_table(TABLE)
        for item in range(items):
            keys = [f"{item}/{i}" for i in range(OBJECTS)]
            for key in keys:
                s3.put(BUCKET, key, BODY)
            tables.put(TABLE, {"id": {"S": f"item-{item}"}, "refs": {"L": [{"S": key} for key in keys]}})
        s3.close()
        tables.close()

    def bare_script(self, items):
        """The requests of these reads as Aside makes them."""
        host = urllib.parse.urlsplit(self.dynamodb.url).netloc
        s3_host = urllib.parse.urlsplit(self.rgw.url).netloc
        script = b""
        for item in items:
            body = json.dumps({"TableName": TABLE, "Key": {"id": {"S": f"item-{item}"}}, "ExpressionAttributeNames": {"#0": "id", "#1": "refs"},
                               "ProjectionExpression": "#0,#1", "ConsistentRead": False}, separators=(",", ":")).encode()
            headers = {"Host": host, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"}
            script += line(0, request("POST", "/", sign(self.dynamodb.key, REGION, "dynamodb", "POST", "/", headers, body), body)) + b"-\n"
            for i in range(OBJECTS):
                target = f"/{BUCKET}/{item}/{i}"
                headers = {"Host": s3_host, "x-amz-checksum-mode": "ENABLED"}
                script += line(1 + i, request("GET", target, sign(self.rgw.key, REGION, "s3", "GET", target, headers)))
            script += b"=\n"
        return script

    def ports(self):
        return [urllib.parse.urlsplit(self.dynamodb.url).port] + [urllib.parse.urlsplit(self.rgw.url).port] * OBJECTS


def run_script(script, ports):
    done = subprocess.run([built(), *map(str, ports)], input=script, stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    if told["not_200"]:
        raise SystemExit(f"bench: {told['not_200']} answers were not 200")
    return told


def through_aside(aside, items):
    """The same tool times one request for each read; what Aside used is its own."""
    script = b"".join(line(0, request("GET", f"/items/item-{item}", {"Host": "aside"})) + b"=\n" for item in items)
    before = cpu_us(aside.pid)
    told = run_script(script, [aside.port])
    return told["took_us"], cpu_us(aside.pid) - before


def measure(origin, args, targets, l2, title):
    environment = dict(os.environ, AWS_ACCESS_KEY_ID=origin.rgw.key.access_key, AWS_SECRET_ACCESS_KEY=origin.rgw.key.secret)
    stores = (f"dynamodb://{TABLE}?endpoint={origin.dynamodb.url}", f"s3://{BUCKET}?endpoint={origin.rgw.url}")
    bare_us, aside_us, bare_cpu, aside_cpu = [], [], 0.0, 0.0
    with AsideServer(None, *l2, stores=stores, environment=environment) as aside:
        warm = range(args.turn)
        run_script(origin.bare_script(warm), origin.ports())
        through_aside(aside, warm)
        dials = aside.metric("aside_http_dials_total")
        calls = aside.metric("aside_http_calls_total")
        for turn in range(1, args.reads // args.turn + 1):
            items = range(turn * args.turn, (turn + 1) * args.turn)
            script = origin.bare_script(items)
            for who in ("bare", "aside") if turn % 2 else ("aside", "bare"):
                if who == "bare":
                    told = run_script(script, origin.ports())
                    bare_us += told["took_us"]
                    bare_cpu += told["cpu_us"]
                else:
                    took, used = through_aside(aside, items)
                    aside_us += took
                    aside_cpu += used
        calls = aside.metric("aside_http_calls_total") - calls
        dialled = aside.metric("aside_http_dials_total")
        hedges = aside.metric("aside_origin_attempts_total", kind="hedge")
    print(f"\n{title}: {len(aside_us)} reads each, in turns of {args.turn}\n\n{'':<14}{'median ms':>12}{'p95 ms':>12}{'CPU us a read':>16}")
    for name, took, cpu in (("bare loop", bare_us, bare_cpu), ("aside", aside_us, aside_cpu)):
        p95 = statistics.quantiles(took, n=20)[-1]
        print(f"{name:<14}{statistics.median(took) / 1000:>12.2f}{p95 / 1000:>12.2f}{cpu / len(took):>16.0f}")
    print(f"\naside sent {calls:.0f} requests over {dialled:.0f} connections, {dialled - dials:.0f} of them dialled after the first turn; "
          f"{hedges:.0f} hedges", flush=True)
    targets.at_most(f"{title}: median wall time, aside / bare loop", statistics.median(aside_us) / statistics.median(bare_us), 1.25)
    targets.at_most(f"{title}: CPU time, aside / bare loop", aside_cpu / bare_cpu, 1.5)
    targets.at_most(f"{title}: connections dialled for 100 requests", 100 * (dialled - dials) / calls, 1)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --cold", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reads", type=int, default=500)
    parser.add_argument("--turn", type=int, default=50, help="reads in a turn")
    args = parser.parse_args()
    targets = Targets()
    with tempfile.TemporaryDirectory() as folder:
        origin = Origin(Path(folder))
        try:
            origin.fill(args.reads + args.turn)
            measure(origin, args, targets, [], "no L2")
        finally:
            origin.stop()
    targets.print()
    return 0 if targets.met() else 1


if __name__ == "__main__":
    sys.exit(main())
