"""DynamoDB through the fault proxy: throttled, left unprocessed, damaged, and refused for its signature as AWS would."""

import json
import time
import unittest
import zlib
from email.utils import parsedate_to_datetime

from with_backends import need, started_dynamodb
from aws.fault_proxy import DynamoDbFaultProxy
from aws.signature_check import SignatureCheck
from backends.dynamodb_client import DynamoDbClient
from backends.key_ring import KeyRing
from backends.sigv4 import Key

TABLE = "items"
NAMES = [f"item-{number}" for number in range(10)]


def key(name: str) -> dict:
    return {"id": {"S": name}}


def setUpModule() -> None:
    global dynamodb
    need(dynamodb=True)
    dynamodb = started_dynamodb()
    client = dynamodb.client()
    unittest.addModuleCleanup(client.close)
    client.create_table(TABLE)
    for name in NAMES:
        client.put(TABLE, key(name))


class ToDynamoDb(unittest.TestCase):
    def setUp(self) -> None:
        self.ring = KeyRing(dynamodb.key)
        self.proxy = DynamoDbFaultProxy(dynamodb.url, SignatureCheck(self.ring, "dynamodb"))
        self.addCleanup(self.proxy.stop)
        self.client = self.by(dynamodb.key)

    def by(self, who: Key, region: str = "us-east-1") -> DynamoDbClient:
        client = DynamoDbClient(self.proxy.url, who, region)
        self.addCleanup(client.close)
        return client

    def get(self, client: DynamoDbClient | None = None):
        return (client or self.client).call("GetItem", TableName=TABLE, Key=key("item-1"))


class Faulty(ToDynamoDb):
    def test_what_is_right_passes_with_its_checksum(self) -> None:
        answer = self.get()
        self.assertEqual(answer.json, {"Item": key("item-1")})
        self.assertEqual(answer.headers["x-amz-crc32"], str(zlib.crc32(answer.body)))
        self.assertEqual((self.proxy.journal.counts(), self.proxy.server.connections), ({"GetItem": 1}, 1))

    def test_throttling_in_both_spellings(self) -> None:
        for spelling in ("message", "Message"):
            self.proxy.faults.add("dynamodb_answers", "GetItem", spelling=spelling, times=1)
            answer = self.get()
            self.assertEqual((answer.status, answer.error), (400, "ProvisionedThroughputExceededException"))
            self.assertTrue(answer.json[spelling])
        self.proxy.faults.add("dynamodb_answers", type="ThrottlingException", prefixed=False, times=1)
        self.assertEqual(self.get().json["__type"], "ThrottlingException")
        self.assertEqual(self.get().status, 200)

    def test_errors_by_name(self) -> None:
        for name, status in (("RequestLimitExceeded", 400), ("InternalServerError", 500), ("ServiceUnavailable", 503),
                             ("ResourceNotFoundException", 400), ("AccessDeniedException", 400), ("ExpiredTokenException", 400)):
            self.proxy.faults.add("dynamodb_answers", type=name, times=1)
            answer = self.get()
            self.assertEqual((answer.status, answer.error), (status, name))

    def test_a_batch_of_which_half_is_left(self) -> None:
        self.proxy.faults.add("unprocessed", "BatchGetItem", times=2)
        left = {TABLE: {"Keys": [key(name) for name in NAMES], "ConsistentRead": True}}
        given, sizes = [], []
        while left:
            answer = self.client.must("BatchGetItem", RequestItems=left)
            given += [item["id"]["S"] for item in answer["Responses"][TABLE]]
            left = answer["UnprocessedKeys"]
            sizes.append(len(left.get(TABLE, {}).get("Keys", [])))
            self.assertTrue(not left or left[TABLE]["ConsistentRead"])
        self.assertEqual((sorted(given), sizes), (NAMES, [5, 3, 0]))

    def test_a_batch_of_which_all_is_left(self) -> None:
        self.proxy.faults.add("unprocessed", keep=0)
        asked = {TABLE: {"Keys": [key("item-1")]}}
        answer = self.client.must("BatchGetItem", RequestItems=asked)
        self.assertEqual(answer, {"Responses": {}, "UnprocessedKeys": asked})

    def test_writes_that_are_left(self) -> None:
        self.proxy.faults.add("unprocessed", "BatchWriteItem", keep=1, times=1)
        puts = [{"PutRequest": {"Item": key(f"new-{number}")}} for number in range(3)]
        answer = self.client.must("BatchWriteItem", RequestItems={TABLE: puts})
        self.assertEqual(answer["UnprocessedItems"], {TABLE: puts[1:]})
        self.assertEqual([self.client.get(TABLE, key(f"new-{number}"), True) for number in range(3)], [key("new-0"), None, None])

    def test_a_body_that_is_not_what_its_checksum_says(self) -> None:
        self.proxy.faults.add("wrong_checksum")
        answer = self.get()
        self.assertEqual(answer.status, 200)
        self.assertNotEqual(answer.headers["x-amz-crc32"], str(zlib.crc32(answer.body)))

    def test_garbage(self) -> None:
        self.proxy.faults.add("garbage")
        self.assertRaises(ValueError, json.loads, self.get().body)


class Verifying(ToDynamoDb):
    def test_a_tampered_request(self) -> None:
        body = json.dumps({"TableName": TABLE, "Key": key("item-1")}).encode()
        headers = self.client.signed("GetItem", body)
        self.assertEqual(self.client.send(headers, body).status, 200)
        answer = self.client.send(headers, body.replace(b"item-1", b"item-2"))
        self.assertEqual((answer.status, answer.error), (400, "InvalidSignatureException"))
        self.assertIn("does not match", answer.text)
        answer = self.client.send(headers | {"X-Amz-Target": "DynamoDB_20120810.DeleteItem"}, body)
        self.assertEqual((answer.status, answer.error), (400, "InvalidSignatureException"))

    def test_who_is_not_let_in(self) -> None:
        session = self.ring.issue(60).key
        for who, error in ((Key("NOBODY", "x"), "UnrecognizedClientException"),
                           (Key(dynamodb.key.access_key, "wrong"), "InvalidSignatureException"),
                           (Key(session.access_key, session.secret), "UnrecognizedClientException"),
                           (self.ring.issue(-1).key, "ExpiredTokenException")):
            answer = self.get(self.by(who))
            self.assertEqual((answer.status, answer.error), (400, error))
        self.assertEqual(self.get(self.by(session)).status, 200)
        answer = self.client.send({"Host": "x", "X-Amz-Target": "DynamoDB_20120810.GetItem"}, b"{}")
        self.assertEqual((answer.status, answer.error), (400, "MissingAuthenticationTokenException"))
        self.assertEqual(len(self.proxy.refusals), 5)

    def test_another_region(self) -> None:
        answer = self.get(self.by(dynamodb.key, "eu-west-1"))
        self.assertEqual(answer.error, "InvalidSignatureException")
        self.assertIn("valid region, not 'eu-west-1'", answer.text)

    def test_a_stale_date_is_told_with_the_right_one(self) -> None:
        self.proxy.set(clock_offset_seconds=7200)
        answer = self.get()
        self.assertEqual((answer.status, answer.error), (400, "InvalidSignatureException"))
        self.assertIn("Signature expired", answer.text)
        self.assertAlmostEqual(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time(), 7200, delta=5)


if __name__ == "__main__":
    unittest.main()
