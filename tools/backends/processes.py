"""Server processes: started, waited for with an eye on their logs, and ended, each by the identity it had when it was started."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
COMMAND_SECONDS = 30
POLL_SECONDS = 0.05
LOG_LINES = 30


class StartFailed(Exception):
    """What went wrong, with the end of the log of whom it went wrong for."""


@dataclass(frozen=True)
class Identity:
    """A process and no other one that gets its number later."""

    name: str
    pid: int
    started: str  # the kernel's clock ticks

    def lives(self) -> bool:
        return start_of(self.pid) == self.started

    def kill(self) -> None:
        """Ends it without a farewell: nothing these servers hold is to be kept, and a polite end takes them seconds."""
        if not self.lives():
            return
        os.kill(self.pid, signal.SIGKILL)
        end = time.monotonic() + START_SECONDS
        while self.lives() and time.monotonic() < end:
            time.sleep(POLL_SECONDS / 5)


def start_of(pid: int) -> str | None:
    """None when there is no such process, or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def has_become(pid: int) -> bool:
    """False while it is still setpriv: who ends before the child has asked for the signal does not end it."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") != "setpriv\n"
    except OSError:
        return True


def free_port() -> int:
    """Below those that the kernel gives to outgoing connections, which would take one between this and its use."""
    while True:
        with socket.socket() as tried:
            port = random.randrange(10000, 32000)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{log}: no log"
    return "\n".join([f"{log}, the end:", *lines[-LOG_LINES:]])


def run_command(*words: object) -> str:
    """A program that ends by itself; its output."""
    command = [str(word) for word in words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StartFailed(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        raise StartFailed(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Processes:
    """Servers that belong together. Those that do not `stay` end with the thread that started them, however it ends."""

    def __init__(self, stay: bool = False, started: Callable[[Identity], None] = lambda identity: None) -> None:
        self._stay = stay
        self._started = started
        self._children: list[tuple[Identity, subprocess.Popen]] = []

    def start(self, name: str, *words: object, log: Path, folder: Path | None = None) -> Identity:
        command = [str(word) for word in words]
        if not self._stay:
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with log.open("ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, start_new_session=True)
        end = time.monotonic() + START_SECONDS
        while not has_become(process.pid) and time.monotonic() < end:
            time.sleep(POLL_SECONDS / 50)
        identity = Identity(name, process.pid, start_of(process.pid) or "")
        self._children.append((identity, process))
        self._started(identity)
        return identity

    def wait_until(self, ready: Callable[[], bool], identity: Identity, log: Path) -> None:
        end = time.monotonic() + START_SECONDS
        while not ready():
            if not identity.lives():
                raise StartFailed(f"{identity.name} ended before it answered. {tail(log)}")
            if time.monotonic() > end:
                raise StartFailed(f"{identity.name} does not answer after {START_SECONDS} s. {tail(log)}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        for identity, process in reversed(self._children):
            identity.kill()
            process.wait(START_SECONDS)
        self._children.clear()
