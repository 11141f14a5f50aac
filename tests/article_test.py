"""`aside article`: the hand-written design, on a real cluster. It is right while all is well, and fails when Redis does."""

import json
import os
import shutil
import signal
import unittest

from aside import OBJECTS, Folder, Server, eventually, run
from redis_cluster import TOOL, RedisCluster
from redis_server import SERVER, Connection

KEYS = [f"obj-{number}" for number in range(60)]


@unittest.skipUnless(shutil.which(SERVER) and TOOL.exists(), "needs redis-server and aside_lab_tool")
class Article(Folder):
    def setUp(self) -> None:
        super().setUp()
        self.cluster = RedisCluster(self.folder / "cluster")
        self.cluster.start()
        self.addCleanup(self.cluster.stop)

    def article(self, store: str, *words: str, l2: str = "") -> Server:
        return self.serve(store, "--l2", l2 or f"redis://127.0.0.1:{self.cluster.ports[0]}", *words, subcommand="article")

    def test_it_fills_redis_and_reads_from_it(self) -> None:
        store = self.import_small()
        server = self.article(store, "--ttl", "100s", "--workers", "2")
        for source in ("l2=0,origin=3", "l2=3,origin=0"):
            answer = server.get("/items/all")
            self.assertEqual((answer.status, answer.json["values"]), (200, list(OBJECTS.values())))
            self.assertIn(source, answer.cache_status)
        for key, value in OBJECTS.items():
            self.assertEqual(json.loads(self.cluster.command("GET", key)), value)
            self.assertTrue(0 < self.cluster.command("TTL", key) <= 100)
            self.assertEqual(server.get("/objects/" + key.replace(" ", "%20")).json, value)
        self.assertTrue(1 <= server.metric("article_dials_total") <= 2 * len(self.cluster.ports), "a connection a node and worker")
        self.assertEqual([server.get(f"/items/{name}").status for name in ("nobody", "broken", "none")], [404, 502, 200])
        batch = server.ask("POST", "/items:batch", json.dumps({"ids": ["one", "nobody"]})).json["items"]
        self.assertEqual([part["status"] for part in batch], [200, 404])
        written = server.admin("PUT", "/objects/a", "[4]")
        self.assertEqual(written.status, 200, written.text)
        self.assertIsNone(self.cluster.command("GET", "a"))
        self.assertEqual(server.get("/items/one").json["values"], [[4]])
        self.assertEqual(server.terminate(), 0)

    def test_it_logs_in_and_puts_a_prefix_before_its_keys(self) -> None:
        server = self.article(self.import_small(), "--prefix", "aside:", l2=self.cluster.url)
        self.assertEqual(server.get("/items/all").status, 200)
        self.assertEqual(json.loads(self.cluster.command("GET", "aside:b")), OBJECTS["b"])

    def test_a_killed_primary_makes_requests_fail(self) -> None:
        store = self.import_small("many.db", {key: key for key in KEYS}, {key: [key] for key in KEYS})
        server = self.article(store)
        self.assertEqual({server.get(f"/items/{key}").status for key in KEYS}, {200})
        victim = Connection(self.cluster.ports[1])
        info = dict(line.split(":", 1) for line in victim("INFO", "server").splitlines() if ":" in line)
        os.kill(int(info["process_id"]), signal.SIGKILL)
        self.assertEqual(victim.file.read(), b"")
        victim.close()
        eventually(lambda: self.statuses(server) == {200, 502}, "what the dead primary held cannot be had, the rest can")

    def statuses(self, server: Server) -> set[int]:
        answers = [server.get(f"/items/{key}") for key in KEYS]
        for key, answer in zip(KEYS, answers, strict=True):
            if answer.status == 200:
                self.assertEqual(answer.json["values"], [key])
        return {answer.status for answer in answers}


class Refusals(Folder):
    def test_what_it_cannot_do(self) -> None:
        url = self.import_small()
        for words, why in ((("--l2", "redis://u@h?password_file=x"), "a password from the URL itself"), ((), "l2.url"),
                           (("--l2", "redis://h", "--ttl", "5"), "--ttl"), (("--l2", "redis://h", "--timeout", "0"), "--timeout")):
            refused = run("article", "--index", url, "--objects", url, *words)
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(why, refused.stderr)

    def test_it_is_not_listed(self) -> None:
        self.assertNotIn("article", run("--help").stdout)
        self.assertIn("`aside drill` compares with", run("article", "--help").stdout)
