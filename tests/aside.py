"""The binary under test, as its users run it: stores made by `aside import`, servers on free ports, requests over sockets."""

import http.client
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

BINARY = os.environ.get("ASIDE_BIN", str(Path(__file__).parent.parent / "build/dev/aside"))
LAB_TOOL = Path(os.environ.get("ASIDE_LAB_TOOL", Path(BINARY).with_name("aside_lab_tool")))
PATIENCE = 20  # seconds that anything may take before a test gives up; nothing waits so long when all is well

OBJECTS = {"a": {"name": "Ä"}, "b": [1, 2, 3], "c/d e": "deep"}
ITEMS = {"one": ["a"], "all": ["a", "b", "c/d e"], "broken": ["a", "nowhere"], "none": []}


def environment(**more: str) -> dict[str, str]:
    """This process's environment without ASIDE_ variables: aside refuses those it does not know."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASIDE_")}
    return kept | more


def run(*words: str, env: dict[str, str] | None = None, stdin: str = "", binary: str = BINARY, user: int | None = None):
    return subprocess.run(
        [binary, *words], input=stdin, capture_output=True, text=True, timeout=PATIENCE, env=env or environment(), check=False, user=user
    )


class Folder(unittest.TestCase):
    """A test with a temporary folder and, in it, a small store."""

    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def import_small(self, name: str = "small.db", bodies: dict | None = None, items: dict | None = None) -> str:
        bodies = OBJECTS if bodies is None else bodies
        items = ITEMS if items is None else items
        objects = self.write("objects.ndjson", "".join(json.dumps({"key": k, "body": v}) + "\n" for k, v in bodies.items()))
        entries = [{"id": i, "refs": [{"key": key} for key in refs]} for i, refs in items.items()]
        lines = self.write("items.ndjson", "".join(json.dumps(entry) + "\n" for entry in entries))
        url = f"sqlite:{self.folder / name}"
        done = run("import", "--index", url, "--objects", url, "--items", str(lines), "--bodies", str(objects))
        self.assertEqual(done.returncode, 0, done.stderr)
        return url

    def serve(self, url: str, *words: str, objects: str | None = None, **how: object) -> "Server":
        """`how`: anything that Server or subprocess.Popen takes."""
        server = Server(["--index", url, "--objects", objects or url, *words], self.folder / "serve.log", **how)
        self.addCleanup(server.kill)
        server.wait_until_serving()
        return server


class Server:
    """One `aside serve` on free ports, or another subcommand that serves."""

    def __init__(self, words: list[str], log: Path, binary: str = BINARY, subcommand: str = "serve", **how: object) -> None:
        self.log = log
        command = [binary, subcommand, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *words]
        how.setdefault("env", environment())
        with log.open("ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, **how)
        self.port = self.admin_port = 0

    def wait_until_serving(self) -> None:
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline().decode() if readable else ""
        found = re.fullmatch(r"aside: serving on http://127\.0\.0\.1:(\d+), admin on http://127\.0\.0\.1:(\d+)\n", line)
        if not found:
            raise AssertionError(f"not serving: {line!r}; {self.log.read_text(encoding='utf-8')}")
        self.port, self.admin_port = int(found[1]), int(found[2])

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, target: str, body: str | None = None, headers: dict | None = None, admin: bool = False) -> "Answer":
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port if admin else self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, target: str, headers: dict | None = None) -> "Answer":
        return self.ask("GET", target, headers=headers)

    def admin(self, method: str, target: str, body: str | None = None, headers: dict | None = None) -> "Answer":
        return self.ask(method, target, body, headers, admin=True)

    def metric(self, name: str) -> float:
        """The sum of a metric's series; `name` may end in labels."""
        text = self.admin("GET", "/metrics").text
        bare, _, labels = name.partition("{")
        wanted = [part for part in labels.rstrip("}").split(",") if part]
        lines = [line for line in text.splitlines() if re.match(rf"{bare}[{{ ]", line)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(part in line for part in wanted))

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def cache_status(self) -> str:
        return self.headers["Cache-Status"]


def eventually(is_so, what: str, patience: float = PATIENCE) -> None:
    """Waits for something another process does. For what has no event one could wait for."""
    end = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.01)
