"""Tests against the real back ends: started once for a module, skipped aloud when their programs are not installed.

`./dev test` installs them, and says so by ASIDE_TEST_BACKENDS=required: from then on what is missing is a failure.
"""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))

from aside import environment
from backends.dynamodb_local import DynamoDbLocal
from backends.installed import missing
from backends.rgw import Rgw
from backends.sigv4 import Key


def need(rgw: bool = False, dynamodb: bool = False) -> None:
    """To be called first in setUpModule."""
    lacking = missing(rgw, dynamodb)
    if lacking and os.environ.get("ASIDE_TEST_BACKENDS") == "required":
        raise AssertionError(lacking)
    if lacking:
        raise unittest.SkipTest(f"NO BACK ENDS: {lacking}")


def signing_as(key: Key) -> dict[str, str]:
    """The environment of a process that has these credentials, whatever the machine's own are."""
    return environment(AWS_ACCESS_KEY_ID=key.access_key, AWS_SECRET_ACCESS_KEY=key.secret, AWS_REGION="us-east-1",
                       AWS_CONFIG_FILE="/nowhere/config", AWS_SHARED_CREDENTIALS_FILE="/nowhere/credentials")


def started_rgw(**settings: object) -> Rgw:
    return _started(Rgw, **settings)


def started_dynamodb() -> DynamoDbLocal:
    return _started(DynamoDbLocal)


def _started(kind, **settings: object):
    """It ends with the module."""
    held = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(held.cleanup)
    server = kind(Path(held.name) / "server", **settings)
    server.start()
    unittest.addModuleCleanup(server.stop)
    return server
