"""A server that knows what is asked of it by operation, keeps a journal of it, and goes wrong on request. Stubs and proxies are
made of it: they say what the operations are and what the right answer is.
"""

import ssl

from .faults import Faults
from .journal import Entry, Journal
from .loopback_http import LoopbackServer, Reply, Request
from .wire_faults import WIRE_FAULTS, Asked, Fault


class ObservedServer:
    # Faults in the words of one service, by name.
    service_faults: dict[str, Fault] = {}

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._known = WIRE_FAULTS | self.service_faults
        self.faults = Faults(set(self._known))
        self.journal = Journal()
        self.server = LoopbackServer(self._serve, tls, port)

    def operation(self, request: Request) -> str:
        raise NotImplementedError

    def right(self, request: Request, operation: str) -> Reply:
        raise NotImplementedError

    def refuse(self, request: Request, operation: str) -> Reply | None:
        """An answer that comes before any fault."""
        return None

    def settings(self) -> dict:
        """What `set` changes, as it stands."""
        return {}

    def set(self, **settings: object) -> None:
        unknown = settings.keys() - self.settings().keys()
        if unknown:
            raise ValueError(f"no setting called {', '.join(unknown)}; there are {', '.join(self.settings())}")
        for name, value in settings.items():
            setattr(self, name, value)

    @property
    def url(self) -> str:
        return self.server.url

    def stop(self) -> None:
        self.server.stop()

    def forget(self) -> None:
        """Counts start anew; rules and settings stay."""
        self.journal.forget()
        self.faults.forget()
        self.server.forget()

    def told(self) -> dict:
        return {"url": self.url, "operations": self.journal.counts(), "statuses": self.journal.statuses(),
                "connections": self.server.connections, "open_connections": self.server.open_connections,
                "most_at_once": self.server.most_at_once, "rules": self.faults.rules(), "fired": self.faults.fired,
                "settings": self.settings()}

    def _serve(self, request: Request) -> Reply:
        operation = self.operation(request)
        fault = None
        reply = self.refuse(request, operation)
        if reply is None:
            rule = self.faults.choose(operation)
            asked = Asked(request, operation, self)
            fault = rule.fault if rule else None
            reply = self._known[rule.fault](rule, asked) if rule else asked()
        sent = 0 if reply.silent or reply.raw is not None else reply.status
        self.journal.add(Entry(operation, request, sent, fault))
        return reply
