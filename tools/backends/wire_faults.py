"""What can go wrong with any answer, whatever it says: each takes the right answer, if it needs one, and a rule's parameters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .faults import Rule
from .loopback_http import Reply, Request


@dataclass
class Asked:
    """What a fault may look at. Called, it gives the right answer; to another request if one is given."""

    request: Request
    operation: str
    server: Any  # the ObservedServer

    def __call__(self, instead: Request | None = None) -> Reply:
        return self.server.right(instead or self.request, self.operation)


Fault = Callable[[Rule, Asked], Reply]

GARBAGE = b'{"Item": [<<<\xff\x00'


def delay(rule: Rule, asked: Asked) -> Reply:
    """seconds"""
    return replace(asked(), delay_seconds=rule.number("seconds", 0.1))


def hang(rule: Rule, asked: Asked) -> Reply:
    return Reply(silent=True)


def close(rule: Rule, asked: Asked) -> Reply:
    """An end without an answer: what a client meets that reuses a connection which the server had given up."""
    return Reply(raw=b"")


def truncate(rule: Rule, asked: Asked) -> Reply:
    """after_bytes of the body, half of it otherwise"""
    reply = asked()
    return replace(reply, bytes_of_body=int(rule.number("after_bytes", len(reply.body) // 2)))


def reset(rule: Rule, asked: Asked) -> Reply:
    """after_bytes of the body, half of it otherwise"""
    return replace(truncate(rule, asked), resets=True)


def drip(rule: Rule, asked: Asked) -> Reply:
    """bytes_per_second, the head included"""
    return replace(asked(), bytes_per_second=rule.number("bytes_per_second", 100))


def length(rule: Rule, asked: Asked) -> Reply:
    """Content-Length is wrong by `by` bytes: more than there are, or fewer."""
    reply = asked()
    return replace(reply, content_length=max(0, len(reply.body) + int(rule.number("by", 10))))


def garbage(rule: Rule, asked: Asked) -> Reply:
    """A right head, and a body that is neither JSON nor XML; status"""
    return Reply(int(rule.number("status", 200)), [("Content-Type", "application/octet-stream")], GARBAGE)


def noise(rule: Rule, asked: Asked) -> Reply:
    """No HTTP at all."""
    return Reply(raw=b"\x15\x03\x01\x00\x02\x02\x50" * 10)


def error(rule: Rule, asked: Asked) -> Reply:
    """status, body"""
    return Reply(int(rule.number("status", 500)), [("Content-Type", "text/html")],
                 str(rule.parameters.get("body", "<html>Service Unavailable</html>")).encode())


WIRE_FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in
                                 (delay, hang, close, truncate, reset, drip, length, garbage, noise, error)}
