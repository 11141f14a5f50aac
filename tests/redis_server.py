"""A real redis-server for tests, and as little of its protocol as they need."""

import hashlib
import os
import signal
import socket
import subprocess
from pathlib import Path

from aside import eventually, run

SERVER = os.environ.get("ASIDE_TEST_SERVER", "redis-server")
PATIENCE = 20  # seconds
PASSWORD = "a b%c"  # of the user aside


class Refused(Exception):
    """An error reply."""


class Connection:
    """RESP. Pushes are set aside."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        self.pushes: list = []

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def __call__(self, *words: object):
        encoded = [str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded))
        while True:
            pushes = len(self.pushes)
            reply = self.read()
            if len(self.pushes) == pushes:
                return reply

    def read(self):
        line = self.file.readline().decode()
        kind, rest = line[0], line[1:-2]
        if kind == "-":
            raise Refused(rest)
        if kind == ":":
            return int(rest)
        if kind == "+":
            return rest
        if kind in "$=":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind in "*>%":
            values = [self.read() for _ in range(int(rest) * (2 if kind == "%" else 1))]
            if kind == ">":
                self.pushes.append(values)
            return values
        if kind == "_":
            return None
        raise AssertionError(line)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Redis:
    """A redis-server in a folder of the test's, on a port that is known before it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        rules = run("config", "--acl").stdout.removeprefix("ACL SETUSER aside on >PASSWORD ").strip()
        users = folder / "users.acl"
        hashed = hashlib.sha256(PASSWORD.encode()).hexdigest()
        users.write_text(f"user default on nopass ~* &* +@all\nuser aside on #{hashed} {rules}\n", encoding="utf-8")
        (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")

    @property
    def url(self) -> str:
        return f"redis://aside@127.0.0.1:{self.port}?password_file={self.folder / 'password'}"

    def start(self) -> None:
        command = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                   "--dir", str(self.folder), "--aclfile", str(self.folder / "users.acl")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self.answers, "redis-server answers")

    def answers(self) -> bool:
        try:
            connection = Connection(self.port)
        except OSError:
            return False
        answer = connection("PING")
        connection.close()
        return answer == "PONG"

    def command(self, *words: str):
        connection = Connection(self.port)
        try:
            return connection(*words)
        finally:
            connection.close()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
