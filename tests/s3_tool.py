"""Aside's own S3 store as a process that is told what to do, a line a command (src/lab/s3_session.h)."""

import subprocess
import urllib.parse
from dataclasses import dataclass

from aside import LAB_TOOL, environment
from backends.sigv4 import Key


@dataclass
class Told:
    """The first word of an answer, and the rest of it."""

    word: str
    parts: list[bytes]

    @property
    def code(self) -> str | None:
        """Of an error."""
        return self.parts[0].decode() if self.word == "error" else None

    @property
    def amount(self) -> int:
        return int(self.parts[1])

    @property
    def detail(self) -> str:
        return self.parts[2].decode()

    @property
    def validator(self) -> str:
        return self.parts[0].decode()

    @property
    def body(self) -> bytes:
        return self.parts[1]

    @property
    def counts(self) -> dict[str, int]:
        return {what.decode(): int(count) for what, count in zip(self.parts[::2], self.parts[1::2], strict=True)}


def signing_with(key: Key) -> dict[str, str]:
    """What makes the store sign with a key."""
    token = {"AWS_SESSION_TOKEN": key.token} if key.token else {}
    return {"AWS_ACCESS_KEY_ID": key.access_key, "AWS_SECRET_ACCESS_KEY": key.secret} | token


class S3Tool:
    def __init__(self, url: str, bucket: str, credentials: dict[str, str], *words: str) -> None:
        kept = {name: value for name, value in environment().items() if not name.startswith("AWS_")}
        self.process = subprocess.Popen([LAB_TOOL, "s3", "--endpoint", urllib.parse.urlsplit(url).netloc, "--bucket", bucket, *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=kept | credentials)

    def stop(self) -> None:
        """It ends by itself when nothing more is said."""
        self.process.communicate()
        if self.process.returncode != 0:
            raise AssertionError(f"the tool ended with {self.process.returncode}")

    def tell(self, command: str, *parts: str | bytes | int) -> Told:
        said = [str(part) if isinstance(part, int) else part for part in parts]
        self.process.stdin.write("\t".join([command, *(urllib.parse.quote(part, safe="") for part in said)]).encode() + b"\n")
        self.process.stdin.flush()
        word, *told = self.process.stdout.readline().rstrip(b"\n").split(b"\t")
        return Told(word.decode(), [urllib.parse.unquote_to_bytes(part) for part in told])

    def load(self, key: str | bytes, version: str = "", validator: str = "", max_bytes: int = 0, limit_ms: int = 10_000) -> Told:
        return self.tell("load", key, version, validator, max_bytes, limit_ms)

    def put(self, key: str | bytes, body: bytes) -> Told:
        return self.tell("put", key, body)

    def remove(self, key: str | bytes, version: str = "") -> Told:
        return self.tell("remove", key, version)

    def list(self) -> list[tuple[bytes, int]]:
        """Keys and sizes, of all pages."""
        found: list[tuple[bytes, int]] = []
        continuation = b""
        while True:
            page = self.tell("list", continuation)
            if page.word != "page":
                raise AssertionError(page)
            continuation, *rest = page.parts
            found += zip(rest[::2], map(int, rest[1::2]), strict=True)
            if not continuation:
                return found

    def load_for(self, key: str, milliseconds: int, in_flight: int) -> dict[str, int]:
        """How it went, by outcome."""
        return self.tell("load_for", key, milliseconds, in_flight).counts

    @property
    def connections(self) -> dict[str, int]:
        return self.tell("connections").counts
