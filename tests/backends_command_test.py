"""./dev backends: what it starts answers, what it prints is right, and it leaves nothing behind whichever way it ends."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from pathlib import Path

from aside import eventually
from with_backends import need
from backends.dynamodb_client import DynamoDbClient
from backends.imds import ROLES, TTL
from backends.processes import Identity
from backends.s3_client import S3Client
from backends.sigv4 import Key
from backends.standing import BUCKET, STATE, TABLE

TOOLS = Path(__file__).parent.parent / "tools"
PATIENCE = 60  # seconds


def setUpModule() -> None:
    need(rgw=True, dynamodb=True)


class Command(unittest.TestCase):
    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.place = Path(held.name)
        self.folder = self.place / "standing"
        self.addCleanup(self.run_command, "down")
        self.environment = os.environ | {"PYTHONPATH": str(TOOLS)}

    def words(self, command: str) -> list[str]:
        return [sys.executable, "-m", "backends", command, "--dir", str(self.folder)]

    def run_command(self, command: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.words(command), env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def started(self) -> list[Identity]:
        try:
            state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        except OSError:
            return []
        return [Identity(**held) for held in state["identities"]]

    def put_java(self, script: str) -> None:
        """In place of the real one."""
        fake = self.place / "java"
        fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        fake.chmod(0o755)
        self.environment["PATH"] = f"{self.place}:{os.environ['PATH']}"


class Up(Command):
    def test_up_status_down(self) -> None:
        done = self.run_command("up")
        self.assertEqual(done.returncode, 0, done.stderr)
        status = self.run_command("status")
        self.assertEqual((status.returncode, len(status.stdout.splitlines())), (0, 5), status.stdout)
        self.assertEqual(self.run_command("up").returncode, 1)
        exports = dict(re.findall(r"^export (\w+)='(.*)'$", self.run_command("env").stdout, re.MULTILINE))
        self.use(exports, done.stdout)
        for option, url in zip(("--index", "--objects"), self.run_command("urls").stdout.splitlines(), strict=True):
            self.assertIn(f"{option} '{url}'", done.stdout)
        self.use_a_session(exports, done.stdout)
        identities = self.started()
        self.assertEqual(self.run_command("down").returncode, 0)
        self.assertEqual([identity.name for identity in identities if identity.lives()], [])
        self.assertFalse(self.folder.exists())
        self.assertEqual(self.run_command("status").returncode, 1)

    def use(self, exports: dict[str, str], told: str) -> None:
        key = Key(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])
        s3 = S3Client(exports["AWS_ENDPOINT_URL_S3"], key, exports["AWS_REGION"])
        self.addCleanup(s3.close)
        s3.put(BUCKET, "key", b"1")
        self.assertEqual(s3.get(BUCKET, "key").body, b"1")
        dynamodb = DynamoDbClient(exports["AWS_ENDPOINT_URL_DYNAMODB"], key, exports["AWS_REGION"])
        self.addCleanup(dynamodb.close)
        self.assertIsNone(dynamodb.get(TABLE, {"id": {"S": "nobody"}}))
        self.assertIn(f"--objects 's3://{BUCKET}?region=us-east-1&endpoint={exports['AWS_ENDPOINT_URL_S3']}&style=path'", told)
        self.assertIn(f"--index 'dynamodb://{TABLE}?region=us-east-1&endpoint={exports['AWS_ENDPOINT_URL_DYNAMODB']}&key=id&refs=refs'", told)

    def use_a_session(self, exports: dict[str, str], told: str) -> None:
        """The stubs' credentials open the gateway."""
        url = re.search(r"AWS_EC2_METADATA_SERVICE_ENDPOINT='(.*)'", told)[1]
        metadata = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=PATIENCE)
        self.addCleanup(metadata.close)
        metadata.request("PUT", "/latest/api/token", headers={TTL: "60"})
        token = metadata.getresponse().read().decode()
        metadata.request("GET", ROLES + "aside-role", headers={"X-aws-ec2-metadata-token": token})
        made = json.loads(metadata.getresponse().read())
        s3 = S3Client(exports["AWS_ENDPOINT_URL_S3"], Key(made["AccessKeyId"], made["SecretAccessKey"], made["Token"]))
        self.addCleanup(s3.close)
        self.assertEqual(s3.get(BUCKET, "key").body, b"1")


class HalfWay(Command):
    def test_a_server_that_fails_takes_the_others_along_and_its_log_is_shown(self) -> None:
        # It fails when the gateway has been started: what has to be ended is all there.
        self.put_java(f"while ! grep -q radosgw {self.folder / STATE}; do sleep 0.05; done; echo no memory for this; exit 1")
        done = self.run_command("up")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no memory for this", done.stderr)
        self.assertFalse(self.folder.exists())
        self.assertEqual(self.alive_in_folder(), [])

    def test_down_ends_what_a_killed_up_has_started(self) -> None:
        self.put_java("exec sleep 1000")
        rising = subprocess.Popen(self.words("up"), env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: any(identity.name == "radosgw" for identity in self.started()), "the gateway is started")
        rising.send_signal(signal.SIGKILL)
        rising.wait(PATIENCE)
        identities = self.started()
        self.assertTrue(all(identity.lives() for identity in identities))
        self.assertEqual(self.run_command("status").returncode, 1)
        self.assertEqual(self.run_command("down").returncode, 0)
        self.assertEqual([identity.name for identity in identities if identity.lives()], [])
        self.assertEqual(self.alive_in_folder(), [])

    def alive_in_folder(self) -> list[str]:
        """Processes whose command names the folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = entry.read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in command:
                found.append(command.decode())
        return found


if __name__ == "__main__":
    unittest.main()
