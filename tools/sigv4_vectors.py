#!/usr/bin/env python3
"""Prints src/wire/sigv4_vectors.inc: requests and what botocore, AWS's own client library, makes of them.

    python3 tools/sigv4_vectors.py > src/wire/sigv4_vectors.inc

The first group are the requests of AWS's published suite (aws-sig-v4-test-suite), the second the examples of S3's reference;
where AWS publishes a signature it stands here and must be what botocore says. Needs botocore; the tests do not.
"""

import datetime
import sys
import urllib.parse

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SUITE = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
DOCS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TOKEN = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd+xQ=="
NON_ASCII = "/\u1234"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Case:
    def __init__(self, name, method="GET", path="/", query=(), fields=(), body="", host="example.amazonaws.com", keys=SUITE, token="",
                 region="us-east-1", service="service", at="20150830T123600Z", expires=0, published=None, key=None, unsigned=False):
        self.__dict__.update(vars())
        if key is not None:
            self.path = "/" + urllib.parse.quote(key, safe="/~")
        self.fields = [("Host", host), *fields]

    def rules(self):
        return "s3" if self.service == "s3" else "other"

    def sign(self):
        """(canonical request, signature, target)"""
        moment = datetime.datetime.strptime(self.at, "%Y%m%dT%H%M%SZ")
        auth.get_current_datetime = lambda remove_tzinfo=True: moment
        kind = {("s3", False): auth.S3SigV4Auth, ("s3", True): auth.S3SigV4QueryAuth,
                ("other", False): auth.SigV4Auth, ("other", True): auth.SigV4QueryAuth}[self.rules(), self.expires > 0]
        seen = {}

        class Watched(kind):
            def _set_necessary_date_headers(self, request):  # botocore's own drops X-Amz-Date where there is a Date
                del request.headers["X-Amz-Date"]
                request.headers["X-Amz-Date"] = request.context["timestamp"]

            def canonical_request(self, request):
                seen["canonical"] = super().canonical_request(request)
                return seen["canonical"]

            def signature(self, text, request):
                seen["signature"] = super().signature(text, request)
                return seen["signature"]

        more = {"expires": self.expires} if self.expires else {}
        signer = Watched(Credentials(*self.keys, self.token or None), self.service, self.region, **more)
        query = "&".join(urllib.parse.quote(n, safe="-_.~") + "=" + urllib.parse.quote(v, safe="-_.~") for n, v in self.query)
        request = AWSRequest(self.method, "https://" + self.host + self.path + ("?" + query if query else ""), data=self.body.encode())
        for name, value in self.fields:
            request.headers[name] = value
        if self.unsigned:
            request.context["client_config"] = type("Config", (), {"s3": {"payload_signing_enabled": False}})()
            request.context["has_streaming_input"] = True
        signer.add_auth(request)
        target = request.url.split(self.host, 1)[1] if self.expires else ""
        if self.published and self.published != seen["signature"]:
            sys.exit(f"{self.name}: AWS published {self.published}, botocore says {seen['signature']}")
        return seen["canonical"], seen["signature"], target


def s3_docs(name, **how):
    return Case("s3-docs-" + name, host="examplebucket.s3.amazonaws.com", keys=DOCS, service="s3", at="20130524T000000Z", **how)


def s3_key(name, key, **how):
    return Case("s3-key-" + name, key=key, host="localhost:8480", service="s3", region="eu-central-1", **how)


CASES = [
    Case("get-vanilla", published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Case("get-vanilla-empty-query-key", query=[("Param1", "value1")]),
    Case("get-vanilla-query", query=[]),
    Case("get-vanilla-query-order-key", query=[("Param1", "value2"), ("Param1", "Value1")]),
    Case("get-vanilla-query-order-key-case", query=[("Param2", "value2"), ("Param1", "value1")],
         published="b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    Case("get-vanilla-query-order-value", query=[("Param1", "value2"), ("Param1", "value1")]),
    Case("get-vanilla-query-order-encoded", query=[("Param-3", "Value3"), ("Param", "Value2"), (NON_ASCII[1:], "Value1")]),
    Case("get-vanilla-query-unreserved", query=[(UNRESERVED, UNRESERVED)]),
    Case("get-vanilla-utf8-query", query=[(NON_ASCII[1:], "bar")]),
    Case("get-utf8", path=NON_ASCII),
    Case("get-unreserved", path="/" + UNRESERVED),
    Case("get-space", path="/example space/"),
    Case("get-relative", path="/example/.."),
    Case("get-relative-relative", path="/example1/example2/../.."),
    Case("get-slash", path="//"),
    Case("get-slash-dot-slash", path="/./"),
    Case("get-slash-pointless-dot", path="/./example"),
    Case("get-slashes", path="//example//"),
    Case("get-header-key-duplicate", fields=[("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")]),
    Case("get-header-value-order", fields=[("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"),
                                           ("My-Header1", "value2")]),
    Case("get-header-value-trim", fields=[("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')]),
    Case("post-vanilla", method="POST", published="5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    Case("post-vanilla-query", method="POST", query=[("Param1", "value1")]),
    Case("post-header-key-case", method="POST"),
    Case("post-header-key-sort", method="POST", fields=[("My-Header1", "value1")]),
    Case("post-header-value-case", method="POST", fields=[("My-Header1", "VALUE1")]),
    Case("post-sts-header-before", method="POST", token=TOKEN),
    Case("post-x-www-form-urlencoded", method="POST", fields=[("Content-Type", "application/x-www-form-urlencoded")], body="Param1=value1"),
    Case("post-x-www-form-urlencoded-parameters", method="POST",
         fields=[("Content-Type", "application/x-www-form-urlencoded; charset=utf8")], body="Param1=value1"),
    Case("iam-list-users", host="iam.amazonaws.com", service="iam", query=[("Action", "ListUsers"), ("Version", "2010-05-08")],
         fields=[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
         published="5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),

    s3_docs("get-object", path="/test.txt", fields=[("Range", "bytes=0-9")],
            published="f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    s3_docs("put-object", method="PUT", key="test$file.text", body="Welcome to Amazon S3.",
            fields=[("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            published="98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    s3_docs("get-lifecycle", query=[("lifecycle", "")], published="fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    s3_docs("list-objects", query=[("max-keys", "2"), ("prefix", "J")],
            published="34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    s3_docs("presigned-get", path="/test.txt", expires=86400,
            published="aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),

    s3_key("space", "bucket/with space"),
    s3_key("unicode", "bucket/gr\u00fc\u00dfe/\u65e5\u672c\u8a9e/\U0001f600"),
    s3_key("plus", "bucket/pl+us"),
    s3_key("dots", "bucket/a/../b"),
    s3_key("dots-first", "bucket/../x"),
    s3_key("slashes", "bucket//a///b"),
    s3_key("dot-slash", "bucket/./a/./"),
    s3_key("percent", "bucket/pct%2F.."),
    s3_key("delimiters", "bucket/q?x=1&y#z"),
    s3_key("quotes", "bucket/par(en)!*'"),
    s3_key("colons", "bucket/co:lon@at,semi;"),
    s3_key("trailing-slash", "bucket/directory/"),
    s3_key("tilde", "bucket/~-._"),
    s3_key("control", "bucket/\x01\t\x7f"),
    s3_key("long", "bucket/" + "k" * 1024),
    s3_key("put", "bucket/pl+us", method="PUT", body="{\"a\":1}", fields=[("Content-Type", "application/json"), ("If-None-Match", "*")]),
    s3_key("head", "bucket/a b", method="HEAD"),
    s3_key("delete", "bucket/a b", method="DELETE", query=[("versionId", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY")]),
    s3_key("token", "bucket/a", token=TOKEN),
    s3_key("unsigned-payload", "bucket/a", method="PUT", body="x", unsigned=True),
    s3_key("presigned-token", "bucket/a b", token=TOKEN, expires=900),
    s3_key("list", "bucket", query=[("list-type", "2"), ("prefix", "a/b +%2F"), ("delimiter", "/"), ("encoding-type", "url"),
                                    ("continuation-token", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=")]),
    s3_key("names-that-begin-alike", "bucket/a", method="PUT", body="x",
           fields=[("x-amz-copy-source-range", "bytes=0-1"), ("x-amz-copy-source", "/b/k"), ("x-amz-meta-a-b", "2"), ("x-amz-meta-a", "1")]),

    Case("dynamodb-get-item", method="POST", host="dynamodb.eu-west-1.amazonaws.com", service="dynamodb", region="eu-west-1",
         fields=[("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.GetItem")],
         body='{"TableName":"items","Key":{"id":{"S":"item-1"}}}', token=TOKEN),
    Case("lambda-path", method="POST", host="lambda.us-east-1.amazonaws.com", service="lambda",
         path="/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations", body="{}"),
    Case("elasticache-connect", host="my-cache", service="elasticache", region="eu-west-1", expires=900,
         query=[("Action", "connect"), ("User", "iam-user-01")]),
    Case("elasticache-serverless-connect", host="my-cache", service="elasticache", region="eu-west-1", expires=900, token=TOKEN,
         query=[("Action", "connect"), ("ResourceType", "ServerlessCache"), ("User", "iam-user-01")]),
    Case("memorydb-connect", host="my-cluster", service="memorydb", region="us-east-2", expires=900, at="20241231T235959Z",
         query=[("Action", "connect"), ("User", "iam-user-01")]),
]


def literal(text):
    out = []
    for byte in text.encode():
        c = chr(byte)
        if c == "\n":
            out.append("\\n")
        elif c in "\"\\":
            out.append("\\" + c)
        elif 32 <= byte < 127 and c != "?":
            out.append(c)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def pairs(of):
    return "{" + ", ".join("{" + literal(name) + ", " + literal(value) + "}" for name, value in of) + "}"


print(f"// Made by tools/sigv4_vectors.py with botocore {botocore.__version__}; it says what each request is and where it is from.\n")
for case in CASES:
    canonical, signature, target = case.sign()
    print(f"""{{.name = {literal(case.name)}, .method = {literal(case.method)}, .key = {literal(case.key or "")}, .path = {literal(case.path)},
 .query = {pairs(case.query)}, .fields = {pairs(case.fields)}, .body = {literal(case.body)}, .unsigned_payload = {str(case.unsigned).lower()},
 .access_key = {literal(case.keys[0])}, .secret_key = {literal(case.keys[1])}, .token = {literal(case.token)},
 .region = {literal(case.region)}, .service = {literal(case.service)}, .at = {literal(case.at)}, .expires_seconds = {case.expires},
 .canonical = {literal(canonical)},
 .signature = {literal(signature)}, .presigned_target = {literal(target)}}},
""")
