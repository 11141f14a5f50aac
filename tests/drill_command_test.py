"""`aside drill` as its users run it: what it refuses, what it tells, and that nothing is left of it, however it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import with_backends  # noqa: F401, puts tools on the path
from aside import BINARY, PATIENCE, environment, eventually, run
from backends.processes import Identity, start_of
from redis_server import SERVER

NEEDS = unittest.skipUnless(shutil.which(SERVER), "needs redis-server")
PAGE = (Path(__file__).parent.parent / "docs/drills.md").read_text(encoding="utf-8")
SMALL = ("--quick", "--designs", "aside", "--server", SERVER, "--rate", "20", "--items", "50", "--objects", "100")
ENDLESS = (*SMALL, "--stretch", "1000")  # as far as a test is concerned
FORMED_WITHIN = 90  # seconds: a cluster, filled, with processes before it


def namespaces_permitted() -> bool:
    return subprocess.run(["unshare", "--net", "--mount", "ip", "link"], capture_output=True, check=False).returncode == 0


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def words_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return [""]


class Drill:
    """One that runs, in a process group of its own as a terminal has it."""

    def __init__(self, test: unittest.TestCase, *words: str) -> None:
        self.output = tempfile.TemporaryFile()
        test.addCleanup(self.output.close)
        self.process = subprocess.Popen([BINARY, "drill", *words], stdout=self.output, stderr=subprocess.STDOUT, env=environment(),
                                        start_new_session=True)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.known: set[Identity] = set()
        self.servers: list[Identity] = []
        eventually(self.in_the_middle, "a drill has a cluster and processes", FORMED_WITHIN)

    def descendants(self) -> list[int]:
        parents = {int(entry.name): parent_of(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]

    def in_the_middle(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(self.said())
        pids = self.descendants()
        self.known |= {Identity("", pid, start_of(pid) or "") for pid in pids}
        nodes = [pid for pid in pids if Path(words_of(pid)[0].partition(" ")[0]).name == Path(SERVER).name]
        processes = [pid for pid in pids if "serve" in words_of(pid)]
        self.servers = [Identity("", pid, start_of(pid) or "") for pid in nodes + processes]
        return (len(nodes), len(processes)) == (6, 2)

    def inner(self) -> int:
        return next(pid for pid in self.descendants() if "--inside" in words_of(pid) and "drill" in words_of(pid))

    def directories(self) -> list[Path]:
        makers = {identity.pid for identity in self.known}
        return [path for path in Path("/tmp").glob("aside-lab-*-*") if int(path.name.split("-")[2]) in makers]

    def living(self) -> list[str]:
        return [str(identity) for identity in self.known if identity.lives()]

    def interrupt(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)

    def said(self) -> str:
        self.output.seek(0)
        return self.output.read().decode()


@NEEDS
class Ends(unittest.TestCase):
    def check_nothing_is_left(self, drill: Drill) -> None:
        self.assertEqual((drill.living(), drill.directories()), ([], []))

    def test_ctrl_c(self) -> None:
        for name in ("failover-kill", *(["partition"] if namespaces_permitted() else [])):
            with self.subTest(name):
                drill = Drill(self, name, *ENDLESS)
                self.assertTrue(drill.directories())
                self.assertEqual(drill.interrupt(), 128 + signal.SIGINT, drill.said())
                self.check_nothing_is_left(drill)

    def test_it_is_told_to_end_and_then_its_part_that_drills_crashes(self) -> None:
        drill = Drill(self, "burst", *ENDLESS)
        drill.process.terminate()
        self.assertEqual(drill.process.wait(timeout=PATIENCE), 128 + signal.SIGTERM)
        self.check_nothing_is_left(drill)

        drill = Drill(self, "burst", *ENDLESS)
        os.kill(drill.inner(), signal.SIGKILL)
        self.assertEqual(drill.process.wait(timeout=PATIENCE), 1)
        self.assertIn("ended by signal 9", drill.said())
        self.check_nothing_is_left(drill)

    def test_killed_it_leaves_a_directory_that_the_next_one_removes_while_it_keeps_those_of_others(self) -> None:
        killed = Drill(self, "burst", *ENDLESS)
        killed.process.kill()
        eventually(lambda: not killed.living(), "what a killed drill started has ended")
        self.assertTrue(killed.directories())
        other = Drill(self, "burst", *ENDLESS)
        self.assertFalse(killed.directories())
        next_one = Drill(self, "burst", *ENDLESS)
        self.assertEqual(next_one.interrupt(), 128 + signal.SIGINT)
        self.check_nothing_is_left(next_one)
        self.assertTrue(all(server.lives() for server in other.servers))
        self.assertTrue(other.directories())
        self.assertEqual(other.interrupt(), 128 + signal.SIGINT)
        self.check_nothing_is_left(other)


class Says(unittest.TestCase):
    def test_what_it_refuses(self) -> None:
        for words, why in (((), "name drills"), (("no-such",), "no drill is called no-such"), (("burst", "no-such"), "no-such"),
                           (("burst", "--rate", "0"), "--rate"), (("burst", "--rate", "many"), "--rate"),
                           (("burst", "--items", "0"), "--items"),
                           (("burst", "--processes", "1"), "--processes"), (("burst", "--stretch", "0"), "--stretch"),
                           (("burst", "--stale", "long"), "--stale"),
                           (("burst", "--designs", "aside,nobody"), "no design is called nobody"),
                           (("burst", "--designs", "ioredis"), "--article-script")):
            refused = run("drill", *words)
            self.assertEqual(refused.returncode, 2, (words, refused.stdout, refused.stderr))
            self.assertIn(why, refused.stderr)
            self.assertEqual(refused.stdout, "")

    def test_a_report_that_cannot_be_written_is_told_before_anything_is_tried(self) -> None:
        for flag, path in (("--html", "/nowhere/report.html"), ("--json-file", "/nowhere/report.json"), ("--plots", "/proc/plots")):
            done = run("drill", "burst", *SMALL, flag, path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(path, done.stderr)

    def test_a_server_that_does_not_exist(self) -> None:
        failed = run("drill", "burst", "--quick", "--server", "/nowhere/redis-server")
        self.assertEqual((failed.returncode, failed.stdout), (1, ""))
        self.assertIn("/nowhere/redis-server", failed.stderr)

    def test_it_lists_the_drills_and_the_page_explains_each(self) -> None:
        listed = run("drill", "--list")
        self.assertEqual(listed.returncode, 0)
        names = [line.split()[0] for line in listed.stdout.splitlines()]
        self.assertEqual(len(set(names)), len(names))
        self.assertTrue({"failover-kill", "partition", "story"} <= set(names), names)
        for name in names:
            self.assertRegex(PAGE, rf"\n### {name}\n\n(- .+\n){{3}}\n", "docs/drills.md explains it in three lines")

    @NEEDS
    def test_a_report_as_json_and_as_a_page_of_a_drill_that_was_named_twice(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            page, figures = Path(folder, "report.html"), Path(folder, "report.json")
            done = subprocess.run([BINARY, "drill", "burst", "burst", *SMALL, "--stretch", "0.25", "--seed", "7", "--json", "--html", page,
                                   "--json-file", figures, "--plots", folder], capture_output=True, text=True, timeout=240, env=environment(), check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            report = json.loads(done.stdout)
            self.assertEqual(json.loads(figures.read_text(encoding="utf-8")), report)
            self.assertIn("burst", page.read_text(encoding="utf-8"))
            self.assertEqual(sorted(plot.name for plot in Path(folder).glob("*.svg")),
                             ["burst-errors.svg", "burst-latency.svg", "burst-loads.svg"])
        self.assertEqual((report["quick"], report["environment"]["seed"], report["environment"]["items"]), (True, "7", "50"))
        self.assertEqual([drill["drill"] for drill in report["drills"]], ["burst"])
        drill = report["drills"][0]
        self.assertEqual(done.returncode, 0 if drill["verdict"] == "pass" else 1, drill)
        self.assertIn(drill["verdict"], ("pass", "FAIL", "no power", "not run"))
        trial = drill["trials"][0]
        told = re.findall(r"^\| `(\w+)`", PAGE.partition("### The report")[2], re.M)
        self.assertEqual(sorted(trial), sorted(told), "docs/drills.md tells the fields")
        self.assertEqual(trial["design"], "aside")
        self.assertEqual(trial["requests"], sum(trial[phase]["requests"] for phase in ("before", "during", "after")) + trial["errors"])


if __name__ == "__main__":
    unittest.main()
