"""`aside` with an L2, as its users run it: one real server, as the user that `aside config --acl` describes."""

import json
import shutil
import unittest

from aside import OBJECTS, Folder, eventually, run
from redis_server import PASSWORD, SERVER, Redis


@unittest.skipUnless(shutil.which(SERVER), "needs redis-server")
class WithRedis(Folder):
    def setUp(self) -> None:
        super().setUp()
        self.redis = Redis(self.folder)
        self.addCleanup(self.redis.stop)
        self.store = self.import_small()

    def ask_until(self, server, target: str, detail: str) -> None:
        eventually(lambda: detail in server.get(target).cache_status, f"{detail} for {target}")

    def filled(self, key: str):
        return lambda: self.redis.command("EXISTS", key) == 1


class L2(WithRedis):
    def test_what_one_process_loaded_the_next_finds(self) -> None:
        self.redis.start()
        first = self.serve(self.store, "--l2", self.redis.url)
        self.assertEqual(first.get("/items/all").json["values"], list(OBJECTS.values()))
        eventually(lambda: len(self.redis.command("KEYS", "aside:[oi]:*")) == 4, "the fills")
        second = self.serve(self.store, "--l2", self.redis.url)
        answer = second.get("/items/all")
        self.assertEqual(answer.json["values"], list(OBJECTS.values()))
        self.assertIn("aside; hit", answer.cache_status)
        self.assertIn("l2=3,origin=0", answer.cache_status)
        self.assertEqual(second.metric("aside_origin_loads_total"), 0)
        self.assertGreater(self.redis.command("PTTL", "aside:o:a"), 0)

    def test_get_tells_tier_node_and_slot(self) -> None:
        self.redis.start()
        where = ["--index", self.store, "--objects", self.store, "--l2", self.redis.url]
        # On a busy machine a process so new may not have found the server within a read's budget.
        eventually(lambda: "l2 " in run("get", "--object", "a", *where).stderr, "what one process loaded the next finds")
        told = run("get", "--object", "a", *where)
        self.assertEqual(json.loads(told.stdout), OBJECTS["a"])
        self.assertRegex(told.stderr, rf'l2 +object "?a"? +from 127\.0\.0\.1:{self.redis.port} slot \d+')

    def test_serves_without_the_server_and_finds_it_when_it_comes(self) -> None:
        server = self.serve(self.store, "--l2", self.redis.url, "--l1-max-age", "0")
        self.assertEqual(server.get("/items/all").status, 200)
        self.assertEqual(server.admin("GET", "/readyz").status, 200)
        self.assertGreater(server.metric("aside_unknown_total"), 0)
        self.assertEqual(server.metric("aside_miss_total"), 0)
        self.redis.start()
        eventually(lambda: self.redis.command("KEYS", "aside:[oi]:*") and "l2=" in server.get("/objects/a").cache_status,
                   "L2 is used")
        self.ask_until(server, "/objects/a", "l2=1")

    def test_serves_on_when_the_server_goes(self) -> None:
        self.redis.start()
        server = self.serve(self.store, "--l2", self.redis.url, "--l1-max-age", "0")
        self.assertEqual(server.get("/items/all").status, 200)
        self.redis.stop()
        for _ in range(50):
            answer = server.get("/items/all")
            self.assertEqual((answer.status, answer.json["values"]), (200, list(OBJECTS.values())))
        self.assertEqual(server.get("/objects/nowhere").status, 404)

    def test_an_invalidation_reaches_the_other_process(self) -> None:
        self.redis.start()
        ours, theirs = (self.serve(self.store, "--l2", self.redis.url, "--l1-max-age", "1h") for _ in range(2))
        for server in (ours, theirs):
            self.assertEqual(server.get("/objects/b").json, [1, 2, 3])
        eventually(lambda: theirs.metric("aside_l2_unheard_slots") == 0, "pushes are heard")
        written = ours.admin("PUT", "/objects/b", "[4]")
        self.assertEqual(written.status, 200, written.text)
        self.assertTrue(written.json["tiers"]["l2"], written.text)
        eventually(lambda: theirs.get("/objects/b").json == [4], "the other process has the new value")
        self.assertGreater(theirs.metric("aside_l2_pushes_total"), 0)

    def test_an_invalidation_that_l2_does_not_confirm_is_503(self) -> None:
        self.redis.start()
        server = self.serve(self.store, "--l2", self.redis.url, "--redis-invalidate-deadline", "200ms")
        server.get("/objects/a")
        self.redis.stop()
        self.assertEqual(server.admin("POST", "/invalidate", json.dumps({"objects": ["a"]})).status, 503)
        self.redis.start()
        eventually(lambda: server.admin("POST", "/invalidate", json.dumps({"objects": ["a"]})).status == 200, "confirmed")

    def test_a_wrong_password_is_told_and_the_right_one_is_picked_up(self) -> None:
        self.redis.start()
        (self.folder / "password").write_text("sesame\n", encoding="utf-8")
        server = self.serve(self.store, "--l2", self.redis.url, "--l1-max-age", "0", "--redis-backoff-max", "200ms")
        self.assertEqual(server.get("/objects/a").status, 200)
        eventually(lambda: "l2." in server.log.read_text(encoding="utf-8"), "the log tells")
        self.assertNotIn("sesame", server.log.read_text(encoding="utf-8"))
        (self.folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        self.ask_until(server, "/objects/a", "l2=1")

    def test_raw_objects_are_bare_json(self) -> None:
        self.redis.start()
        raw = ["--l2", self.redis.url, "--redis-format", "raw"]
        server = self.serve(self.store, *raw)
        self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])
        eventually(self.filled("aside:a"), "the fill")
        self.assertEqual(json.loads(self.redis.command("GET", "aside:a")), OBJECTS["a"])
        self.redis.command("SET", "aside:elsewhere", '{"by":"another program"}', "PX", "3600000")
        self.assertEqual(server.get("/objects/elsewhere").json, {"by": "another program"})


class Refusals(Folder):
    def test_what_l2_cannot_be(self) -> None:
        url = self.import_small()
        for l2, why in (("http://localhost", "expected redis://"), ("redis://u:secret@h/3", "numbered databases"),
                        ("redis://h?nonsense=1", "is not known")):
            refused = run("serve", "--index", url, "--objects", url, "--l2", l2)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(why, refused.stderr)
            self.assertNotIn("secret", refused.stderr)

    def test_a_prefix_with_braces(self) -> None:
        url = self.import_small()
        refused = run("serve", "--index", url, "--objects", url, "--l2", "redis://127.0.0.1", "--redis-prefix", "{a}")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("redis.prefix", refused.stderr)
