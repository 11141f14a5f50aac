"""The S3 server that Aside is tried against does what the tests count on: it checks signatures, keeps keys and versions apart."""

import threading
import time
import unittest
from datetime import datetime, timedelta, timezone

from with_backends import need, started_rgw
from backends.rgw import altered_session, assume_role
from backends.sigv4 import Key, sign

BUCKET = "bucket"
PATIENCE = 20  # seconds
AWKWARD = ["a b", "pl+us", "a/../b", "../x", "x//y", "./z", "/lead", "pct%2F%zz", "q?x=1&y#z", "par(en)!*'", "co:lon@at,semi;=$", "t/",
           "\u00e4\u20ac\U0001f600", "~", 'quote"<&>', "back\\slash", "tab\tline\n", "k" * 1019]


def setUpModule() -> None:
    global rgw, sts_rgw
    need(rgw=True)
    rgw = started_rgw(sts=False)
    sts_rgw = started_rgw(sts=True, rgw_max_concurrent_requests="1")


class Objects(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.s3 = rgw.client()
        cls.addClassCleanup(cls.s3.close)
        cls.s3.create_bucket(BUCKET, versions=True)

    def test_awkward_keys_are_kept_byte_for_byte(self) -> None:
        for number, key in enumerate(AWKWARD):
            self.s3.put(BUCKET, "keys/" + key, b"%d" % number)
        for number, key in enumerate(AWKWARD):
            with self.subTest(key=key):
                self.assertEqual(self.s3.get(BUCKET, "keys/" + key).body, b"%d" % number)
        wanted = sorted(("keys/" + key).encode() for key in AWKWARD)
        self.assertEqual(self.s3.list(BUCKET, "keys/", page=4), wanted)

    def test_versions_are_kept_and_a_deleted_object_is_absent(self) -> None:
        etag, first = self.s3.put(BUCKET, "versioned", b"one")
        _, second = self.s3.put(BUCKET, "versioned", b"two")
        self.s3.delete(BUCKET, "versioned")
        gone = self.s3.get(BUCKET, "versioned")
        self.assertEqual((gone.status, gone.code), (404, "NoSuchKey"))
        self.assertEqual(self.s3.get(BUCKET, "versioned", first).body, b"one")
        answer = self.s3.get(BUCKET, "versioned", second)
        self.assertEqual((answer.body, answer.headers["x-amz-version-id"]), (b"two", second))
        self.assertNotEqual(answer.headers["ETag"], etag)

    def test_an_unchanged_object_is_not_sent_again(self) -> None:
        etag, _ = self.s3.put(BUCKET, "same", b"body")
        same = self.s3.get(BUCKET, "same", headers={"If-None-Match": etag})
        self.assertEqual((same.status, same.body), (304, b""))
        other = self.s3.get(BUCKET, "same", headers={"If-None-Match": '"0"'})
        self.assertEqual((other.status, other.body), (200, b"body"))

    def test_conditional_writes(self) -> None:
        """Where there are no versions: this gateway, other than AWS, lets If-None-Match pass where there are."""
        self.s3.create_bucket("unversioned")
        self.s3.put("unversioned", "held", b"one")
        for condition in ({"If-None-Match": "*"}, {"If-Match": '"0"'}):
            self.assertEqual(self.s3.request("PUT", "unversioned", "held", headers=condition, body=b"two").status, 412)
        self.assertEqual(self.s3.get("unversioned", "held").body, b"one")

    def test_no_such_bucket(self) -> None:
        answer = self.s3.get("nowhere", "key")
        self.assertEqual((answer.status, answer.code), (404, "NoSuchBucket"))

    def test_who_may_not_list_learns_nothing_of_what_is_absent(self) -> None:
        reader = Key("READERKEY", "secret")
        rgw.create_user("reader", reader)
        self.s3.create_bucket("readable")
        self.s3.put("readable", "there", b"1")
        self.s3.put_policy("readable", {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam:::user/reader"}, "Action": ["s3:GetObject"],
                                        "Resource": ["arn:aws:s3:::readable/*"]})
        asking = rgw.client(reader)
        self.addCleanup(asking.close)
        self.assertEqual(asking.get("readable", "there").status, 200)
        answer = asking.get("readable", "absent")
        self.assertEqual((answer.status, answer.code), (403, "AccessDenied"))

    def test_a_bucket_in_the_name_of_the_host(self) -> None:
        self.s3.put(BUCKET, "by host", b"1")
        signed = sign(rgw.key, "us-east-1", "s3", "GET", "/by%20host", {"Host": f"{BUCKET}.localhost:{rgw.port}"})
        self.assertEqual(self.s3.send("GET", "/by%20host", signed).body, b"1")

    def test_the_gateway_counts(self) -> None:
        before = rgw.counters()["get"]
        for _ in range(3):
            self.s3.get(BUCKET, "keys/~")
        self.assertEqual(rgw.counters()["get"], before + 3)


class Overloaded(unittest.TestCase):
    def test_too_many_at_once_are_told_to_slow_down(self) -> None:
        """By the gateway itself, which here serves one request at a time."""
        answers: list[tuple[int, str | None]] = []

        def ask() -> None:
            s3 = sts_rgw.client()
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and not any(status == 503 for status, _ in answers):
                answer = s3.get("first", "object")
                answers.append((answer.status, answer.code))
            s3.close()

        clients = [threading.Thread(target=ask) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertEqual(set(answers), {(200, None), (503, "SlowDown")})


class Signatures(unittest.TestCase):
    def setUp(self) -> None:
        self.s3 = rgw.client()
        self.addCleanup(self.s3.close)
        self.host = {"Host": f"127.0.0.1:{rgw.port}"}

    def refused(self, headers: dict[str, str], target: str = "/first/object", method: str = "GET", body: bytes = b"") -> tuple[int, str]:
        answer = self.s3.send(method, target, headers, body)
        return answer.status, answer.code

    def test_wrong_secret_and_unknown_key(self) -> None:
        for key, code in ((Key(rgw.key.access_key, "wrong"), "SignatureDoesNotMatch"), (Key("NOBODY", "x"), "InvalidAccessKeyId")):
            self.assertEqual(self.refused(sign(key, "us-east-1", "s3", "GET", "/first/object", self.host)), (403, code))

    def test_tampered_requests(self) -> None:
        signed = sign(rgw.key, "us-east-1", "s3", "GET", "/first/object", self.host | {"x-amz-meta-a": "1"})
        self.assertEqual(self.s3.send("GET", "/first/object", signed).status, 200)
        self.assertEqual(self.refused(signed | {"x-amz-meta-a": "2"}), (403, "SignatureDoesNotMatch"))
        self.assertEqual(self.refused(signed, "/first/object?versionId=1"), (403, "SignatureDoesNotMatch"))
        put = sign(rgw.key, "us-east-1", "s3", "PUT", "/first/object", self.host, b"1")
        self.assertEqual(self.refused(put, method="PUT", body=b"2"), (400, "XAmzContentSHA256Mismatch"))

    def test_a_clock_that_is_off(self) -> None:
        then = datetime.now(timezone.utc) - timedelta(minutes=20)
        signed = sign(rgw.key, "us-east-1", "s3", "GET", "/first/object", self.host, now=then)
        self.assertEqual(self.refused(signed), (403, "RequestTimeTooSkewed"))

    def test_sessions_are_real(self) -> None:
        sts_rgw.create_role()
        key, _ = assume_role(sts_rgw.url)
        for asked, status in ((key, 200), (altered_session(key), 400), (Key(key.access_key, key.secret), 403)):
            client = sts_rgw.client(asked)
            self.addCleanup(client.close)
            self.assertEqual(client.get("first", "object").status, status)


if __name__ == "__main__":
    unittest.main()
