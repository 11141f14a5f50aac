"""Where a container gets its credentials: ECS's agent, or EKS Pod Identity's, which differ in where the authorization stands.

    AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:PORT/v1/credentials
    AWS_CONTAINER_AUTHORIZATION_TOKEN=...        or _TOKEN_FILE, which is read anew for each request

Operation: credentials. Settings besides a credential stub's: authorization, what the header must say (empty: anything).
"""

from pathlib import Path

from .control import json_reply
from .credential_stub import CredentialStub, Source, stamp
from .key_ring import Session
from .loopback_http import Reply, Request

PATH = "/v1/credentials"


class ContainerCredentials(CredentialStub):
    def __init__(self, source: Source | None = None, port: int = 0) -> None:
        self.authorization = "Basic c3R1Yg=="
        super().__init__(source, port)

    def settings(self) -> dict:
        return super().settings() | {"authorization": self.authorization}

    def environment(self, token_file: Path | None = None) -> dict[str, str]:
        """With a file, which is written, as on EKS."""
        where = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + PATH}
        if token_file is None:
            return where | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": self.authorization}
        token_file.write_text(self.authorization, encoding="utf-8")
        return where | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token_file)}

    def operation(self, request: Request) -> str:
        return "credentials"

    def right(self, request: Request, operation: str) -> Reply:
        if request.method != "GET" or request.path != PATH:
            return json_reply({"code": "NotFound", "message": f"nothing at {request.path}"}, 404)
        if self.authorization and request.header("Authorization") != self.authorization:
            return json_reply({"code": "AccessDenied", "message": "the Authorization header is missing or wrong"}, 401)
        return self.credentials(self.session(), request)

    def credentials(self, session: Session, request: Request) -> Reply:
        return json_reply({"RoleArn": "arn:aws:iam::123456789012:role/aside", "AccessKeyId": session.key.access_key,
                           "SecretAccessKey": session.key.secret, "Token": session.key.token, "Expiration": stamp(session.ends)})
