"""`aside bench` as its users run it: on a real server, and on one whose delays are known."""

import json
import os
import pty
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from aside import BINARY, PATIENCE, Folder, environment, eventually, run
from tls_server_side import server_side

STALL_SECONDS = 1.0


class StallingServer:
    """Answers at once, but for one second after its `stall_at`th request, in which it answers nobody."""

    def __init__(self, stall_at: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.requests, self.stall_at, self.tls = 0, stall_at, tls
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}/x/{{}}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            peer = self.tls.wrap_socket(peer, server_side=True) if self.tls else peer
        except OSError:  # a client that does not trust it, for one
            return
        with peer:
            waiting = b""
            while True:
                while b"\r\n\r\n" not in waiting:
                    try:
                        got = peer.recv(4096)
                    except OSError:
                        return
                    if not got:
                        return
                    waiting += got
                request, _, waiting = waiting.partition(b"\r\n\r\n")
                with self.lock:  # held while it stalls: nobody is answered
                    self.requests += 1
                    if self.requests == self.stall_at:
                        time.sleep(STALL_SECONDS)
                key = request.split(b" ", 2)[1].rsplit(b"/", 1)[1]
                body = b"key=" + key + b";"
                try:
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                except OSError:
                    return

    def close(self) -> None:
        self.listener.close()


def bench(*words: str):
    done = run("bench", *words)
    if "--json" not in words:
        return done
    return done, json.loads(done.stdout)


class OnAside(Folder):
    def serve_synthetic(self, *words: str):
        url = f"sqlite:{self.folder / 'made.db'}"
        made = run("import", "--index", url, "--objects", url, "--synthetic", "200", "--size", "100")
        self.assertEqual(made.returncode, 0, made.stderr)
        server = self.serve(url, *words)
        self.url = f"http://127.0.0.1:{server.port}"
        return server

    def test_each_body_is_checked_and_sources_are_read(self) -> None:
        server = self.serve_synthetic("--workers", "1")
        done, figures = bench(self.url, "--synthetic", "200", "--size", "100", "--rate", "500", "--duration", "2s",
                              "--zipf", "0.9", "--max-errors", "0", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        total = figures["total"]
        self.assertEqual((total["requests"], total["well"]), (1000, 1000))
        self.assertEqual(figures["statuses"], {"200": 1000})
        self.assertEqual(sum(total["values"].values()), 5000)
        # Who waited for another's load says origin, too.
        self.assertGreaterEqual(total["values"]["origin"], server.metric('aside_origin_loads_total{store="objects"}'))
        self.assertEqual([second["requests"] for second in figures["seconds"]], [500, 500])
        self.assertEqual(sum(count for _, _, count in total["histogram_us"]), 1000)
        self.assertEqual(server.metric('aside_requests_total{front="http",status="200"}'), 1000)

    def test_wrong_bodies_and_statuses_are_errors(self) -> None:
        self.serve_synthetic()
        done, figures = bench(self.url, "--synthetic", "200", "--size", "99", "--rate", "100", "--duration", "1s",
                              "--max-errors", "10%", "--json", "-")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(figures["total"]["errors"]["wrong_body"], 100)
        self.assertFalse(figures["limits"][0]["held"])
        # 200 items are there, and 400 are asked for.
        done, figures = bench(self.url, "--verify", "--keys", "400", "--scan", "--rate", "400", "--duration", "1s", "--json", "-")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(figures["statuses"], {"200": 200, "404": 200})
        self.assertEqual(figures["total"]["errors"]["bad_status"], 200)
        done, figures = bench(self.url, "--expect", "200,404", "--keys", "400", "--scan", "--rate", "400", "--duration", "1s",
                              "--max-errors", "0", "--json", "-")
        self.assertEqual(done.returncode, 0)

    def test_threads_pipelines_and_flat_out(self) -> None:
        server = self.serve_synthetic()
        done, figures = bench(self.url, "--verify", "--keys", "200", "--flat-out", "--duration", "1s", "--connections", "20",
                              "--pipeline", "4", "--threads", "2", "--max-errors", "0", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stdout[:500])
        self.assertEqual(figures["connections_opened"], 20)
        self.assertGreater(figures["total"]["well"], 100)
        self.assertEqual(server.metric('aside_requests_total{front="http",status="200"}'), figures["total"]["well"])

    def test_a_cdn_keeps_requests_from_the_server(self) -> None:
        server = self.serve_synthetic()
        _, figures = bench(self.url, "--keys", "50", "--rate", "500", "--duration", "2s", "--cdn", "1h", "--threads", "2", "--json", "-")
        self.assertEqual(figures["total"]["from_cdn"], 1000 - 50)
        self.assertEqual(server.metric('aside_requests_total{front="http",status="200"}'), 50)

    def test_a_trace_is_replayed_at_its_times(self) -> None:
        self.serve_synthetic()
        trace = self.write("trace.csv", "time_ms,key,size,op,ttl_s\n" + "".join(f"{10 * i},k{i % 7},1,r,0\n" for i in range(100)))
        _, figures = bench(self.url, "--trace", str(trace), "--trace-times", "--json", "-")
        self.assertEqual(figures["total"]["well"], 100)
        self.assertGreater(figures["took_s"], 0.98)

    def test_files_are_written_and_the_summary_is_read_by_people(self) -> None:
        self.serve_synthetic()
        json_file, html_file = self.folder / "out.json", self.folder / "out.html"
        done = bench(self.url, "--keys", "200", "--rate", "200", "--duration", "1s", "--poisson", "--max-p99", "1h",
                     "--json=" + str(json_file), "--html=" + str(html_file))
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("answered well", "p99.9", "values from", "--max-p99", "held"):
            self.assertIn(word, done.stdout)
        self.assertEqual(json.loads(json_file.read_text())["total"]["errors"]["lost"], 0)
        page = html_file.read_text(encoding="utf-8")
        self.assertIn("<svg", page)
        self.assertNotIn("src=", page)
        self.assertEqual(done.stderr, "")  # no progress where nobody looks


class OnKnownDelays(unittest.TestCase):
    def serve(self, stall_at: int = 0) -> StallingServer:
        server = StallingServer(stall_at)
        self.addCleanup(server.close)
        return server

    def test_a_stall_of_one_second_is_seen_whole(self) -> None:
        # 4 s at 250/s: a quarter of all were due in the stall, and waited for the rest of it. The percentile q is then
        # what (1 - q) of 4 s leave of the stall: 0.8 s at p95, 0.96 s at p99. A load that waits would see one slow request.
        server = self.serve(stall_at=250)
        _, figures = bench(server.url, "--rate", "250", "--duration", "4s", "--connections", "8", "--json", "-")
        total = figures["total"]
        self.assertEqual(total["well"], 1000)
        counts = sorted((from_us, count) for from_us, _, count in total["histogram_us"])
        longer = lambda us: sum(count for from_us, count in counts if from_us > us)
        for waited_ms, expected in ((100, 225), (500, 125), (800, 50)):
            # What came later on a busy machine only adds.
            self.assertGreaterEqual(longer(waited_ms * 1000 * 0.99), expected - 5, waited_ms)
            self.assertLessEqual(longer(waited_ms * 1000 * 1.01), expected + 60, waited_ms)
        self.assertAlmostEqual(total["latency_us"]["p99"] / 1e6, 0.96, delta=0.1)
        self.assertGreaterEqual(total["latency_us"]["max"] / 1e6, STALL_SECONDS)

    def test_a_bound_on_latency_breaks(self) -> None:
        server = self.serve(stall_at=10)
        done = bench(server.url, "--rate", "100", "--duration", "2s", "--max-p99", "100ms")
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN", done.stdout)

    def test_a_text_of_the_key_is_looked_for(self) -> None:
        server = self.serve()
        done = bench(server.url, "--rate", "100", "--duration", "1s", "--must-contain", "key={};", "--max-errors", "0")
        self.assertEqual(done.returncode, 0, done.stdout)
        done = bench(server.url, "--rate", "100", "--duration", "1s", "--must-contain", "key={}.", "--max-errors", "0")
        self.assertEqual(done.returncode, 1)

    def test_tls_is_verified(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            context, certificate = server_side(Path(folder))
            server = StallingServer(tls=context)
            self.addCleanup(server.close)
            words = ("--rate", "50", "--duration", "1s", "--must-contain", "key={};", "--json", "-")
            done, figures = bench(server.url, "--ca", str(certificate), *words)
            self.assertEqual((done.returncode, figures["total"]["well"]), (0, 50))
            done, figures = bench(server.url, *words)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(figures["total"]["errors"]["refused"], 50)
        self.assertIn("certificate", figures["connect_error"])

    def test_two_targets_and_one_of_them_gone(self) -> None:
        server = self.serve()
        with socket.create_server(("127.0.0.1", 0)) as closed:
            gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
        done, figures = bench(server.url, gone, "--rate", "100", "--duration", "1s", "--move-when-refused", "--json", "-")
        self.assertEqual(figures["total"]["well"], 100)
        self.assertEqual(figures["total"]["moved"], 50)
        done, figures = bench(gone, "--rate", "100", "--duration", "1s", "--json", "-")
        self.assertEqual(done.returncode, 1)  # nothing was answered
        self.assertEqual(figures["total"]["errors"]["refused"], 100)
        self.assertIn("refused", figures["connect_error"])

    def test_ctrl_c_ends_with_the_summary(self) -> None:
        server = self.serve()
        process = subprocess.Popen([BINARY, "bench", server.url, "--rate", "100", "--duration", "1h"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=environment())
        self.addCleanup(process.kill)
        eventually(lambda: server.requests > 50, "50 requests")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertIn("answered well", out)

    def test_ctrl_c_does_not_wait_for_a_server_that_hangs(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            process = subprocess.Popen([BINARY, "bench", url, "--rate", "100", "--duration", "1h", "--timeout", "1h"],
                                       stdout=subprocess.PIPE, text=True, env=environment())
            self.addCleanup(process.kill)
            peer, _ = silent.accept()
            with peer:
                peer.recv(1)  # a request is under way
                process.send_signal(signal.SIGINT)
                out, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("still under way", out)

    def test_progress_is_one_line_on_a_terminal(self) -> None:
        server = self.serve()
        ours, theirs = pty.openpty()
        process = subprocess.Popen([BINARY, "bench", server.url, "--rate", "100", "--duration", "3s"], stdout=subprocess.PIPE,
                                   stderr=theirs, env=environment())
        os.close(theirs)
        process.communicate(timeout=PATIENCE)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        self.assertIn("p50", shown)
        self.assertIn("errors 0", shown)
        self.assertNotIn("\n", shown)


class Mistakes(unittest.TestCase):
    def test_each_is_told_and_nothing_is_sent(self) -> None:
        for words, hint in (
            ([], "url"),
            (["127.0.0.1:80"], "http://"),
            (["http://h", "--rate", "fast"], "--rate"),
            (["http://h", "--rate", "1:1s", "--duration", "5"], "--duration"),
            (["http://h", "--zipf", "1", "--scan"], "--scan"),
            (["http://h", "--flat-out", "--poisson"], "--poisson"),
            (["http://h", "--flat-out", "--cdn", "1s"], "--cdn"),
            (["http://h", "--threads", "0"], "--threads"),
            (["http://h", "--trace-times"], "--trace"),
            (["http://h/x", "--verify"], "--verify"),
            (["http://h", "--max-p99", "10"], "--max-p99"),
            (["http://h", "--connections", "900000000"], "--connections"),
        ):
            done = run("bench", *words)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
            self.assertIn(hint, done.stderr, words)
