"""The whole flow: DynamoDB, then memory, then a Redis Cluster, then S3, and back into both caches.

What each step did is counted on both sides: by Aside (its /metrics) and by the proxies before DynamoDB Local and RGW, which check every
signature too.
"""

import json
import shutil
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from aside import Folder, eventually
from redis_cluster import TOOL, RedisCluster
from redis_server import SERVER
from with_backends import need, signing_as, started_dynamodb, started_rgw
from aws.fault_proxy import DynamoDbFaultProxy, S3FaultProxy
from aws.signature_check import SignatureCheck
from backends.key_ring import KeyRing

TABLE, BUCKET, PREFIX = "items", "shop", "de/"
NAMES = ["a", "b c", "c+d", "d/é", "e%2F"]
OBJECTS = len(NAMES)
READS = OBJECTS + 1  # with the index
SLOTS = 16384  # of a Redis Cluster


def setUpModule() -> None:
    global rgw, dynamodb, cluster, bucket, table
    need(rgw=True, dynamodb=True)
    if not shutil.which(SERVER) or not TOOL.exists():
        raise unittest.SkipTest("needs redis-server and aside_lab_tool")
    rgw, dynamodb = started_rgw(), started_dynamodb()
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    cluster = RedisCluster(Path(folder.name) / "cluster")
    cluster.start()
    unittest.addModuleCleanup(cluster.stop)
    bucket, table = rgw.client(), dynamodb.client()
    for client in (bucket, table):
        unittest.addModuleCleanup(client.close)
    bucket.create_bucket(BUCKET)
    table.create_table(TABLE)


class Flow(Folder):
    """Each test has an item of its own, of five objects."""

    def setUp(self) -> None:
        super().setUp()
        self.item = self.id().rpartition(".")[2]
        self.bodies = {f"{self.item}/{name}": {"of": name} for name in NAMES}
        for key, body in self.bodies.items():
            bucket.put(BUCKET, PREFIX + key, json.dumps(body).encode())
        self.put_item(*self.bodies)
        self.s3 = S3FaultProxy(rgw.url, SignatureCheck(KeyRing(rgw.key), "s3"))
        self.dynamodb = DynamoDbFaultProxy(dynamodb.url, SignatureCheck(KeyRing(dynamodb.key), "dynamodb"))
        for proxy in (self.s3, self.dynamodb):
            self.addCleanup(proxy.stop)
            self.addCleanup(lambda proxy=proxy: self.assertEqual(list(proxy.refusals), []))

    def put_item(self, *keys: str) -> None:
        table.put(TABLE, {"id": {"S": self.item}, "refs": {"L": [{"S": key} for key in keys]}})

    def start(self, fresh: str = "1h"):
        # Fresh for so long that no test outlives it, unless it says otherwise. What L2 cannot say within its budget is read from the
        # origin: on a busy machine the usual one would not do.
        server = self.serve(f"dynamodb://{TABLE}?endpoint={self.dynamodb.url}", "--l2", cluster.url, "--index-fresh", "1h",
                            "--l1-fresh", fresh, "--redis-read-budget", "5s",
                            objects=f"s3://{BUCKET}/{PREFIX}?endpoint={self.s3.url}&style=path", env=signing_as(rgw.key))
        eventually(lambda: server.admin("GET", "/readyz").status == 200, "it is ready")
        eventually(lambda: (server.metric("aside_l2_covered_slots"), server.metric("aside_l2_unheard_slots")) == (SLOTS, 0), "L2 is found")
        for proxy in (self.s3, self.dynamodb):
            proxy.forget()
        return server

    def read(self, server) -> object:
        answer = server.get(f"/items/{self.item}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json["values"]

    def counts(self, server) -> Counter:
        told = Counter({f"{proxy} {operation}": count for proxy, journal in (("s3", self.s3.journal), ("dynamodb", self.dynamodb.journal))
                        for operation, count in journal.counts().items()})
        for name in ("l1_hit", "l1_miss", "l2_hit", "l2_miss", "origin_hit", "origin_absent"):
            tier, _, answer = name.partition("_")
            told[name] = int(server.metric(f'aside_reads_total{{tier="{tier}",answer="{answer}"}}'))
        for store in ("index", "objects"):
            told[f"{store} loads"] = int(server.metric(f'aside_origin_loads_total{{store="{store}"}}'))
        told["stored in l2"] = self.stored(server)
        return told

    def stored(self, server) -> int:
        return int(server.metric('aside_fills_total{tier="l2",result="stored"}'))

    def taken(self, server, step, fills: int = 0) -> dict[str, int]:
        """What `step()` made both sides count. Fills end after the answer."""
        before = self.counts(server)
        step()
        eventually(lambda: self.stored(server) == before["stored in l2"] + fills, f"{fills} fills are confirmed")
        return {name: count for name, count in (self.counts(server) - before).items() if count}

    def warm(self, server) -> None:
        self.assertEqual(self.read(server), list(self.bodies.values()))
        eventually(lambda: self.stored(server) == READS, "the fills are confirmed")


class Steps(Flow):
    def test_first_read(self) -> None:
        server = self.start()
        taken = self.taken(server, lambda: self.read(server), fills=READS)
        self.assertEqual(taken, {"dynamodb GetItem": 1, "s3 GetObject": OBJECTS, "index loads": 1, "objects loads": OBJECTS,
                                 "l1_miss": READS, "l2_miss": READS, "origin_hit": READS, "stored in l2": READS})

    def test_second_read_is_of_memory_alone(self) -> None:
        server = self.start()
        self.warm(server)
        self.assertEqual(self.taken(server, lambda: self.read(server)), {"l1_hit": READS})

    def test_after_a_restart_it_is_of_l2_alone(self) -> None:
        first = self.start()
        self.warm(first)
        self.assertEqual(first.terminate(), 0)
        server = self.start()
        self.assertEqual(self.taken(server, lambda: self.read(server)), {"l1_miss": READS, "l2_hit": READS})

    def test_one_object_gone_from_l2_is_one_request_to_s3(self) -> None:
        self.warm(self.start())
        gone = f"{self.item}/{NAMES[2]}"
        self.assertEqual(cluster.command("DEL", f"aside:o:{gone}"), 1)
        server = self.start()
        taken = self.taken(server, lambda: self.read(server), fills=1)
        self.assertEqual(taken, {"s3 GetObject": 1, "objects loads": 1, "l1_miss": READS, "l2_hit": READS - 1, "l2_miss": 1,
                                 "origin_hit": 1, "stored in l2": 1})

    def test_after_an_invalidation_the_index_is_read_consistently(self) -> None:
        server = self.start()
        self.warm(server)
        kept = list(self.bodies)[:2]
        self.put_item(*kept)
        self.assertEqual(len(self.read(server)), OBJECTS, "nobody has said that it changed")
        self.assertEqual(server.admin("POST", "/invalidate", json.dumps({"items": [self.item]})).status, 200)
        taken = self.taken(server, lambda: self.assertEqual(self.read(server), [self.bodies[key] for key in kept]), fills=1)
        self.assertEqual(taken, {"dynamodb GetItem": 1, "index loads": 1, "l1_miss": 1, "l2_miss": 1, "origin_hit": 1, "stored in l2": 1,
                                 "l1_hit": len(kept)})
        asked = [json.loads(entry.request.body)["ConsistentRead"] for entry in self.dynamodb.journal.entries("GetItem")]
        self.assertEqual(asked, [False, True])

    def test_an_absent_item_asks_s3_nothing(self) -> None:
        server = self.start()
        self.warm(server)
        taken = self.taken(server, lambda: self.assertEqual(server.get(f"/items/no-{self.item}").status, 404), fills=1)
        self.assertEqual(taken, {"dynamodb GetItem": 1, "index loads": 1, "l1_miss": 1, "l2_miss": 1, "origin_absent": 1, "stored in l2": 1})

    def test_what_is_no_longer_fresh_is_renewed_without_its_body(self) -> None:
        server = self.start(fresh="0")
        for _ in range(2):
            self.assertEqual(self.read(server), list(self.bodies.values()))
        self.assertEqual((self.s3.journal.count("GetObject", 200), self.s3.journal.count("GetObject", 304)), (OBJECTS, OBJECTS))


if __name__ == "__main__":
    unittest.main()
