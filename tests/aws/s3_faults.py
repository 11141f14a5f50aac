"""What goes wrong in S3's own words. Every answer tells the clock that the proxy pretends to have."""

import time
from email.utils import formatdate
from xml.sax.saxutils import escape

from backends.faults import Rule
from backends.loopback_http import Reply, Request
from backends.wire_faults import Asked, Fault

from .signature_check import Refusal, SignatureCheck

MESSAGES = {
    "SlowDown": (503, "Please reduce your request rate."),
    "ServiceUnavailable": (503, "Service is unable to handle request."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "ExpiredToken": (400, "The provided token has expired."),
    "InvalidToken": (400, "The provided token is malformed or otherwise invalid."),
    "AccessDenied": (403, "Access Denied"),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
}


def s3_error(status: int, code: str, message: str, request: Request, headers: dict[str, str] | None = None, **fields: str) -> Reply:
    more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
            f"<Resource>{escape(request.path)}</Resource>{more}<RequestId>4442587FB7D0A2F9</RequestId><HostId>x</HostId></Error>")
    named = {"x-amz-request-id": "4442587FB7D0A2F9", "Content-Type": "application/xml", "Date": formatdate(usegmt=True)} | (headers or {})
    return Reply(status, list(named.items()), body.encode())


def s3_answers(rule: Rule, asked: Asked) -> Reply:
    """code, and status where the code is not one of MESSAGES."""
    code = str(rule.parameters.get("code", "SlowDown"))
    status, message = MESSAGES.get(code, (400, "As the test wants it."))
    return s3_error(int(rule.number("status", status)), code, message, asked.request)


def request_timeout(rule: Rule, asked: Asked) -> Reply:
    reply = s3_error(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout "
                                            "period. Idle connections will be closed.", asked.request)
    reply.closes = True
    return reply


def skewed(rule: Rule, asked: Asked) -> Reply:
    """seconds by which the Date of the answer is ahead of this machine's"""
    return skewed_by(rule.number("seconds", 600), asked.request)


def skewed_by(seconds: float, request: Request) -> Reply:
    return s3_error(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", request,
                    {"Date": formatdate(time.time() + seconds, usegmt=True)}, RequestTime=request.header("X-Amz-Date") or "",
                    MaxAllowedSkewMilliseconds="900000")


def permanent_redirect(rule: Rule, asked: Asked) -> Reply:
    """region: where the bucket is"""
    region, bucket = str(rule.parameters.get("region", "eu-west-1")), asked.request.path.split("/")[1]
    return s3_error(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. "
                                              "Please send all future requests to this endpoint.", asked.request,
                    {"x-amz-bucket-region": region}, Endpoint=f"{bucket}.s3.{region}.amazonaws.com", Bucket=bucket)


def temporary_redirect(rule: Rule, asked: Asked) -> Reply:
    """to: scheme, host and port; the server behind the proxy otherwise"""
    to = str(rule.parameters.get("to", asked.server.upstream))
    return s3_error(307, "TemporaryRedirect", "Please re-send this request to the specified temporary endpoint. Continue to use the "
                                              "original request endpoint for future requests.", asked.request,
                    {"Location": to + asked.request.target}, Endpoint=to.partition("//")[2])


S3_FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in
                               (s3_answers, request_timeout, skewed, permanent_redirect, temporary_redirect)}


def s3_refusal(refusal: Refusal, check: SignatureCheck, request: Request) -> Reply:
    match refusal.problem:
        case "stale" | "early":
            return skewed_by(check.clock_offset_seconds, request)
        case "region":
            message = f"The authorization header is malformed; the region '{refusal.detail}' is wrong; expecting '{check.region}'"
            return s3_error(400, "AuthorizationHeaderMalformed", message, request, Region=check.region)
        case problem:
            status, code, message = {
                "missing": (403, "AccessDenied", "Access Denied"),
                "incomplete": (400, "AuthorizationHeaderMalformed", refusal.detail),
                "unknown_key": (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
                "wrong_token": (400, "InvalidToken", MESSAGES["InvalidToken"][1]),
                "expired": (400, "ExpiredToken", MESSAGES["ExpiredToken"][1]),
                "unsigned": (403, "AccessDenied", "There were headers present in the request which were not signed"),
                "body": (400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."),
                "mismatch": (403, "SignatureDoesNotMatch", refusal.detail)}[problem]
            return s3_error(status, code, message, request)
