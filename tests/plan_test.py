"""aside plan: from traces, logs, laws and running servers; what it says of bad input; and the metric it is watched by."""

import json
import random
import re
import select
import shutil
import signal
import subprocess
import unittest
import urllib.request

from aside import BINARY, PATIENCE, Folder, environment, eventually, run
from redis_server import SERVER, Redis

BILL = {"two interface endpoints, three zones": 52.56, "three NAT gateways": 113.88, "one cache.t3.small": 27.74,
        "three cache.t3.small": 83.22, "three cache.r6g.large": 540.93}


def zipf_trace(reads: int, keys: int, seed: int = 1) -> str:
    chosen = random.Random(seed)
    lines = ["time_ms,key,size,op,ttl_s"]
    for i in range(reads):
        key = int(keys ** chosen.random())
        lines.append(f"{i * 10},k{key},{200 + key % 800},r,0")
    return "\n".join(lines) + "\n"


class Plan(Folder):
    def plan(self, *words: str) -> dict:
        done = run("plan", "--json", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, *words: str, stdin: str = "") -> str:
        done = run("plan", *words, stdin=stdin)
        self.assertIn(done.returncode, (1, 2), done.stdout)
        self.assertEqual(done.stdout, "")
        return done.stderr


class FromTraces(Plan):
    def test_the_curve_is_that_of_the_trace(self) -> None:
        trace = self.write("t.csv", zipf_trace(40_000, 5_000))
        plan = self.plan("--trace", str(trace), "--tracked", "0")
        curve = plan["curve"]
        self.assertEqual(set(curve[0]), {"entries", "bytes", "miss_ratio"})
        self.assertLess(curve[0]["bytes"], curve[-1]["bytes"] / 900)
        ratios = [point["miss_ratio"] for point in curve]
        self.assertEqual(ratios, sorted(ratios, reverse=True))
        # What has room for all misses the first read of each key and no other.
        keys = {line.split(",")[1] for line in trace.read_text(encoding="utf-8").splitlines()[1:]}
        self.assertAlmostEqual(ratios[-1], len(keys) / 40_000, delta=0.001)
        self.assertAlmostEqual(plan["distinct_entries"], len(keys), delta=1)

    def test_replay_misses_what_the_plan_says_or_less(self) -> None:
        """replay's policy is better than LRU: it cannot miss much more."""
        trace = self.write("t.csv", zipf_trace(40_000, 5_000))
        plan = self.plan("--trace", str(trace))
        point = plan["curve"][len(plan["curve"]) * 3 // 4]
        done = run("replay", str(trace), "--entries", str(int(point["entries"])), "--json")
        self.assertLess(json.loads(done.stdout)["miss_ratio"], point["miss_ratio"] + 0.03)

    def test_a_log_becomes_a_page_and_a_stack(self) -> None:
        line = '10.0.0.1 - - [10/Oct/2000:13:{:02}:{:02} +0000] "GET /items/{} HTTP/1.1" 200 {} "-" "-"\n'
        log = self.write("access.log", "".join(
            line.format(i // 60 % 60, i % 60, i % 37, 300 + i % 37) for i in range(3000)))
        page, stack = self.folder / "plan.html", self.folder / "plan.json"
        plan = self.plan("--trace", str(log), "--html", str(page), "--plan-file", str(stack), "--lambda-memory", "1024")
        self.assertIn("access log", plan["source"])
        html = page.read_text(encoding="utf-8")
        for wanted in ("Hit ratio by the size of L2", "USD a month by hit ratio", "What else could be bought", "Taken for granted"):
            self.assertIn(wanted, html)
        self.assertNotIn("<script", html)
        written = json.loads(stack.read_text(encoding="utf-8"))
        self.assertEqual(written["version"], 1)
        self.assertEqual(written["function"], {"memory_mib": 1024})
        self.assertEqual(written["cache"]["node_type"], plan["plan"]["choice"]["node_type"])

    def test_times_to_live_are_part_of_it(self) -> None:
        trace = self.write("t.csv", zipf_trace(20_000, 500))
        for_ever = self.plan("--trace", str(trace))
        short = self.plan("--trace", str(trace), "--fresh", "1s", "--stale", "2s")
        self.assertGreater(short["least_miss_ratio"], for_ever["least_miss_ratio"] + 0.1)
        self.assertGreater(short["plan"]["refresh_ratio"], 0)
        self.assertEqual(for_ever["plan"]["refresh_ratio"], 0)

    def test_from_standard_input_and_compressed(self) -> None:
        import gzip
        text = zipf_trace(5_000, 300)
        packed = self.folder / "t.csv.gz"
        packed.write_bytes(gzip.compress(text.encode()))
        done = run("plan", "--json", "--trace", "-", stdin=text)
        self.assertEqual(json.loads(done.stdout)["curve"], self.plan("--trace", str(packed))["curve"])


class FromALaw(Plan):
    def test_a_billion_keys(self) -> None:
        plan = self.plan("--keys", "1000000000", "--size", "1KiB", "--zipf", "0.9", "--rate", "10000")
        self.assertGreater(plan["plan"]["hit_ratio"], 0.3)
        self.assertTrue(plan["plan"]["carries"])

    def test_the_hit_ratio_that_is_wanted(self) -> None:
        words = ("--keys", "1000000", "--size", "10000", "--rate", "1000", "--references", "5")
        for wanted in (0.7, 0.95):
            plan = self.plan(*words, "--hit-ratio", str(wanted))
            self.assertGreaterEqual(plan["plan"]["hit_ratio"], wanted - 1e-6)
        kinds = [other["choice"]["kind"] for other in plan["alternatives"]]
        self.assertEqual(kinds, ["nodes", "none", "l1_alone", "serverless"])
        total = sum(line["usd"] for line in plan["plan"]["bill"])
        self.assertAlmostEqual(total, plan["plan"]["usd_a_month"], delta=0.05)
        for line in plan["plan"]["bill"]:
            self.assertIn(line["standing"], ("listed", "bill", "secondary", "estimated"))
            self.assertTrue(line["source"] and line["date"])

    def test_what_is_estimated_has_an_error_bar(self) -> None:
        plan = self.plan("--keys", "1000000", "--size", "10000", "--rate", "1000", "--references", "5", "--hit-ratio", "0.8")
        chosen = plan["plan"]
        figures = {**chosen, **chosen["origin"], **chosen["shards_needed"]}
        for name, (low, high) in chosen["error_bars"].items():
            with self.subTest(name=name):
                self.assertLess(low, high)
                self.assertLess(low, figures[name] + 0.01)
                self.assertGreater(high, figures[name] - 0.01)
        for line in chosen["bill"]:
            low, high = line["usd_error_bar"]
            self.assertLessEqual(low, line["usd"])
            self.assertGreaterEqual(high, line["usd"])

    def test_what_is_in_front_is_priced_when_its_prices_are_known(self) -> None:
        law = ("--keys", "1000", "--size", "100", "--rate", "10")
        self.assertEqual(self.plan(*law)["not_priced"][:2], ["CloudFront", "API Gateway"])
        own = self.write("own.toml", 'region = "eu-central-1"\n[[price]]\nname = "api_gateway.request.million"\nusd = 1.2\n'
                                     'per = "1,000,000 requests"\nstanding = "bill"\nsource = "ours"\ndate = 2026-10-01\n')
        plan = self.plan(*law, "--prices", str(own))
        self.assertNotIn("API Gateway", plan["not_priced"])
        bill = {line["what"]: line["usd"] for line in plan["plan"]["bill"]}
        self.assertAlmostEqual(bill["API Gateway: requests"], 10 * 730 * 3600 / 1e6 * 1.2, delta=0.01)

    def test_text_for_people(self) -> None:
        done = run("plan", "--keys", "100000", "--size", "2000", "--rate", "500", "--fresh", "1m", "--stale", "1m")
        self.assertEqual(done.returncode, 0, done.stderr)
        for wanted in ("Buy ", "hit ratio", "in all (", "p99 ms", "at most", "Instead", "no cache", "L1 alone", "serverless", "Taken for granted", "CloudFront"):
            self.assertIn(wanted, done.stdout)

    def test_what_buys_no_money_is_told(self) -> None:
        law = ("plan", "--keys", "1000000", "--size", "2000", "--fresh", "1h", "--stale", "1h", "--l1", "1MiB", "--rate")
        idle, busy = run(*law, "1"), run(*law, "20000")
        self.assertIn("Doing without costs", idle.stdout)
        self.assertNotIn("Doing without costs", busy.stdout)


class TheKnownBill(Plan):
    def test_to_the_cent(self) -> None:
        bill = self.plan("--check", "article")
        self.assertEqual({line["what"]: line["usd"] for line in bill["lines"]}, BILL)
        self.assertEqual(round(bill["break_even_gets_per_second"]), 479)
        self.assertEqual((bill["saved_by_gateway_usd"], bill["saved_without_nat_usd"]), (52.56, 113.88))

    def test_other_prices_are_not_it(self) -> None:
        own = self.write("own.toml", 'region = "eu-central-1"\n[[price]]\nname = "nat.hour"\nusd = 0.06\nper = "hour"\n'
                                     'standing = "bill"\nsource = "ours"\ndate = 2026-10-01\n')
        done = run("plan", "--check", "article", "--prices", str(own))
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT THE SAME", done.stdout)


class BadInput(Plan):
    def test_traces_that_are_none(self) -> None:
        cases = {
            "": "no read",
            "time,key,size\n": "no read",
            "1,a,5\n2,b\n": "line 2",
            "1,a,5\nwhat\n": "line 2",
            '10.0.0.1 - - [10/Oct/2000:13:00:00 +0000] "GET /a HTTP/1.1" 200 3\n1,a,5\n': "line 2",
            "0,a,5\n0,b,5\n": "--rate",
        }
        for text, wanted in cases.items():
            with self.subTest(text=text):
                self.assertIn(wanted, self.refused("--trace", str(self.write("t.csv", text))))

    def test_a_packed_trace_that_is_cut_off(self) -> None:
        import gzip
        whole = gzip.compress(zipf_trace(5_000, 300).encode())
        path = self.folder / "t.gz"
        path.write_bytes(whole[: len(whole) // 2])
        self.assertIn("t.gz", self.refused("--trace", str(path)))

    def test_what_can_be_answered_is(self) -> None:
        one_key = self.plan("--trace", str(self.write("one.csv", "".join(f"{i},a,5\n" for i in range(100)))))
        self.assertAlmostEqual(one_key["least_miss_ratio"], 0.01, delta=0.001)
        backwards = self.plan("--trace", str(self.write("back.csv", "5000,a,5\n1000,a,5\n9000,a,5\n")))
        self.assertTrue(any("backwards" in line for line in backwards["assumptions"]))
        no_sizes = self.plan("--trace", str(self.write("none.csv", "1,a,0\n2000,b,0\n")), "--size", "100")
        self.assertTrue(any("no size" in line for line in no_sizes["assumptions"]))

    def test_what_nobody_knows_the_price_of(self) -> None:
        law = ("--keys", "1000", "--size", "100", "--rate", "10")
        self.assertIn("mars-north-1", self.refused(*law, "--region", "mars-north-1"))
        self.assertIn("cache.z9.huge", self.refused(*law, "--node", "cache.z9.huge"))
        self.assertIn("zone_transfer.gb", self.refused(*law, "--region", "us-east-1"))
        self.assertIn("at most", self.refused("--keys", "1000", "--size", "100", "--rate", "1", "--fresh", "1s", "--hit-ratio", "0.99"))

    def test_flags_that_make_no_sense(self) -> None:
        for words in ((), ("--keys", "10"), ("--keys", "10", "--size", "x", "--rate", "1"), ("--trace", "/nowhere/t.csv"),
                      ("--keys", "1e13", "--size", "1", "--rate", "1"), ("--watch",), ("--step", "l2=1"),
                      ("--keys", "10", "--size", "1", "--rate", "1", "--step", "l9=1/2")):
            with self.subTest(words=words):
                self.refused(*words)


class FromServers(Plan):
    def test_a_running_server_knows_its_curve(self) -> None:
        url = self.import_many()
        server = self.serve(url)
        self.load(server, 20_000)
        curve = json.loads(server.admin("GET", "/curve").text)
        self.assertEqual(curve["policy"], "lru")
        self.assertGreater(curve["tracked_keys"], 0)
        done = subprocess.Popen([BINARY, "plan", "--json", "--from", f"http://127.0.0.1:{server.admin_port}", "--seconds", "2s"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True)
        while done.poll() is None:
            self.load(server, 500)
        output, errors = done.communicate()
        self.assertEqual(done.returncode, 0, errors)
        plan = json.loads(output)
        self.assertGreater(plan["requests_per_second"], 1)
        self.assertIn("running server", plan["source"])

    def test_a_server_that_makes_none_says_so(self) -> None:
        server = self.serve(self.import_small(), "--curve-keys", "0")
        self.assertEqual(server.admin("GET", "/curve").status, 404)
        self.assertIn("curve.keys", self.refused("--from", f"http://127.0.0.1:{server.admin_port}"))

    def test_the_reads_of_a_part_of_the_keys_are_a_trace(self) -> None:
        logs = self.folder / "reads"
        server = self.serve(self.import_many(), "--read-log-directory", str(logs), "--read-log-part", "1", "--read-log-period", "1s")
        self.load(server, 2_000)
        self.assertEqual(server.terminate(), 0)
        text = "".join(path.read_text(encoding="utf-8") for path in sorted(logs.iterdir()))
        self.assertEqual(len([line for line in text.splitlines() if line[0].isdigit()]), 2_000)
        plan = self.plan("--trace", str(self.write("all.csv", text)), "--rate", "100")
        self.assertGreater(plan["distinct_entries"], 100)

    def test_shards_wanted_are_a_metric(self) -> None:
        server = self.serve(self.import_many())
        self.load(server, 20_000)
        text = self.watched(server, "--shards", "2")
        self.assertIn("aside_shards_wanted 1", text)
        self.assertIn("aside_shards 2", text)
        self.assertIn("aside_watch_up 1", text)

    @unittest.skipUnless(shutil.which(SERVER), "needs redis-server")
    def test_the_shards_there_are_are_found_out(self) -> None:
        redis = Redis(self.folder)
        self.addCleanup(redis.stop)
        redis.start()
        server = self.serve(self.import_many(), "--l2", redis.url)
        eventually(lambda: server.metric("aside_l2_primaries") == 1, "L2 is found")
        self.load(server, 20_000)
        self.assertRegex(self.watched(server), r"(?m)^aside_shards 1$")

    def watched(self, server, *words: str) -> str:
        """What is told as soon as shards are wanted."""
        watch = subprocess.Popen([BINARY, "plan", "--watch", "--from", f"http://127.0.0.1:{server.admin_port}", "--node", "cache.t3.small",
                                  "--seconds", "1s", "--listen", "127.0.0.1:0", *words],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), bufsize=0)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait, PATIENCE)
        self.addCleanup(watch.kill)
        address = re.search(r"http://\S+", self.line_of(watch))[0]
        while "wanted" not in self.line_of(watch):
            self.load(server, 200)
        with urllib.request.urlopen(address, timeout=PATIENCE) as page:
            text = page.read().decode()
        watch.send_signal(signal.SIGTERM)
        self.assertEqual(watch.wait(PATIENCE), 0)
        return text

    def import_many(self) -> str:
        return self.import_small("many.db", {f"k{i}": {"i": i, "text": "x" * (i % 300)} for i in range(3000)}, {"one": ["k1"]})

    def load(self, server, reads: int) -> None:
        chosen = random.Random(7)
        connection = server.connect()
        for _ in range(reads):
            connection.request("GET", f"/objects/k{int(3000 ** chosen.random()) - 1}")
            connection.getresponse().read()
        connection.close()

    def line_of(self, process: subprocess.Popen) -> str:
        readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
        self.assertTrue(readable, "nothing was said")
        return process.stdout.readline().decode()


if __name__ == "__main__":
    unittest.main()
