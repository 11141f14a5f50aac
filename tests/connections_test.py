"""Connections under bad conditions, over real sockets: order, bytes that are one's own, slow and hostile peers, the end."""

import json
import random
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator

from aside import PATIENCE, Folder, Server, eventually

DRAIN_GRACE = 0.2  # what an idle connection has left after SIGTERM


def body_of(key: str, size: int) -> bytes:
    """A JSON string that tells at every place whose it is."""
    return json.dumps((key + ",") * (size // (len(key) + 1) + 1)).encode()


def request(target: str, *fields: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *fields, "", ""]).encode()


def answers(peer: socket.socket) -> Iterator[tuple[int, bytes, bytes]]:
    """Takes a connection's answers apart: status, head, body, until the server ends it."""
    have = b""
    while True:
        while b"\r\n\r\n" not in have:
            more = peer.recv(65536)
            if not more:
                assert not have, have[:200]
                return
            have += more
        head, have = have.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(have) < length:
            more = peer.recv(1 << 20)
            assert more, f"{len(have)} of {length} bytes"
            have += more
        yield int(head[9:12]), head, have[:length]
        have = have[length:]


class Connections(Folder):
    def connect(self, server: Server, admin: bool = False) -> socket.socket:
        peer = socket.create_connection(("127.0.0.1", server.admin_port if admin else server.port), PATIENCE)
        self.addCleanup(peer.close)
        return peer

    def slow_reader(self, server: Server, target: str) -> socket.socket:
        peer = socket.socket()
        self.addCleanup(peer.close)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(PATIENCE)
        peer.connect(("127.0.0.1", server.port))
        peer.sendall(request(target))
        self.assertTrue(peer.recv(12).startswith(b"HTTP/1.1 200"))
        return peer


class Bytes(Connections):
    def test_a_pipelined_burst_of_hits_and_misses_is_answered_in_order(self) -> None:
        keys = [f"key-{n}" for n in range(300)]
        server = self.serve(self.import_small(bodies={key: key for key in keys}, items={key: [key, "key-0"] for key in keys}))
        for key in keys[::2]:
            server.get(f"/objects/{key}")
        asked = [key for key in keys for _ in range(2)]
        random.Random(1).shuffle(asked)
        peer = self.connect(server)
        burst = b"".join(request(f"/items/{key}" if n % 3 == 0 else f"/objects/{key}") for n, key in enumerate(asked))
        sender = threading.Thread(target=peer.sendall, args=(burst,))
        sender.start()
        got = answers(peer)
        for n, key in enumerate(asked):
            status, _, body = next(got)
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body), {"id": key, "values": [key, "key-0"]} if n % 3 == 0 else key)
        sender.join(PATIENCE)

    def test_nobody_gets_anothers_bytes_while_values_are_evicted(self) -> None:
        """More data than memory, readers of every speed, pipelining; each body is compared with what its key holds."""
        size = {f"k{n}": 100 if n % 5 else 60_000 for n in range(400)}
        bodies = {key: body_of(key, size[key]) for key in size}
        url = self.import_small(bodies={key: json.loads(body) for key, body in bodies.items()}, items={})
        server = self.serve(url, "--memory", "2MiB", "--memory-absent-capacity", "64KiB", "--workers", "2", "--memory-lent-max", "64MiB")
        wrong: list[str] = []
        done: list[int] = []

        def read(seed: int) -> None:
            choice = random.Random(seed)
            peer = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
            if seed % 2:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
            with peer:
                got = answers(peer)
                for _ in range(25):
                    asked = choice.choices(list(bodies), k=choice.randrange(1, 12))
                    peer.sendall(b"".join(request(f"/objects/{key}") for key in asked))
                    for key in asked:
                        status, _, body = next(got)
                        if (status, body) != (200, bodies[key]):
                            wrong.append(f"{key}: {status} {body[:80]!r}")
            done.append(seed)

        readers = [threading.Thread(target=read, args=(seed,)) for seed in range(12)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(3 * PATIENCE)
        self.assertEqual(wrong, [])
        self.assertEqual(len(done), len(readers))
        self.assertGreater(server.metric("aside_l1_evictions_total"), 100)

    def test_a_thousand_requests_at_once_for_a_cold_key_are_one_load(self) -> None:
        server = self.serve(self.import_small(), "--workers", "2")
        peers = [self.connect(server) for _ in range(1000)]
        for peer in peers:
            peer.sendall(request("/objects/a", "Connection: close"))
        bodies = {next(answers(peer))[2] for peer in peers}
        self.assertEqual(len(bodies), 1)
        self.assertEqual(server.metric('aside_origin_loads_total{store="objects"}'), 1)


class Slow(Connections):
    def test_one_byte_at_a_time_is_cut_off(self) -> None:
        server = self.serve(self.import_small(), "--http-header-timeout", "300ms")
        dripping = self.connect(server)
        ended = False
        try:
            for byte in request("/items/one", "X: " + "x" * 4000):
                dripping.send(bytes([byte]))
                ended = bool(select.select([dripping], [], [], 0.02)[0])
                if ended:
                    break
        except OSError:
            ended = True
        self.assertTrue(ended, "kept open a byte at a time")
        self.assertEqual(server.get("/items/one").status, 200)
        self.assertEqual(server.metric('aside_connections_ended_total{reason="header_timeout"}'), 1)

    def test_many_that_never_finish_a_request_do_not_shut_out_others(self) -> None:
        server = self.serve(self.import_small())
        for n in range(500):
            self.connect(server).sendall(request("/items/one")[: 1 + n % 30])
        self.assertEqual(server.get("/items/all").status, 200)

    def test_the_slowest_readers_give_way_when_too_many_evicted_bytes_are_held(self) -> None:
        """Values larger than the sockets' buffers, held by clients that read nothing, pushed out of memory by others."""
        size = 7_000_000
        bodies = {f"big-{n}": "x" * size for n in range(8)}
        server = self.serve(self.import_small(bodies=bodies, items={}), "--memory", "20MiB", "--memory-lent-max", "23MiB",
                            "--memory-absent-capacity", "64KiB", "--workers", "1")
        peers = [self.slow_reader(server, f"/objects/{key}") for key in bodies]
        for _ in range(3):
            for key in bodies:
                self.assertEqual(len(server.get(f"/objects/{key}").body), size + 2)
        ended = 'aside_connections_ended_total{reason="slowest_reader"}'
        eventually(lambda: server.metric(ended) >= 1, "a slow reader is closed")
        eventually(lambda: server.metric("aside_l1_lent_bytes") <= 23 * 1024 * 1024, "lent bytes are under their bound")
        closed = server.metric(ended)
        self.assertLess(closed, len(peers), "more were closed than needed")
        whole = [self.rest_is_whole(peer, size) for peer in peers]
        self.assertEqual(sum(whole), len(peers) - closed)

    def rest_is_whole(self, peer: socket.socket, size: int) -> bool:
        """Is what is left of an answer of `size` x complete? What there is must be right in any case."""
        have = bytearray()
        end = size + 2
        try:
            while b"\r\n\r\n" not in have or len(have) < have.index(b"\r\n\r\n") + 4 + end:
                more = peer.recv(1 << 20)
                if not more:
                    break
                have += more
        except ConnectionError:
            pass
        body = bytes(have).split(b"\r\n\r\n", 1)[1]
        self.assertEqual(body, (b'"' + b"x" * size + b'"')[: len(body)])
        return len(body) == end

    def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(self) -> None:
        server = self.serve(self.import_small(bodies={"big": "x" * 7_000_000}, items={}))
        for reset in (False, True):
            peer = self.slow_reader(server, "/objects/big")
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()
        eventually(lambda: server.metric('aside_connections{front="http"}') == 0, "the connections are gone")
        self.assertEqual(server.get("/objects/big").status, 200)


class Limits(Connections):
    def test_one_connection_too_many(self) -> None:
        server = self.serve(self.import_small(), "--http-max-connections", "3")
        peers = [self.connect(server) for _ in range(3)]
        for peer in peers:
            peer.sendall(request("/items/one"))
            self.assertEqual(next(answers(peer))[0], 200)
        status, head, _ = next(answers(self.connect(server)))
        self.assertEqual(status, 503)
        self.assertIn(b"Retry-After: ", head)
        peers[0].close()
        eventually(lambda: server.metric('aside_connections{front="http"}') == 2, "one has left")
        self.assertEqual(server.get("/items/one").status, 200)

    def test_a_body_over_the_limit_is_refused_and_its_sender_reads_why(self) -> None:
        server = self.serve(self.import_small())
        answer = server.admin("PUT", "/objects/a", '"' + "x" * 20_000_000 + '"')
        self.assertEqual(answer.status, 413)
        answer = server.ask("POST", "/items:batch", " " * 5_000_000)
        self.assertEqual(answer.status, 413)

    def test_head_is_get_without_the_body(self) -> None:
        server = self.serve(self.import_small())
        for target in ("/items/all", "/objects/a", "/items/nobody", "/items/broken", "/nowhere"):
            server.get(target)
            get, head = server.get(target), server.ask("HEAD", target)
            self.assertEqual(head.body, b"")
            varying = ("Date", "Age")
            fields = [[field for field in answer.headers.items() if field[0] not in varying] for answer in (get, head)]
            self.assertEqual(*fields)

    def test_hostile_names_are_told_in_well_formed_json(self) -> None:
        server = self.serve(self.import_small(items={"one": ["a"], 'q"\n\u00e9\u202e\\': ['"\u0001\u00e4']}))
        answer = server.get("/items/q%22%0A%C3%A9%E2%80%AE%5C")
        self.assertEqual(answer.status, 502)
        self.assertIn('"\u0001\u00e4', answer.json["detail"])
        self.assertEqual(server.admin("PUT", "/objects/%22%0d%0aX-Evil:%201", "1").json["key"], '"\r\nX-Evil: 1')
        for identity in ("a\tb", "a b", 'a"b', "x" * 200):
            self.assertIsNone(server.get("/items/one", {"X-Request-Id": identity}).headers["X-Request-Id"])
        self.assertEqual(server.get("/items/one", {"X-Request-Id": "a-1"}).headers["X-Request-Id"], "a-1")


class End(Connections):
    def test_sigterm_under_load_loses_no_request(self) -> None:
        """Clients that keep asking on kept connections: each gets all it asked for, and learns of the end from an answer."""
        server = self.serve(self.import_small(), "--workers", "2")
        served, broken = [0] * 16, []

        def load(place: int, peer: socket.socket) -> None:
            last = time.monotonic()
            got = answers(peer)
            head = b""
            try:
                while b"Connection: close" not in head:
                    last = time.monotonic()
                    peer.sendall(request("/items/all"))
                    status, head, _ = next(got)
                    self.assertEqual(status, 200)
                    served[place] += 1
            except Exception as error:  # told below, by the test's own thread
                # One that was held up for longer than the server waits for it may find it gone.
                if time.monotonic() - last < DRAIN_GRACE / 2:
                    broken.append(error)

        clients = [threading.Thread(target=load, args=(place, self.connect(server))) for place in range(len(served))]
        for client in clients:
            client.start()
        eventually(lambda: sum(served) > 1000, "1000 answers")
        code = server.terminate()
        for client in clients:
            client.join(PATIENCE)
        self.assertEqual(code, 0, server.log.read_text(encoding="utf-8"))
        self.assertEqual(broken, [])

    def test_kill_under_load_leaves_every_write_that_was_answered(self) -> None:
        url = self.import_small()
        server = self.serve(url, "--workers", "2")
        written: dict[str, int] = {}

        def write(place: int) -> None:
            for n in range(100_000):
                try:
                    if server.admin("PUT", f"/objects/w{place}", json.dumps([place, n, "x" * 2000])).status == 200:
                        written[f"w{place}"] = n
                    server.get(f"/objects/w{place}")
                except OSError:
                    return
                except Exception:  # an answer cut off in the middle
                    return

        writers = [threading.Thread(target=write, args=(place,)) for place in range(4)]
        for writer in writers:
            writer.start()
        eventually(lambda: len(written) == 4 and min(written.values()) > 20, "some writes")
        server.process.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.join(PATIENCE)
        again = self.serve(url)
        for place in range(4):
            found = again.get(f"/objects/w{place}").json
            self.assertEqual((found[0], found[2]), (place, "x" * 2000))
            self.assertGreaterEqual(found[1], written[f"w{place}"])  # the last one may have been written and not answered
        self.assertEqual(again.get("/items/all").status, 200)
