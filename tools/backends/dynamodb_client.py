"""Requests to a DynamoDB server as a test makes them: signed, over one kept connection. Values are DynamoDB's typed JSON."""

import http.client
import json
import time
from dataclasses import dataclass

from .kept_client import PATIENCE, KeptClient
from .sigv4 import sign

API = "DynamoDB_20120810"
CONTENT_TYPE = "application/x-amz-json-1.0"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """Its name, without where it comes from."""
        return self.json["__type"].rpartition("#")[2]

    @property
    def text(self) -> str:
        """Of an error: both spellings."""
        return self.json.get("message", self.json.get("Message", ""))


@dataclass
class DynamoDbClient(KeptClient):
    """Not for two threads at once."""

    def signed(self, operation: str, body: bytes) -> dict[str, str]:
        headers = {"Host": self.host, "Content-Type": CONTENT_TYPE, "X-Amz-Target": f"{API}.{operation}"}
        return sign(self.key, self.region, "dynamodb", "POST", "/", headers, body)

    def send(self, headers: dict[str, str], body: bytes) -> Answer:
        """As it stands."""
        return Answer(*self.exchange("POST", "/", headers, body))

    def call(self, operation: str, **parameters: object) -> Answer:
        body = json.dumps(parameters).encode()
        return self.send(self.signed(operation, body), body)

    def must(self, operation: str, **parameters: object) -> dict:
        answer = self.call(operation, **parameters)
        if answer.status != 200:
            raise AssertionError(f"{operation}: {answer.status} {answer.body[:500]!r}")
        return answer.json

    def create_table(self, table: str, key: str = "id", sort_key: str | None = None, sort_type: str = "S") -> None:
        """The partition key is a string."""
        roles = [(key, "HASH", "S")] + ([(sort_key, "RANGE", sort_type)] if sort_key else [])
        self.must("CreateTable", TableName=table, BillingMode="PAY_PER_REQUEST",
                  AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, _, kind in roles],
                  KeySchema=[{"AttributeName": name, "KeyType": role} for name, role, _ in roles])
        end = time.monotonic() + PATIENCE
        while self.must("DescribeTable", TableName=table)["Table"]["TableStatus"] != "ACTIVE":
            if time.monotonic() > end:
                raise AssertionError(f"the table {table} never became active")
            time.sleep(0.02)

    def put(self, table: str, item: dict) -> None:
        self.must("PutItem", TableName=table, Item=item)

    def get(self, table: str, key: dict, consistent: bool = False) -> dict | None:
        return self.must("GetItem", TableName=table, Key=key, ConsistentRead=consistent).get("Item")
