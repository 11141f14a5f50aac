"""EC2's instance metadata service, version 2 only: a token first, then the role's name, then its credentials.

    AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:PORT

Operations: token, role, credentials, region, identity, other. Settings besides a credential stub's: role (empty: the instance has
none), region, token_seconds_max (what a token lives at most).
"""

import json
import secrets
import time

from .control import json_reply
from .credential_stub import CredentialStub, Source, stamp
from .key_ring import Session
from .loopback_http import Reply, Request

ROLES = "/latest/meta-data/iam/security-credentials/"
TOKEN_SECONDS_MAX = 21600
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


class Imds(CredentialStub):
    def __init__(self, source: Source | None = None, port: int = 0) -> None:
        self.role = "aside-role"
        self.region = "us-east-1"
        self.token_seconds_max = float(TOKEN_SECONDS_MAX)
        self._tokens: dict[str, float] = {}
        super().__init__(source, port)

    def settings(self) -> dict:
        return super().settings() | {name: getattr(self, name) for name in ("role", "region", "token_seconds_max")}

    def environment(self) -> dict[str, str]:
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url}

    def forget_tokens(self) -> None:
        """The next request with one gets 401."""
        self._tokens.clear()

    def operation(self, request: Request) -> str:
        fixed = {"/latest/api/token": "token", ROLES: "role", ROLES.rstrip("/"): "role", "/latest/meta-data/placement/region": "region",
                 "/latest/dynamic/instance-identity/document": "identity"}
        return fixed.get(request.path, "credentials" if request.path.startswith(ROLES) else "other")

    def right(self, request: Request, operation: str) -> Reply:
        if operation == "token":
            return self._token(request)
        if self._tokens.get(request.header("X-aws-ec2-metadata-token") or "", 0) < time.time():
            return page(401, "Unauthorized")
        if request.method != "GET":
            return page(405, "Method Not Allowed")
        if operation == "region":
            return text(self.region)
        if operation == "identity":
            return json_reply({"region": self.region, "instanceId": "i-0123456789abcdef0", "accountId": "123456789012"})
        if operation == "role" and self.role:
            return text(self.role)
        if operation == "credentials" and self.role and request.path == ROLES + self.role:
            return self.credentials(self.session(), request)
        return page(404, "Not Found")

    def _token(self, request: Request) -> Reply:
        if request.method != "PUT":
            return page(405, "Method Not Allowed")
        if request.header("X-Forwarded-For"):
            return page(403, "Forbidden")
        asked = request.header(TTL) or ""
        if not asked.isdigit() or not 1 <= int(asked) <= TOKEN_SECONDS_MAX:
            return page(400, "Bad Request")
        token = secrets.token_urlsafe(40) + "=="
        self._tokens[token] = time.time() + min(int(asked), self.token_seconds_max)
        return Reply(200, [("Content-Type", "text/plain"), (TTL, asked)], token.encode())

    def credentials(self, session: Session, request: Request) -> Reply:
        return json_reply({"Code": "Success", "LastUpdated": stamp(time.time()), "Type": "AWS-HMAC",
                           "AccessKeyId": session.key.access_key, "SecretAccessKey": session.key.secret,
                           "Token": session.key.token, "Expiration": stamp(session.ends)})


def text(words: str) -> Reply:
    return Reply(200, [("Content-Type", "text/plain")], words.encode())


def page(status: int, title: str) -> Reply:
    """Errors are pages for people."""
    return Reply(status, [("Content-Type", "text/html")], f"<html><head><title>{status} - {title}</title></head></html>\n".encode())
