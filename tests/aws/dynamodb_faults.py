"""What goes wrong in DynamoDB's own words, in both spellings that clients meet."""

import json
import zlib
from dataclasses import replace
from email.utils import formatdate

from backends.faults import Rule
from backends.loopback_http import Reply
from backends.wire_faults import Asked, Fault

from .signature_check import Refusal, SignatureCheck

DYNAMODB, CORAL = "com.amazonaws.dynamodb.v20120810", "com.amazon.coral.service"
ERRORS = {
    "ProvisionedThroughputExceededException": (400, DYNAMODB, "The level of configured provisioned throughput for the table was exceeded."),
    "RequestLimitExceeded": (400, DYNAMODB, "Throughput exceeds the current throughput limit for your account."),
    "ThrottlingException": (400, "com.amazon.coral.availability", "Rate of requests exceeds the allowed throughput."),
    "InternalServerError": (500, DYNAMODB, "Internal server error"),
    "ServiceUnavailable": (503, CORAL, "The service is unavailable. Please try again."),
    "ResourceNotFoundException": (400, DYNAMODB, "Requested resource not found"),
    "AccessDeniedException": (400, CORAL, "User: arn:aws:iam::123456789012:user/aside is not authorized to perform this action"),
    "ExpiredTokenException": (400, CORAL, "The security token included in the request is expired"),
}


def json_reply(status: int, value: dict, date: str | None = None) -> Reply:
    body = json.dumps(value, separators=(",", ":")).encode()
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", "A" * 52), ("x-amz-crc32", str(zlib.crc32(body))),
               ("Date", date or formatdate(usegmt=True))]
    return Reply(status, headers, body)


def dynamodb_answers(rule: Rule, asked: Asked) -> Reply:
    """type, spelling ("message" as AWS has it, "Message" as DynamoDB Local), prefixed (of the __type), status"""
    kind = str(rule.parameters.get("type", "ProvisionedThroughputExceededException"))
    status, prefix, text = ERRORS.get(kind, (400, DYNAMODB, "As the test wants it."))
    told = f"{prefix}#{kind}" if rule.parameters.get("prefixed", True) else kind
    return json_reply(int(rule.number("status", status)), {"__type": told, str(rule.parameters.get("spelling", "message")): text})


def unprocessed(rule: Rule, asked: Asked) -> Reply:
    """keep: how many keys of each table are looked at, half of them otherwise; the rest comes back as unprocessed. Of BatchGetItem, and of
    BatchWriteItem likewise."""
    asked_for = json.loads(asked.request.body)
    reading = asked.operation == "BatchGetItem"
    kept, left = {}, {}
    for table, wanted in asked_for["RequestItems"].items():
        entries = wanted["Keys"] if reading else wanted
        keep = int(rule.number("keep", len(entries) // 2))
        for part, into in ((entries[:keep], kept), (entries[keep:], left)):
            if part:
                into[table] = wanted | {"Keys": part} if reading else part
    answer = {"Responses": {}} if reading else {}
    if kept:
        body = json.dumps(asked_for | {"RequestItems": kept}).encode()
        given = asked(replace(asked.request, body=body))
        if given.status != 200:
            return given
        answer = json.loads(given.body)
    answer["UnprocessedKeys" if reading else "UnprocessedItems"] = left
    return json_reply(200, answer)


def wrong_checksum(rule: Rule, asked: Asked) -> Reply:
    """One bit of the body is not what x-amz-crc32 says."""
    reply = asked()
    at = len(reply.body) // 2
    return replace(reply, body=reply.body[:at] + bytes([reply.body[at] ^ 1]) + reply.body[at + 1:])


DYNAMODB_FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in (dynamodb_answers, unprocessed, wrong_checksum)}

REFUSALS = {
    "missing": ("MissingAuthenticationTokenException", "Request is missing Authentication Token"),
    "incomplete": ("IncompleteSignatureException", ""),
    "unknown_key": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "wrong_token": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "expired": ("ExpiredTokenException", ERRORS["ExpiredTokenException"][2]),
}


def dynamodb_refusal(refusal: Refusal, check: SignatureCheck) -> Reply:
    kind, text = REFUSALS.get(refusal.problem, ("InvalidSignatureException", ""))
    if refusal.problem == "region":
        text = f"Credential should be scoped to a valid region, not '{refusal.detail}'. "
    if refusal.problem == "body":
        text = "The x-amz-content-sha256 header does not match the body."
    return json_reply(400, {"__type": f"{CORAL}#{kind}", "message": text or refusal.detail}, check.date()[1])
