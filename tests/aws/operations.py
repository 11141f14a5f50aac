"""Which operation of AWS a request is."""

from backends.loopback_http import Request


def dynamodb_operation(request: Request) -> str:
    return (request.header("X-Amz-Target") or "none").rpartition(".")[2]


def s3_operation(request: Request) -> str:
    """Path-style, or of a host under localhost."""
    host, _, under = (request.header("Host") or "").partition(".")
    path = f"/{host}{request.path}" if under.partition(":")[0] == "localhost" else request.path
    bucket, _, key = path.removeprefix("/").partition("/")
    names = {part.partition("=")[0] for part in request.query.split("&") if part}
    if key:
        verb = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}.get(request.method)
    elif not bucket:
        verb = "ListBuckets"
    elif request.method == "GET":
        verb = "ListObjectsV2" if "list-type" in names else "GetBucketLocation" if "location" in names else None
    else:
        verb = {"HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}.get(request.method) if not names else None
    return verb or "other"
