"""AWS Signature Version 4, written from Amazon's description and not from Aside's signer: the two check each other.

A target is the path and query as they stand in the request line. For S3 the path is encoded once; other services sign the encoded
path encoded again.
"""

import hashlib
import hmac
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

ALGORITHM = "AWS4-HMAC-SHA256"
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Key:
    access_key: str
    secret: str
    token: str | None = None  # of a session


@dataclass(frozen=True)
class Scope:
    date: str  # YYYYMMDD
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def encode(text: str | bytes, safe: str = "") -> str:
    """Every byte but A-Z a-z 0-9 - . _ ~ and those of `safe` as %XX."""
    return urllib.parse.quote(text, safe=safe)


def canonical_path(path: str, service: str) -> str:
    once = encode(urllib.parse.unquote_to_bytes(path), "/") or "/"
    return once if service == "s3" else encode(once, "/")


def canonical_query(query: str) -> str:
    """`+` in it is a plus."""
    pairs = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        pairs.append((encode(urllib.parse.unquote_to_bytes(name)), encode(urllib.parse.unquote_to_bytes(value))))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_headers(headers: Iterable[tuple[str, str]], signed: Iterable[str]) -> str:
    """A line for each name of `signed`; the values of a repeated header are joined."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(" ".join(value.split()))
    return "".join(f"{name}:{','.join(values.get(name, []))}\n" for name in signed)


def signature(key: Key, scope: Scope, stamp: str, method: str, target: str, headers: Iterable[tuple[str, str]],
              signed: list[str], body_hash: str) -> str:
    path, _, query = target.partition("?")
    request = "\n".join([method, canonical_path(path, scope.service), canonical_query(query),
                         canonical_headers(headers, signed), ";".join(signed), body_hash])
    to_sign = "\n".join([ALGORITHM, stamp, str(scope), hashlib.sha256(request.encode()).hexdigest()])
    signing_key = ("AWS4" + key.secret).encode()
    for step in (scope.date, scope.region, scope.service, "aws4_request", to_sign):
        signing_key = hmac.new(signing_key, step.encode(), hashlib.sha256).digest()
    return signing_key.hex()


def sign(key: Key, region: str, service: str, method: str, target: str, headers: dict[str, str], body: bytes = b"",
         now: datetime | None = None) -> dict[str, str]:
    """The headers to send: those given, which must name the Host, and what a signature adds. All of them are signed."""
    stamp = (now or datetime.now(timezone.utc)).strftime(STAMP)
    body_hash = hashlib.sha256(body).hexdigest()
    added = {"X-Amz-Date": stamp}
    if service == "s3":
        added["X-Amz-Content-Sha256"] = body_hash
    if key.token:
        added["X-Amz-Security-Token"] = key.token
    sent = headers | added
    signed = sorted(name.lower() for name in sent)
    scope = Scope(stamp[:8], region, service)
    proof = signature(key, scope, stamp, method, target, sent.items(), signed, body_hash)
    sent["Authorization"] = f"{ALGORITHM} Credential={key.access_key}/{scope},SignedHeaders={';'.join(signed)},Signature={proof}"
    return sent
