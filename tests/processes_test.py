"""Servers that tests and ./dev backends start: told apart from whoever gets their number later, and gone when they should be."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from aside import PATIENCE, eventually
import with_backends  # noqa: F401, puts tools on the path
from backends.processes import Processes, StartFailed, start_of

TOOLS = Path(__file__).parent.parent / "tools"
NOWHERE = Path("/dev/null")
ABANDONED = """
import os, signal, sys
from pathlib import Path
from backends.processes import Processes
print(Processes().start("sleeper", "sleep", "1000", log=Path("/dev/null")).pid, flush=True)
sys.stdin.read()
"""


class Ends(unittest.TestCase):
    def setUp(self) -> None:
        self.known: list = []
        self.processes = Processes(started=self.known.append)
        self.addCleanup(self.processes.stop)

    def test_stop(self) -> None:
        identity = self.processes.start("sleeper", "sleep", "1000", log=NOWHERE)
        self.assertTrue(identity.lives())
        self.processes.stop()
        self.assertEqual(self.known, [identity])
        self.assertFalse(identity.lives())

    def test_another_process_of_that_number_is_left_alone(self) -> None:
        identity = self.processes.start("sleeper", "sleep", "1000", log=NOWHERE)
        replace(identity, started="1").kill()
        self.assertTrue(identity.lives())

    def test_whoever_started_it_is_killed(self) -> None:
        starter = subprocess.Popen([sys.executable, "-c", ABANDONED], env=os.environ | {"PYTHONPATH": str(TOOLS)}, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        pid = int(starter.stdout.readline())
        self.assertIsNotNone(start_of(pid))
        starter.send_signal(signal.SIGKILL)
        starter.communicate(timeout=PATIENCE)
        eventually(lambda: start_of(pid) is None, "the process has gone with the one that started it")


class Starts(unittest.TestCase):
    def test_one_that_ends_before_it_answers_shows_its_log(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        processes = Processes()
        self.addCleanup(processes.stop)
        identity = processes.start("hopeless", "sh", "-c", "echo no such luck; exit 1", log=folder / "log")
        with self.assertRaisesRegex(StartFailed, "(?s)hopeless ended before it answered.*no such luck"):
            processes.wait_until(lambda: False, identity, folder / "log")


if __name__ == "__main__":
    unittest.main()
