"""A Redis Cluster of three primaries and three replicas on the loopback for a measurement, and what its nodes say of themselves."""

import contextlib
import os
import random
import re
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers"))

from aside_server import BINARY
from load import TICKS_PER_SECOND, parent_and_ticks

LAB_TOOL = os.path.join(os.path.dirname(BINARY), "aside_lab_tool")
NODES = 6


def free_ports():
    """The first of some ports that are free, and whose cluster bus ports (10,000 above) are; below those that connections are given."""
    for first in random.sample(range(11000, 22000, 10), 100):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + NODES):
                for each in port, port + 10000:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", each))
            return first
    raise SystemExit("bench: no free ports")


def lab_tool(*words):
    done = subprocess.run([LAB_TOOL, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: aside_lab_tool {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


class RedisCluster:
    """Use as a context. It is configured as a managed service is."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="aside-bench-")
        self.port = free_ports()
        self.ports = range(self.port, self.port + NODES)
        told = lab_tool("cluster", "up", "--port", self.port, "--dir", self._directory.name + "/cluster")
        self.url = re.search(r"redis://\S+?(?=')", told).group(0)
        self.pids = {port: int(self.info(port, "server", "process_id")) for port in self.ports}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lab_tool("cluster", "down", "--dir", self._directory.name + "/cluster")
        self._directory.cleanup()

    @property
    def node(self):
        return f"127.0.0.1:{self.port}"

    def redis_cli(self, port, *words):
        return subprocess.run(["redis-cli", "-p", str(port), *words], check=True, capture_output=True, text=True).stdout

    def info(self, port, section, field):
        """One field of INFO, 0 when it is not there (a command that was never called)."""
        found = re.search(rf"^{re.escape(field)}:(\S+)", self.redis_cli(port, "info", section), re.M)
        return found.group(1) if found else "0"

    def cpu_seconds(self):
        return sum(parent_and_ticks(pid)[1] for pid in self.pids.values()) / TICKS_PER_SECOND

    def looked_up(self):
        """Keys that were found and not found since the start, on primaries and replicas."""
        return tuple(sum(int(self.info(port, "stats", field)) for port in self.ports) for field in ("keyspace_hits", "keyspace_misses"))

    def calls(self, command):
        calls = 0
        for port in self.ports:
            found = re.match(r"calls=(\d+)", self.info(port, "commandstats", "cmdstat_" + command))
            calls += int(found.group(1)) if found else 0
        return calls


class Window:
    """What the nodes did between its making and end()."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._hits, self._misses = cluster.looked_up()
        self._cpu = cluster.cpu_seconds()

    def end(self):
        cpu = self._cluster.cpu_seconds() - self._cpu
        hits, misses = self._cluster.looked_up()
        self.hits, self.misses = hits - self._hits, misses - self._misses
        self.cpu_us_per_key = cpu * 1e6 / max(self.hits + self.misses, 1)
        return self
