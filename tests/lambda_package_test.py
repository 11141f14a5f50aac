"""The package of ./dev lambda, alone in a root directory that holds nothing else: it answers the four kinds of events from S3, DynamoDB
and a Redis Cluster, over TLS where that is asked for, and takes what tells of changes."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from aside import PATIENCE, eventually
from lambda_events import SENDERS, HttpAnswer, event, item_changed, object_changed, sample
from lambda_serve_test import Functions
from lambda_tool import LambdaTool
from redis_cluster import TOOL, RedisCluster
from redis_server import SERVER
from tls_server_side import server_side
from with_backends import need, signing_as, started_dynamodb, started_rgw
from aws.fault_proxy import DynamoDbFaultProxy, S3FaultProxy

ROOT = Path(__file__).parent.parent
TABLE, BUCKET = "packaged-items", "packaged"
OBJECTS = {"a": {"of": "a"}, "b/c": [1, "ä"]}
PRESET = Path(os.environ.get("ASIDE_BIN", "build/dev/aside")).parent.name
PROGRAMS = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"  # chroot lies where only root looks


def way_in() -> list[str] | None:
    """What starts a program under another root directory: as root, or as the root of a user namespace, which everybody may be where the
    system allows it. None: neither is allowed here."""
    chroot, unshare = (shutil.which(name, path=PROGRAMS) for name in ("chroot", "unshare"))
    for way in ([chroot], [unshare, "--map-root-user", chroot]):
        if None in way:
            continue
        if subprocess.run([*way, "/", "/bin/true"], stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False).returncode == 0:
            return way
    return None


def setUpModule() -> None:
    global rgw, dynamodb, bucket, table, cluster, package, enter
    need(rgw=True, dynamodb=True)
    if not shutil.which(SERVER) or not TOOL.exists():
        raise unittest.SkipTest("NO BACK ENDS: redis-server and aside_lab_tool are needed")
    enter = way_in()
    if enter is None:
        raise unittest.SkipTest("NO CHROOT: this user may not change the root directory, and may have no user namespace (unshare -r)")
    held = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(held.cleanup)
    folder = Path(held.name)
    package = folder / "root/var/task"
    unpack(package)
    cluster = RedisCluster(folder / "cluster", tls=True)
    cluster.start()
    unittest.addModuleCleanup(cluster.stop)
    rgw, dynamodb = started_rgw(), started_dynamodb()
    bucket, table = rgw.client(), dynamodb.client()
    for client in (bucket, table):
        unittest.addModuleCleanup(client.close)
    bucket.create_bucket(BUCKET)
    table.create_table(TABLE)
    for key, body in OBJECTS.items():
        put_object(key, body)
    put_item("both", *OBJECTS)


def unpack(into: Path) -> None:
    out = into.parent.parent / "package.zip"
    subprocess.run([ROOT / "tools/lambda.sh", "--preset", PRESET, "--out", out], check=True, stdout=subprocess.DEVNULL)
    into.mkdir(parents=True)
    with zipfile.ZipFile(out) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, into))
            path.chmod(entry.external_attr >> 16 & 0o777)


def put_object(key: str, body: object) -> None:
    bucket.put(BUCKET, key, json.dumps(body).encode())


def put_item(name: str, *keys: str) -> None:
    table.put(TABLE, {"id": {"S": name}, "refs": {"L": [{"S": key} for key in keys]}})


def index_url(server: str) -> str:
    return f"dynamodb://{TABLE}?endpoint={server}"


def objects_url(server: str) -> str:
    return f"s3://{BUCKET}?endpoint={server}&style=path"


class Packaged(Functions):
    def packaged(self, variables: dict[str, str] | None = None, handler: str = "serve") -> LambdaTool:
        given = signing_as(rgw.key) | {
            "ASIDE_INDEX_URL": index_url(dynamodb.url), "ASIDE_OBJECTS_URL": objects_url(rgw.url), "ASIDE_L2_URL": cluster.url,
            "ASIDE_REDIS_READ_BUDGET": "5s", "ASIDE_REDIS_INVALIDATE_DEADLINE": "10s", "AWS_SESSION_TOKEN": rgw.key.token or "",
            "AWS_CA_BUNDLE": ""} | (variables or {})
        aws = {name: value for name, value in given.items() if name.startswith(("AWS_", "ASIDE_"))}
        return self.function(aws, [*enter, str(package.parent.parent), "/var/task/bootstrap"], handler=handler)

    def values(self, function: LambdaTool, item: str) -> list:
        answer = self.ask(function, "function_url", "GET", f"/items/{item}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["values"]

    def read_by_all(self, function: LambdaTool) -> None:
        for sender in SENDERS:
            with self.subTest(sender=sender):
                answer = HttpAnswer(function.invoke(sample(sender, "/items/both")).value)
                self.assertEqual((answer.status, answer.json["values"]), (200, list(OBJECTS.values())))

    def await_filled(self, function: LambdaTool, item: str, *names: str) -> None:
        """L2 holds these. It asks once more each time: a frozen process fills nothing."""
        def is_filled() -> bool:
            self.values(function, item)
            return all(cluster.command("STRLEN", name) > 0 for name in names)
        eventually(is_filled, "L2 is filled")


class Contents(Packaged):
    def test_its_root_holds_nothing_else(self) -> None:
        self.assertEqual([path.name for path in package.parent.parent.iterdir() if path.name != "package.zip"], ["var"])
        with (package / "bootstrap").open("rb") as program:
            self.assertEqual(program.read(4), b"\x7fELF")


class Answers(Packaged):
    def test_it_answers_the_four_kinds_of_events(self) -> None:
        function = self.packaged()
        self.read_by_all(function)
        self.await_filled(function, "both", "aside:o:a")

    def test_it_answers_head_batches_and_objects(self) -> None:
        function = self.packaged()
        ids = json.dumps({"ids": ["both", "nobody"]})
        encoded = {"body": base64.b64encode(ids.encode()).decode(), "isBase64Encoded": True}
        for sender in SENDERS:
            with self.subTest(sender=sender):
                there = self.ask(function, sender, "GET", "/items/both")
                head = self.ask(function, sender, "HEAD", "/items/both")
                self.assertEqual((head.status, head.headers["etag"], head.body), (200, there.headers["etag"], b""))
                batch = HttpAnswer(function.invoke(event(sender, "POST", "/items:batch", ids) | encoded).value)
                self.assertEqual([one["status"] for one in batch.json["items"]], [200, 404])
                self.assertEqual(batch.json["items"][0]["item"]["values"], list(OBJECTS.values()))
                self.assertEqual(self.ask(function, sender, "GET", "/objects/b/c").json, OBJECTS["b/c"])

    def test_it_speaks_tls_to_dynamodb_s3_and_redis(self) -> None:
        tls, certificate = server_side(self.folder)  # for an address: nobody looks up names in an empty root
        index, objects = DynamoDbFaultProxy(dynamodb.url, tls=tls), S3FaultProxy(rgw.url, tls=tls)
        for proxy in (index, objects):
            self.addCleanup(proxy.stop)
        with (package / "lib/ca-bundle.pem").open("ab") as bundle:  # which the launcher names, where the system has none
            bundle.write(certificate.read_bytes() + cluster.authority.read_bytes())
        prefix = "aside:tls:"  # of which L2 holds nothing
        function = self.packaged({"ASIDE_INDEX_URL": index_url(index.url), "ASIDE_OBJECTS_URL": objects_url(objects.url),
                                  "ASIDE_L2_URL": cluster.tls_url, "ASIDE_REDIS_PREFIX": prefix})
        self.read_by_all(function)
        self.assertGreaterEqual(index.journal.count("GetItem", 200), 1)
        self.assertGreaterEqual(objects.journal.count("GetObject", 200), len(OBJECTS))
        self.await_filled(function, "both", f"{prefix}o:a")


class Changes(Packaged):
    def test_what_has_changed_is_forgotten_by_the_other_handlers_word(self) -> None:
        put_object("was", "before")
        put_item("changing", "was")
        # Fresh for so long that nobody asks the stores again by himself.
        held = {"ASIDE_L1_FRESH": "1h", "ASIDE_INDEX_FRESH": "1h"}
        reader, forgetter = self.packaged(held), self.packaged(held, handler="invalidate")
        self.await_filled(reader, "changing", "aside:o:was", "aside:i:changing")
        put_object("was", "after")
        self.assertEqual(self.values(reader, "changing"), ["before"])
        self.assertIsNone(forgetter.invoke(object_changed("was")).value)
        eventually(lambda: self.values(reader, "changing") == ["after"], "the object is read anew")
        put_item("changing", "was", "a")
        self.assertEqual(self.values(reader, "changing"), ["after"])
        self.assertEqual(forgetter.invoke(item_changed("changing")).value, {"batchItemFailures": []})
        eventually(lambda: self.values(reader, "changing") == ["after", OBJECTS["a"]], "the item is read anew")


if __name__ == "__main__":
    unittest.main()
