"""The server behind a proxy: requests go on as they came, over connections that are kept."""

import http.client
import threading
import urllib.parse

from backends.loopback_http import Reply, Request

PATIENCE = 60  # seconds
OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


class Upstream:
    def __init__(self, url: str) -> None:
        self.url = url
        self._host = urllib.parse.urlsplit(url).netloc
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def ask(self, request: Request) -> Reply:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is not None:
            try:
                return self._exchange(connection, request)
            except (OSError, http.client.HTTPException):
                connection.close()  # the server may have ended it while it was idle
        return self._exchange(http.client.HTTPConnection(self._host, timeout=PATIENCE), request)

    def close(self) -> None:
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _exchange(self, connection: http.client.HTTPConnection, request: Request) -> Reply:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            if name.lower() not in OF_ONE_HOP:
                connection.putheader(name, value)
        if request.body or request.method in ("PUT", "POST"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        body = answer.read()
        headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in OF_ONE_HOP]
        told = answer.headers["Content-Length"]
        reply = Reply(answer.status, headers, body)
        if request.method == "HEAD" and told is not None:
            reply.content_length = int(told)
        if answer.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return reply
