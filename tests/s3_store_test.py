"""Aside's S3 store on a real S3 server: what it writes is there, what it reads is so, and every error is what it is taken for."""

import threading
import time
import unittest

from with_backends import need, started_rgw
from aws.fault_proxy import S3FaultProxy
from aws.signature_check import SignatureCheck
from backends.container_credentials import ContainerCredentials
from backends.key_ring import KeyRing
from backends.rgw import altered_session, assume_role
from backends.sigv4 import Key
from rgw_test import AWKWARD
from s3_tool import S3Tool, signing_with

BUCKET = "bucket"
PLAIN = "unversioned"
BODY = b'{"of": "an object"}' * 500


def setUpModule() -> None:
    global rgw, sts_rgw, s3
    need(rgw=True)
    rgw = started_rgw(sts=False)
    sts_rgw = started_rgw(sts=True)
    s3 = rgw.client()
    unittest.addModuleCleanup(s3.close)
    s3.create_bucket(BUCKET, versions=True)
    s3.create_bucket(PLAIN)
    s3.put(BUCKET, "held", BODY)


class Store(unittest.TestCase):
    def store(self, url: str | None = None, key: Key | None = None, bucket: str = BUCKET, words: tuple[str, ...] = (),
              credentials: dict[str, str] | None = None) -> S3Tool:
        tool = S3Tool(url or rgw.url, bucket, credentials or signing_with(key or rgw.key), *words)
        self.addCleanup(tool.stop)
        return tool


class Objects(Store):
    def test_awkward_keys_are_kept_byte_for_byte(self) -> None:
        store = self.store(words=("--prefix", "../+/"))
        for number, key in enumerate(AWKWARD):
            self.assertEqual(store.put(key, b"%d" % number).word, "done", key)
        for number, key in enumerate(AWKWARD):
            with self.subTest(key=key):
                self.assertEqual(store.load(key).body, b"%d" % number)
                # And it is there for everybody else.
                self.assertEqual(s3.get(BUCKET, "../+/" + key).body, b"%d" % number)
        self.assertEqual([key for key, _ in store.list()], sorted(key.encode() for key in AWKWARD))
        for key in AWKWARD:
            self.assertEqual(store.remove(key).word, "done")
            self.assertEqual(store.load(key).word, "absent")
        self.assertEqual(store.list(), [])
        self.assertEqual(store.connections["dials"], 1)

    def test_a_key_that_is_no_text_is_refused_and_not_absent(self) -> None:
        store = self.store()
        for told in (store.put(b"\xff\xfe", b"1"), store.load(b"\xff\xfe"), store.remove(b"\xff\xfe")):
            self.assertEqual(told.code, "bad_input")

    def test_an_unchanged_object_is_not_sent_again(self) -> None:
        store = self.store()
        store.put("same", b"[1]")
        first = store.load("same")
        self.assertEqual((first.word, first.body), ("found", b"[1]"))
        self.assertEqual(store.load("same", validator=first.validator).word, "not_modified")
        store.put("same", b"[2]")
        second = store.load("same", validator=first.validator)
        self.assertEqual((second.word, second.body), ("found", b"[2]"))
        self.assertNotEqual(second.validator, first.validator)
        self.assertEqual(store.tell("head", "same", "").validator, second.validator)

    def test_versions(self) -> None:
        _, first = s3.put(BUCKET, "versioned", b"one")
        _, second = s3.put(BUCKET, "versioned", b"two")
        store = self.store()
        self.assertEqual(store.load("versioned", first).body, b"one")
        self.assertEqual(store.load("versioned", second).body, b"two")
        self.assertEqual(store.load("versioned").body, b"two")
        self.assertEqual(store.remove("versioned", second).word, "done")
        self.assertEqual(store.load("versioned").body, b"one")
        self.assertEqual(store.load("versioned", second).word, "absent")
        marker = s3.request("DELETE", BUCKET, "versioned").headers["x-amz-version-id"]
        self.assertEqual(store.load("versioned").word, "absent")
        self.assertEqual(store.load("versioned", marker).word, "absent", "the mark of a deletion")
        self.assertEqual(store.load("versioned", first).body, b"one")

    def test_writes_that_may_not_replace(self) -> None:
        store = self.store(bucket=PLAIN)
        self.assertEqual(store.tell("put_if_absent", "once", b"[1]").word, "done")
        self.assertEqual(store.tell("put_if_absent", "once", b"[2]").code, "conflict")
        self.assertEqual(store.load("once").body, b"[1]")

    def test_what_is_absent(self) -> None:
        store = self.store()
        self.assertEqual(store.load("nowhere").word, "absent")
        self.assertEqual(store.tell("head", "nowhere", "").word, "absent")
        self.assertEqual(store.remove("nowhere").word, "done")

    def test_empty_and_large_bodies(self) -> None:
        store = self.store()
        for body in (b"", bytes(range(256)) * 8192):
            self.assertEqual(store.put("sized", body).word, "done")
            self.assertEqual(store.load("sized").body, body)

    def test_a_list_of_more_than_a_page(self) -> None:
        store = self.store(bucket=PLAIN, words=("--prefix", "many/"))
        wanted = [(b"%04d +" % number, number % 7) for number in range(1203)]
        for key, size in wanted:
            store.put(key, b"x" * size)
        self.assertEqual(store.list(), wanted)

    def test_the_limit_on_size(self) -> None:
        store = self.store()
        self.assertEqual(store.load("held", max_bytes=len(BODY)).body, BODY)
        self.assertEqual(store.load("held", max_bytes=len(BODY) - 1).code, "too_large")
        self.assertEqual(store.load("nowhere", max_bytes=1).word, "absent", "what S3 says of an error is not the object")

    def test_a_bucket_in_the_name_of_the_host(self) -> None:
        store = self.store(words=("--virtual", "--host", f"localhost:{rgw.port}"))
        self.assertEqual(store.load("held").body, BODY)
        self.assertEqual(store.put("by host/../x", b"1").word, "done")
        self.assertEqual(s3.get(BUCKET, "by host/../x").body, b"1")
        self.assertIn(b"by host/../x", [key for key, _ in store.list()])


class Refusals(Store):
    def refused(self, store: S3Tool, key: str = "held") -> tuple[str, str]:
        told = store.load(key)
        return told.code, told.detail

    def test_no_such_bucket_is_no_absence(self) -> None:
        code, detail = self.refused(self.store(bucket="nowhere"))
        self.assertEqual(code, "not_found")
        self.assertIn("the bucket does not exist", detail)

    def test_who_may_not_read_is_denied_and_never_told_absent(self) -> None:
        stranger = Key("STRANGERKEY", "secret")
        rgw.create_user("stranger", stranger)
        for key in ("held", "nowhere"):
            code, detail = self.refused(self.store(key=stranger), key)
            self.assertEqual(code, "denied")
            self.assertIn("a policy does not allow it", detail)

    def test_wrong_keys(self) -> None:
        code, detail = self.refused(self.store(key=Key(rgw.key.access_key, "wrong")))
        self.assertEqual(code, "denied")
        self.assertIn("the secret does not belong to the access key", detail)
        code, detail = self.refused(self.store(key=Key("NOBODY", "x")))
        self.assertEqual(code, "denied")
        self.assertIn("the access key is not known", detail)

    def test_sessions_of_the_server(self) -> None:
        sts_rgw.create_role()
        key, _ = assume_role(sts_rgw.url)
        self.assertEqual(self.store(sts_rgw.url, key, bucket="first").load("object").body, b"{}")
        for wrong in (altered_session(key), Key(key.access_key, key.secret)):
            store = self.store(sts_rgw.url, wrong, bucket="first")
            self.assertIsNotNone(store.load("object").code)
            self.assertIsNotNone(store.load("nowhere").code, "never absent")


class Troubles(Store):
    """Each through the fault proxy, and then all is well again, over as few connections as that allows."""

    def setUp(self) -> None:
        self.proxy = S3FaultProxy(rgw.url)
        self.addCleanup(self.proxy.stop)
        self.s3 = self.store(self.proxy.url)

    def told(self, fault: str, limit_ms: int = 10_000, **how: object):
        self.proxy.faults.add(fault, times=1, **how)
        told = self.s3.load("held", limit_ms=limit_ms)
        self.assertEqual(self.s3.load("held").body, BODY, f"after {fault}")
        return told

    def test_errors_by_code(self) -> None:
        for said, code in (("SlowDown", "throttled"), ("ServiceUnavailable", "throttled"), ("InternalError", "io"), ("AccessDenied", "denied"),
                           ("NoSuchBucket", "not_found"), ("InvalidToken", "denied")):
            with self.subTest(said=said):
                self.assertEqual(self.told("s3_answers", code=said).code, code)
        self.assertEqual(self.told("s3_answers", code="NoSuchKey").word, "absent")
        self.assertEqual(self.told("request_timeout").code, "timed_out")
        self.assertEqual(self.told("error", status=503).code, "throttled")
        self.assertEqual(self.told("error", status=404).code, "protocol", "a 404 that names nothing is not S3's word")
        self.assertEqual(self.told("error", status=403).code, "denied")

    def test_an_answer_that_breaks_off(self) -> None:
        for fault in ("truncate", "reset"):
            with self.subTest(fault=fault):
                told = self.told(fault, after_bytes=100)
                self.assertEqual(told.code, "connection_lost")
        self.assertIn(self.told("length", by=10, limit_ms=500).code, ("connection_lost", "timed_out"))
        self.assertEqual(self.told("length", by=-10).word, "found", "the rest is nobody's")

    def test_an_answer_that_does_not_come_in_time(self) -> None:
        for fault, how in (("hang", {}), ("drip", {"bytes_per_second": 1000}), ("delay", {"seconds": 5})):
            with self.subTest(fault=fault):
                began = time.monotonic()
                self.assertEqual(self.told(fault, limit_ms=300, **how).code, "timed_out")
                self.assertLess(time.monotonic() - began, 3)

    def test_what_is_no_answer_of_s3(self) -> None:
        self.assertEqual(self.told("noise").code, "connection_lost", "it ends before a line does")
        self.assertEqual(self.told("garbage", status=404).code, "protocol")
        self.assertEqual(self.told("garbage", status=500).code, "io")
        self.proxy.faults.add("garbage", operation="ListObjectsV2", times=1)
        self.assertEqual(self.s3.tell("list", "").code, "protocol")

    def test_the_bucket_is_elsewhere(self) -> None:
        told = self.told("permanent_redirect", region="eu-central-1")
        self.assertEqual(told.code, "denied")
        self.assertIn("set region=", told.detail)
        self.assertIn("the bucket is in eu-central-1", told.detail)
        self.assertEqual(self.told("temporary_redirect").code, "denied")

    def test_errors_keep_the_connection(self) -> None:
        self.s3.load("held")
        self.proxy.faults.add("s3_answers", code="SlowDown", times=20)
        for _ in range(20):
            self.assertEqual(self.s3.load("held").code, "throttled")
        self.assertEqual(self.proxy.server.connections, 1)

    def test_a_kept_connection_that_the_server_gave_up(self) -> None:
        self.s3.load("held")
        self.proxy.faults.add("close", times=1)
        self.assertEqual(self.s3.load("held").body, BODY, "sent once more, for nothing of an answer had come")
        self.assertEqual(self.proxy.journal.counts(), {"GetObject": 3})


class Mendings(Store):
    """Behind a check of sessions and clocks that is as AWS's; the gateway's own knows neither."""

    def setUp(self) -> None:
        self.ring = KeyRing()
        self.proxy = S3FaultProxy(rgw.url, check=SignatureCheck(self.ring, "s3"), resign=rgw.key)
        self.addCleanup(self.proxy.stop)
        self.stub = ContainerCredentials(self.ring.issue)
        self.addCleanup(self.stub.stop)

    def behind(self, *words: str) -> S3Tool:
        return self.store(self.proxy.url, credentials=self.stub.environment(), words=words)

    def test_sessions_that_end_under_load_are_renewed_ahead(self) -> None:
        self.stub.set(lifetime_seconds=2)
        counts = self.behind().load_for("held", 5000, 8)
        self.assertEqual(counts.keys(), {"found"})
        self.assertGreaterEqual(self.ring.issued, 3)
        self.assertLessEqual(self.ring.issued, 8)
        self.assertEqual(list(self.proxy.refusals), [])

    def test_a_session_that_is_taken_away_under_load_is_replaced(self) -> None:
        store = self.behind("--young-ms", "200")
        revoke = threading.Timer(1, self.ring.revoke_all)
        revoke.start()
        self.addCleanup(revoke.cancel)
        counts = store.load_for("held", 2000, 8)
        self.assertEqual(counts.keys(), {"found"}, "nobody hears of it")
        self.assertEqual(self.ring.issued, 2)
        self.assertTrue(all(refusal.problem == "unknown_key" for refusal in self.proxy.refusals))
        self.assertLessEqual(len(self.proxy.refusals), 16)
        self.assertGreaterEqual(len(self.proxy.refusals), 1)

    def test_a_clock_that_is_off_is_corrected_once(self) -> None:
        for seconds in (1200, -7200):
            self.proxy.forget()
            self.proxy.set(clock_offset_seconds=seconds)
            store = self.behind()
            for _ in range(5):
                self.assertEqual(store.load("held").body, BODY)
            self.assertEqual(len(self.proxy.refusals), 1)
            self.assertEqual(self.proxy.journal.counts(), {"GetObject": 6})

    def test_another_region_says_which(self) -> None:
        told = self.behind("--region", "eu-west-1").load("held")
        self.assertEqual(told.code, "denied")
        self.assertIn("the bucket is in us-east-1", told.detail)

    def test_what_the_store_signs_is_right_to_the_last_byte(self) -> None:
        store = self.behind("--prefix", "a %2/")
        for key in AWKWARD:
            self.assertEqual(store.put(key, key.encode()).word, "done", key)
            self.assertEqual(store.load(key).body, key.encode())
            self.assertEqual(store.remove(key).word, "done", key)
        self.assertEqual(list(self.proxy.refusals), [])


if __name__ == "__main__":
    unittest.main()
