"""`aside serve` with its index in DynamoDB: both layouts, every signature checked, and what goes wrong on the way."""

import json
import unittest

from aside import OBJECTS, Folder, eventually
from with_backends import need, signing_as, started_dynamodb
from aws.fault_proxy import DynamoDbFaultProxy
from aws.signature_check import SignatureCheck
from backends.key_ring import KeyRing

LIST, ROWS = "items", "rows"
POSITION = "&position=place"
# Nothing is answered from memory without a question: the index is asked for each time.
ASKS = ("--index-fresh", "0", "--index-stale", "0", "--index-stale-if-error", "0", "--absent-fresh", "0", "--absent-versioned-fresh", "0")


def setUpModule() -> None:
    global dynamodb, client
    need(dynamodb=True)
    dynamodb = started_dynamodb()
    client = dynamodb.client()
    unittest.addModuleCleanup(client.close)
    client.create_table(LIST)
    client.create_table(ROWS, sort_key="place", sort_type="N")


def put_list(name: str, *keys: str) -> None:
    client.put(LIST, {"id": {"S": name}, "refs": {"L": [{"S": key} for key in keys]}})


def put_row(name: str, place: str, key: str, **more: dict) -> None:
    client.put(ROWS, {"id": {"S": name}, "place": {"N": place}, "key": {"S": key}} | more)


def keys_of_list(name: str) -> list | None:
    item = client.get(LIST, {"id": {"S": name}}, consistent=True)
    return item and [element["M"]["key"]["S"] for element in item["refs"]["L"]]


def keys_of_rows(name: str) -> list:
    answer = client.must("Query", TableName=ROWS, KeyConditionExpression="id = :id", ExpressionAttributeValues={":id": {"S": name}},
                         ConsistentRead=True)
    return [(row["place"]["N"], row["key"]["S"]) for row in answer["Items"]]


class WithTable(Folder):
    def setUp(self) -> None:
        super().setUp()
        self.proxy = DynamoDbFaultProxy(dynamodb.url, SignatureCheck(KeyRing(dynamodb.key), "dynamodb"))
        self.addCleanup(self.proxy.stop)
        self.addCleanup(lambda: self.assertEqual(list(self.proxy.refusals), []))
        self.objects = self.import_small()

    def url(self, table: str = LIST, more: str = "") -> str:
        return f"dynamodb://{table}?endpoint={self.proxy.url}{more}"

    def serve_table(self, table: str = LIST, more: str = "", words: tuple[str, ...] = ASKS, ready: bool = True):
        """What it asked to become ready is forgotten."""
        server = self.serve(self.url(table, more), *words, objects=self.objects, env=signing_as(dynamodb.key))
        if ready:
            eventually(lambda: server.admin("GET", "/readyz").status == 200, "it is ready")
            self.proxy.forget()
        return server

    def asked(self, operation: str) -> list[dict]:
        return [json.loads(entry.request.body) for entry in self.proxy.journal.entries(operation)]


class Reading(WithTable):
    def test_an_item_of_the_list_layout(self) -> None:
        put_list("all", *OBJECTS)
        put_list("none")
        server = self.serve_table()
        self.assertEqual(server.get("/items/all").json["values"], list(OBJECTS.values()))
        self.assertEqual(server.get("/items/none").json["values"], [])
        self.assertEqual(server.get("/items/nobody").status, 404)
        self.assertEqual((self.proxy.journal.count("GetItem", 200), self.proxy.server.most_at_once), (3, 1))

    def test_an_item_of_the_rows_layout_page_by_page(self) -> None:
        padding = {"padding": {"S": "x" * 300_000}}  # a page of a Query has 1 MB of what is stored, shown or not
        for place in range(12):
            put_row("long", str(place), list(OBJECTS)[place % 3], **padding)
        server = self.serve_table(ROWS, POSITION)
        self.assertEqual(server.get("/items/long").json["values"], list(OBJECTS.values()) * 4)
        self.assertGreaterEqual(self.proxy.journal.count("Query", 200), 3)
        self.assertEqual(server.get("/items/nobody").status, 404)

    def test_other_names_of_attributes(self) -> None:
        client.create_table("named", key="name", sort_key="nr", sort_type="N")
        for place, key in (("2.5", "b"), ("-1", "a")):
            client.put("named", {"name": {"S": "x"}, "nr": {"N": place}, "of": {"S": key}})
        server = self.serve_table("named", "&key=name&position=nr&object_key=of&object_version=in")
        self.assertEqual(server.get("/items/x").json["values"], [OBJECTS["a"], OBJECTS["b"]])

    def test_items_of_one_request_share_a_batch(self) -> None:
        names = [f"batch-{number}" for number in range(8)]
        for name in names:
            put_list(name, "a")
        server = self.serve_table()
        answer = server.ask("POST", "/items:batch", json.dumps({"ids": [*names, "nobody"]}))
        self.assertEqual([entry["status"] for entry in answer.json["items"]], [200] * 8 + [404])
        batches = self.asked("BatchGetItem")
        self.assertEqual(len(batches), 1)
        self.assertEqual(len(batches[0]["RequestItems"][LIST]["Keys"]), 9)
        self.assertEqual(self.proxy.journal.count("GetItem"), 0)

    def test_what_is_left_of_a_batch_is_followed(self) -> None:
        names = [f"left-{number}" for number in range(8)]
        for name in names:
            put_list(name, "a")
        server = self.serve_table()
        self.proxy.faults.add("unprocessed", "BatchGetItem", times=2)
        answer = server.ask("POST", "/items:batch", json.dumps({"ids": names}))
        self.assertEqual([entry["status"] for entry in answer.json["items"]], [200] * 8)
        self.assertEqual([len(asked["RequestItems"][LIST]["Keys"]) for asked in self.asked("BatchGetItem")], [8, 4, 2])

    def test_after_an_invalidation_the_next_read_is_consistent(self) -> None:
        put_list("seen", "a")
        server = self.serve_table(words=("--index-fresh", "1h"))
        self.assertEqual(server.get("/items/seen").json["values"], [OBJECTS["a"]])
        put_list("seen", "b")
        self.assertEqual(server.get("/items/seen").json["values"], [OBJECTS["a"]])
        self.assertEqual(server.admin("POST", "/invalidate", json.dumps({"items": ["seen"]})).status, 200)
        self.assertEqual(server.get("/items/seen").json["values"], [OBJECTS["b"]])
        self.assertEqual([asked["ConsistentRead"] for asked in self.asked("GetItem")], [False, True])

    def test_always_consistent_where_the_url_says_so(self) -> None:
        put_list("one", "a")
        server = self.serve_table(more="&consistent=true")
        self.assertEqual(server.get("/items/one").status, 200)
        self.assertTrue(self.asked("GetItem")[0]["ConsistentRead"])

    def test_what_has_not_changed_is_known_to_be_the_same(self) -> None:
        put_list("same", "a")
        server = self.serve_table(words=("--index-fresh", "0", "--index-stale", "0"))
        for _ in range(3):
            self.assertEqual(server.get("/items/same").json["values"], [OBJECTS["a"]])
        self.assertEqual(self.proxy.journal.count("GetItem", 200), 3)

    def test_a_row_that_is_not_as_the_layout_says(self) -> None:
        client.put(LIST, {"id": {"S": "set"}, "refs": {"SS": ["a", "b"]}})
        put_list("good", "a")
        server = self.serve_table()
        answer = server.ask("POST", "/items:batch", json.dumps({"ids": ["set", "good"]}))
        self.assertEqual([entry["status"] for entry in answer.json["items"]], [502, 200])


class Writing(WithTable):
    def refs(self, *keys: str) -> str:
        return json.dumps({"refs": [{"key": key} for key in keys]})

    def test_the_list_layout(self) -> None:
        server = self.serve_table()
        self.assertEqual(server.admin("PUT", "/items/new", self.refs("b", "a")).status, 200)
        self.assertEqual(keys_of_list("new"), ["b", "a"])
        self.assertEqual(server.get("/items/new").json["values"], [OBJECTS["b"], OBJECTS["a"]])
        self.assertEqual(server.admin("DELETE", "/items/new").status, 200)
        self.assertIsNone(keys_of_list("new"))
        self.assertEqual(server.get("/items/new").status, 404)

    def test_the_rows_layout(self) -> None:
        put_row("new", "-1", "a")
        put_row("new", "0.5", "a")
        put_row("new", "1.0", "a")  # kept as it is here; AWS makes it 1
        server = self.serve_table(ROWS, POSITION)
        many = ["a", "b"] * 30
        for keys in (["b", "a", "c/d e"], many, ["b"], []):
            self.assertEqual(server.admin("PUT", "/items/new", self.refs(*keys)).status, 200)
            self.assertEqual([key for _, key in keys_of_rows("new")], keys)
            self.assertEqual([float(place) for place, _ in keys_of_rows("new")], list(range(len(keys))))
        self.assertEqual(server.get("/items/new").status, 404, "an item without rows is none")
        self.assertEqual(server.admin("PUT", "/items/new", self.refs("b")).status, 200)
        self.assertEqual(server.admin("DELETE", "/items/new").status, 200)
        self.assertEqual(keys_of_rows("new"), [])

    def test_writes_that_are_throttled_or_left(self) -> None:
        server = self.serve_table(ROWS, POSITION)
        self.proxy.faults.add("unprocessed", "BatchWriteItem", keep=1, times=2)
        self.proxy.faults.add("dynamodb_answers", "BatchWriteItem", times=2)
        self.assertEqual(server.admin("PUT", "/items/slow", self.refs("a", "b", "c/d e", "a")).status, 200)
        self.assertEqual([key for _, key in keys_of_rows("slow")], ["a", "b", "c/d e", "a"])
        self.assertEqual(self.proxy.journal.count("BatchWriteItem"), 5)


class Faulty(WithTable):
    def setUp(self) -> None:
        super().setUp()
        put_list("all", *OBJECTS)

    def test_what_passes_is_tried_again(self) -> None:
        server = self.serve_table(words=(*ASKS, "--origin-hedge-share", "0"))  # a second attempt has one reason alone
        faults = [("dynamodb_answers", {"spelling": "message"}), ("dynamodb_answers", {"spelling": "Message"}),
                  ("dynamodb_answers", {"type": "ThrottlingException", "prefixed": False}),
                  ("dynamodb_answers", {"type": "RequestLimitExceeded"}), ("dynamodb_answers", {"type": "InternalServerError"}),
                  ("error", {"status": 503}), ("wrong_checksum", {}), ("truncate", {}), ("reset", {})]
        for _ in range(len(faults) * 6):  # so many tries again are within the budget
            self.assertEqual(server.get("/items/all").status, 200)
        for fault, parameters in faults:
            with self.subTest(fault=fault, **parameters):
                self.proxy.faults.clear()
                self.proxy.forget()
                self.proxy.faults.add(fault, times=1, **parameters)
                answer = server.get("/items/all")
                self.assertEqual((answer.status, answer.json["values"] if answer.status == 200 else answer.text),
                                 (200, list(OBJECTS.values())))
                self.assertEqual(self.proxy.journal.count("GetItem"), 2)

    def test_what_does_not_pass_is_no_absent_item(self) -> None:
        faults = [("dynamodb_answers", {}), ("garbage", {}), ("noise", {}), ("length", {"by": -1}), ("wrong_checksum", {}), ("close", {}),
                  ("dynamodb_answers", {"type": "AccessDeniedException"}), ("dynamodb_answers", {"type": "ResourceNotFoundException"}),
                  ("error", {"status": 404}), ("error", {"status": 400})]
        for fault, parameters in faults:
            with self.subTest(fault=fault, **parameters):
                server = self.serve_table()  # a new one: its guard knows nothing
                self.proxy.faults.clear()
                self.proxy.faults.add(fault, **parameters)
                self.assertIn(server.get("/items/all").status, (502, 503, 504))
                self.proxy.faults.clear()
                eventually(lambda: server.get("/items/all").status == 200, f"it is read again after {fault}")
                server.kill()

    def test_a_slow_drip_ends_in_time(self) -> None:
        server = self.serve_table(words=(*ASKS, "--request-deadline", "1s"))
        self.proxy.faults.add("drip", bytes_per_second=20)
        self.assertEqual(server.get("/items/all").status, 504)
        self.proxy.faults.clear()
        eventually(lambda: server.get("/items/all").status == 200, "it is read again")

    def test_a_wrong_table_is_told_loudly(self) -> None:
        for table, wanted in (("nowhere", "ResourceNotFoundException"), (LIST, "ValidationException")):
            with self.subTest(table=table):
                server = self.serve_table(table, "" if table != LIST else "&key=name", ready=False)
                self.assertEqual(server.admin("GET", "/readyz").status, 503)
                for _ in range(5):
                    self.assertEqual(server.get("/items/all").status, 502)
                log = server.log.read_text(encoding="utf-8")
                self.assertEqual(log.count("store.refused"), 1, log)
                self.assertIn(wanted, log)
                server.kill()
                server.log.unlink()


if __name__ == "__main__":
    unittest.main()
