"""Tells Aside that keys have changed, by its admin port, and which of them it could not forget.

ASIDE_ADMIN_URLS     where: `http://aside.internal:9090`, several with spaces between. With an L2, one address: whichever process is
                     asked tells the others. Without one, every process's: each forgets for itself.
ASIDE_ADMIN_TOKEN    what stands in the file that `admin.token_file` names
ASIDE_ADMIN_TIMEOUT  seconds one request may take, 10 unless told otherwise
"""

import json
import os
import urllib.error
import urllib.request

KEYS_A_REQUEST = 100  # Aside takes admin.max_keys, 1,000 unless told otherwise; they are done one after the other


def invalidate(items=(), objects=()):
    """Items are ids, objects pairs of key and version, the version "" for an object as such. Returns those that are not done at every
    address: ("item", id) and ("object", (key, version))."""
    wanted = [("item", item) for item in dict.fromkeys(items)] + [("object", each) for each in dict.fromkeys(objects)]
    addresses = os.environ["ASIDE_ADMIN_URLS"].split()
    if not addresses:
        raise ValueError("ASIDE_ADMIN_URLS names no address")
    left = set()
    for address in addresses:
        for start in range(0, len(wanted), KEYS_A_REQUEST):
            part = wanted[start : start + KEYS_A_REQUEST]
            left |= set(part) - done_at(address, part)
    return left


def done_at(address, part):
    """What one request to one address has done. An answer that is not 200 may have done some of it, and says so key by key."""
    body = {
        "items": [name for kind, name in part if kind == "item"],
        "objects": [{"key": key, "version": version} if version else key for key, version in (n for k, n in part if k == "object")],
    }
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("ASIDE_ADMIN_TOKEN"):
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(address.rstrip("/") + "/invalidate", json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=float(os.environ.get("ASIDE_ADMIN_TIMEOUT", "10"))) as response:
            answer = response.read()
    except urllib.error.HTTPError as error:
        print(f"{address}: {error.code} {error.reason}")
        answer = error.read()
    except OSError as error:
        print(f"{address}: {error}")
        return set()
    return set(said_done(answer))


def said_done(answer):
    try:
        lists = json.loads(answer)
    except ValueError:
        return
    if not isinstance(lists, dict):
        return
    for each in lists.get("items", []):
        if each["done"]:
            yield "item", each["id"]
    for each in lists.get("objects", []):
        if each["done"]:
            yield "object", (each["key"], each.get("version", ""))
