"""The stubs of where credentials come from on AWS: they hold clients to the rules of the real ones, and go wrong when told to."""

import http.client
import json
import time
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import with_backends  # noqa: F401, puts tools on the path
from backends.container_credentials import PATH, ContainerCredentials
from backends.control import Control
from backends.imds import ROLES, TTL, Imds
from backends.key_ring import KeyRing
from backends.s3_client import text_of
from backends.sigv4 import Key
from backends.web_identity import ACTION, WebIdentity

TOKEN = "X-aws-ec2-metadata-token"


class Stubs(unittest.TestCase):
    def started(self, stub):
        self.addCleanup(stub.stop)
        return stub

    def ask(self, url: str, method: str, target: str, headers: dict | None = None, body: bytes | None = None, timeout: float = 20):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=timeout)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def seconds_left(self, told: str) -> float:
        return datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp() - time.time()


class Instance(Stubs):
    def setUp(self) -> None:
        self.ring = KeyRing()
        self.imds = self.started(Imds(self.ring.issue))

    def token(self, **headers: str) -> tuple[int, str]:
        status, body = self.ask(self.imds.url, "PUT", "/latest/api/token", {name.replace("_", "-"): value for name, value in headers.items()})
        return status, body.decode()

    def get(self, path: str, token: str | None) -> tuple[int, bytes]:
        return self.ask(self.imds.url, "GET", path, {TOKEN: token} if token else {})

    def test_token_role_credentials(self) -> None:
        _, token = self.token(**{TTL: "60"})
        self.assertEqual(self.get(ROLES, token), (200, b"aside-role"))
        status, body = self.get(ROLES + "aside-role", token)
        told = json.loads(body)
        key = self.ring.find(told["AccessKeyId"]).key
        self.assertEqual((status, told["Code"]), (200, "Success"))
        self.assertEqual((key.secret, key.token), (told["SecretAccessKey"], told["Token"]))
        self.assertAlmostEqual(self.seconds_left(told["Expiration"]), 3600, delta=10)
        self.assertEqual(self.get("/latest/meta-data/placement/region", token), (200, b"us-east-1"))
        self.assertEqual(self.imds.journal.counts(), {"token": 1, "role": 1, "credentials": 1, "region": 1})

    def test_nothing_without_a_token_that_lives(self) -> None:
        self.assertEqual(self.get(ROLES, None)[0], 401)
        self.assertEqual(self.get(ROLES, "made up")[0], 401)
        _, token = self.token(**{TTL: "60"})
        self.imds.forget_tokens()
        self.assertEqual(self.get(ROLES, token)[0], 401)

    def test_who_gets_no_token(self) -> None:
        for headers, status in (({}, 400), ({TTL: "0"}, 400), ({TTL: "21601"}, 400), ({TTL: "60", "X_Forwarded_For": "10.0.0.1"}, 403)):
            self.assertEqual(self.token(**headers)[0], status, headers)

    def test_an_instance_without_a_role(self) -> None:
        self.imds.set(role="")
        _, token = self.token(**{TTL: "60"})
        self.assertEqual(self.get(ROLES, token)[0], 404)


class Container(Stubs):
    def test_only_who_is_authorized(self) -> None:
        stub = self.started(ContainerCredentials())
        self.assertEqual(self.ask(stub.url, "GET", PATH)[0], 401)
        status, body = self.ask(stub.url, "GET", PATH, {"Authorization": stub.authorization})
        self.assertEqual(status, 200)
        self.assertLessEqual({"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}, json.loads(body).keys())
        stub.set(authorization="other")
        self.assertEqual(self.ask(stub.url, "GET", PATH, {"Authorization": "Basic c3R1Yg=="})[0], 401)


class Identity(Stubs):
    def setUp(self) -> None:
        self.ring = KeyRing()
        self.sts = self.started(WebIdentity(self.ring.issue))

    def assume(self, **changed: str) -> tuple[int, ElementTree.Element]:
        form = {"Action": ACTION, "Version": "2011-06-15", "RoleArn": self.sts.role_arn, "RoleSessionName": "aside",
                "WebIdentityToken": self.sts.identity_token} | changed
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self.ask(self.sts.url, "POST", "/", headers, urllib.parse.urlencode(form).encode())
        return status, ElementTree.fromstring(body)

    def test_a_session(self) -> None:
        status, answer = self.assume()
        key = self.ring.find(text_of(answer, "AccessKeyId")).key
        self.assertEqual((status, text_of(answer, "SecretAccessKey"), text_of(answer, "SessionToken")), (200, key.secret, key.token))
        self.assertAlmostEqual(self.seconds_left(text_of(answer, "Expiration")), 3600, delta=10)

    def test_a_query_is_as_good_as_a_form(self) -> None:
        form = {"Action": ACTION, "Version": "2011-06-15", "RoleArn": self.sts.role_arn, "RoleSessionName": "aside",
                "WebIdentityToken": self.sts.identity_token}
        self.assertEqual(self.ask(self.sts.url, "GET", "/?" + urllib.parse.urlencode(form))[0], 200)

    def test_refusals(self) -> None:
        for changed, wanted in (({"WebIdentityToken": "old"}, (400, "InvalidIdentityToken")), ({"RoleArn": "other"}, (403, "AccessDenied")),
                                ({"RoleSessionName": ""}, (400, "ValidationError")), ({"Action": "AssumeRole"}, (400, "InvalidAction")),
                                ({"DurationSeconds": "10"}, (400, "ValidationError"))):
            status, answer = self.assume(**changed)
            self.assertEqual((status, text_of(answer, "Code")), wanted)

    def test_an_error_by_name(self) -> None:
        self.sts.faults.add("sts_error", code="ExpiredTokenException", times=1)
        status, answer = self.assume()
        self.assertEqual((status, text_of(answer, "Code")), (400, "ExpiredTokenException"))
        self.assertEqual(self.assume()[0], 200)


class Misbehaviour(Stubs):
    def setUp(self) -> None:
        self.stub = self.started(ContainerCredentials())
        self.control = Control({"container": self.stub})
        self.addCleanup(self.control.stop)

    def fetch(self, timeout: float = 20) -> tuple[int, bytes]:
        return self.ask(self.stub.url, "GET", PATH, {"Authorization": self.stub.authorization}, timeout=timeout)

    def tell(self, method: str, target: str, **body: object) -> dict:
        status, answer = self.ask(self.control.url, method, target, body=json.dumps(body).encode())
        self.assertEqual(status, 200, answer)
        return json.loads(answer)

    def test_told_from_outside(self) -> None:
        self.tell("POST", "/container/faults", fault="error", status=503, times=1)
        self.assertEqual(self.fetch()[0], 503)
        self.assertEqual(self.fetch()[0], 200)
        told = self.tell("GET", "/container")
        self.assertEqual((told["operations"], told["fired"], told["connections"]), ({"credentials": 2}, {"error": 1}, 2))
        requests = json.loads(self.ask(self.control.url, "GET", "/container/requests")[1])
        self.assertEqual([asked["status"] for asked in requests], [503, 200])
        self.assertNotIn(self.stub.authorization, json.dumps(requests))
        self.tell("DELETE", "/container/requests")
        self.assertEqual(self.tell("GET", "/container")["operations"], {})
        self.assertEqual(self.ask(self.control.url, "POST", "/container/faults", body=b'{"fault": "unheard_of"}')[0], 400)
        self.assertEqual(self.ask(self.control.url, "GET", "/nobody")[0], 404)

    def test_settings_from_outside(self) -> None:
        self.tell("PUT", "/container/settings", lifetime_seconds=5, access_key="AKIDFIXED", secret="s", session_token="t")
        told = json.loads(self.fetch()[1])
        self.assertEqual((told["AccessKeyId"], told["SecretAccessKey"], told["Token"]), ("AKIDFIXED", "s", "t"))
        self.assertLess(self.seconds_left(told["Expiration"]), 6)

    def test_hanging(self) -> None:
        self.stub.faults.add("hang")
        with self.assertRaises(TimeoutError):
            self.fetch(timeout=0.1)

    def test_garbage(self) -> None:
        self.stub.faults.add("garbage")
        status, body = self.fetch()
        self.assertEqual(status, 200)
        with self.assertRaises(ValueError):
            json.loads(body)

    def test_credentials_that_are_over_already(self) -> None:
        self.stub.use(Key("AKIDFIXED", "s", "t"))
        self.stub.faults.add("expired", times=1)
        self.assertLess(self.seconds_left(json.loads(self.fetch()[1])["Expiration"]), 0)
        self.assertGreater(self.seconds_left(json.loads(self.fetch()[1])["Expiration"]), 0)


if __name__ == "__main__":
    unittest.main()
