"""The DynamoDB that Aside is tried against does what the tests count on."""

import unittest

from with_backends import need, started_dynamodb
from backends.dynamodb_client import DynamoDbClient

TABLE = "items"


def setUpModule() -> None:
    global client
    need(dynamodb=True)
    client = started_dynamodb().client()
    unittest.addModuleCleanup(client.close)
    client.create_table(TABLE)


def key(name: str) -> dict:
    return {"id": {"S": name}}


class Items(unittest.TestCase):
    def test_what_was_put_is_got(self) -> None:
        item = key("one") | {"refs": {"L": [{"S": "a"}, {"M": {"key": {"S": "b"}, "version": {"S": "v1"}}}]}}
        client.put(TABLE, item)
        self.assertEqual(client.get(TABLE, key("one"), consistent=True), item)
        self.assertIsNone(client.get(TABLE, key("nobody")))

    def test_rows_of_a_partition_in_order(self) -> None:
        client.create_table("rows", sort_key="place")
        for place in ("2", "1", "3"):
            client.put("rows", key("one") | {"place": {"S": place}})
        answer = client.must("Query", TableName="rows", KeyConditionExpression="id = :id", ExpressionAttributeValues={":id": {"S": "one"}},
                             Limit=2)
        self.assertEqual([row["place"]["S"] for row in answer["Items"]], ["1", "2"])
        self.assertIn("LastEvaluatedKey", answer)

    def test_a_batch_over_16_mb_leaves_keys_unprocessed(self) -> None:
        names = [f"big-{number}" for number in range(45)]
        for name in names:
            client.put(TABLE, key(name) | {"body": {"S": "x" * 390_000}})
        asked = {TABLE: {"Keys": [key(name) for name in names]}}
        answer = client.must("BatchGetItem", RequestItems=asked)
        given = [item["id"]["S"] for item in answer["Responses"][TABLE]]
        left = [left["id"]["S"] for left in answer["UnprocessedKeys"][TABLE]["Keys"]]
        self.assertEqual(sorted(given + left), sorted(names))
        self.assertGreater(len(left), 0)

    def test_errors_are_named(self) -> None:
        missing = client.call("GetItem", TableName="nowhere", Key=key("one"))
        self.assertEqual((missing.status, missing.error), (400, "ResourceNotFoundException"))
        wrong = client.call("GetItem", TableName=TABLE, Key={"name": {"S": "one"}})
        self.assertEqual((wrong.status, wrong.error), (400, "ValidationException"))
        self.assertIn("key", wrong.text)

    def test_signatures_are_not_looked_at(self) -> None:
        """Which is why a verifying proxy stands before it elsewhere. Should this ever fail: good."""
        stranger = DynamoDbClient(client.url, type(client.key)("NOBODY", "wrong"))
        self.addCleanup(stranger.close)
        self.assertIsNone(stranger.get(TABLE, key("nobody")))


if __name__ == "__main__":
    unittest.main()
