"""Lambda function for an SQS queue that takes a bucket's event notifications (s3:ObjectCreated:*, s3:ObjectRemoved:*): Aside forgets
what was written. The handler is `s3_events.handler`; the event source mapping must have ReportBatchItemFailures, so that only the
messages whose keys are not done come again.

ASIDE_PREFIX  what stands before each key in Aside's `s3://bucket/prefix` ("prefix/"); events of other keys are passed over.
Where Aside is: see admin_port.py.
"""

import json
import os
import urllib.parse

import admin_port


def handler(event, _context):
    changed = {message["messageId"]: objects_of(json.loads(message["body"])) for message in event["Records"]}
    left = admin_port.invalidate(objects=[each for objects in changed.values() for each in objects])
    failed = [name for name, objects in changed.items() if any(("object", each) in left for each in objects)]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def objects_of(notification):
    """Key and version of what one notification says has changed. S3's own test message has no records."""
    prefix = os.environ.get("ASIDE_PREFIX", "")
    objects = []
    for record in notification.get("Records", []):
        entry = record["s3"]["object"]
        key = urllib.parse.unquote_plus(entry["key"], errors="strict")  # S3 writes "a b+c" as "a+b%2Bc"
        if not key.startswith(prefix):
            continue
        key = key.removeprefix(prefix)
        objects.append((key, ""))
        # A version never changes, but it can be deleted. With a delete marker versionId is the marker's, and does no harm.
        if record["eventName"].startswith("ObjectRemoved:") and entry.get("versionId"):
            objects.append((key, entry["versionId"]))
    return objects
