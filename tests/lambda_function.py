"""A function that speaks Lambda's Runtime API by hand, and does what its event says: also what no function should.

Run as a program. An event is {"do": NAME, ...}, with the names of the functions below. INIT in its environment says how its init goes wrong.
"""

import json
import os
import select
import socket
import sys
import time

HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].rsplit(":", 1)
BASE = "/2018-06-01/runtime"
LARGE = 7 << 20


class Api:
    """One kept-alive connection."""

    def __init__(self) -> None:
        self.socket = socket.create_connection((HOST, int(PORT)))
        self.file = self.socket.makefile("rb")

    def send(self, method: str, path: str, body: bytes = b"", fields: str = "") -> None:
        head = f"{method} {BASE}{path} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)

    def receive(self) -> tuple[int, dict[str, str], bytes]:
        line = self.file.readline()
        if not line:
            raise EOFError("the Runtime API is gone")
        status, fields = int(line.split()[1]), {}
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        if fields.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.file.readline(), 16):
                body += self.file.read(size)
                self.file.readline()
            self.file.readline()
        else:
            body = self.file.read(int(fields.get("content-length", 0)))
        return status, fields, body

    def call(self, method: str, path: str, body: bytes = b"", fields: str = "") -> int:
        self.send(method, path, body, fields)
        return self.receive()[0]

    def next(self) -> tuple[str, dict[str, str], bytes]:
        self.send("GET", "/invocation/next")
        status, fields, body = self.receive()
        if status != 200:
            raise RuntimeError(f"next: {status}")
        return fields["lambda-runtime-aws-request-id"], fields, body

    def respond(self, request_id: str, answer: object) -> int:
        return self.call("POST", f"/invocation/{request_id}/response", json.dumps(answer).encode())


api = Api()
seen = 0  # invocations of this process


def echo(request_id: str, event: dict, fields: dict[str, str]) -> None:
    api.respond(request_id, {"pid": os.getpid(), "seen": seen, "event": event.get("say"), "fields": fields})


def measure(request_id: str, event: dict, _fields: dict[str, str]) -> None:
    api.respond(request_id, len(event["say"]))


def environment(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    api.respond(request_id, {"variables": dict(os.environ), "directory": os.getcwd()})


def error(request_id: str, event: dict, _fields: dict[str, str]) -> None:
    body = json.dumps({"errorMessage": event["message"], "errorType": "Made"}).encode()
    api.call("POST", f"/invocation/{request_id}/error", body, f"Lambda-Runtime-Function-Error-Type: {event['type']}\r\n")


def leave(_request_id: str, event: dict, _fields: dict[str, str]) -> None:
    os._exit(event["code"])


def answer_and_leave(request_id: str, event: dict, _fields: dict[str, str]) -> None:
    api.respond(request_id, "farewell")
    os._exit(event["code"])


def hang(_request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    time.sleep(1000)


def linger(request_id: str, event: dict, _fields: dict[str, str]) -> None:
    """Answers, and then works on."""
    api.respond(request_id, "answered")
    time.sleep(event["seconds"])


def wrong_id(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    refused = api.respond("00000000-0000-4000-8000-000000000000", "a lie")
    api.respond(request_id, {"refused": refused})


def twice(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    api.respond(request_id, "once")
    sys.stdout.write(f"again: {api.respond(request_id, 'twice')}\n")
    sys.stdout.flush()


def next_again(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    """Asks for the next one before it has answered."""
    again, _, _ = api.next()
    api.respond(request_id, {"same": again == request_id})


def two_nexts(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    """Waits for an event on two connections at once."""
    apis = [api, Api()]
    api.respond(request_id, "answered")
    for one in apis:
        one.send("GET", "/invocation/next")
    sys.stdout.write("both asked\n")
    sys.stdout.flush()
    served = select.select([one.socket for one in apis], [], [])[0]
    first, second = sorted(apis, key=lambda one: one.socket not in served)
    status, fields, _ = first.receive()
    also = len(served) > 1 or bool(select.select([second.socket], [], [], 0)[0])
    first.respond(fields["lambda-runtime-aws-request-id"], {"status": status, "also": also})
    first.send("GET", "/invocation/next")
    second.respond(second.receive()[1]["lambda-runtime-aws-request-id"], "from the other")
    os._exit(0)


def half(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    """Half of an answer; then a whole one, which comes too late."""
    other = Api()
    other.socket.sendall(f"POST {BASE}/invocation/{request_id}/response HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf".encode())
    while api.call("GET", "/invocation/next") != 403:  # until the half has been read
        pass
    other.file.close()
    other.socket.close()
    sys.stdout.write(f"whole: {api.respond(request_id, 'whole')}\n")
    sys.stdout.flush()


def large(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    status = api.call("POST", f"/invocation/{request_id}/response", b'"' + b"a" * LARGE + b'"')
    sys.stdout.write(f"large: {status}\n")
    sys.stdout.flush()


def no_text(request_id: str, _event: dict, _fields: dict[str, str]) -> None:
    api.call("POST", f"/invocation/{request_id}/response", b"\xff\x00 no JSON")


def late(request_id: str, event: dict, _fields: dict[str, str]) -> None:
    time.sleep(event["seconds"])
    api.respond(request_id, "late")


DO = {f.__name__: f for f in (echo, measure, environment, error, leave, answer_and_leave, hang, linger, wrong_id, twice, next_again, two_nexts, half,
                              large, no_text, late)}


def fail_init(how: str) -> None:
    kind, _, number = how.partition(":")
    if kind == "error":
        body = json.dumps({"errorMessage": "no such table", "errorType": "Made"}).encode()
        api.call("POST", "/init/error", body, "Lambda-Runtime-Function-Error-Type: Function.NoSuchTable\r\n")
        os._exit(1)
    if kind == "exit":
        os._exit(int(number))
    if kind == "hang":
        time.sleep(1000)


def main() -> None:
    global seen
    fail_init(os.environ.get("INIT", ""))
    while True:
        request_id, fields, body = api.next()
        seen += 1
        event = json.loads(body)
        DO[event.get("do", "echo")](request_id, event, fields)


if __name__ == "__main__":
    main()
