"""STS as a pod of EKS asks it: AssumeRoleWithWebIdentity, unsigned, a form or a query, answered in XML.

    AWS_WEB_IDENTITY_TOKEN_FILE=...  AWS_ROLE_ARN=...  AWS_ROLE_SESSION_NAME=...  AWS_ENDPOINT_URL_STS=http://127.0.0.1:PORT

Operations: the Action of a request. Settings besides a credential stub's: identity_token, the one that is right; role_arn. Faults
besides a credential stub's: sts_error with status and code (InvalidIdentityToken, ExpiredTokenException, AccessDenied...).
"""

import urllib.parse
from pathlib import Path
from xml.sax.saxutils import escape

from .credential_stub import CredentialStub, Source, stamp
from .faults import Rule
from .key_ring import Session
from .loopback_http import Reply, Request
from .wire_faults import Asked

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
ACTION = "AssumeRoleWithWebIdentity"
SECONDS = (900, 43200)


def form_of(request: Request) -> dict[str, str]:
    text = request.body.decode("latin-1") if request.method == "POST" else request.query
    return dict(urllib.parse.parse_qsl(text))


def sts_error(status: int, code: str, message: str) -> Reply:
    body = (f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>'
            "</Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>\n")
    return Reply(status, [("Content-Type", "text/xml")], body.encode())


def error_on_request(rule: Rule, asked: Asked) -> Reply:
    return sts_error(int(rule.number("status", 400)), str(rule.parameters.get("code", "InvalidIdentityToken")), "as the test wants it")


class WebIdentity(CredentialStub):
    service_faults = CredentialStub.service_faults | {"sts_error": error_on_request}

    def __init__(self, source: Source | None = None, port: int = 0) -> None:
        self.identity_token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhc2lkZSJ9."
        self.role_arn = "arn:aws:iam::123456789012:role/aside"
        super().__init__(source, port)

    def settings(self) -> dict:
        return super().settings() | {"identity_token": self.identity_token, "role_arn": self.role_arn}

    def environment(self, token_file: Path) -> dict[str, str]:
        """Writes the file."""
        token_file.write_text(self.identity_token, encoding="utf-8")
        return {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token_file), "AWS_ROLE_ARN": self.role_arn, "AWS_ROLE_SESSION_NAME": "aside",
                "AWS_ENDPOINT_URL_STS": self.url}

    def operation(self, request: Request) -> str:
        return form_of(request).get("Action", "none")

    def right(self, request: Request, operation: str) -> Reply:
        form = form_of(request)
        if operation != ACTION or form.get("Version") != "2011-06-15":
            return sts_error(400, "InvalidAction", f"Could not find operation {operation} for version {form.get('Version')}")
        if not 2 <= len(form.get("RoleSessionName", "")) <= 64 or not form.get("RoleArn"):
            return sts_error(400, "ValidationError", "RoleArn and RoleSessionName (2 to 64 characters) are needed")
        asked = form.get("DurationSeconds", "3600")
        if not asked.isdigit() or not SECONDS[0] <= int(asked) <= SECONDS[1]:
            return sts_error(400, "ValidationError", f"DurationSeconds must be {SECONDS[0]} to {SECONDS[1]}")
        if form.get("WebIdentityToken") != self.identity_token:
            return sts_error(400, "InvalidIdentityToken", "The web identity token that was passed is not valid")
        if form["RoleArn"] != self.role_arn:
            return sts_error(403, "AccessDenied", f"Not authorized to perform sts:{ACTION}")
        return self.credentials(self.session(), request)

    def credentials(self, session: Session, request: Request) -> Reply:
        form = form_of(request)
        fields = {"AccessKeyId": session.key.access_key, "SecretAccessKey": session.key.secret, "SessionToken": session.key.token or "",
                  "Expiration": stamp(session.ends)}
        told = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        name = escape(form.get("RoleSessionName", ""))
        body = (f'<{ACTION}Response xmlns="{NAMESPACE}"><{ACTION}Result><SubjectFromWebIdentityToken>aside</SubjectFromWebIdentityToken>'
                f"<Audience>sts.amazonaws.com</Audience><AssumedRoleUser><Arn>{escape(self.role_arn)}/{name}</Arn>"
                f"<AssumedRoleId>AROA:{name}</AssumedRoleId></AssumedRoleUser><Credentials>{told}</Credentials></{ACTION}Result>"
                f"<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></{ACTION}Response>\n")
        return Reply(200, [("Content-Type", "text/xml")], body.encode())
