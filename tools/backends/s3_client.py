"""Requests to an S3 server as a test makes them: signed, over one kept connection, with every key byte for byte."""

import http.client
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from .kept_client import KeptClient
from .sigv4 import encode, sign


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str | None:
        """Of an error."""
        return text_of(ElementTree.fromstring(self.body), "Code") if self.body.startswith(b"<") else None


def text_of(parent: ElementTree.Element, name: str) -> str | None:
    return next((child.text for child in parent.iter() if child.tag.rpartition("}")[2] == name), None)


def children_of(parent: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in parent if child.tag.rpartition("}")[2] == name]


@dataclass
class S3Client(KeptClient):
    """Path-style. Not for two threads at once."""

    def request(self, method: str, bucket: str, key: str | bytes = "", query: dict[str, str] | None = None,
                headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        target = f"/{bucket}"
        if key:
            target += "/" + encode(key, "/")
        if query:
            target += "?" + "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(query.items()))
        signed = sign(self.key, self.region, "s3", method, target, {"Host": self.host} | (headers or {}), body)
        return self.send(method, target, signed, body)

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """As it stands."""
        return Answer(*self.exchange(method, target, headers, body))

    def _expect(self, answer: Answer, *statuses: int) -> Answer:
        if answer.status not in statuses:
            raise AssertionError(f"{answer.status} {answer.body[:500]!r}")
        return answer

    def create_bucket(self, bucket: str, versions: bool = False) -> None:
        self._expect(self.request("PUT", bucket), 200)
        if versions:
            body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            self._expect(self.request("PUT", bucket, query={"versioning": ""}, body=body), 200)

    def put_policy(self, bucket: str, statement: dict) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._expect(self.request("PUT", bucket, query={"policy": ""}, body=text.encode()), 200, 204)

    def put(self, bucket: str, key: str | bytes, body: bytes) -> tuple[str, str | None]:
        """ETag and version."""
        answer = self._expect(self.request("PUT", bucket, key, body=body), 200)
        return answer.headers["ETag"], answer.headers["x-amz-version-id"]

    def get(self, bucket: str, key: str | bytes, version: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        return self.request("GET", bucket, key, {"versionId": version} if version else None, headers)

    def delete(self, bucket: str, key: str | bytes) -> None:
        self._expect(self.request("DELETE", bucket, key), 204)

    def list(self, bucket: str, prefix: str = "", page: int = 1000) -> list[bytes]:
        """Every key, in the server's order; follows the pages."""
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": str(page)}
        keys: list[bytes] = []
        while True:
            root = ElementTree.fromstring(self._expect(self.request("GET", bucket, query=query), 200).body)
            keys += [urllib.parse.unquote_to_bytes((text_of(found, "Key") or "").replace("+", " "))
                     for found in children_of(root, "Contents")]
            if text_of(root, "IsTruncated") != "true":
                return keys
            query["continuation-token"] = text_of(root, "NextContinuationToken") or ""
