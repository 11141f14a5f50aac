"""The recipes of docs/operating.md for invalidating from S3's events and DynamoDB's stream, fed with events as AWS writes them."""

import contextlib
import io
import json
import os
import socket
import sys
import unittest
from pathlib import Path
from unittest import mock

from aside import Folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples/invalidate"))

import admin_port  # noqa: E402  (found by the line above)
import dynamodb_stream  # noqa: E402
import s3_events  # noqa: E402

KEYS = ["plain", "a b+c", "ü/50%", "other"]
NOTHING = {"batchItemFailures": []}


def s3_message(name: str, *keys: str, event: str = "ObjectCreated:Put", **more: str) -> dict:
    """A message of the queue; the keys as S3 writes them."""
    records = [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "eu-central-1",
            "eventTime": "2026-11-25T12:00:00.000Z",
            "eventName": event,
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "aside",
                "bucket": {"name": "shop", "arn": "arn:aws:s3:::shop"},
                "object": {"key": key, "size": 9, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "0055AED6DCD90281E5"} | more,
            },
        }
        for key in keys
    ]
    return {"messageId": name, "eventSource": "aws:sqs", "body": json.dumps({"Records": records})}


def stream_record(number: str, item: str, event: str = "MODIFY") -> dict:
    keys = {"ApproximateCreationDateTime": 1764072000, "Keys": {"id": {"S": item}}, "SequenceNumber": number, "StreamViewType": "KEYS_ONLY"}
    return {"eventID": number, "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": keys}


def called(handler, *records: dict, urls: str, **more: str) -> dict:
    settings = {"ASIDE_ADMIN_URLS": urls, "ASIDE_ADMIN_TIMEOUT": "5"} | more
    with mock.patch.dict(os.environ, settings), contextlib.redirect_stdout(io.StringIO()):
        return handler({"Records": list(records)}, None)


def nobody() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


class Recipes(Folder):
    def setUp(self) -> None:
        super().setUp()
        store = self.import_small(bodies={key: key for key in KEYS}, items={"one": ["plain"], "two": ["plain", "other"]})
        self.write("token", "secret\n")
        self.server = self.serve(store, "--admin-token-file", str(self.folder / "token"), "--index-fresh", "10m", "--l1-fresh", "10m")
        self.url = f"http://127.0.0.1:{self.server.admin_port}"

    def fill(self) -> None:
        for key in KEYS:
            self.assertEqual(self.server.get(self.target(key)).status, 200)
            self.assertIn("hit", self.server.get(self.target(key)).cache_status)
        for item in ("one", "two"):
            self.server.get(f"/items/{item}")

    def target(self, key: str) -> str:
        return "/objects/" + "".join(chr(b) if chr(b).isalnum() and b < 128 else f"%{b:02X}" for b in key.encode())

    def counted(self, series: str) -> float:
        text = self.server.ask("GET", "/metrics", headers={"Authorization": "Bearer secret"}, admin=True).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(series))

    def forgotten(self) -> list[str]:
        return [key for key in KEYS if "fwd=miss" in self.server.get(self.target(key)).cache_status]

    def call(self, handler, *records: dict, **more: str) -> dict:
        return called(handler, *records, **({"urls": self.url, "ASIDE_ADMIN_TOKEN": "secret"} | more))

    def test_the_keys_of_s3s_events_are_forgotten_and_no_others(self) -> None:
        self.fill()
        messages = [s3_message("m1", "a+b%2Bc", "%C3%BC/50%25"), s3_message("m2", "plain", event="ObjectRemoved:DeleteMarkerCreated", versionId="v1")]
        self.assertEqual(self.call(s3_events.handler, *messages), NOTHING)
        self.assertEqual(self.forgotten(), ["plain", "a b+c", "ü/50%"])

    def test_s3s_test_message_is_no_failure(self) -> None:
        body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "shop"})
        self.assertEqual(self.call(s3_events.handler, {"messageId": "m", "body": body}), NOTHING)

    def test_the_prefix_is_taken_off_and_other_keys_are_passed_over(self) -> None:
        self.fill()
        message = s3_message("m", "de/plain", "en/other")
        self.assertEqual(self.call(s3_events.handler, message, ASIDE_PREFIX="de/"), NOTHING)
        self.assertEqual(self.forgotten(), ["plain"])

    def test_a_deleted_version_is_forgotten_too(self) -> None:
        with mock.patch.object(admin_port, "invalidate", return_value={("object", ("k", "v7"))}) as told:
            failed = self.call(s3_events.handler, s3_message("m", "k", event="ObjectRemoved:Delete", versionId="v7"))
        self.assertEqual(told.call_args.kwargs["objects"], [("k", ""), ("k", "v7")])
        self.assertEqual(failed, {"batchItemFailures": [{"itemIdentifier": "m"}]})

    def test_more_keys_than_one_request_takes(self) -> None:
        self.assertEqual(self.call(s3_events.handler, s3_message("m", *(f"k{i}" for i in range(250)))), NOTHING)
        self.assertEqual(self.counted("aside_invalidations_total"), 250)

    def test_the_items_of_the_stream_are_forgotten(self) -> None:
        self.fill()
        self.assertEqual(self.call(dynamodb_stream.handler, stream_record("100", "one"), stream_record("101", "gone", "REMOVE")), NOTHING)
        before = self.counted('aside_origin_loads_total{result="found",store="index"}')
        self.assertEqual([self.server.get(f"/items/{item}").status for item in ("one", "two", "two", "one")], [200] * 4)
        self.assertEqual(self.counted('aside_origin_loads_total{result="found",store="index"}'), before + 1, "that of item one")

    def test_what_one_address_did_not_do_comes_again(self) -> None:
        self.fill()
        messages = [s3_message("m1", "plain"), s3_message("m2", "other")]
        failed = self.call(s3_events.handler, *messages, urls=f"{self.url} {nobody()}")
        self.assertEqual(failed, {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]})
        self.assertEqual(self.forgotten(), ["plain", "other"], "the address that answers has done it nevertheless")
        records = [stream_record("7", "one"), stream_record("8", "two")]
        self.assertEqual(self.call(dynamodb_stream.handler, *records, urls=nobody()), {"batchItemFailures": [{"itemIdentifier": "7"}]})

    def test_a_wrong_token_does_nothing(self) -> None:
        self.fill()
        failed = self.call(s3_events.handler, s3_message("m", "plain"), ASIDE_ADMIN_TOKEN="wrong")
        self.assertEqual(failed, {"batchItemFailures": [{"itemIdentifier": "m"}]})
        self.assertEqual(self.forgotten(), [])


class Answers(unittest.TestCase):
    def test_only_what_is_said_to_be_done_is_done(self) -> None:
        answer = {"items": [{"id": "i", "done": True}, {"id": "j", "done": False, "error": "l2: late"}], "objects": [{"key": "k", "version": "2", "done": True}]}
        self.assertEqual(list(admin_port.said_done(json.dumps(answer).encode())), [("item", "i"), ("object", ("k", "2"))])
        for none in (b"", b"<html>", b"[]", b'{"status":401}'):
            self.assertEqual(list(admin_port.said_done(none)), [])


if __name__ == "__main__":
    unittest.main()
