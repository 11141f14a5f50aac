"""Load by wrk, and what the kernel says a server's processes used while it ran."""

import os
import re
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def round_arguments(parser, size):
    """What every comparison with wrk takes. `size`: what --size is the size of."""
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of a round")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--keys", type=int, default=10000)
    parser.add_argument("--size", type=int, default=1024, help=f"bytes of {size}")
    parser.add_argument("--json", metavar="FILE", help="write every round's figures")


def require_machine():
    """Or ends: two cores, and the tools. The number of cores."""
    cpus = os.cpu_count() or 1
    if cpus < 2:
        sys.exit("bench: two cores are needed, one for the server and one for the load")
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"bench: {tool} is not installed")
    return cpus


def parent_and_ticks(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[1]), int(fields[11]) + int(fields[12])


def process_tree(root):
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(entry)] = parent_and_ticks(entry)[0]
        except (OSError, IndexError):
            pass  # it ended meanwhile
    found, grew = {root}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return found


def cpu_seconds(root):
    total = 0
    for pid in process_tree(root):
        try:
            total += parent_and_ticks(pid)[1]
        except OSError:
            pass
    return total / TICKS_PER_SECOND


def milliseconds(text):
    found = re.match(r"([\d.]+)(us|ms|s)", text)
    if not found:  # wrk's "-nan": a round in which it measured nothing
        return float("nan")
    number, unit = found.groups()
    return float(number) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]


class Server:
    """A process that is measured: `pattern` is a path with one %d for the key's number."""

    def __init__(self, name, pid, url, pattern, server_cpus="0", load_cpus="1"):
        self.name, self.pid, self.url, self.pattern = name, pid, url, pattern
        self.server_cpus, self.load_cpus = server_cpus, load_cpus
        self.rounds = []

    def pin(self):
        for pid in process_tree(self.pid):
            subprocess.run(["taskset", "-a", "-p", "-c", self.server_cpus, str(pid)], **QUIET)

    def load(self, seconds, connections, keys, seed):
        """One round: CPU microseconds per request, requests per second, latency, and what went wrong."""
        environment = dict(os.environ, PATTERN=self.pattern, KEYS=str(keys), SEED=str(seed))
        before = cpu_seconds(self.pid)
        done = subprocess.run(["taskset", "-c", self.load_cpus, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
                               "--latency", "-s", f"{HERE}/keys.lua", self.url + "/"],
                              env=environment, capture_output=True, text=True)
        used, out = cpu_seconds(self.pid) - before, done.stdout
        counted = re.search(r"(\d+) requests in", out)
        if not counted:
            raise SystemExit(f"bench: wrk failed against {self.name}: {out}{done.stderr}")
        requests = int(counted.group(1))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
        errors = (int(refused.group(1)) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
        latency = {p: milliseconds(m.group(1)) if (m := re.search(rf"^\s+{p}%\s+(\S+)", out, re.M)) else float("nan") for p in (50, 99)}
        return {"cpu_us": used * 1e6 / max(requests, 1), "requests_per_second": requests / seconds,
                "p50_ms": latency[50], "p99_ms": latency[99], "errors": errors}

    def median(self, figure):
        return statistics.median(r[figure] for r in self.rounds)


def in_turns(servers, rounds, seconds, connections, keys):
    """Fills and warms every server, then loads them in turns, so that a drift of the machine meets all of them."""
    for server in servers:
        server.pin()
        server.load(2, connections, keys, 0)
        server.pin()  # threads that started meanwhile
    for number in range(rounds):
        for server in servers:
            server.rounds.append(server.load(seconds, connections, keys, number + 1))


def print_table(title, servers, base):
    """The figure that survives a noisy machine is CPU per request; the last column but one compares it with `base`."""
    print(f"\n{title}\n\n{'server':<16}{'CPU us/req':>11}{'x ' + base.name:>14}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}")
    for s in servers:
        print(f"{s.name:<16}{s.median('cpu_us'):>11.2f}{s.median('cpu_us') / base.median('cpu_us'):>14.2f}"
              f"{s.median('requests_per_second'):>10.0f}{s.median('p50_ms'):>9.2f}{s.median('p99_ms'):>9.2f}"
              f"{sum(r['errors'] for r in s.rounds):>8}", flush=True)
