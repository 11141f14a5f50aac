"""Stubs and proxies are told what to do from outside, by HTTP on a port of its own:

    GET    /                every server by name: its URL, counts, rules, settings
    GET    /NAME            one of them
    GET    /NAME/requests   the last requests, signatures and tokens left out
    DELETE /NAME/requests   counts start anew
    POST   /NAME/faults     adds a rule: {"fault": "hang", "operation": "token", "times": 1, "skip": 0, "ratio": 0.5, PARAMETERS...}
    DELETE /NAME/faults     all is well again
    PUT    /NAME/settings   {"lifetime_seconds": 10}
    DELETE /NAME/connections   closes those that are open
"""

import json

from .loopback_http import LoopbackServer, Reply, Request
from .observed_server import ObservedServer


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, [("Content-Type", "application/json")], json.dumps(value, indent=1).encode() + b"\n")


class Control:
    def __init__(self, servers: dict[str, ObservedServer], port: int = 0) -> None:
        self._servers = servers
        self.server = LoopbackServer(self._answer, port=port)

    @property
    def url(self) -> str:
        return self.server.url

    def stop(self) -> None:
        self.server.stop()

    def _answer(self, request: Request) -> Reply:
        name, _, part = request.path.strip("/").partition("/")
        if not name:
            return json_reply({known: server.told() for known, server in self._servers.items()})
        if name not in self._servers:
            return json_reply({"error": f"no server called {name}; there are {', '.join(self._servers)}"}, 404)
        try:
            return self._act(self._servers[name], request, part)
        except (ValueError, TypeError, KeyError) as error:
            return json_reply({"error": str(error)}, 400)

    def _act(self, server: ObservedServer, request: Request, part: str) -> Reply:
        match request.method, part:
            case "GET", "":
                pass
            case "GET", "requests":
                return json_reply([entry.told() for entry in server.journal.entries()])
            case "DELETE", "requests":
                server.forget()
            case "POST", "faults":
                server.faults.add(**json.loads(request.body))
            case "DELETE", "faults":
                server.faults.clear()
            case "PUT", "settings":
                server.set(**json.loads(request.body))
            case "DELETE", "connections":
                server.server.close_connections()
            case _:
                return json_reply({"error": f"{request.method} /NAME/{part} means nothing"}, 405)
        return json_reply(server.told())
