"""Who may sign: lasting keys, and sessions that end. What stubs hand out and verifiers look up."""

import secrets
import threading
import time
from dataclasses import dataclass

from .sigv4 import Key


@dataclass(frozen=True)
class Session:
    key: Key
    ends: float  # seconds since 1970


class KeyRing:
    def __init__(self, *lasting: Key) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {key.access_key: Session(key, float("inf")) for key in lasting}
        self.issued = 0

    def issue(self, lifetime_seconds: float) -> Session:
        key = Key("ASIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30), secrets.token_urlsafe(90) + "/+==")
        session = Session(key, time.time() + lifetime_seconds)
        with self._lock:
            self.issued += 1
            self._sessions[key.access_key] = session
        return session

    def find(self, access_key: str) -> Session | None:
        with self._lock:
            return self._sessions.get(access_key)

    def revoke_all(self) -> None:
        """Sessions, as when a role is taken away; lasting keys stay."""
        with self._lock:
            self._sessions = {name: held for name, held in self._sessions.items() if held.ends == float("inf")}
