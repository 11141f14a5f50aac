"""What the stubs of credential services have in common: sessions from some source, whose end can be told earlier than it is."""

import time
from collections.abc import Callable
from datetime import datetime, timezone

from .faults import Rule
from .key_ring import KeyRing, Session
from .loopback_http import Reply, Request
from .observed_server import ObservedServer
from .sigv4 import Key
from .wire_faults import Asked

Source = Callable[[float], Session]  # seconds it should live


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def expired(rule: Rule, asked: Asked) -> Reply:
    """Credentials that ended before they were handed out."""
    return asked.server.credentials(Session(asked.server.session().key, time.time() - 60), asked.request)


class CredentialStub(ObservedServer):
    """`source` makes each session: KeyRing.issue for one that a verifying proxy knows, RGW's AssumeRole for a real one.

    Settings: lifetime_seconds; access_key, secret, session_token: the same for everyone instead of sessions of the source.
    """

    service_faults = {"expired": expired}

    def __init__(self, source: Source | None = None, port: int = 0) -> None:
        self.source = source or KeyRing().issue
        self.lifetime_seconds = 3600.0
        self.access_key = self.secret = self.session_token = ""
        super().__init__(port=port)

    def settings(self) -> dict:
        return {name: getattr(self, name) for name in ("lifetime_seconds", "access_key", "secret", "session_token")}

    def use(self, key: Key) -> None:
        self.set(access_key=key.access_key, secret=key.secret, session_token=key.token or "")

    def session(self) -> Session:
        if self.access_key:
            return Session(Key(self.access_key, self.secret, self.session_token or None), time.time() + self.lifetime_seconds)
        made = self.source(self.lifetime_seconds)
        return Session(made.key, min(made.ends, time.time() + self.lifetime_seconds))

    def credentials(self, session: Session, request: Request) -> Reply:
        raise NotImplementedError
