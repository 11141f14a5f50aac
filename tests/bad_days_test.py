"""Stores that are broken, locked or gone, and content that is not what it should be: each has a definite answer."""

import json
import os
import random
import resource
import shutil
import sqlite3
import unittest
from pathlib import Path

from aside import BINARY, OBJECTS, Folder, run

NOBODY = 65534

SHORT = ("--l1-fresh", "0", "--l1-stale-while-revalidate", "0", "--l1-stale-if-error", "0", "--index-fresh", "0",
         "--index-stale", "0", "--index-stale-if-error", "0")


class Content(Folder):
    def change(self, url: str, sql: str, *values: object) -> None:
        with sqlite3.connect(url.removeprefix("sqlite:")) as database:
            database.execute(sql, values)
        database.close()

    def test_an_item_naming_a_missing_object_is_an_error_that_names_it(self) -> None:
        server = self.serve(self.import_small())
        answer = server.get("/items/broken")
        self.assertEqual(answer.status, 502)
        self.assertIn("nowhere", answer.json["detail"])

    def test_or_a_null_in_its_place(self) -> None:
        server = self.serve(self.import_small(), "--items-missing", "null")
        for _ in range(2):
            answer = server.get("/items/broken")
            self.assertEqual(answer.json, {"id": "broken", "values": [OBJECTS["a"], None], "missing": ["nowhere"]})

    def test_an_object_that_is_not_json_is_never_served(self) -> None:
        url = self.import_small()
        for body in (b"not json", b"", b'{"a":', b'"\xff"'):
            self.change(url, "UPDATE objects SET body = ? WHERE key = 'a'", body)
            server = self.serve(url)
            self.assertEqual(server.get("/objects/a").status, 502, body)
            self.assertEqual(server.get("/items/one").status, 502, body)
            self.assertEqual(server.get("/objects/b").status, 200)
            server.kill()

    def test_an_object_over_the_limit_is_never_served(self) -> None:
        url = self.import_small(bodies={"big": "x" * 5000, "small": 1}, items={})
        server = self.serve(url, "--objects-max-bytes", "4KiB")
        self.assertEqual(server.get("/objects/big").status, 413)
        self.assertEqual(server.get("/objects/small").status, 200)
        self.assertEqual(server.admin("PUT", "/objects/small", '"' + "x" * 5000 + '"').status, 413)

    def test_an_index_entry_that_is_nonsense(self) -> None:
        url = self.import_small()
        self.change(url, "UPDATE items SET refs = 'nonsense' WHERE id = 'one'")
        server = self.serve(url)
        self.assertEqual(server.get("/items/one").status, 502)
        self.assertEqual(server.get("/items/all").status, 200)

    def test_an_answer_over_the_limit(self) -> None:
        bodies = {str(n): "x" * 1000 for n in range(10)}
        server = self.serve(self.import_small(bodies=bodies, items={"all": list(bodies)}), "--objects-max-bytes", "2KiB",
                            "--response-max-bytes", "4KiB")
        self.assertEqual(server.get("/items/all").status, 413)


class Stores(Folder):
    def test_a_missing_store_refuses_to_start(self) -> None:
        for url in (f"sqlite:{self.folder}/none.db", f"dir:{self.folder}/none", "s3x:bucket"):
            done = run("serve", "--index", url, "--objects", url, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
            self.assertIn(done.returncode, (1, 2), url)
            self.assertIn("aside: ", done.stderr)
            self.assertFalse((self.folder / "none.db").exists())

    def test_a_corrupt_store_refuses_to_start(self) -> None:
        path = self.write("corrupt.db", "this is no database, " * 1000)
        done = run("serve", "--index", f"sqlite:{path}", "--objects", f"sqlite:{path}", "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("corrupt", done.stderr)

    def spoil(self, url: str) -> None:
        """Puts garbage in the store's place. In its place, not into it: what SQLite has in its own memory it need not read again."""
        path = Path(url.removeprefix("sqlite:"))
        garbage = self.folder / "garbage"
        garbage.write_bytes(os.urandom(8192))
        garbage.replace(path)

    def test_a_store_that_goes_bad_is_an_error_and_never_an_absence(self) -> None:
        url = self.import_small()
        server = self.serve(url, *SHORT)
        self.assertEqual(server.get("/objects/a").status, 200)
        self.spoil(url)
        for target in ("/objects/b", "/objects/b", "/objects/nowhere", "/items/all", "/objects/a"):
            self.assertEqual(server.get(target).status, 502, target)
        self.assertEqual(server.admin("GET", "/healthz").status, 200)

    def test_stale_answers_stand_in_for_a_store_that_went_bad(self) -> None:
        url = self.import_small()
        server = self.serve(url, "--l1-fresh", "1ms", "--l1-stale-while-revalidate", "0", "--index-fresh", "0", "--index-stale", "0")
        self.assertEqual(server.get("/items/all").status, 200)
        self.spoil(url)
        self.assertEqual(server.get("/items/all").json["values"][0], OBJECTS["a"])
        self.assertGreater(server.metric("aside_stale_served_total"), 0)
        self.assertGreater(server.metric('aside_origin_loads_total{result="error"}'), 0)

    def test_a_store_that_is_good_again_is_used_again(self) -> None:
        url = self.import_small()
        server = self.serve(url, *SHORT)
        good = Path(url.removeprefix("sqlite:")).read_bytes()
        self.spoil(url)
        self.assertEqual(server.get("/objects/b").status, 502)
        whole = self.folder / "whole"
        whole.write_bytes(good)
        whole.replace(url.removeprefix("sqlite:"))
        self.assertEqual(server.get("/objects/b").status, 200)

    def test_a_locked_store_still_reads_and_refuses_writes(self) -> None:
        url = self.import_small()
        server = self.serve(url, "--sqlite-busy-wait", "50ms", *SHORT)
        other = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        self.assertEqual(server.get("/items/all").status, 200)
        refused = server.admin("PUT", "/objects/a", "1")
        self.assertIn(refused.status, (502, 503), refused.text)
        other.execute("ROLLBACK")
        self.assertEqual(server.admin("PUT", "/objects/a", "1").status, 200)

    @unittest.skipUnless(os.geteuid() == 0, "needs to become somebody else")
    def test_a_read_only_store_is_refused_unless_somebody_else_has_it_open(self) -> None:
        url = self.import_small()
        self.folder.chmod(0o755)
        binary = str(self.folder / "aside")  # where that somebody may read it
        shutil.copy(BINARY, binary)
        words = ("get", "all", "--index", url, "--objects", url)
        refused = run(*words, binary=binary, user=NOBODY)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("read_only", refused.stderr)
        self.serve(url).get("/items/all")
        self.assertEqual(run(*words, binary=binary, user=NOBODY).returncode, 0)


    def test_a_store_that_has_reached_its_limit_answers_so_and_goes_on(self) -> None:
        url = self.import_small()
        limit = 100_000  # bytes of any file: as if the disk were full
        server = self.serve(url, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        before = server.get("/objects/a").body
        refused = server.admin("PUT", "/objects/a", json.dumps("x" * 3 * limit))
        self.assertEqual(refused.status, 502)
        self.assertRegex(refused.json["detail"], "full|disk")
        self.assertEqual(server.get("/objects/a").body, before)
        self.assertEqual(server.get("/items/all").status, 200)

    def test_a_page_gone_bad_is_an_error_and_never_wrong_bytes(self) -> None:
        bodies = {f"k{n}": f"{n}," * 500 for n in range(200)}
        url = self.import_small(bodies=bodies, items={})
        server = self.serve(url, *SHORT)
        path = Path(url.removeprefix("sqlite:"))
        good = path.read_bytes()
        statuses = set()
        for seed in range(6):
            chance = random.Random(seed)
            bad = bytearray(good)
            for _ in range(10):
                at = chance.randrange(8192, len(bad) - 64)
                bad[at : at + 64] = chance.randbytes(64)
            other = self.folder / "other"
            other.write_bytes(bad)
            other.replace(path)
            for key, body in bodies.items():
                answer = server.get(f"/objects/{key}")
                statuses.add(answer.status)
                self.assertIn(answer.status, (200, 404, 502), answer.text)
                if answer.status == 200 and b"," in answer.body and answer.json != body:
                    self.assertNotIn(answer.json, bodies.values(), f"{key} has another's bytes")
        self.assertIn(502, statuses)
        self.assertEqual(server.admin("GET", "/healthz").status, 200)

    def test_a_store_without_its_log_files_is_used_on(self) -> None:
        url = self.import_small()
        server = self.serve(url, *SHORT)
        self.assertEqual(server.admin("PUT", "/objects/a", "1").status, 200)
        server.kill()
        for end in ("-wal", "-shm"):
            Path(url.removeprefix("sqlite:") + end).unlink(missing_ok=True)
        again = self.serve(url, *SHORT)
        self.assertIn(again.get("/objects/a").json, (1, OBJECTS["a"]))
        self.assertEqual(again.admin("PUT", "/objects/a", "2").status, 200)
        self.assertEqual(again.get("/objects/a").json, 2)


class Directories(Folder):
    def import_directory(self, references: list[str]) -> tuple[str, str]:
        """An index that has an item for each reference, named by its place, and a directory with the objects ok and d/e."""
        items, objects = f"sqlite:{self.folder}/items.db", f"dir:{self.folder}/objects"
        bodies = self.write("bodies.ndjson", '{"key":"ok","body":1}\n{"key":"d/e","body":2}\n')
        lines = [json.dumps({"id": str(place), "refs": [{"key": key}]}) + "\n" for place, key in enumerate(references)]
        done = run("import", "--index", items, "--objects", objects, "--items", str(self.write("items.ndjson", "".join(lines))),
                   "--bodies", str(bodies))
        self.assertEqual(done.returncode, 0, done.stderr)
        return items, objects

    def test_an_item_naming_what_no_file_can_be_is_the_origins_failure(self) -> None:
        keys = ["../x", "a//b", "/etc/passwd", "x" * 3000, "x" * 300, ".aside/objects/x", "ok/", "d"]
        items, objects = self.import_directory(keys)
        server = self.serve(items, objects=objects)
        for place, key in enumerate(keys):
            self.assertEqual(server.get(f"/items/{place}").status, 502, key)
        for key in ("a//b", "a/./b", "%2e%2e/x", "ok/", "x" * 2000, ".aside/committed"):
            self.assertEqual(server.get(f"/objects/{key}").status, 400, key)
        self.assertEqual(server.get("/objects/OK").status, 404)

    def test_what_is_no_plain_file_is_never_read(self) -> None:
        items, objects = self.import_directory(["ok"])
        folder = self.folder / "objects"
        os.mkfifo(folder / "fifo")
        with (folder / "huge").open("wb") as huge:
            huge.truncate(1 << 40)
        (folder / "alias").symlink_to("ok")
        (folder / "loop").symlink_to("loop")
        (folder / "etc").symlink_to("/etc")
        (folder / "empty").touch()
        server = self.serve(items, objects=objects)
        expected = {"fifo": 502, "fifo/x": 404, "huge": 413, "alias": 502, "loop/x": 502, "etc/passwd": 502, "empty": 502, "d": 404,
                    "ok/x": 404, "ok": 200}
        self.assertEqual({key: server.get(f"/objects/{key}").status for key in expected}, expected)

    def test_a_directory_that_is_away_for_a_while(self) -> None:
        items, objects = self.import_directory(["ok"])
        server = self.serve(items, *SHORT, objects=objects)
        self.assertEqual(server.get("/items/0").status, 200)
        (self.folder / "objects").rename(self.folder / "away")
        for target in ("/items/0", "/objects/ok", "/objects/nowhere"):
            self.assertEqual(server.get(target).status, 502, target)
        self.assertEqual(server.admin("PUT", "/objects/new", "1").status, 502)
        self.assertFalse((self.folder / "objects").exists())
        (self.folder / "away").rename(self.folder / "objects")
        self.assertEqual(server.get("/items/0").json["values"], [1])

    @unittest.skipUnless(os.geteuid() == 0, "needs to become somebody else")
    def test_a_read_only_directory_is_read_and_refuses_writes(self) -> None:
        items, objects = self.import_directory(["ok"])
        binary = str(self.folder / "aside")  # where that somebody may read it
        shutil.copy(BINARY, binary)
        for path in (self.folder, self.folder / "items.db"):
            os.chown(path, NOBODY, NOBODY)
        server = self.serve(items, *SHORT, objects=objects, user=NOBODY, group=NOBODY, binary=binary)
        self.assertEqual(server.get("/items/0").json["values"], [1])
        for method, key in (("PUT", "ok"), ("PUT", "new/key"), ("DELETE", "ok")):
            answer = server.admin(method, f"/objects/{key}", "7" if method == "PUT" else None)
            self.assertEqual(answer.status, 502, answer.text)
            self.assertFalse(answer.json.get("done", False))
        self.assertEqual(server.get("/items/0").json["values"], [1])

    def test_objects_come_from_files_and_from_nowhere_else(self) -> None:
        items = f"sqlite:{self.folder}/items.db"
        bodies = self.write("bodies.ndjson", '{"key":"gb/ENG","body":{"name":"England"}}\n{"key":"x","version":"1","body":1}\n')
        lines = self.write("items.ndjson", '{"id":"one","refs":[{"key":"gb/ENG"},{"key":"x","version":"1"}]}\n')
        objects = f"dir:{self.folder}/objects"
        done = run("import", "--index", items, "--objects", objects, "--items", str(lines), "--bodies", str(bodies))
        self.assertEqual(done.returncode, 0, done.stderr)
        server = self.serve(items, objects=objects)
        self.assertEqual(server.get("/items/one").json["values"], [{"name": "England"}, 1])
        self.write("secret", '"secret"')
        (self.folder / "objects" / "link").symlink_to(self.folder / "secret")
        for key in ("../secret", "%2e%2e/secret", "..%2fsecret", "gb/../../secret", "link", f"{self.folder}/secret", "gb", "gb/"):
            answer = server.get(f"/objects/{key}")
            self.assertGreaterEqual(answer.status, 400, key)
            self.assertNotIn("secret\"", answer.text.replace(key, ""), key)


class Configuration(Folder):
    def refuse(self, *words: str) -> str:
        done = run("serve", "--index", "sqlite:x.db", "--objects", "sqlite:x.db", *words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_problems_are_told_with_their_place(self) -> None:
        path = self.write("aside.toml", '[http]\nmax_agge = "3s"\nidle_timeout = "3"\n')
        told = self.refuse("--config", str(path))
        self.assertIn(f"{path}:2: unknown parameter 'http.max_agge'; did you mean 'http.max_age'?", told)
        self.assertIn(f"{path}:3: http.idle_timeout: the unit is missing", told)
        self.assertIn("--memory: memory.capacity: unknown unit", self.refuse("--memory", "1GB"))
        self.assertIn("Did you mean --http-max-age?", self.refuse("--http-max-agge", "1s"))
        self.assertIn("none.toml", self.refuse("--config", str(self.folder / "none.toml")))

    def test_stores_must_be_named(self) -> None:
        done = run("serve")
        self.assertEqual(done.returncode, 2)
        self.assertIn("index.url", done.stderr)

    def test_the_admin_port_stays_on_the_loopback_without_a_token(self) -> None:
        url = self.import_small()
        done = run("serve", "--index", url, "--objects", url, "--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("token", done.stderr)

    def test_an_address_in_use(self) -> None:
        url = self.import_small()
        server = self.serve(url)
        done = run("serve", "--index", url, "--objects", url, "--listen", f"127.0.0.1:{server.port}", "--admin", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(server.port), done.stderr)
