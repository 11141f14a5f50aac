"""`aside import` killed, interrupted or refused at any moment: a store holds all of a data set or nothing of it.

Run by itself: ASIDE_BIN=build/dev/aside python3 tests/import_test.py
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ASIDE = os.path.abspath(os.environ.get("ASIDE_BIN", "build/dev/aside"))
# ASIDE_… in the environment is configuration to the program; the variable above is ours.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ASIDE_")}
ITEMS = 1000


def write_data_set(folder, name, value, items=ITEMS):
    """items and objects of which every body says `value`."""
    items_path, objects_path = (os.path.join(folder, f"{name}-{kind}.ndjson") for kind in ("items", "objects"))
    with open(items_path, "w", encoding="utf-8") as out:
        for i in range(items):
            out.write(json.dumps({"id": f"i{i}", "refs": [{"key": f"k/{i}"}]}) + "\n")
    with open(objects_path, "w", encoding="utf-8") as out:
        for i in range(items):
            out.write(json.dumps({"key": f"k/{i}", "body": value}) + "\n")
    return items_path, objects_path


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="aside_import_")
        self.addCleanup(shutil.rmtree, self.folder)

    def command(self, store, items, objects):
        return [ASIDE, "import", "--index", store, "--objects", store, "--items", items, "--bodies", objects]

    def run_import(self, store, items, objects):
        return subprocess.run(self.command(store, items, objects), env=ENVIRONMENT, capture_output=True, text=True, timeout=120)

    def get(self, store, item):
        return subprocess.run([ASIDE, "get", "--index", store, "--objects", store, item],
                              env=ENVIRONMENT, capture_output=True, text=True, timeout=60)

    def values(self, store):
        """What the first, a middle and the last item answer; None where there is nothing."""
        found = []
        for i in (0, ITEMS // 2, ITEMS - 1):
            got = self.get(store, f"i{i}")
            found.append(json.loads(got.stdout)["values"] if got.returncode == 0 else None)
        return found

    def kill_after(self, store, data_set, seconds):
        process = subprocess.Popen(self.command(store, *data_set), env=ENVIRONMENT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return process.returncode

    def check_kills(self, store):
        old = write_data_set(self.folder, "old", "old")
        new = write_data_set(self.folder, "new", "new")
        started = time.monotonic()
        done = self.run_import(store, *old)
        took = time.monotonic() - started
        self.assertEqual(done.returncode, 0, done.stderr)
        killed = 0
        for part in (0.1, 0.3, 0.5, 0.7, 0.9):
            killed += self.kill_after(store, new, took * part) == -signal.SIGKILL
            found = self.values(store)
            self.assertIn(found, ([["old"]] * 3, [["new"]] * 3), f"killed at {part} of an import")
            if found[0] == ["new"]:
                self.assertEqual(self.run_import(store, *old).returncode, 0)
        self.assertGreater(killed, 0, "no import was caught in the middle")
        self.assertEqual(self.run_import(store, *new).returncode, 0)
        self.assertEqual(self.values(store), [["new"]] * 3)

    def test_a_killed_import_into_sqlite_changes_nothing(self):
        self.check_kills("sqlite:" + os.path.join(self.folder, "aside.db"))

    def test_a_killed_import_into_a_directory_changes_nothing_or_all(self):
        self.check_kills("dir:" + os.path.join(self.folder, "store"))

    def test_a_killed_first_import_leaves_no_store_that_answers(self):
        store = "sqlite:" + os.path.join(self.folder, "fresh.db")
        process = subprocess.Popen([ASIDE, "import", "--index", store, "--objects", store, "--synthetic", "2000000"],
                                   env=ENVIRONMENT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        process.kill()
        process.wait()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        got = self.get(store, "item-0")
        self.assertNotEqual(got.returncode, 0)
        self.assertIn("not an Aside store", got.stderr)
        data_set = write_data_set(self.folder, "new", "new")
        self.assertEqual(self.run_import(store, *data_set).returncode, 0)
        self.assertEqual(self.values(store), [["new"]] * 3)
        self.assertNotEqual(self.get(store, "item-0").returncode, 0)

    def test_a_bad_last_line_is_told_and_nothing_is_written(self):
        items, objects = write_data_set(self.folder, "bad", "bad")
        with open(objects, "a", encoding="utf-8") as out:
            out.write('{"key":"cut off","body":{"a":')
        for store in ("sqlite:" + os.path.join(self.folder, "bad.db"), "dir:" + os.path.join(self.folder, "bad")):
            done = self.run_import(store, items, objects)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"{objects}:{ITEMS + 1}: not JSON", done.stderr)
            self.assertNotEqual(self.get(store, "i0").returncode, 0)


if __name__ == "__main__":
    unittest.main()
