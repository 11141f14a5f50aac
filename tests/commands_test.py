"""The other subcommands: get, check, invalidate, config, replay, version."""

import json
from pathlib import Path

from aside import ITEMS, OBJECTS, Folder, environment, run

ROOT = Path(__file__).parent.parent


class Get(Folder):
    def test_prints_the_answer_and_where_it_came_from(self) -> None:
        url = self.import_small()
        done = run("get", "all", "--index", url, "--objects", url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {"id": "all", "values": [OBJECTS[key] for key in ITEMS["all"]]})
        self.assertIn("origin", done.stderr)
        self.assertIn(" ms ", done.stderr)
        done = run("get", "--object", "c/d e", "--index", url, "--objects", url)
        self.assertEqual(done.stdout, '"deep"\n')

    def test_fails_when_there_is_none(self) -> None:
        url = self.import_small()
        done = run("get", "nobody", "--index", url, "--objects", url)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("does not exist", done.stderr)
        done = run("get", "broken", "--index", url, "--objects", url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere", done.stderr)
        self.assertEqual(run("get", "--index", url, "--objects", url).returncode, 2)


class Check(Folder):
    def test_tells_what_it_found(self) -> None:
        url = self.import_small()
        done = run("check", "all", "--index", url, "--objects", url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"index +ok +sqlite:.*read 'all': found")
        self.assertRegex(done.stdout, r"objects +ok +sqlite:.*read 'a': found")
        self.assertEqual(run("check", "--index", url, "--objects", url).returncode, 0)

    def test_fails_on_a_missing_store(self) -> None:
        done = run("check", "--index", f"sqlite:{self.folder}/none.db", "--objects", f"dir:{self.folder}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not_found", done.stderr)


class Invalidate(Folder):
    def test_makes_a_server_forget(self) -> None:
        server = self.serve(self.import_small())
        server.get("/items/all")
        done = run("invalidate", "all", "--object", "a", "--object", "b", "--admin", f"127.0.0.1:{server.admin_port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["objects"]), 2)
        self.assertIn("l1=1,l2=0,origin=2", server.get("/items/all").cache_status)

    def test_fails_when_nobody_listens(self) -> None:
        done = run("invalidate", "all", "--admin", "127.0.0.1:1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("refused", done.stderr)


class Config(Folder):
    def test_the_page_in_docs_is_the_one_the_table_makes(self) -> None:
        page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        self.assertEqual(run("config", "--markdown").stdout, page, "run: aside config --markdown > docs/configuration.md")

    def test_the_page_on_operating_has_the_acl_of_this_build(self):
        page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        self.assertIn(run("config", "--acl").stdout, page, "docs/operating.md: put in what `aside config --acl` prints")

    def test_effective_tells_where_each_value_came_from(self) -> None:
        path = self.write("aside.toml", 'workers = 3\n[http]\nmax_age = "7s"\n')
        done = run("config", "--effective", "--memory", "1GiB", env=environment(ASIDE_CONFIG=str(path), ASIDE_LOG_LEVEL="error"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, rf"workers = 3 +# {path}:1\n")
        self.assertRegex(done.stdout, rf"http.max_age = 7s +# {path}:3\n")
        self.assertRegex(done.stdout, r"memory.capacity = 1GiB +# --memory\n")
        self.assertRegex(done.stdout, r"log.level = error +# ASIDE_LOG_LEVEL\n")

    def test_secrets_are_not_shown(self) -> None:
        done = run("config", "--effective", "--objects", "s3://me:hunter2@bucket/x")
        self.assertNotIn("hunter2", done.stdout + done.stderr)


class Replay(Folder):
    def test_prints_a_miss_ratio(self) -> None:
        trace = self.write("trace.csv", "time_ms,key,size,op,ttl_s\n" + "".join(f"{n},k{n % 3},10,r,0\n" for n in range(30)))
        done = run("replay", str(trace), "--entries", "10", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertAlmostEqual(json.loads(done.stdout)["miss_ratio"], 0.1)
        self.assertIn("miss ratio", run("replay", str(trace), "--bytes", "1MiB").stdout)

    def test_wants_one_capacity(self) -> None:
        self.assertEqual(run("replay", "x.csv").returncode, 2)
        self.assertEqual(run("replay", "x.csv", "--entries", "1", "--bytes", "1MiB").returncode, 2)
        self.assertEqual(run("replay", str(self.folder / "none.csv"), "--entries", "1").returncode, 1)


class CommandLine(Folder):
    def test_every_command_explains_itself(self) -> None:
        for command in ("serve", "import", "get", "check", "invalidate", "replay", "config", "version"):
            done = run(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("--help", done.stdout)

    def test_what_is_not_understood_is_usage(self) -> None:
        for words in ((), ("nonsense",), ("serve", "--nonsense", "1"), ("config", "extra")):
            self.assertEqual(run(*words).returncode, 2, words)

    def test_version(self) -> None:
        self.assertRegex(run("version").stdout, r"^aside \d+\.\d+\.\d+")
        self.assertEqual(run("--version").returncode, 0)
