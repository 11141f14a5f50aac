"""What was asked of a stub or proxy, and how it was answered: counts, and the last requests themselves."""

import threading
from collections import Counter, deque
from dataclasses import dataclass

from .loopback_http import Request

KEPT = 5000  # requests
NOT_TOLD = {"authorization", "x-amz-security-token"}


@dataclass(frozen=True)
class Entry:
    operation: str
    request: Request
    status: int  # 0: none was sent
    fault: str | None

    def told(self) -> dict:
        headers = {name: value for name, value in self.request.headers if name.lower() not in NOT_TOLD}
        return {"operation": self.operation, "method": self.request.method, "target": self.request.target, "headers": headers,
                "connection": self.request.connection, "status": self.status, "fault": self.fault,
                "body": self.request.body.decode(errors="replace")}


class Journal:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._operations: Counter[str] = Counter()
        self._statuses: Counter[tuple[str, int]] = Counter()

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
            self._operations[entry.operation] += 1
            self._statuses[entry.operation, entry.status] += 1

    def count(self, operation: str, status: int | None = None) -> int:
        with self._lock:
            return self._operations[operation] if status is None else self._statuses[operation, status]

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(self._operations)

    def statuses(self) -> dict[str, int]:
        with self._lock:
            return {f"{operation} {status}": count for (operation, status), count in self._statuses.items()}

    def entries(self, operation: str | None = None) -> list[Entry]:
        with self._lock:
            return [entry for entry in self._entries if operation in (None, entry.operation)]

    def forget(self) -> None:
        with self._lock:
            self._entries.clear()
            self._operations.clear()
            self._statuses.clear()
