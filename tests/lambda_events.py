"""Requests as the events that Lambda's four senders of HTTP make of them, and what they make of an answer; and events of changes."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SAMPLES = Path(__file__).parent.parent / "src/wire/lambda/corpus/http_event"
CHANGES = SAMPLES.with_name("change_event")
SENDERS = ("http_api", "rest_api", "function_url", "load_balancer")


def event(sender: str, method: str, target: str, body: str | None = None, headers: dict[str, str] | None = None) -> dict:
    path, query = urlsplit(target).path, urlsplit(target).query
    headers = {"host": "items.example.org"} | {name.lower(): value for name, value in (headers or {}).items()}
    common = {"headers": headers, "body": body, "isBase64Encoded": False}
    if sender in ("http_api", "function_url"):
        domain = "id.lambda-url.eu-west-1.on.aws" if sender == "function_url" else "id.execute-api.eu-west-1.amazonaws.com"
        raw = path if sender == "function_url" else unquote(path)
        return common | {"version": "2.0", "rawPath": raw, "rawQueryString": query,
                         "requestContext": {"stage": "$default", "domainName": domain, "http": {"method": method, "path": raw}}}
    pairs = parse_qsl(query, keep_blank_values=True)
    if sender == "rest_api":
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        return common | {"resource": "/{proxy+}", "path": path, "httpMethod": method,
                         "multiValueHeaders": {name: [value] for name, value in headers.items()},
                         "queryStringParameters": dict(pairs) or None, "multiValueQueryStringParameters": values or None,
                         "requestContext": {"stage": "prod", "path": "/prod" + path, "domainName": "id.execute-api.eu-west-1.amazonaws.com"}}
    return common | {"path": path, "httpMethod": method, "queryStringParameters": dict(pairs), "body": body or "",
                     "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/items/1"}}}


def sample(sender: str, path: str) -> dict:
    """An event as that sender really sent one, all its members and fields included, but for a GET of another path."""
    sent = json.loads((SAMPLES / sender).read_text(encoding="utf-8"))
    context = sent["requestContext"]
    if "rawPath" in sent:
        sent["rawPath"] = context["http"]["path"] = path
        context["http"]["method"] = "GET"
    else:
        sent["path"], sent["httpMethod"] = path, "GET"
    if "httpMethod" in context:
        context |= {"httpMethod": "GET", "path": f"/{context['stage']}{path}"}
    sent |= {"body": "" if sender == "load_balancer" else None, "isBase64Encoded": False}
    sent["headers"].pop("content-length", None)
    return sent


def object_changed(key: str) -> dict:
    """As S3 tells it, by itself and of a bucket without versions."""
    record = json.loads((CHANGES / "bucket").read_text(encoding="utf-8"))["Records"][0]
    record["s3"]["object"] |= {"key": key}
    del record["s3"]["object"]["versionId"]
    return {"Records": [record]}


def item_changed(item: str) -> dict:
    """As the stream of a table with the key `id` tells it."""
    record = json.loads((CHANGES / "dynamodb_stream").read_text(encoding="utf-8"))["Records"][0]
    record["dynamodb"] |= {"Keys": {"id": {"S": item}}}
    return {"Records": [record]}


class HttpAnswer:
    """Of an answer to such an event: status, headers by their names in lower case, the body's bytes."""

    def __init__(self, answer: dict) -> None:
        self.status = answer["statusCode"]
        fields = {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()} | answer.get("headers", {})
        self.headers = {name.lower(): value for name, value in fields.items()}
        body = answer.get("body", "")
        self.body = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()

    @property
    def json(self) -> object:
        return json.loads(self.body)
