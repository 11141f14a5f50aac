"""Lambda function for the stream of the table that is Aside's index: Aside forgets the items that were written. The handler is
`dynamodb_stream.handler`; the stream needs KEYS_ONLY, the event source mapping ReportBatchItemFailures.

ASIDE_KEY  the attribute that holds an item's id, as `key=` in Aside's `dynamodb://table?key=id`; "id" unless told otherwise.
Where Aside is: see admin_port.py.
"""

import os

import admin_port


def handler(event, _context):
    attribute = os.environ.get("ASIDE_KEY", "id")
    changed = [(record["dynamodb"]["SequenceNumber"], record["dynamodb"]["Keys"][attribute]["S"]) for record in event["Records"]]
    left = admin_port.invalidate(items=[item for _, item in changed])
    # Lambda comes again with the first one named and all after it: to forget twice does no harm.
    first = next((number for number, item in changed if ("item", item) in left), None)
    return {"batchItemFailures": [] if first is None else [{"itemIdentifier": first}]}
