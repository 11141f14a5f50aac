"""The binary on S3 and DynamoDB: `aside import`, `get` and `serve` on Ceph's RGW and DynamoDB Local.

Run by itself: ASIDE_BIN=build/dev/aside python3 -m unittest aws_stores_test
"""

import json
import os
import re
import signal
import socket
import subprocess
import time
import unittest

import aside
from aside import BINARY, Folder, Server, environment, eventually, run
from with_backends import need, started_dynamodb, started_rgw
from aws.fault_proxy import S3FaultProxy

AWKWARD = ["a b+c", "a/../b", "../x", "d//e", "./f", "100%2F", "q?x=1&y#z", "par(en)!*'", "ümläut/日本", "trailing/", "~", "k" * 500]
KEPT_SECONDS = 5  # a process that waits for nobody has ended by then


def setUpModule() -> None:
    need(rgw=True, dynamodb=True)
    global rgw, dynamodb
    rgw, dynamodb = started_rgw(), started_dynamodb()
    # For every program that these tests start; the process runs this module alone.
    os.environ.update({"AWS_ACCESS_KEY_ID": rgw.key.access_key, "AWS_SECRET_ACCESS_KEY": rgw.key.secret, "AWS_REGION": "us-east-1",
                       "AWS_ENDPOINT_URL_S3": rgw.url, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.url})
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)


class OnAws(Folder):
    """Each test has a bucket and a table of its own."""

    def setUp(self) -> None:
        super().setUp()
        name = re.sub(r"[^a-z0-9]", "-", self._testMethodName)[:60].strip("-")
        self.s3, self.db = rgw.client(), dynamodb.client()
        self.addCleanup(self.s3.close)
        self.addCleanup(self.db.close)
        self.bucket = self.table = name
        self.s3.create_bucket(name)
        self.db.create_table(name)
        self.index, self.objects = f"dynamodb://{name}", f"s3://{name}"

    def data_set(self, bodies: dict, items: dict[str, list[str]]) -> list[str]:
        objects = self.write("objects.ndjson", "".join(json.dumps({"key": k, "body": v}) + "\n" for k, v in bodies.items()))
        lines = [{"id": i, "refs": [{"key": key} for key in keys]} for i, keys in items.items()]
        return ["--items", str(self.write("items.ndjson", "".join(json.dumps(line) + "\n" for line in lines))), "--bodies", str(objects)]

    def imported(self, *words: str, index: str | None = None, objects: str | None = None):
        return run("import", "--index", index or self.index, "--objects", objects or self.objects, *words)

    def must_import(self, *words: str, **urls: str) -> str:
        done = self.imported(*words, **urls)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def values(self, item: str, index: str | None = None, objects: str | None = None) -> list:
        got = run("get", "--index", index or self.index, "--objects", objects or self.objects, item)
        self.assertEqual(got.returncode, 0, got.stderr)
        return json.loads(got.stdout)["values"]

    def small(self) -> list[str]:
        return self.data_set(aside.OBJECTS, aside.ITEMS)


class Import(OnAws):
    def test_what_is_imported_is_read_back_whatever_its_key(self) -> None:
        bodies = {key: {"key": key} for key in AWKWARD}
        self.must_import(*self.data_set(bodies, {"all": AWKWARD, "a/ü?": AWKWARD[:1]}))
        self.assertEqual(sorted(key.decode() for key in self.s3.list(self.bucket)), sorted(AWKWARD))
        self.assertEqual(self.values("all"), [{"key": key} for key in AWKWARD])
        self.assertEqual(self.values("a/ü?"), [{"key": AWKWARD[0]}])

    def test_below_a_prefix(self) -> None:
        self.s3.put(self.bucket, "de/a", b'"another"')
        objects = f"{self.objects}/de%20x"
        self.must_import(*self.small(), objects=objects)
        self.assertEqual(self.values("one", objects=objects), [aside.OBJECTS["a"]])
        self.assertEqual(sorted(self.s3.list(self.bucket)), sorted([b"de/a", *(f"de x/{key}".encode() for key in aside.OBJECTS)]))

    def test_made_again_it_passes_over_what_is_there(self) -> None:
        data_set = self.data_set({f"k{i}": i for i in range(30)}, {"i": ["k1"]})
        self.assertRegex(self.must_import(*data_set), r"imported 1 items and 30 objects .*; skipped 0\n")
        self.s3.put(self.bucket, "k7", b"700")
        self.s3.delete(self.bucket, "k8")
        self.assertRegex(self.must_import(*data_set), r"; skipped 28\n")
        self.assertEqual((self.s3.get(self.bucket, "k7").body, self.s3.get(self.bucket, "k8").body), (b"7", b"8"))

    def test_killed_and_made_again(self) -> None:
        data_set = self.data_set({f"k{i}": i for i in range(2000)}, {f"i{i}": [f"k{i}"] for i in range(100)})
        proxy = S3FaultProxy(rgw.url)
        self.addCleanup(proxy.stop)
        proxy.faults.add("hang", operation="PutObject", skip=150)
        words = [BINARY, "import", "--index", self.index, "--objects", f"{self.objects}?endpoint={proxy.url}", *data_set]
        with subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            eventually(lambda: proxy.journal.count("PutObject", 200) == 150, "a hundred and fifty objects written")
            process.kill()
        self.assertEqual(process.returncode, -signal.SIGKILL, "it was not caught in the middle")
        skipped = int(re.search(r"skipped ([\d,]+)", self.must_import(*data_set))[1].replace(",", ""))
        self.assertEqual(skipped, 150)
        self.assertEqual(self.values("i99"), [99])

    def test_from_and_into_stores_of_two_kinds(self) -> None:
        file = f"sqlite:{self.folder / 'index.db'}"
        self.must_import(*self.small(), index=file)
        self.assertEqual(self.values("all", index=file), list(aside.OBJECTS.values()))
        folder = f"dir:{self.folder / 'objects'}"
        self.must_import(*self.small(), objects=folder)
        self.assertEqual(self.values("all", objects=folder), list(aside.OBJECTS.values()))

    def test_references_as_rows(self) -> None:
        table = self.table + "-rows"
        self.db.must("CreateTable", TableName=table, BillingMode="PAY_PER_REQUEST",
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
                     KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}])
        index = f"dynamodb://{table}?key=pk&position=n&object_key=object&consistent=true"
        self.must_import(*self.small(), index=index)
        self.assertEqual(self.values("all", index=index), list(aside.OBJECTS.values()))
        self.assertEqual(self.db.get(table, {"pk": {"S": "all"}, "n": {"N": "1"}})["object"], {"S": "b"})

    def test_says_what_failed(self) -> None:
        cases = [
            ({"objects": "s3://not-there"}, 1, "objects.url: listing the bucket: .*NoSuchBucket"),
            ({"index": "dynamodb://not-there"}, 1, "item '.*ResourceNotFoundException"),
            ({"objects": f"s3://{self.bucket}?endpoint=http://127.0.0.1:1"}, 1, "objects.url: listing the bucket: .*refused"),
            ({"index": self.objects}, 1, "index.url: s3: holds objects"),
        ]
        for urls, code, text in cases:
            done = self.imported(*self.small(), **urls)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertRegex(done.stderr, text)
        done = self.imported("--synthetic", "10", "--versioned")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "object 'obj-0': S3 gives out versions itself")

    def test_a_key_that_comes_twice_is_refused(self) -> None:
        objects = self.write("twice.ndjson", '{"key":"a","body":1}\n{"key":"a","body":2}\n')
        done = self.imported(*self.small()[:2], "--bodies", str(objects))
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{objects}:2: this key came before", done.stderr)


class Serve(OnAws):
    def served(self, *words: str, index: str | None = None, objects: str | None = None) -> Server:
        return self.serve(index or self.index, *words, objects=objects or self.objects)

    def test_items_and_objects(self) -> None:
        self.must_import(*self.small())
        server = self.served()
        self.assertEqual(server.get("/items/all").json["values"], list(aside.OBJECTS.values()))
        self.assertEqual(server.get("/items/absent").status, 404)
        self.assertEqual(server.get("/objects/absent").status, 404)
        self.assertEqual(server.get("/items/broken").status, 502)
        eventually(lambda: server.admin("GET", "/readyz").status == 200, "ready")
        self.assertEqual(server.admin("GET", "/status").json["stores"], {"index": "answers", "objects": "answers"})
        self.assertEqual(server.terminate(), 0)

    def test_writes_through_the_admin_port(self) -> None:
        self.must_import(*self.small())
        server = self.served()
        self.assertEqual(server.get("/items/one").json["values"], [aside.OBJECTS["a"]])
        self.assertEqual(server.admin("PUT", "/objects/a", "[1]").json["tiers"], {"origin": True, "l2": None, "l1": True})
        self.assertEqual(server.admin("PUT", "/items/one", '{"refs":[{"key":"a"},{"key":"b"}]}').status, 200)
        self.assertEqual(server.get("/items/one").json["values"], [[1], aside.OBJECTS["b"]])
        self.assertEqual(self.s3.get(self.bucket, "a").body, b"[1]")
        self.assertEqual(len(self.db.get(self.table, {"id": {"S": "one"}})["refs"]["L"]), 2)
        self.assertEqual(server.admin("DELETE", "/items/one").status, 200)
        self.assertEqual(server.admin("DELETE", "/objects/a").status, 200)
        self.assertEqual((server.get("/items/one").status, server.get("/objects/a").status), (404, 404))
        self.assertIsNone(self.db.get(self.table, {"id": {"S": "one"}}))
        self.assertEqual(self.s3.get(self.bucket, "a").status, 404)

    def test_a_table_and_a_bucket_that_are_not_there_yet(self) -> None:
        later = self.table + "-later"
        server = self.served(index=f"dynamodb://{later}", objects=f"s3://{later}")
        eventually(lambda: server.admin("GET", "/readyz").text == "not ready: index: not_found, objects: not_found\n", "both told")
        self.assertEqual(server.admin("GET", "/healthz").status, 200)
        self.assertIn("ResourceNotFoundException", server.admin("GET", "/status").json["stores"]["index"])
        self.assertEqual(server.get("/objects/a").status, 502)
        self.db.create_table(later)
        self.s3.create_bucket(later)
        eventually(lambda: server.admin("GET", "/readyz").status == 200, "ready")
        self.assertEqual(server.get("/objects/a").status, 404)

    def test_stores_out_of_reach(self) -> None:
        gone = "endpoint=http://127.0.0.1:1"
        server = self.served(index=f"{self.index}?{gone}", objects=f"{self.objects}?{gone}")
        eventually(lambda: server.admin("GET", "/readyz").text == "not ready: index: refused, objects: refused\n", "both told")
        self.assertIn(server.get("/objects/a").status, (502, 503, 504))
        self.assertEqual(server.terminate(), 0)

    def test_no_permission(self) -> None:
        os.environ["AWS_SECRET_ACCESS_KEY"] = "wrong"
        self.addCleanup(os.environ.__setitem__, "AWS_SECRET_ACCESS_KEY", rgw.key.secret)
        server = self.served()
        eventually(lambda: server.admin("GET", "/readyz").text == "not ready: objects: denied\n", "told")
        self.assertNotIn("wrong", server.admin("GET", "/status").text + server.log.read_text(encoding="utf-8"))

    def test_ends_in_time_though_its_stores_hang(self) -> None:
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        hangs = f"endpoint=http://127.0.0.1:{silent.getsockname()[1]}"
        server = self.served("--http-drain-timeout", "100ms", index=f"{self.index}?{hangs}", objects=f"{self.objects}?{hangs}")
        connection = server.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/items/one")
        accepted, _ = silent.accept()
        self.addCleanup(accepted.close)
        started = time.monotonic()
        self.assertEqual(server.terminate(), 0)
        self.assertLess(time.monotonic() - started, KEPT_SECONDS)
        self.assertIn("serve.stopped", server.log.read_text(encoding="utf-8"))

    def test_what_is_wrong_in_the_configuration_refuses_to_start(self) -> None:
        os.environ.pop("AWS_REGION")
        self.addCleanup(os.environ.__setitem__, "AWS_REGION", "us-east-1")
        plain = {name: value for name, value in environment().items() if not name.startswith("AWS_ENDPOINT")}
        no_keys = plain | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.folder)}
        del no_keys["AWS_ACCESS_KEY_ID"], no_keys["AWS_SECRET_ACCESS_KEY"]
        eu = "?region=eu-west-1"
        cases = [
            (plain, self.index, self.objects + eu, "index.url: no region is given"),
            (plain, self.index + eu, self.objects, "objects.url: no region is given"),
            (plain, self.index + "?region=mars-1", self.objects + eu, '"mars-1" is not a region of AWS'),
            (plain, self.index + "?endpoint=127.0.0.1", self.objects + eu, "not an endpoint's URL"),
            (plain, self.index + "?table=x", self.objects + eu, 'the parameter "table" is not known; known are region='),
            (plain, self.index + eu, "s3://B_ad" + eu, "is no bucket's name"),
            (plain, self.index + eu, self.objects + "?style=dns", "it may be path or virtual"),
            (no_keys, self.index + eu, self.objects + eu, "no credentials"),
            (plain | {"AWS_PROFILE": "nobody"} | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, self.index + eu,
             self.objects + eu, 'AWS_PROFILE names "nobody"'),
        ]
        for env, index, objects, text in cases:
            done = run("serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--index", index, "--objects", objects, env=env)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stdout, "")


class Credentials(OnAws):
    def test_from_a_profile(self) -> None:
        self.must_import(*self.small())
        profile = self.write("credentials", f"[shop]\naws_access_key_id = {rgw.key.access_key}\naws_secret_access_key = {rgw.key.secret}\n")
        env = environment(AWS_PROFILE="shop", AWS_SHARED_CREDENTIALS_FILE=str(profile), AWS_CONFIG_FILE=str(self.folder / "none"))
        del env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
        got = run("get", "--index", self.index, "--objects", self.objects, "one", env=env)
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertEqual(json.loads(got.stdout)["values"], [aside.OBJECTS["a"]])


if __name__ == "__main__":
    unittest.main()
