"""Whether AWS would let a request in: who signed it, when, for what, and whether all that matters is signed.

Written from Amazon's description beside the signer in tools/backends/sigv4.py, with which it shares the canonical form; that form is
held to published examples.
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import formatdate

from backends.key_ring import KeyRing, Session
from backends.loopback_http import Request
from backends.sigv4 import STAMP, Scope, signature

TOLERANCE_SECONDS = 15 * 60
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/, ]+)/(?P<date>\d{8})/(?P<region>[^/, ]+)/(?P<service>[^/, ]+)"
                           r"/aws4_request, *SignedHeaders=(?P<signed>[^, ]+), *Signature=(?P<proof>[0-9a-f]{64})")


@dataclass(frozen=True)
class Refusal:
    """`problem`: missing, incomplete, unknown_key, wrong_token, expired, region, stale, early, unsigned, body or mismatch."""

    problem: str
    detail: str = ""


@dataclass
class SignatureCheck:
    """`clock_offset_seconds`: how far AWS's clock is ahead of this machine's."""

    ring: KeyRing
    service: str
    region: str = "us-east-1"
    clock_offset_seconds: float = 0

    def now(self) -> float:
        return time.time() + self.clock_offset_seconds

    def date(self) -> tuple[str, str]:
        return "Date", formatdate(self.now(), usegmt=True)

    def judge(self, request: Request) -> Refusal | None:
        given = request.header("Authorization")
        if not given:
            return Refusal("missing")
        found = AUTHORIZATION.fullmatch(given)
        stamp = request.header("X-Amz-Date") or ""
        if not found or not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
            return Refusal("incomplete", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, "
                                         "and 'Credential', 'SignedHeaders' and 'Signature' parameters.")
        session = self.ring.find(found["key"])
        if not session:
            return Refusal("unknown_key", found["key"])
        return (self._judge_session(session, request) or self._judge_scope(found, stamp) or self._judge_time(stamp)
                or self._judge_signed(found, request) or self._judge_proof(session, found, stamp, request))

    def _judge_session(self, session: Session, request: Request) -> Refusal | None:
        if request.header("X-Amz-Security-Token") != session.key.token:
            return Refusal("wrong_token")
        if session.ends <= time.time():
            return Refusal("expired")
        return None

    def _judge_scope(self, found: re.Match, stamp: str) -> Refusal | None:
        if found["region"] != self.region:
            return Refusal("region", found["region"])
        if found["service"] != self.service:
            return Refusal("mismatch", f"Credential should be scoped to correct service: '{self.service}'.")
        if found["date"] != stamp[:8]:
            return Refusal("mismatch", f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {stamp}.")
        return None

    def _judge_time(self, stamp: str) -> Refusal | None:
        signed = datetime.strptime(stamp, STAMP).replace(tzinfo=timezone.utc).timestamp()
        now = datetime.fromtimestamp(self.now(), timezone.utc).strftime(STAMP)
        if signed < self.now() - TOLERANCE_SECONDS:
            return Refusal("stale", f"Signature expired: {stamp} is now earlier than {now} minus 15 min.")
        if signed > self.now() + TOLERANCE_SECONDS:
            return Refusal("early", f"Signature not yet current: {stamp} is still later than {now} plus 15 min.")
        return None

    def _judge_signed(self, found: re.Match, request: Request) -> Refusal | None:
        signed = found["signed"].split(";")
        if signed != sorted(signed):
            return Refusal("mismatch", "SignedHeaders are not in order.")
        needed = {"host"} | {name.lower() for name, _ in request.headers if name.lower().startswith("x-amz-")}
        lacking = sorted(needed - set(signed))
        if lacking:
            return Refusal("unsigned", f"'{lacking[0]}' must be a 'SignedHeader' in the AWS Authorization.")
        return None

    def _judge_proof(self, session: Session, found: re.Match, stamp: str, request: Request) -> Refusal | None:
        body_hash = hashlib.sha256(request.body).hexdigest()
        told_hash = request.header("X-Amz-Content-Sha256")
        if told_hash is None and self.service == "s3":
            return Refusal("incomplete", "Missing required header for this request: x-amz-content-sha256")
        if told_hash not in (None, "UNSIGNED-PAYLOAD", body_hash):
            return Refusal("body")
        wanted = signature(session.key, Scope(found["date"], found["region"], found["service"]), stamp, request.method, request.target,
                           request.headers, found["signed"].split(";"), told_hash or body_hash)
        if not hmac.compare_digest(wanted, found["proof"]):
            return Refusal("mismatch", "The request signature we calculated does not match the signature you provided. "
                                       "Check your AWS Secret Access Key and signing method.")
        return None
