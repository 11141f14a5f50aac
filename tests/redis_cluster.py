"""A Redis Cluster of three primaries on loopback, as `./dev cluster up` makes it."""

import random
import socket
import subprocess
from pathlib import Path

from aside import BINARY, PATIENCE
from redis_server import Connection, Refused

TOOL = Path(BINARY).with_name("aside_lab_tool")
PRIMARIES = 3
BUS = 10_000  # a node's own port, for the others, is so much higher
TLS = 1000  # and the one for clients by TLS, where there is one, so much


class RedisCluster:
    """With `tls` it listens twice."""

    def __init__(self, folder: Path, tls: bool = False) -> None:
        self.folder = folder
        self.tls = tls
        self.ports: list[int] = []

    @property
    def url(self) -> str:
        return f"redis://aside:lab-password@127.0.0.1:{self.ports[0]}"

    @property
    def tls_url(self) -> str:
        """Without a ca_file: whoever reads it has to trust `authority`."""
        return f"rediss://aside:lab-password@127.0.0.1:{self.ports[0] + TLS}"

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    def start(self) -> None:
        first = _free_ports((0, TLS, BUS) if self.tls else (0, BUS))
        self.ports = list(range(first, first + PRIMARIES))
        self._tool("up", "--port", str(first), "--primaries", str(PRIMARIES), "--replicas", "0", *(["--tls"] if self.tls else []))

    def stop(self) -> None:
        self._tool("down")

    def command(self, *words: str):
        """By the node that holds the key."""
        for port in self.ports:
            connection = Connection(port)
            try:
                return connection(*words)
            except Refused as refused:
                if not str(refused).startswith("MOVED"):
                    raise
            finally:
                connection.close()
        raise AssertionError(f"no node of {self.ports} takes {words}")

    def _tool(self, *words: str) -> None:
        done = subprocess.run([TOOL, "cluster", *words, "--dir", self.folder], capture_output=True, text=True, timeout=4 * PATIENCE,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)


def _free_ports(offsets: tuple[int, ...]) -> int:
    """Of so many ports in a row, and as many at each offset, the first."""
    for _ in range(100):
        first = random.randrange(20_000, 30_000)
        if all(_free(port + offset) for port in range(first, first + PRIMARIES) for offset in offsets):
            return first
    raise AssertionError("no ports are free")


def _free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
