"""Starts and stops `aside serve` for a measurement, and reads what the kernel and the server say about it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.path.join(ROOT, "build", "release", "aside")
WORK = os.path.join(ROOT, "build", "bench")
START_SECONDS = 20

# Nothing expires while it is measured: a hit is a hit.
ALWAYS_FRESH = ["--l1-fresh", "1d", "--index-fresh", "1d"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def synthetic(items, refs, size):
    """A data set of `items` items and as many objects; made once, kept in build/bench."""
    path = os.path.join(WORK, f"synthetic-{items}-{refs}-{size}.db")
    if not os.path.exists(path):
        os.makedirs(WORK, exist_ok=True)
        making = path + ".making"
        for leftover in (making, making + "-wal", making + "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(leftover)
        subprocess.run([BINARY, "import", "--index", f"sqlite:{making}", "--objects", f"sqlite:{making}", "--synthetic",
                        str(items), "--refs", str(refs), "--size", str(size)], check=True)
        os.replace(making, path)
    return path


class AsideServer:
    """One `aside serve` on free ports of the loopback, on a SQLite file, or on two stores; use as a context."""

    def __init__(self, database, *options, workers=1, stores=None, environment=None):
        self.port, self.admin_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = tempfile.TemporaryFile()
        index, objects = stores or (f"sqlite:{database}",) * 2
        self.process = subprocess.Popen(
            [BINARY, "serve", "--index", index, "--objects", objects, "--workers", str(workers),
             "--listen", f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.admin_port}", *options],
            stdout=self._log, stderr=self._log, start_new_session=True, env=environment)
        self.pid = self.process.pid
        self._wait()

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.02)
        self.stop()
        self._log.seek(0)
        raise SystemExit("bench: aside serve did not start:\n" + self._log.read().decode(errors="replace"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def status_kib(self, field):
        """VmRSS, VmHWM (the highest VmRSS so far)... of the process, in KiB."""
        with open(f"/proc/{self.pid}/status") as f:
            return int(re.search(rf"^{field}:\s+(\d+) kB", f.read(), re.M).group(1))

    def metric(self, name, **labels):
        """The sum of a metric's series whose labels include those given."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        total = 0.0
        for found, value in re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.M):
            if all(f'{key}="{wanted}"' in found for key, wanted in labels.items()):
                total += float(value)
        return total


def verdict(value, limit):
    return "pass" if value <= limit else "MISS"
