"""`aside serve`: reads, refusals, and its end, over real sockets."""

import json
import signal
import socket
import threading

from aside import OBJECTS, PATIENCE, Folder, eventually


class Reads(Folder):
    def test_an_item_is_a_miss_and_then_a_hit(self) -> None:
        server = self.serve(self.import_small())
        first = server.get("/items/all")
        self.assertEqual(first.status, 200)
        self.assertEqual(first.json, {"id": "all", "values": [OBJECTS["a"], OBJECTS["b"], OBJECTS["c/d e"]]})
        self.assertIn("aside; fwd=miss", first.cache_status)
        second = server.get("/items/all")
        self.assertEqual(second.body, first.body)
        self.assertTrue(second.cache_status.startswith("aside; hit"), second.cache_status)
        self.assertIn("l1=3,l2=0,origin=0", second.cache_status)
        self.assertIn("max-age=180", second.headers["Cache-Control"])
        self.assertEqual(second.headers["Content-Type"], "application/json")
        self.assertGreaterEqual(int(second.headers["Age"]), 0)

    def test_an_object_keeps_its_bytes(self) -> None:
        server = self.serve(self.import_small())
        for _ in range(2):
            self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])
        self.assertEqual(server.get("/objects/c%2Fd%20e").json, "deep")
        self.assertEqual(server.get("/objects/c/d%20e").json, "deep")
        head = server.ask("HEAD", "/objects/a")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["Content-Length"]), len(server.get("/objects/a").body))

    def test_an_entity_tag_saves_the_body(self) -> None:
        server = self.serve(self.import_small())
        for target in ("/items/all", "/objects/a"):
            tag = server.get(target).headers["ETag"]
            again = server.get(target, {"If-None-Match": tag})
            self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag))
            self.assertEqual(server.get(target, {"If-None-Match": '"other"'}).status, 200)

    def test_what_does_not_exist_is_404_and_an_empty_item_is_not(self) -> None:
        server = self.serve(self.import_small())
        for target in ("/items/nobody", "/objects/nobody", "/nothing"):
            answer = server.get(target)
            self.assertEqual(answer.status, 404, target)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertEqual(answer.json["status"], 404)
        self.assertEqual(server.get("/items/none").json, {"id": "none", "values": []})

    def test_a_batch_has_a_status_for_each(self) -> None:
        server = self.serve(self.import_small())
        answer = server.ask("POST", "/items:batch", json.dumps({"ids": ["one", "nobody", "broken"]}))
        self.assertEqual(answer.status, 200)
        statuses = [entry["status"] for entry in answer.json["items"]]
        self.assertEqual(statuses, [200, 404, 502])
        many = json.dumps({"ids": ["one"] * 101})
        self.assertEqual(server.ask("POST", "/items:batch", many).status, 413)
        self.assertEqual(server.ask("POST", "/items:batch", "{").status, 400)

    def test_metrics_tell_hits_and_misses(self) -> None:
        server = self.serve(self.import_small())
        for _ in range(3):
            server.get("/objects/a")
        self.assertEqual(server.metric('aside_origin_loads_total{store="objects"}'), 1)
        self.assertEqual(server.metric('aside_reads_total{tier="l1",answer="hit"}'), 2)
        self.assertEqual(server.metric('aside_requests_total{front="http",status="200"}'), 3)
        self.assertEqual(server.metric('aside_request_seconds_count{front="http"}'), 3)


class Refusals(Folder):
    def send(self, port: int, data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    def test_malformed_requests_are_refused_and_the_next_connection_is_served(self) -> None:
        server = self.serve(self.import_small())
        cases = {
            b"nonsense\r\n\r\n": b"400",
            b"GET /items/one HTTP/1.1\r\n\r\n": b"400",  # no Host
            b"GET /items/%zz HTTP/1.1\r\nHost: x\r\n\r\n": b"400",
            b"GET /items/%00 HTTP/1.1\r\nHost: x\r\n\r\n": b"400",
            b"GET /items/%ff HTTP/1.1\r\nHost: x\r\n\r\n": b"400",
            b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n": b"414",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n": b"431",
            b"POST /items:batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": b"400",
            b"POST /items:batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n": b"413",
            b"DELETE /items/one HTTP/1.1\r\nHost: x\r\n\r\n": b"405",
        }
        for request, status in cases.items():
            answer = self.send(server.port, request)
            self.assertEqual(answer[9:12], status, (request[:60], answer[:200]))
        self.assertEqual(server.get("/items/one").status, 200)

    def test_the_admin_port_refuses_what_a_browser_could_be_led_to(self) -> None:
        server = self.serve(self.import_small(), "--admin-hosts", "aside.example")
        self.assertEqual(server.admin("GET", "/status").status, 200)
        self.assertEqual(server.admin("GET", "/status", headers={"Host": "aside.example"}).status, 200)
        self.assertIn(server.admin("GET", "/status", headers={"Host": "evil.example"}).status, (403, 421))
        self.assertEqual(server.admin("POST", "/invalidate", "{}", {"Origin": "http://localhost"}).status, 403)
        self.assertEqual(server.get("/status").status, 404)

    def test_a_token_is_asked_for(self) -> None:
        token = self.write("token", "secret-word\n")
        server = self.serve(self.import_small(), "--admin-token-file", str(token))
        self.assertEqual(server.admin("GET", "/status").status, 401)
        self.assertEqual(server.admin("GET", "/healthz").status, 200)
        self.assertEqual(server.admin("GET", "/status", headers={"Authorization": "Bearer secret-word"}).status, 200)


class Writes(Folder):
    def test_a_write_is_seen_at_once(self) -> None:
        server = self.serve(self.import_small())
        self.assertEqual(server.get("/objects/a").json, OBJECTS["a"])
        put = server.admin("PUT", "/objects/a", '{"new":true}')
        self.assertEqual(put.status, 200, put.text)
        self.assertTrue(put.json["done"])
        self.assertEqual(server.get("/objects/a").json, {"new": True})
        self.assertEqual(server.get("/items/one").json["values"], [{"new": True}])
        self.assertEqual(server.admin("PUT", "/objects/a", "not json").status, 400)
        self.assertEqual(server.admin("DELETE", "/objects/a").status, 200)
        self.assertEqual(server.get("/objects/a").status, 404)

    def test_an_invalidation_makes_the_next_read_a_miss(self) -> None:
        server = self.serve(self.import_small())
        server.get("/objects/a")
        self.assertIn("hit", server.get("/objects/a").cache_status)
        answer = server.admin("POST", "/invalidate", json.dumps({"objects": ["a"]}))
        self.assertEqual(answer.status, 200, answer.text)
        self.assertIn("fwd=miss", server.get("/objects/a").cache_status)


class End(Folder):
    def test_sigterm_answers_what_is_under_way_and_ends_with_0(self) -> None:
        server = self.serve(self.import_small(), "--workers", "2")
        stop = threading.Event()
        answered, broken = [], []

        def load() -> None:
            while not stop.is_set():
                try:
                    answered.append(server.get("/items/all").status)
                except ConnectionRefusedError:
                    return  # it listens no more
                except OSError as error:
                    broken.append(error)
                    return

        clients = [threading.Thread(target=load) for _ in range(8)]
        for client in clients:
            client.start()
        eventually(lambda: len(answered) > 200, "200 answers")
        code = server.terminate()
        stop.set()
        for client in clients:
            client.join(PATIENCE)
        self.assertEqual(code, 0, server.log.read_text(encoding="utf-8"))
        self.assertEqual(set(answered), {200})
        # A connection the kernel had taken and nobody accepted yet is reset: at most one for each client, and never half an answer.
        self.assertTrue(all(isinstance(error, ConnectionResetError) for error in broken), broken)
        self.assertIn("serve.stopped", server.log.read_text(encoding="utf-8"))

    def test_an_idle_connection_does_not_hold_up_the_end(self) -> None:
        server = self.serve(self.import_small())
        idle = server.connect()
        self.addCleanup(idle.close)
        idle.request("GET", "/items/one")
        idle.getresponse().read()
        self.assertEqual(server.terminate(), 0)

    def test_a_reader_that_takes_nothing_is_cut_off_at_the_limit(self) -> None:
        big = {"big": "x" * 4_000_000}
        server = self.serve(self.import_small(bodies=big, items={"big": ["big"]}), "--http-drain-timeout", "200ms")
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.sendall(b"GET /objects/big HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 200"))
            self.assertEqual(server.terminate(), 0)

    def test_kill_and_start_again(self) -> None:
        url = self.import_small()
        server = self.serve(url)
        self.assertEqual(server.admin("PUT", "/objects/a", '"kept"').status, 200)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(PATIENCE)
        again = self.serve(url)
        answer = again.get("/objects/a")
        self.assertEqual(answer.json, "kept")
        self.assertIn("fwd=miss", answer.cache_status)
