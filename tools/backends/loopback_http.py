"""A small HTTP/1.1 server on 127.0.0.1 that can also misbehave to the byte: what stubs and proxies answer with is a Reply, and a
Reply says how it goes over the wire. One thread a connection; `answer` is called on it and may be called by many at once.
"""

import http.client
import io
import itertools
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BODY_MAX = 64 * 1024 * 1024
IDLE_SECONDS = 60
DRIP_SECONDS = 0.02


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int  # the how-manieth of the server's

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class Reply:
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    content_length: int | None = None  # as told; the body's own when None
    closes: bool = False
    # How it goes over the wire.
    delay_seconds: float = 0
    silent: bool = False  # never answered
    bytes_of_body: int | None = None  # after these the connection ends...
    resets: bool = False  # ...by RST
    bytes_per_second: float | None = None
    raw: bytes | None = None  # sent instead of all of the above

    def head(self) -> bytes:
        length = len(self.body) if self.content_length is None else self.content_length
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.status not in (204, 304):
            lines.append(f"Content-Length: {length}")
        if self.closes:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class LoopbackServer:
    def __init__(self, answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._numbers = itertools.count(1)
        self._at_work = 0
        self.connections = 0  # ever accepted
        self.most_at_once = 0  # requests
        self.port = self._listener.getsockname()[1]
        self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def forget(self) -> None:
        with self._lock:
            self.connections = 0
            self.most_at_once = 0

    def close_connections(self) -> None:
        """Those that are open now, as a server does that has had enough of idle ones."""
        with self._lock:
            for peer in self._open:
                shut(peer)

    def stop(self) -> None:
        self._ended = True
        shut(self._listener)
        self._listener.close()
        self.close_connections()

    def _accept(self) -> None:
        while not self._ended:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(peer)
            threading.Thread(target=self._serve, args=(peer, next(self._numbers)), daemon=True).start()

    def _serve(self, peer: socket.socket, number: int) -> None:
        talking = peer
        try:
            peer.settimeout(IDLE_SECONDS)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                talking = self._tls.wrap_socket(peer, server_side=True)
            with talking.makefile("rb") as incoming:
                while request := read_request(incoming, talking, number):
                    if not self._exchange(talking, request):
                        break
        except (OSError, ValueError, http.client.HTTPException):
            pass  # the client's affair: it has left, or does not speak HTTP
        finally:
            with self._lock:
                self._open.discard(peer)
            talking.close()

    def _exchange(self, peer: socket.socket, request: Request) -> bool:
        """Whether the connection goes on."""
        with self._lock:
            self._at_work += 1
            self.most_at_once = max(self.most_at_once, self._at_work)
        try:
            return send(peer, self._answer(request), request)
        finally:
            with self._lock:
                self._at_work -= 1


def read_request(incoming: io.BufferedReader, peer: socket.socket, number: int) -> Request | None:
    line = incoming.readline(65537)
    if not line:
        return None
    method, target, version = line.decode("latin-1").split()
    if version != "HTTP/1.1":
        raise ValueError(version)
    headers = http.client.parse_headers(incoming).items()
    request = Request(method, target, list(headers), b"", number)
    if request.header("Transfer-Encoding"):
        peer.sendall(Reply(411, closes=True).head())
        return None
    length = int(request.header("Content-Length") or 0)
    if length > BODY_MAX:
        raise ValueError(length)
    if (request.header("Expect") or "").lower() == "100-continue":
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.body = incoming.read(length)
    return request if len(request.body) == length else None


def send(peer: socket.socket, reply: Reply, request: Request) -> bool:
    time.sleep(reply.delay_seconds)
    if reply.silent:
        while peer.recv(4096):  # until the client has had enough
            pass
        return False
    if reply.raw is not None:
        peer.sendall(reply.raw)
        return False
    body = b"" if request.method == "HEAD" else reply.body
    whole = reply.head() + (body if reply.bytes_of_body is None else body[: reply.bytes_of_body])
    if reply.bytes_per_second:
        drip(peer, whole, reply.bytes_per_second)
    else:
        peer.sendall(whole)
    if reply.resets:
        reset(peer)
    owes = request.method != "HEAD" and (reply.content_length or 0) > len(body)
    return reply.bytes_of_body is None and not reply.resets and not reply.closes and not owes


def drip(peer: socket.socket, whole: bytes, bytes_per_second: float) -> None:
    size = max(1, int(bytes_per_second * DRIP_SECONDS))
    for at in range(0, len(whole), size):
        time.sleep(size / bytes_per_second)
        peer.sendall(whole[at: at + size])


def reset(peer: socket.socket) -> None:
    """RST, once the client has had the time to read what came before it: a reset discards what is on its way."""
    time.sleep(DRIP_SECONDS)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def shut(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
