"""Does Redis hit as often as the planner says? A trace is replayed into real servers with allkeys-lru, at three sizes of maxmemory.

Each server is a cluster node of its own that holds all slots, so that entries take there what they take in a cluster. Values are
written as Aside writes them: its prefix before the key, its envelope's bytes before the body, with a time-to-live. The replay lasts
at least a minute: Redis's LRU clock ticks once a second. Predicted from a part of the keys, and compared with keyspace_hits.
Ends with 1 if one differs by more than two points.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from aside_server import BINARY

PARTS = (0.05, 0.2, 0.5)  # of all that the trace's values take
PREFIX, ENVELOPE_BYTES = "aside:ob", 48 + 34  # src/sizing/redis_entry.h
BATCH = 20  # reads in one write
POINTS_MOST = 0.02


def free_port() -> int:
    """One whose cluster bus, 10,000 above it, is a port, too."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if port < 55_000:
            return port


class Redis:
    def __init__(self, folder: Path, maxmemory: int) -> None:
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        if program is None:
            raise SystemExit("bench: no Redis or Valkey is installed")
        port = free_port()
        folder.mkdir()
        self.process = subprocess.Popen([program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--cluster-enabled", "yes",
                                         "--appendonly", "no", "--maxmemory-policy", "allkeys-lru"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = self.connected(port)
        self.file = self.socket.makefile("rb")
        self.ask([("CLUSTER", "ADDSLOTSRANGE", "0", "16383")])
        while b"cluster_state:ok" not in self.ask([("CLUSTER", "INFO")])[0]:
            time.sleep(0.05)
        self.ask([("CONFIG", "SET", "maxmemory", str(self.info("used_memory") + maxmemory))])

    def connected(self, port: int) -> socket.socket:
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", port))
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("bench: the server ended at its start") from None
                time.sleep(0.05)
        raise SystemExit("bench: the server does not listen")

    def ask(self, commands: list[tuple]) -> list:
        parts = []
        for command in commands:
            parts.append(b"*%d\r\n" % len(command))
            for word in command:
                word = word if isinstance(word, bytes) else word.encode()
                parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
        self.socket.sendall(b"".join(parts))
        return [self.reply() for _ in commands]

    def reply(self) -> object:
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise SystemExit(f"bench: {rest.decode()}")
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2]
        return rest

    def info(self, name: str) -> int:
        text = self.ask([("INFO",)])[0].decode()
        return int(next(line.split(":")[1] for line in text.splitlines() if line.startswith(name + ":")))

    def stop(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait()


def made_trace(path: Path, reads: int, keys: int, seed: int) -> None:
    """Zipf's law, with a quarter of the reads on keys that come and go: what a cache has to forget."""
    chosen = random.Random(seed)
    sizes = random.Random(seed + 1)
    size_of: dict[str, int] = {}
    with path.open("w", encoding="ascii") as file:
        file.write("time,key,size\n")
        for i in range(reads):
            if chosen.random() < 0.25:
                key = f"passing-{i // 50}-{chosen.randrange(40)}"
            else:
                key = f"object-{int(keys ** chosen.random())}"
            size = size_of.setdefault(key, int(sizes.lognormvariate(5, 1.2)) + 1)
            file.write(f"{i},{key},{size}\n")


def predicted(trace: Path) -> dict:
    done = subprocess.run([BINARY, "plan", "--json", "--trace", str(trace)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def hit_ratio(curve: list[dict], size: float) -> float:
    for below, above in zip(curve, curve[1:]):
        if below["bytes"] <= size <= above["bytes"]:
            part = (size - below["bytes"]) / (above["bytes"] - below["bytes"])
            return 1 - below["miss_ratio"] - part * (above["miss_ratio"] - below["miss_ratio"])
    return 1 - curve[-1]["miss_ratio"]


def replay(trace: Path, servers: list[Redis], seconds: float) -> None:
    lines = trace.read_text(encoding="ascii").splitlines()[1:]
    began = time.monotonic()
    for first in range(0, len(lines), BATCH):
        reads = [line.split(",") for line in lines[first : first + BATCH]]
        gets = [("GET", PREFIX + key) for _, key, _ in reads]
        for server in servers:
            missed = {key: int(size) for (_, key, size), value in zip(reads, server.ask(gets)) if value is None}
            if missed:
                server.ask([("SET", PREFIX + key, b"x" * (size + ENVELOPE_BYTES), "PX", "86400000") for key, size in missed.items()])
        # Not faster than asked: the servers' clock of last uses has seconds.
        ahead = first / len(lines) * seconds - (time.monotonic() - began)
        if ahead > 0.01:
            time.sleep(ahead)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--trace", type=Path, help="time,key,size; one is made without it")
    parser.add_argument("--reads", type=int, default=600_000)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=75)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        trace = args.trace
        if trace is None:
            trace = folder / "made.csv"
            made_trace(trace, args.reads, args.keys, args.seed)
        plan = predicted(trace)
        sizes = [int(plan["stored_bytes"] * part) for part in PARTS]
        servers: list[Redis] = []
        try:
            for i, size in enumerate(sizes):
                servers.append(Redis(folder / str(i), size))
            replay(trace, servers, args.seconds)
            print(f"{'maxmemory':>14}{'part of all':>13}{'predicted':>12}{'counted':>12}{'evicted':>12}{'difference':>12}")
            for part, size, server in zip(PARTS, sizes, servers):
                hits, misses = server.info("keyspace_hits"), server.info("keyspace_misses")
                counted, told = hits / (hits + misses), hit_ratio(plan["stored_curve"], size)
                worst = max(worst, abs(told - counted))
                print(f"{size:>14}{part:>13.2f}{told:>12.4f}{counted:>12.4f}{server.info('evicted_keys'):>12}{told - counted:>+12.4f}")
        finally:
            for server in servers:
                server.stop()
    print(f"worst difference {worst:.4f}, at most {POINTS_MOST}{': OVER' if worst > POINTS_MOST else ''}")
    return 1 if worst > POINTS_MOST else 0


if __name__ == "__main__":
    sys.exit(main())
