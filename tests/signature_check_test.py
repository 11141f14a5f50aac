"""What the verifying proxies refuse: every way a signature can be wrong, and none in which it is right."""

import unittest
from datetime import datetime, timedelta, timezone

import with_backends  # noqa: F401, puts tools on the path
from aws.signature_check import SignatureCheck
from backends.key_ring import KeyRing
from backends.loopback_http import Request
from backends.sigv4 import Key, sign

KEY = Key("AKIDLASTING", "secret")
BODY = b'{"TableName":"items"}'
HEADERS = {"Host": "127.0.0.1:8000", "X-Amz-Target": "DynamoDB_20120810.GetItem"}


class Judged(unittest.TestCase):
    def setUp(self) -> None:
        self.ring = KeyRing(KEY)
        self.check = SignatureCheck(self.ring, "dynamodb")

    def signed(self, key: Key = KEY, region: str = "us-east-1", service: str = "dynamodb", minutes: float = 0, **headers: str) -> Request:
        now = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        return Request("POST", "/", list(sign(key, region, service, "POST", "/", HEADERS | headers, BODY, now).items()), BODY, 1)

    def problem(self, request: Request) -> str | None:
        refusal = self.check.judge(request)
        return refusal.problem if refusal else None

    def changed(self, request: Request, name: str, value: str | None) -> Request:
        request.headers = [(known, held) for known, held in request.headers if known.lower() != name.lower()]
        if value is not None:
            request.headers.append((name, value))
        return request


class Right(Judged):
    def test_a_lasting_key_and_a_session(self) -> None:
        self.assertIsNone(self.problem(self.signed()))
        self.assertIsNone(self.problem(self.signed(self.ring.issue(60).key)))

    def test_any_clock_within_a_quarter_of_an_hour(self) -> None:
        for minutes in (-14, 14):
            self.assertIsNone(self.problem(self.signed(minutes=minutes)))

    def test_headers_that_are_not_amazons_need_no_signature(self) -> None:
        self.assertIsNone(self.problem(self.changed(self.signed(), "User-Agent", "aside")))

    def test_of_s3_with_an_awkward_key(self) -> None:
        check = SignatureCheck(self.ring, "s3")
        target = "/bucket/a%20b/../%C3%A4%2B?versionId=x%2Fy&list"
        headers = sign(KEY, "us-east-1", "s3", "GET", target, {"Host": "h"})
        self.assertIsNone(check.judge(Request("GET", target, list(headers.items()), b"", 1)))


class Wrong(Judged):
    def test_no_signature_or_half_of_one(self) -> None:
        self.assertEqual(self.problem(self.changed(self.signed(), "Authorization", None)), "missing")
        self.assertEqual(self.problem(self.changed(self.signed(), "Authorization", "AWS4-HMAC-SHA256 Credential=a")), "incomplete")
        self.assertEqual(self.problem(self.changed(self.signed(), "X-Amz-Date", None)), "incomplete")

    def test_unknown_key_and_wrong_secret(self) -> None:
        self.assertEqual(self.problem(self.signed(Key("NOBODY", "secret"))), "unknown_key")
        self.assertEqual(self.problem(self.signed(Key(KEY.access_key, "wrong"))), "mismatch")

    def test_tokens(self) -> None:
        session = self.ring.issue(60).key
        self.assertEqual(self.problem(self.signed(Key(session.access_key, session.secret))), "wrong_token")
        self.assertEqual(self.problem(self.signed(Key(session.access_key, session.secret, session.token + "x"))), "wrong_token")
        self.assertEqual(self.problem(self.signed(Key(KEY.access_key, KEY.secret, "made up"))), "wrong_token")
        self.assertEqual(self.problem(self.signed(self.ring.issue(-1).key)), "expired")
        self.ring.revoke_all()
        self.assertEqual(self.problem(self.signed(session)), "unknown_key")

    def test_clocks(self) -> None:
        self.assertEqual(self.problem(self.signed(minutes=-16)), "stale")
        self.assertEqual(self.problem(self.signed(minutes=16)), "early")
        self.check.clock_offset_seconds = 3600
        self.assertEqual(self.problem(self.signed()), "stale")
        self.assertIsNone(self.problem(self.signed(minutes=60)))

    def test_scope(self) -> None:
        self.assertEqual(self.problem(self.signed(region="eu-west-1")), "region")
        self.assertEqual(self.problem(self.signed(service="s3")), "mismatch")

    def test_what_was_changed_after_signing(self) -> None:
        tampered = self.signed()
        tampered.body = BODY.replace(b"items", b"other")
        self.assertEqual(self.problem(tampered), "mismatch")
        self.assertEqual(self.problem(self.changed(self.signed(), "X-Amz-Target", "DynamoDB_20120810.DeleteItem")), "mismatch")
        self.assertEqual(self.problem(self.changed(self.signed(), "Host", "elsewhere")), "mismatch")
        redirected = self.signed()
        redirected.target = "/other"
        self.assertEqual(self.problem(redirected), "mismatch")

    def test_what_has_to_be_signed(self) -> None:
        self.assertEqual(self.problem(self.changed(self.signed(), "X-Amz-Meta-A", "1")), "unsigned")

    def test_signed_headers_out_of_order(self) -> None:
        request = self.signed()
        swapped = request.header("Authorization").replace("host;x-amz-date", "x-amz-date;host")
        self.assertEqual(self.problem(self.changed(request, "Authorization", swapped)), "mismatch")

    def test_a_body_that_is_not_the_one_that_was_hashed(self) -> None:
        check = SignatureCheck(self.ring, "s3")
        headers = sign(KEY, "us-east-1", "s3", "PUT", "/b/k", {"Host": "h"}, b"one")
        self.assertEqual(check.judge(Request("PUT", "/b/k", list(headers.items()), b"two", 1)).problem, "body")


if __name__ == "__main__":
    unittest.main()
