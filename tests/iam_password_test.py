"""L2 with `auth=iam`: a token made of AWS credentials is the password of each dial, signed as ElastiCache and MemoryDB check it.

The server is a real one; it takes any password of its user, so that what was sent is looked at on the way to it.
"""

import shutil
import socket
import threading
import unittest
import urllib.parse

import with_backends  # noqa: F401, puts tools on the path
from aside import Folder, environment, eventually, run
from backends.sigv4 import Key, Scope, signature
from redis_server import SERVER, Redis

KEY = Key("AKIDTEST01", "s3cr3t/KEY+x=", "session/token+=")
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Relay:
    """Passes bytes on to a server and keeps what each client said first."""

    def __init__(self, port: int) -> None:
        self.server_port = port
        self.said: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        try:
            first = near.recv(64 * 1024)
            self.said.append(first)
            far = socket.create_connection(("127.0.0.1", self.server_port))
            far.sendall(first)
        except OSError:
            return near.close()
        threading.Thread(target=self._pass, args=(far, near), daemon=True).start()
        self._pass(near, far)

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(64 * 1024):
                sink.sendall(data)
        except OSError:
            pass
        sink.close()


@unittest.skipUnless(shutil.which(SERVER), "needs redis-server")
class IamPassword(Folder):
    def setUp(self) -> None:
        super().setUp()
        self.store = self.import_small()
        redis = Redis(self.folder)
        self.addCleanup(redis.stop)
        rules = run("config", "--acl").stdout.removeprefix("ACL SETUSER aside on >PASSWORD ").strip()
        (self.folder / "users.acl").write_text(f"user default off\nuser aside on nopass {rules}\nuser admin on nopass ~* &* +@all\n")
        redis.answers = lambda: self.reachable(redis.port)
        redis.start()
        self.relay = Relay(redis.port)
        self.addCleanup(self.relay.stop)

    @staticmethod
    def reachable(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def get(self, more: str):
        url = f"redis://aside@127.0.0.1:{self.relay.port}?auth=iam&name=Shop-1{more}"
        return run("get", "all", "--index", self.store, "--objects", self.store, "--l2", url,
                   env=environment(AWS_ACCESS_KEY_ID=KEY.access_key, AWS_SECRET_ACCESS_KEY=KEY.secret, AWS_SESSION_TOKEN=KEY.token,
                                   AWS_REGION="eu-west-1", AWS_CONFIG_FILE="/nowhere", AWS_SHARED_CREDENTIALS_FILE="/nowhere"))

    def tokens(self) -> list[str]:
        words = [said.split(b"\r\n") for said in self.relay.said]
        return [said[said.index(b"aside") + 2].decode() for said in words if b"AUTH" in said]

    def proven(self, token: str, service: str, region: str) -> dict[str, str]:
        """The token's parameters, once its signature is what the service comes to."""
        target, _, proof = token.partition("&X-Amz-Signature=")
        host, _, query = target.partition("/")
        told = dict(urllib.parse.parse_qsl(query.removeprefix("?"), keep_blank_values=True))
        scope = Scope(told["X-Amz-Date"][:8], region, service)
        self.assertEqual(told["X-Amz-Credential"], f"{KEY.access_key}/{scope}")
        self.assertEqual(proof, signature(KEY, scope, told["X-Amz-Date"], "GET", "/" + query, [("host", host)], ["host"], EMPTY_SHA256))
        return told | {"host": host}

    def test_each_dial_sends_a_token_that_verifies(self) -> None:
        eventually(lambda: "origin=0" in self.get("").stderr, "what one process loaded the next finds in L2")
        tokens = self.tokens()
        self.assertGreater(len(tokens), 1)
        self.assertEqual(len(tokens), len(self.relay.said), "no connection without one")
        for token in tokens:
            told = self.proven(token, "elasticache", "eu-west-1")
            self.assertEqual((told["host"], told["Action"], told["User"], told["X-Amz-Expires"]), ("shop-1", "connect", "aside", "900"))
            self.assertEqual(told["X-Amz-Security-Token"], KEY.token)

    def test_the_service_and_the_region_may_be_others(self) -> None:
        self.get("&service=memorydb&region=us-east-2")
        self.assertTrue(self.tokens())
        for token in self.tokens():
            self.proven(token, "memorydb", "us-east-2")

    def test_where_there_are_no_credentials_it_does_not_start(self) -> None:
        url = f"redis://aside@127.0.0.1:{self.relay.port}?auth=iam&name=shop&region=eu-west-1"
        done = run("get", "all", "--index", self.store, "--objects", self.store, "--l2", url,
                   env=environment(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE="/nowhere", AWS_SHARED_CREDENTIALS_FILE="/nowhere"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("AWS_", done.stderr)
        self.assertEqual(self.relay.said, [])
