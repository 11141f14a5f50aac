"""The Lua scripts and the ACL user of the Redis client, on a real server."""

import hashlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from redis_server import PATIENCE, SERVER, Connection, Refused, free_port

PROTOCOL = Path(__file__).parent.parent / "src/redis/protocol"
KEYS = ("aside:o:a", "aside:l:{aside:o:a}", "aside:t:{aside:o:a}")
DATA, LEASE, TOMBSTONE = KEYS


def read_scripts() -> dict[str, tuple[str, str]]:
    """Name -> source, SHA-1, as they stand in the program."""
    text = (PROTOCOL / "scripts.cpp").read_text(encoding="utf-8")
    found = re.findall(r'"(\w+)",\s*R"lua\((.*?)\)lua",\s*"([0-9a-f]+)"', text, re.DOTALL)
    return {name: (source, sha1) for name, source, sha1 in found}


def read_acl() -> list[str]:
    """As acl_rules("aside:") writes them."""
    text = (PROTOCOL / "commands.inc").read_text(encoding="utf-8")
    permits = re.findall(r'ASIDE_REDIS_COMMAND\(\w+, "[A-Z ]+", "([^"]+)"', text)
    return ["resetkeys", "~aside:*", "resetchannels", "-@all", *permits]


@unittest.skipUnless(shutil.which(SERVER), "needs redis-server")
class OnAServer(unittest.TestCase):
    """One server, a cluster of its own, for all tests of a class; each test starts with it empty."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.port = free_port()
        words = ["--port", str(cls.port), "--cluster-port", str(free_port()), "--bind", "127.0.0.1", "--dir", folder.name, "--save", ""]
        process = subprocess.Popen([SERVER, *words, "--cluster-enabled", "yes"], stdout=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait, PATIENCE)
        cls.addClassCleanup(process.kill)

    def setUp(self) -> None:
        self.scripts = read_scripts()
        self.admin = self.connect()
        if "cluster_slots_assigned:0" in self.admin("CLUSTER", "INFO"):
            self.admin("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        self.wait_for(lambda: "cluster_state:ok" in self.admin("CLUSTER", "INFO"))
        self.admin("CONFIG", "SET", "maxmemory", 0)
        self.admin("FLUSHALL")
        self.admin("SCRIPT", "FLUSH")
        self.admin("ACL", "SETUSER", "aside", "reset", "on", ">secret", *read_acl())
        self.user = self.connect()
        self.user("HELLO", 3, "AUTH", "aside", "secret", "SETNAME", "aside")

    def connect(self) -> Connection:
        def dial() -> Connection | None:
            try:
                return Connection(self.port)
            except ConnectionRefusedError:
                return None

        connection = self.wait_for(dial)
        self.addCleanup(connection.close)
        return connection

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if got := condition():
                return got
            time.sleep(0.01)
        self.fail("never came true")

    def run_script(self, name: str, *arguments: object):
        """By its hash, and whole when the server does not know it: as the client does."""
        source, sha1 = self.scripts[name]
        try:
            return self.user("EVALSHA", sha1, 3, *KEYS, *arguments)
        except Refused as refused:
            if not str(refused).startswith("NOSCRIPT"):
                raise
        return self.user("EVAL", source, 3, *KEYS, *arguments)


class Scripts(OnAServer):
    def test_hashes_are_those_of_the_sources(self) -> None:
        self.assertEqual(len(self.scripts), 5)
        for source, sha1 in self.scripts.values():
            self.assertEqual(hashlib.sha1(source.encode()).hexdigest(), sha1)
            self.assertEqual(self.admin("SCRIPT", "LOAD", source), sha1)

    def test_one_holder_at_a_time(self) -> None:
        self.assertEqual(self.run_script("take_lease", "one", 60000), [1, 0])
        held, remaining = self.run_script("take_lease", "two", 60000)
        self.assertEqual(held, 0)
        self.assertTrue(0 < remaining <= 60000)
        self.assertEqual(self.run_script("release_lease", "two"), 0)
        self.assertEqual(self.run_script("release_lease", "one"), 1)
        self.assertEqual(self.run_script("take_lease", "two", 60000), [1, 0])

    def test_only_the_holder_renews(self) -> None:
        self.run_script("take_lease", "one", 1000)
        self.assertEqual(self.run_script("renew_lease", "two", 60000), 0)
        self.assertLessEqual(self.user("PTTL", LEASE), 1000)
        self.assertEqual(self.run_script("renew_lease", "one", 60000), 1)
        self.assertGreater(self.user("PTTL", LEASE), 1000)
        self.user("DEL", LEASE)
        self.assertEqual(self.run_script("renew_lease", "one", 60000), 0)

    def test_a_fill_gives_the_lease_back(self) -> None:
        self.run_script("take_lease", "one", 60000)
        self.assertEqual(self.run_script("fill", "two", 60000, "wrong"), 0)
        self.assertIsNone(self.user("GET", DATA))
        self.assertEqual(self.run_script("fill", "one", 60000, "right"), 1)
        self.assertEqual(self.user("GET", DATA), "right")
        self.assertTrue(0 < self.user("PTTL", DATA) <= 60000)
        self.assertEqual(self.user("EXISTS", LEASE), 0)
        self.assertEqual(self.run_script("fill", "one", 60000, "again"), 0)
        self.assertEqual(self.user("GET", DATA), "right")

    def test_a_lease_from_before_an_invalidation_fills_nothing(self) -> None:
        self.run_script("take_lease", "old", 60000)
        self.user("SET", DATA, "before", "PX", 60000)
        self.assertEqual(self.run_script("invalidate", 60000), 1)
        self.assertIsNone(self.user("GET", DATA))
        self.assertTrue(0 < self.user("PTTL", TOMBSTONE) <= 60000)
        self.assertEqual(self.run_script("renew_lease", "old", 60000), 0)
        self.assertEqual(self.run_script("fill", "old", 60000, "before"), 0)
        self.assertEqual(self.run_script("take_lease", "new", 60000), [1, 1], "won, and told of the tombstone")
        self.assertEqual(self.run_script("fill", "old", 60000, "before"), 0)
        self.assertEqual(self.run_script("fill", "new", 60000, "after"), 1)
        self.assertEqual(self.user("GET", DATA), "after")

    def test_every_invalidation_is_heard(self) -> None:
        self.user("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "aside:t:")
        writer = self.connect()
        writer("AUTH", "aside", "secret")
        for count in range(1, 4):
            writer("EVAL", self.scripts["invalidate"][0], 3, *KEYS, 60000)
            self.user.pushes.clear()
            self.wait_for(lambda: self.user("PING") == "PONG" and self.user.pushes)
            self.assertEqual(self.user.pushes, [["invalidate", [TOMBSTONE]]], f"invalidation {count}")
        writer("SET", DATA, "fill", "PX", 1000)
        self.user.pushes.clear()
        self.user("PING")
        self.assertEqual(self.user.pushes, [], "fills are not heard")

    def test_full_memory_refuses_leases_and_fills_but_not_invalidations(self) -> None:
        self.run_script("take_lease", "one", 60000)
        for name, arguments in {"fill": ("x", 1, "x"), "invalidate": (1,), "release_lease": ("x",)}.items():
            self.run_script(name, *arguments)  # so that the server knows them
        self.run_script("take_lease", "one", 60000)
        self.admin("CONFIG", "SET", "maxmemory", 1)
        for name, arguments in {"fill": ("one", 60000, "x")}.items():
            with self.assertRaisesRegex(Refused, "^OOM "):
                self.run_script(name, *arguments)
        self.assertEqual(self.run_script("release_lease", "one"), 1)
        with self.assertRaisesRegex(Refused, "^OOM "):
            self.run_script("take_lease", "two", 60000)
        self.assertEqual(self.run_script("invalidate", 60000), 1)
        self.assertEqual(self.user("EXISTS", TOMBSTONE), 1)


class Acl(OnAServer):
    def test_everything_sent_is_permitted(self) -> None:
        for words in (
            ("AUTH", "aside", "secret"),
            ("PING",),
            ("CLIENT", "SETNAME", "aside"),
            ("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "aside:t:"),
            ("READONLY",),
            ("ASKING",),
            ("CLUSTER", "SLOTS"),
            ("CLUSTER", "INFO"),
            ("GET", DATA),
            ("PTTL", DATA),
            ("SET", DATA, "x", "NX", "PX", 1000),
        ):
            with self.subTest(words=words):
                self.user(*words)

    def test_nothing_else_is(self) -> None:
        for words in (
            ("KEYS", "*"),
            ("SCAN", 0),
            ("MGET", DATA),
            ("FLUSHALL",),
            ("FLUSHDB",),
            ("CONFIG", "GET", "*"),
            ("CLIENT", "KILL", "ID", 1),
            ("CLUSTER", "RESET"),
            ("SCRIPT", "FLUSH"),
            ("ACL", "LIST"),
            ("SUBSCRIBE", "aside:x"),
            ("PUBLISH", "aside:x", "x"),
            ("GET", "other:a"),
            ("EVAL", "return redis.call('GET', KEYS[1])", 1, "other:a"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(Refused, "^NOPERM "):
                self.user(*words)
        with self.assertRaisesRegex(Refused, "(?i)user executing the script|ACL failure in script"):
            self.user("EVAL", "return redis.call('KEYS', '*')", 0)

    def test_each_permission_is_needed(self) -> None:
        """What may be taken away without a loss is not in the table. HELLO and AUTH are always allowed; the table names them for
        people."""
        attempts = {
            "+ping": lambda: self.user("PING"),
            "+client|tracking": lambda: self.user("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "aside:t:"),
            "+client|setname": lambda: self.user("CLIENT", "SETNAME", "aside"),
            "+readonly": lambda: self.user("READONLY"),
            "+asking": lambda: self.user("ASKING"),
            "+cluster|slots": lambda: self.user("CLUSTER", "SLOTS"),
            "+cluster|info": lambda: self.user("CLUSTER", "INFO"),
            "+get": lambda: self.run_script("fill", "one", 1000, "x"),
            "+pttl": lambda: self.run_script("take_lease", "two", 1000),
            "+set": lambda: self.run_script("take_lease", "two", 1000),
            "+evalsha": lambda: self.run_script("release_lease", "one"),
            "+eval": lambda: self.user("EVAL", "return 1", 0),
            "+del": lambda: self.run_script("release_lease", "one"),
            "+exists": lambda: self.run_script("take_lease", "two", 1000),
            "+pexpire": lambda: self.run_script("renew_lease", "one", 1000),
        }
        self.assertEqual(set(attempts) | {"+hello", "+auth"}, {rule for rule in read_acl() if rule.startswith("+")})
        for rule, attempt in attempts.items():
            with self.subTest(rule=rule):
                self.admin("FLUSHALL")
                if rule != "+exists":
                    self.run_script("take_lease", "one", 60000)
                self.admin("ACL", "SETUSER", "aside", "-" + rule[1:])
                with self.assertRaisesRegex(Refused, "(?i)NOPERM|user executing the script|ACL failure in script"):
                    attempt()
                self.admin("ACL", "SETUSER", "aside", rule)
                attempt()


if __name__ == "__main__":
    unittest.main()
