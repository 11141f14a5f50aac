"""What can go wrong with any answer, as a client meets it: each fault of the proxies and stubs, looked at byte by byte."""

import http.client
import socket
import ssl
import tempfile
import threading
import time
import unittest
from pathlib import Path

import with_backends  # noqa: F401, puts tools on the path
from aws.fault_proxy import S3FaultProxy
from aws.operations import dynamodb_operation, s3_operation
from backends.faults import Faults
from backends.loopback_http import LoopbackServer, Reply, Request
from tls_server_side import server_side

BODY = bytes(range(256)) * 40
PATIENCE = 20  # seconds


class ToAProxy(unittest.TestCase):
    """Before a server that has one object."""

    def setUp(self) -> None:
        self.origin = LoopbackServer(lambda request: Reply(200, [("ETag", '"1"')], request.body or BODY))
        self.addCleanup(self.origin.stop)
        self.proxy = S3FaultProxy(self.origin.url)
        self.addCleanup(self.proxy.stop)

    def connect(self, timeout: float = PATIENCE) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.server.port, timeout=timeout)
        self.addCleanup(connection.close)
        return connection

    def get(self, connection: http.client.HTTPConnection | None = None, method: str = "GET", body: bytes | None = None, **headers: str):
        connection = connection or self.connect()
        connection.request(method, "/bucket/key", body, headers)
        return connection.getresponse()


class Faultless(ToAProxy):
    def test_many_requests_are_one_connection_on_either_side(self) -> None:
        connection = self.connect()
        for _ in range(20):
            self.assertEqual(self.get(connection).read(), BODY)
        self.assertEqual(self.get(connection, "PUT", b"x" * 100_000).read(), b"x" * 100_000)
        self.assertEqual(self.proxy.journal.counts(), {"GetObject": 20, "PutObject": 1})
        self.assertEqual((self.proxy.server.connections, self.origin.connections), (1, 1))
        self.proxy.forget()
        self.assertEqual((self.proxy.journal.counts(), self.proxy.server.connections), ({}, 0))

    def test_a_head_has_the_length_and_no_body(self) -> None:
        connection = self.connect()
        answer = self.get(connection, "HEAD")
        self.assertEqual((answer.headers["Content-Length"], answer.read()), (str(len(BODY)), b""))
        self.assertEqual(self.get(connection).read(), BODY)

    def test_expect_continue(self) -> None:
        with socket.create_connection(("127.0.0.1", self.proxy.server.port), PATIENCE) as peer:
            peer.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(b"ab")
            self.assertTrue(peer.recv(1000).endswith(b"\r\n\r\nab"))

    def test_how_many_were_at_work_at_once(self) -> None:
        everyone = threading.Barrier(5, timeout=PATIENCE)
        origin = LoopbackServer(lambda request: Reply(200 if everyone.wait() < 5 else 500))
        self.addCleanup(origin.stop)
        self.proxy = S3FaultProxy(origin.url)
        self.addCleanup(self.proxy.stop)
        clients = [threading.Thread(target=lambda: self.get().read()) for _ in range(5)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(PATIENCE)
        self.assertEqual((self.proxy.server.most_at_once, self.proxy.journal.count("GetObject", 200)), (5, 5))

    def test_an_origin_that_is_gone(self) -> None:
        self.origin.stop()
        with self.assertRaises(http.client.RemoteDisconnected):
            self.get()

    def test_connections_can_be_taken_away(self) -> None:
        connection = self.connect()
        self.get(connection).read()
        self.proxy.server.close_connections()
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
            self.get(connection)
        self.assertEqual(self.get().read(), BODY)


class Faulty(ToAProxy):
    def test_truncation(self) -> None:
        self.proxy.faults.add("truncate", after_bytes=1000)
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.get().read()
        self.assertEqual(caught.exception.partial, BODY[:1000])

    def test_reset_in_the_body(self) -> None:
        self.proxy.faults.add("reset", after_bytes=1000)
        with self.assertRaises(ConnectionResetError):
            self.get().read()

    def test_slow_drip(self) -> None:
        self.proxy.faults.add("drip", bytes_per_second=40_000)
        started = time.monotonic()
        self.assertEqual(self.get().read(), BODY)
        self.assertGreater(time.monotonic() - started, len(BODY) / 40_000)

    def test_too_long_a_content_length(self) -> None:
        self.proxy.faults.add("length", by=10)
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.get().read()
        self.assertEqual((len(caught.exception.partial), caught.exception.expected), (len(BODY), 10))

    def test_too_short_a_content_length_leaves_bytes_on_the_connection(self) -> None:
        self.proxy.faults.add("length", by=-10, times=1)
        with socket.create_connection(("127.0.0.1", self.proxy.server.port), PATIENCE) as peer, peer.makefile("rb") as incoming:
            for length, body in ((len(BODY) - 10, BODY), (len(BODY), BODY)):
                peer.sendall(b"GET /b/k HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertEqual(incoming.readline(), b"HTTP/1.1 200 OK\r\n")
                self.assertEqual(http.client.parse_headers(incoming)["Content-Length"], str(length))
                self.assertEqual(incoming.read(len(body)), body)

    def test_garbage(self) -> None:
        self.proxy.faults.add("garbage")
        answer = self.get()
        self.assertEqual(answer.status, 200)
        self.assertIn(b"<<<\xff", answer.read())

    def test_noise(self) -> None:
        self.proxy.faults.add("noise")
        with self.assertRaises(http.client.BadStatusLine):
            self.get()

    def test_no_answer(self) -> None:
        self.proxy.faults.add("hang")
        with self.assertRaises(TimeoutError):
            self.get(self.connect(0.1))

    def test_the_connection_ends_instead_of_an_answer(self) -> None:
        self.proxy.faults.add("close")
        with self.assertRaises(http.client.RemoteDisconnected):
            self.get()
        self.assertEqual(self.proxy.journal.statuses(), {"GetObject 0": 1})

    def test_an_error_of_somebody_in_between(self) -> None:
        self.proxy.faults.add("error", status=502, body="<html>bad gateway</html>")
        answer = self.get()
        self.assertEqual((answer.status, answer.read()), (502, b"<html>bad gateway</html>"))
        self.assertEqual(self.origin.connections, 0)


class Rules(unittest.TestCase):
    def fates(self, faults: Faults, operations: list[str]) -> list[str | None]:
        return [rule.fault if (rule := faults.choose(operation)) else None for operation in operations]

    def test_operation_skip_and_times(self) -> None:
        faults = Faults({"a", "b"})
        faults.add("a", "Get", skip=1, times=2)
        faults.add("b", "Put")
        self.assertEqual(self.fates(faults, ["Get", "Put", "Get", "Get", "Get", "List"]), [None, "b", "a", "a", None, None])
        self.assertEqual(faults.fired, {"a": 2, "b": 1})
        faults.clear()
        self.assertEqual(self.fates(faults, ["Put"]), [None])

    def test_a_ratio_is_kept_and_repeats(self) -> None:
        runs = []
        for _ in range(2):
            faults = Faults({"a"}, seed=7)
            faults.add("a", ratio=0.5)
            runs.append(self.fates(faults, ["Get"] * 1000))
        self.assertEqual(runs[0], runs[1])
        self.assertAlmostEqual(runs[0].count("a"), 500, delta=60)

    def test_a_fault_nobody_knows(self) -> None:
        with self.assertRaisesRegex(ValueError, "no fault called c; there are a, b"):
            Faults({"a", "b"}).add("c")


class Operations(unittest.TestCase):
    def test_of_s3(self) -> None:
        for method, target, wanted in (
                ("GET", "/b/k/l?versionId=1", "GetObject"), ("HEAD", "/b/k", "HeadObject"), ("PUT", "/b/k", "PutObject"),
                ("DELETE", "/b/k", "DeleteObject"), ("GET", "/b//k", "GetObject"), ("GET", "/b?list-type=2&prefix=k", "ListObjectsV2"),
                ("GET", "/b/?list-type=2", "ListObjectsV2"), ("HEAD", "/b", "HeadBucket"), ("PUT", "/b", "CreateBucket"),
                ("PUT", "/b?versioning=", "other"), ("GET", "/b?location", "GetBucketLocation"), ("GET", "/", "ListBuckets"),
                ("POST", "/b/k", "other")):
            self.assertEqual(s3_operation(Request(method, target, [("Host", "127.0.0.1:1")], b"", 1)), wanted, (method, target))
        self.assertEqual(s3_operation(Request("GET", "/k", [("Host", "b.localhost:1")], b"", 1)), "GetObject")

    def test_of_dynamodb(self) -> None:
        request = Request("POST", "/", [("x-amz-target", "DynamoDB_20120810.BatchGetItem")], b"", 1)
        self.assertEqual(dynamodb_operation(request), "BatchGetItem")
        self.assertEqual(dynamodb_operation(Request("GET", "/", [], b"", 1)), "none")


class Encrypted(unittest.TestCase):
    def test_a_proxy_speaks_tls(self) -> None:
        context, certificate = server_side(Path(self.enterContext(tempfile.TemporaryDirectory())))
        origin = LoopbackServer(lambda request: Reply(200, [], BODY))
        self.addCleanup(origin.stop)
        proxy = S3FaultProxy(origin.url, tls=context)
        self.addCleanup(proxy.stop)
        trusting = ssl.create_default_context(cafile=str(certificate))
        for trusts, good in ((trusting, True), (ssl.create_default_context(), False)):
            connection = http.client.HTTPSConnection("127.0.0.1", proxy.server.port, timeout=PATIENCE, context=trusts)
            self.addCleanup(connection.close)
            if good:
                connection.request("GET", "/b/k")
                self.assertEqual(connection.getresponse().read(), BODY)
            else:
                self.assertRaises(ssl.SSLCertVerificationError, connection.request, "GET", "/b/k")


if __name__ == "__main__":
    unittest.main()
