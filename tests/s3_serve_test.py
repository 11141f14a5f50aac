"""`aside serve` with its objects in S3: what it asks of the store, what it spares it, and what clients see when the store is in trouble."""

import json
import os
import threading
import time
import unittest
from unittest import mock

from aside import OBJECTS, Folder, Server, eventually
from with_backends import need, started_rgw
from aws.fault_proxy import S3FaultProxy
from s3_tool import signing_with
from tls_server_side import server_side

BUCKET = "bucket"
PREFIX = "of aside+/"


def setUpModule() -> None:
    global rgw, s3
    need(rgw=True)
    rgw = started_rgw(sts=False)
    s3 = rgw.client()
    unittest.addModuleCleanup(s3.close)
    s3.create_bucket(BUCKET, versions=True)
    for key, value in OBJECTS.items():
        s3.put(BUCKET, PREFIX + key, json.dumps(value).encode())


class OnS3(Folder):
    """The index is embedded; the objects are behind a proxy that counts and goes wrong."""

    def setUp(self) -> None:
        super().setUp()
        self.index = self.import_small()
        self.proxy = self.through(S3FaultProxy(rgw.url))
        for variable in [name for name in os.environ if name.startswith("AWS_")]:
            self.environment({variable: ""})
        self.environment(signing_with(rgw.key))

    def environment(self, variables: dict[str, str]) -> None:
        changed = mock.patch.dict(os.environ, variables)
        changed.start()
        self.addCleanup(changed.stop)

    def through(self, proxy: S3FaultProxy) -> S3FaultProxy:
        self.addCleanup(proxy.stop)
        return proxy

    def serving(self, *words: str, bucket: str = BUCKET, endpoint: str | None = None) -> Server:
        return self.serve(self.index, *words, objects=f"s3://{bucket}/of%20aside%2B?endpoint={endpoint or self.proxy.url}")

    def answers(self, *keys: str) -> list[int]:
        """What the store answered to reads of these, in order."""
        targets = {f"/{BUCKET}/of%20aside%2B/{key}" for key in keys}
        return [entry.status for entry in self.proxy.journal.entries("GetObject") if entry.request.path in targets]


class Reading(OnS3):
    def test_an_item_is_read_once_and_then_kept(self) -> None:
        server = self.serving()
        for _ in range(3):
            self.assertEqual(server.get("/items/all").json["values"], list(OBJECTS.values()))
        self.assertEqual(self.answers("a", "b", "c/d%20e"), [200, 200, 200])
        self.assertEqual(server.metric('aside_origin_loads_total{store="objects"'), 3)

    def test_connections_are_kept(self) -> None:
        server = self.serving("--workers", "1")
        server.get("/items/all")
        opened = self.proxy.server.connections
        for number in range(20):
            self.assertEqual(server.get(f"/objects/nowhere-{number}").status, 404)
        self.assertEqual(self.proxy.server.connections, opened)
        self.assertEqual(server.metric('aside_http_connections{client="s3"'), opened)

    def test_what_has_not_changed_is_not_sent_again(self) -> None:
        server = self.serving("--l1-fresh", "0", "--l1-stale-while-revalidate", "0")
        first = server.get("/objects/a")
        for _ in range(2):
            self.assertEqual(server.get("/objects/a").body, first.body)
        self.assertEqual(self.answers("a"), [200, 304, 304])
        s3.put(BUCKET, PREFIX + "a", b'"new"')
        self.addCleanup(s3.put, BUCKET, PREFIX + "a", json.dumps(OBJECTS["a"]).encode())
        self.assertEqual(server.get("/objects/a").json, "new")
        self.assertEqual(self.answers("a"), [200, 304, 304, 200])

    def test_a_version_is_read_by_its_id_and_never_asked_for_again(self) -> None:
        _, first = s3.put(BUCKET, PREFIX + "versioned", b"1")
        s3.put(BUCKET, PREFIX + "versioned", b"2")
        server = self.serving("--l1-fresh", "0", "--l1-stale-while-revalidate", "0")
        for _ in range(3):
            self.assertEqual(server.get(f"/objects/versioned?version={first}").json, 1)
        self.assertEqual(self.answers("versioned"), [200])

    def test_writes_are_read_at_once(self) -> None:
        server = self.serving()
        self.assertEqual(server.get("/objects/written/../x").status, 404)
        for value in (1, 2):
            self.assertEqual(server.admin("PUT", "/objects/written/../x", json.dumps(value)).status, 200)
            self.assertEqual(server.get("/objects/written/../x").json, value)
        self.assertEqual(s3.get(BUCKET, PREFIX + "written/../x").body, b"2")
        self.assertEqual(server.admin("DELETE", "/objects/written/../x").status, 200)
        self.assertEqual(server.get("/objects/written/../x").status, 404)

    def test_absence_is_believed_and_a_refusal_is_not(self) -> None:
        server = self.serving("--absent-fresh", "1h")
        for _ in range(3):
            self.assertEqual(server.get("/objects/nowhere").status, 404)
        self.assertEqual(self.answers("nowhere"), [404])
        self.proxy.faults.add("s3_answers", code="AccessDenied")
        self.assertEqual(server.get("/objects/a").status, 502)
        self.proxy.faults.clear()
        self.assertEqual(self.answers("a"), [403])
        self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])

    def test_a_bucket_that_is_not_there_is_told_loudly(self) -> None:
        server = self.serving(bucket="nowhere")
        for _ in range(5):
            self.assertEqual(server.get("/objects/a").status, 502)
        eventually(lambda: "store.refused" in server.log.read_text(), "the log says so")
        told = [line for line in server.log.read_text().splitlines() if "store.refused" in line]
        self.assertEqual(len(told), 1)
        self.assertIn("the bucket does not exist", told[0])


class InTrouble(OnS3):
    LOADERS = 4
    KEYS = 50

    def read_for(self, server: Server, seconds: float) -> list[int]:
        statuses: list[int] = []

        def ask(first: int) -> None:
            connection = server.connect()
            end = time.monotonic() + seconds
            number = first
            while time.monotonic() < end:
                connection.request("GET", f"/objects/busy-{number % self.KEYS}")
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
                number += 1
            connection.close()

        clients = [threading.Thread(target=ask, args=(number * 7,)) for number in range(self.LOADERS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return statuses

    def attempts(self, server: Server) -> dict[str, float]:
        return {kind: server.metric('aside_origin_attempts_total{store="objects",kind="%s"' % kind) for kind in ("first", "retry", "hedge")}

    def test_half_the_answers_slow_down_and_no_client_sees_it(self) -> None:
        for number in range(self.KEYS):
            s3.put(BUCKET, PREFIX + f"busy-{number}", b"[%d]" % number)
        server = self.serving("--l1-fresh", "200ms", "--l1-stale-while-revalidate", "400ms", "--l1-jitter", "0")
        for number in range(self.KEYS):
            self.assertEqual(server.get(f"/objects/busy-{number}").status, 200)
        self.proxy.faults.add("s3_answers", code="SlowDown", ratio=0.5)
        statuses = self.read_for(server, 6)
        self.assertEqual(set(statuses), {200})
        self.assertGreater(len(statuses), 1000)
        attempts = self.attempts(server)
        self.assertGreater(attempts["first"], 200)
        self.assertGreater(attempts["retry"], 10)
        self.assertLessEqual(attempts["retry"] + attempts["hedge"], 0.2 * attempts["first"])
        self.assertLessEqual(attempts["hedge"], 0.05 * attempts["first"])
        # Nothing is sent that the guard does not know of, but whether the store is there at all.
        self.assertAlmostEqual(self.proxy.journal.count("GetObject"), sum(attempts.values()), delta=10)
        self.assertGreater(self.proxy.faults.fired["s3_answers"], 100)

    def test_a_store_that_is_gone_leaves_what_is_stale(self) -> None:
        server = self.serving("--l1-fresh", "0", "--l1-stale-while-revalidate", "0")
        self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])
        self.proxy.stop()
        self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])
        self.assertIn(server.get("/objects/b").status, (502, 503, 504))


class Secured(OnS3):
    """By TLS, whose certificate must be signed by whom AWS_CA_BUNDLE names, for the host that is meant."""

    def secured(self, name: str) -> S3FaultProxy:
        context, certificate = server_side(self.folder, name)
        self.environment({"AWS_CA_BUNDLE": str(certificate)})
        return self.through(S3FaultProxy(rgw.url, tls=context))

    def test_the_name_that_is_meant(self) -> None:
        proxy = self.secured("DNS:localhost")
        server = self.serving(endpoint=f"https://localhost:{proxy.server.port}")
        self.assertEqual(server.get("/items/all").json["values"], list(OBJECTS.values()))
        self.assertGreaterEqual(proxy.journal.count("GetObject", 200), 3)

    def test_another_name_is_refused(self) -> None:
        proxy = self.secured("DNS:elsewhere")
        server = self.serving(endpoint=f"https://localhost:{proxy.server.port}")
        self.assertEqual(server.get("/objects/a").status, 502)
        self.assertEqual(proxy.journal.counts(), {})


if __name__ == "__main__":
    unittest.main()
