"""Proxies before a real S3 and a real DynamoDB: requests pass as they are, are counted by operation, and go wrong by rule.

    proxy = DynamoDbFaultProxy(dynamodb.url, SignatureCheck(KeyRing(key), "dynamodb"))
    proxy.faults.add("dynamodb_answers", type="ThrottlingException", operation="GetItem", ratio=0.5)
    ... proxy.journal.count("GetItem", 400), proxy.server.connections, proxy.server.most_at_once

With a check, what AWS would refuse is refused, before any fault. S3's own check knows neither short sessions nor a clock that is off:
with `resign` the proxy signs anew, by that key, what it has checked.
"""

import ssl
from collections import deque
from dataclasses import replace

from backends.journal import KEPT
from backends.loopback_http import Reply, Request
from backends.observed_server import ObservedServer
from backends.kept_client import REGION
from backends.sigv4 import Key, sign

from .dynamodb_faults import DYNAMODB_FAULTS, dynamodb_refusal
from .operations import dynamodb_operation, s3_operation
from .s3_faults import S3_FAULTS, s3_refusal
from .signature_check import Refusal, SignatureCheck
from .upstream import OF_ONE_HOP, Upstream

SIGNATURE = {"authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"}


class FaultProxy(ObservedServer):
    """Setting, when there is a check: clock_offset_seconds."""

    def __init__(self, upstream: str, check: SignatureCheck | None = None, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.upstream = upstream
        self.check = check
        self._upstream = Upstream(upstream)
        self.refusals: deque[Refusal] = deque(maxlen=KEPT)
        super().__init__(tls, port)

    def settings(self) -> dict:
        return {"clock_offset_seconds": self.check.clock_offset_seconds} if self.check else {}

    def set(self, **settings: object) -> None:
        for name, value in settings.items():
            if name not in self.settings():
                raise ValueError(f"no setting called {name}")
            setattr(self.check, name, value)

    def stop(self) -> None:
        super().stop()
        self._upstream.close()

    def forget(self) -> None:
        super().forget()
        self.refusals.clear()

    def told(self) -> dict:
        return super().told() | {"refusals": [f"{refusal.problem}: {refusal.detail}" for refusal in self.refusals]}

    def refuse(self, request: Request, operation: str) -> Reply | None:
        refusal = self.check.judge(request) if self.check else None
        if refusal is None:
            return None
        self.refusals.append(refusal)
        return self.refusal(refusal, request)

    def right(self, request: Request, operation: str) -> Reply:
        try:
            reply = self._upstream.ask(request)
        except OSError:
            return Reply(raw=b"")  # as the server: gone
        if self.check and self.check.clock_offset_seconds:
            reply.headers = [self.check.date() if name.lower() == "date" else (name, value) for name, value in reply.headers]
        return reply

    def refusal(self, refusal: Refusal, request: Request) -> Reply:
        raise NotImplementedError


class DynamoDbFaultProxy(FaultProxy):
    service_faults = DYNAMODB_FAULTS

    def operation(self, request: Request) -> str:
        return dynamodb_operation(request)

    def refusal(self, refusal: Refusal, request: Request) -> Reply:
        return dynamodb_refusal(refusal, self.check)


class S3FaultProxy(FaultProxy):
    service_faults = S3_FAULTS

    def __init__(self, upstream: str, check: SignatureCheck | None = None, resign: Key | None = None, tls: ssl.SSLContext | None = None,
                 port: int = 0) -> None:
        self.resign = resign
        super().__init__(upstream, check, tls, port)

    def operation(self, request: Request) -> str:
        return s3_operation(request)

    def refusal(self, refusal: Refusal, request: Request) -> Reply:
        return s3_refusal(refusal, self.check, request)

    def right(self, request: Request, operation: str) -> Reply:
        if self.resign:
            kept = {name: value for name, value in request.headers if name.lower() not in SIGNATURE | OF_ONE_HOP}
            signed = sign(self.resign, REGION, "s3", request.method, request.target, kept, request.body)
            request = replace(request, headers=list(signed.items()))
        return super().right(request, operation)
