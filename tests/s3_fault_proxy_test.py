"""S3 through the fault proxy: what is right comes through untouched, what is wrong is wrong in S3's words."""

import time
import unittest
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime

from with_backends import need, started_rgw
from aws.fault_proxy import S3FaultProxy
from aws.signature_check import SignatureCheck
from backends.key_ring import KeyRing
from backends.s3_client import Answer, S3Client, text_of
from backends.sigv4 import Key

BUCKET = "bucket"


def setUpModule() -> None:
    global rgw
    need(rgw=True)
    rgw = started_rgw(sts=False)
    s3 = rgw.client()
    unittest.addModuleCleanup(s3.close)
    s3.create_bucket(BUCKET, versions=True)
    s3.put(BUCKET, "a b/+", b"x" * 10_000)


class ToS3(unittest.TestCase):
    def through(self, **how: object) -> S3FaultProxy:
        proxy = S3FaultProxy(rgw.url, **how)
        self.addCleanup(proxy.stop)
        return proxy

    def client(self, proxy: S3FaultProxy, key: Key | None = None, region: str = "us-east-1") -> S3Client:
        s3 = S3Client(proxy.url, key or rgw.key, region)
        self.addCleanup(s3.close)
        return s3

    def get(self, proxy: S3FaultProxy, key: Key | None = None, **how: str) -> Answer:
        return self.client(proxy, key, **how).get(BUCKET, "a b/+")


class Passing(ToS3):
    def test_all_that_s3_does_passes(self) -> None:
        proxy = self.through()
        s3 = self.client(proxy)
        etag, version = s3.put(BUCKET, "\u00e4/../?&=%2F", b"one")
        self.assertEqual(s3.get(BUCKET, "\u00e4/../?&=%2F", version).body, b"one")
        self.assertEqual(s3.get(BUCKET, "\u00e4/../?&=%2F", headers={"If-None-Match": etag}).status, 304)
        self.assertEqual(s3.get(BUCKET, "absent").code, "NoSuchKey")
        self.assertEqual(s3.request("HEAD", BUCKET, "absent").status, 404)
        self.assertEqual(s3.request("HEAD", BUCKET, "a b/+").headers["Content-Length"], "10000")
        self.assertEqual(s3.list(BUCKET, page=1), [b"a b/+", "\u00e4/../?&=%2F".encode()])
        s3.delete(BUCKET, "\u00e4/../?&=%2F")
        self.assertEqual(proxy.journal.counts(), {"PutObject": 1, "GetObject": 3, "HeadObject": 2, "ListObjectsV2": 2, "DeleteObject": 1})
        self.assertEqual((proxy.journal.count("GetObject", 304), proxy.journal.count("HeadObject", 404)), (1, 1))
        self.assertEqual(proxy.server.connections, 1)


class Faulty(ToS3):
    def test_errors_by_code(self) -> None:
        proxy = self.through()
        for code, status in (("SlowDown", 503), ("ServiceUnavailable", 503), ("InternalError", 500), ("ExpiredToken", 400),
                             ("InvalidToken", 400), ("AccessDenied", 403), ("NoSuchBucket", 404), ("NoSuchKey", 404)):
            proxy.faults.add("s3_answers", code=code, operation="GetObject", times=1)
            answer = self.get(proxy)
            self.assertEqual((answer.status, answer.code), (status, code))
        self.assertEqual(self.get(proxy).status, 200)

    def test_half_of_all_answers_slow_down(self) -> None:
        proxy = self.through()
        proxy.faults.add("s3_answers", code="SlowDown", ratio=0.5)
        s3 = self.client(proxy)
        statuses = [s3.get(BUCKET, "a b/+").status for _ in range(100)]
        self.assertEqual(set(statuses), {200, 503})
        self.assertEqual(proxy.faults.fired, {"s3_answers": statuses.count(503)})
        self.assertAlmostEqual(statuses.count(503), 50, delta=20)

    def test_an_error_to_a_head_has_no_body(self) -> None:
        proxy = self.through()
        proxy.faults.add("s3_answers", code="SlowDown", times=1)
        s3 = self.client(proxy)
        answer = s3.request("HEAD", BUCKET, "a b/+")
        self.assertEqual((answer.status, answer.body), (503, b""))
        self.assertEqual(s3.get(BUCKET, "a b/+").status, 200)

    def test_request_timeout_ends_the_connection(self) -> None:
        proxy = self.through()
        proxy.faults.add("request_timeout", times=1)
        answer = self.get(proxy)
        self.assertEqual((answer.status, answer.code, answer.headers["Connection"]), (400, "RequestTimeout", "close"))

    def test_a_clock_that_is_said_to_be_off(self) -> None:
        proxy = self.through()
        proxy.faults.add("skewed", seconds=600, times=1)
        answer = self.get(proxy)
        self.assertEqual((answer.status, answer.code), (403, "RequestTimeTooSkewed"))
        self.assertAlmostEqual(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time(), 600, delta=5)

    def test_the_bucket_is_elsewhere_for_good(self) -> None:
        proxy = self.through()
        proxy.faults.add("permanent_redirect", region="eu-central-1", times=2)
        answer = self.get(proxy)
        self.assertEqual((answer.status, answer.code, answer.headers["x-amz-bucket-region"]), (301, "PermanentRedirect", "eu-central-1"))
        self.assertEqual(text_of(ElementTree.fromstring(answer.body), "Endpoint"), f"{BUCKET}.s3.eu-central-1.amazonaws.com")
        self.assertIsNone(answer.headers["Location"])

    def test_the_bucket_is_elsewhere_for_now(self) -> None:
        proxy = self.through()
        proxy.faults.add("temporary_redirect", times=1)
        answer = self.get(proxy)
        self.assertEqual((answer.status, answer.code), (307, "TemporaryRedirect"))
        self.assertEqual(answer.headers["Location"], f"{rgw.url}/{BUCKET}/a%20b/%2B")


class Verifying(ToS3):
    """Where the gateway's own check does not reach: short sessions, AWS's clock, regions."""

    def setUp(self) -> None:
        self.ring = KeyRing()
        self.proxy = self.through(check=SignatureCheck(self.ring, "s3"), resign=rgw.key)

    def test_a_session_until_it_ends(self) -> None:
        session = self.ring.issue(60).key
        s3 = self.client(self.proxy, session)
        s3.put(BUCKET, "by a session", b"1")
        self.assertEqual(s3.get(BUCKET, "by a session").body, b"1")
        self.assertEqual(self.get(self.proxy, self.ring.issue(-1).key).code, "ExpiredToken")
        self.assertEqual(self.get(self.proxy, Key(session.access_key, session.secret)).code, "InvalidToken")
        self.assertEqual(self.get(self.proxy, Key(session.access_key, "wrong", session.token)).code, "SignatureDoesNotMatch")
        self.assertEqual(self.get(self.proxy, rgw.key).code, "InvalidAccessKeyId")
        self.assertEqual([refusal.problem for refusal in self.proxy.refusals], ["expired", "wrong_token", "mismatch", "unknown_key"])

    def test_what_is_meant_for_the_proxy_alone_is_not_signed_anew(self) -> None:
        answer = self.client(self.proxy, self.ring.issue(60).key).request("PUT", BUCKET, "expected", headers={"Expect": "100-continue"}, body=b"1")
        self.assertEqual(answer.status, 200)

    def test_a_clock_that_is_off_until_the_client_corrects_itself(self) -> None:
        self.proxy.set(clock_offset_seconds=7200)
        answer = self.get(self.proxy, self.ring.issue(60).key)
        self.assertEqual((answer.status, answer.code), (403, "RequestTimeTooSkewed"))
        self.assertAlmostEqual(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time(), 7200, delta=5)
        self.assertEqual(self.proxy.refusals[0].problem, "stale")

    def test_another_region(self) -> None:
        answer = self.get(self.proxy, self.ring.issue(60).key, region="eu-west-1")
        self.assertEqual((answer.status, answer.code), (400, "AuthorizationHeaderMalformed"))
        self.assertEqual(text_of(ElementTree.fromstring(answer.body), "Region"), "us-east-1")


if __name__ == "__main__":
    unittest.main()
