"""What the clients of S3 and DynamoDB have in common: a key to sign with, and one connection that is kept."""

import http.client
import urllib.parse
from dataclasses import dataclass, field

from .sigv4 import Key

PATIENCE = 20  # seconds
REGION = "us-east-1"


@dataclass
class KeptClient:
    """Not for two threads at once. The connection is opened when first needed, and again after a failure."""

    url: str
    key: Key
    region: str = REGION
    requests: int = 0
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return urllib.parse.urlsplit(self.url).netloc

    def exchange(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of the answer; the request is sent as it stands."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        self.requests += 1
        try:
            self._connection.request(method, target, body or None, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
