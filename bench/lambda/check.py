"""What a Lambda function of Aside costs: its start, its memory, its package, and a hit beside the HTTP front's.

The function runs from its package on the lab's stand-in for Lambda. It starts with the kinds of URLs that the stack of deploy/aws
sets, where a silent listener is the seed of L2, and with a SQLite store and an L2 that refuses. CPU is what the kernel counts for all
of the function's threads (/proc/PID/task/*/schedstat), so that neither the stand-in nor this program is in it. Hits: one connection,
one request at a time, both doors in turns, round after round; the figure is the ratio of the medians. Ends with 1 if a figure is over
what it may be.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = os.environ.get("ASIDE_BIN", str(ROOT / "build/release/aside"))
os.environ["ASIDE_BIN"] = BINARY
sys.path[:0] = [str(HERE.parent), str(ROOT / "tests")]
from aside import Server, run
from lambda_tool import LambdaTool

MOST_RATIO = 1.5
MOST_INIT_MS = 15
MOST_RESIDENT_MIB = 25
MOST_PACKAGE_BYTES = 16 << 20
BODY = {"text": "x" * 1000}
EVENT = {"version": "2.0", "rawPath": "/objects/hot", "rawQueryString": "", "headers": {"host": "h", "accept": "*/*"},
         "requestContext": {"stage": "$default", "domainName": "id.lambda-url.eu-west-1.on.aws", "http": {"method": "GET", "path": "/objects/hot"}}}
FRESH = {"ASIDE_L1_FRESH": "1h", "ASIDE_INDEX_FRESH": "1h"}


def cpu_us(pid: int) -> float:
    """Of all its threads, since they started."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1000


def resident_kib(pid: int) -> int:
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))


def make_store(folder: Path) -> str:
    (folder / "objects").write_text(json.dumps({"key": "hot", "body": BODY}) + "\n", encoding="utf-8")
    (folder / "items").write_text(json.dumps({"id": "one", "refs": [{"key": "hot"}]}) + "\n", encoding="utf-8")
    url = f"sqlite:{folder / 'store.db'}"
    done = run("import", "--index", url, "--objects", url, "--items", str(folder / "items"), "--bodies", str(folder / "objects"))
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return url


def silent_seed() -> int:
    """A port where connections are taken and nothing is said, until this program ends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def hold() -> None:
        held = []
        while True:
            held.append(listener.accept())

    threading.Thread(target=hold, daemon=True).start()
    return listener.getsockname()[1]


def as_deployed() -> dict[str, str]:
    """Before the first event nothing is asked but the seed, for which the certificates are read and a token is signed."""
    return {"ASIDE_INDEX_URL": "dynamodb://items?region=eu-central-1", "ASIDE_OBJECTS_URL": "s3://shop/de/?region=eu-central-1",
            "ASIDE_L2_URL": f"rediss://aside@127.0.0.1:{silent_seed()}?auth=iam&name=aside&region=eu-central-1"}


def idle_pid(function: LambdaTool) -> int:
    return function.environments[-1]["pid"]


def starts(command: list[str], variables: dict[str, str], count: int) -> tuple[list[float], list[float]]:
    """CPU in ms and resident MiB of processes that have asked for their first event."""
    cpu, resident = [], []
    for _ in range(count):
        function = LambdaTool(command, variables, handler="serve", memory=512)
        function.provision(1)
        pid = idle_pid(function)
        cpu.append(cpu_us(pid) / 1000)
        resident.append(resident_kib(pid) / 1024)
        function.stop()
    return cpu, resident


def told_starts(name: str, command: list[str], variables: dict[str, str], count: int) -> bool:
    """Prints them; false: over what they may be."""
    cpu, resident = starts(command, variables, count)
    init_ms, resident_mib = statistics.median(cpu), statistics.median(resident)
    print(f"init to the first next {name}, median of {count}: {init_ms:.1f} ms of CPU (at most {MOST_INIT_MS}; the longest {max(cpu):.1f}), "
          f"{resident_mib:.1f} MiB resident (at most {MOST_RESIDENT_MIB})")
    return init_ms <= MOST_INIT_MS and resident_mib <= MOST_RESIDENT_MIB


def invocations_us(function: LambdaTool, count: int) -> float:
    """CPU of one."""
    body = json.dumps(EVENT).encode()
    connection = http.client.HTTPConnection(function.address)
    pid = idle_pid(function)
    before = cpu_us(pid)
    for _ in range(count):
        connection.request("POST", "/2015-03-31/functions/function/invocations", body)
        answer = connection.getresponse().read()
        if b'\\"statusCode\\":200' not in answer:
            raise SystemExit(f"not answered: {answer[:300]!r}")
    used = cpu_us(pid) - before
    connection.close()
    return used / count


def requests_us(server: Server, count: int) -> float:
    connection = server.connect()
    before = cpu_us(server.process.pid)
    for _ in range(count):
        connection.request("GET", "/objects/hot")
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise SystemExit("not answered")
    used = cpu_us(server.process.pid) - before
    connection.close()
    return used / count


def hits(url: str, folder: Path, command: list[str], rounds: int, count: int) -> tuple[list[float], list[float]]:
    server = Server(["--index", url, "--objects", url, "--workers", "1", "--l1-fresh", "1h"], folder / "serve.log", binary=BINARY)
    server.wait_until_serving()
    variables = {"ASIDE_INDEX_URL": url, "ASIDE_OBJECTS_URL": url} | FRESH
    function = LambdaTool(command, variables, handler="serve", freeze="never")
    function.provision(1)
    doors: tuple[list[float], list[float]] = ([], [])
    requests_us(server, 100)
    invocations_us(function, 100)
    for _ in range(rounds):
        doors[0].append(requests_us(server, count))
        doors[1].append(invocations_us(function, count))
    function.stop()
    server.kill()
    return doors


def package_bytes(folder: Path) -> tuple[int, int]:
    """Unzipped, and zipped."""
    out = folder / "package.zip"
    subprocess.run([ROOT / "tools/lambda.sh", "--out", out], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder / "package")
        unzipped = sum(entry.file_size for entry in archive.infolist())
    for program in (folder / "package/bootstrap", *(folder / "package/lib").iterdir()):
        program.chmod(0o755)
    return unzipped, out.stat().st_size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=2000, help="hits in a round")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        url = make_store(folder)
        plain = {"ASIDE_INDEX_URL": url, "ASIDE_OBJECTS_URL": url, "ASIDE_L2_URL": "redis://127.0.0.1:1"}
        unzipped, zipped = package_bytes(folder)
        print(f"package: {unzipped / (1 << 20):.1f} MiB unzipped, {zipped / (1 << 20):.1f} MiB zipped (at most {MOST_PACKAGE_BYTES >> 20} unzipped)")
        packaged = [str(folder / "package/bootstrap")]
        started = [told_starts(name, packaged, variables, args.starts)
                   for name, variables in (("as deployed", as_deployed()), ("without TLS", plain))]
        http_us, lambda_us = hits(url, folder, packaged, args.rounds, args.count)
        ratio = statistics.median(lambda_us) / statistics.median(http_us)
        print(f"a hit of 1 KiB, CPU: HTTP {statistics.median(http_us):.1f} us, Lambda {statistics.median(lambda_us):.1f} us, "
              f"ratio {ratio:.2f} (at most {MOST_RATIO})")
    return 1 if ratio > MOST_RATIO or unzipped > MOST_PACKAGE_BYTES or not all(started) else 0


if __name__ == "__main__":
    sys.exit(main())
