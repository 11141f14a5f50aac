"""What connections cost: idle ones, slow readers, and a crowd before one cold key."""

import itertools
import os
import re
import selectors
import socket
import time

from aside_server import ALWAYS_FRESH, AsideServer, synthetic

MIB = 1 << 20

IDLE_CONNECTIONS, IDLE_LIMIT_KIB = 10000, 12
CROWD = 1000

SLOW_CLIENTS = 1000
SLOW_BODY_BYTES = MIB
SLOW_BYTES_PER_SECOND = 1024
SLOW_SECONDS = 60
SLOW_CAPACITY_MIB, SLOW_LENT_MIB, SLOW_IN_FLIGHT_MIB = 256, 64, 64
GROWTH = 1.08


def request(path):
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def connect(port, receive_buffer=0):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.connect(("127.0.0.1", port))
    return s


def read_answer(s):
    """A whole answer with a Content-Length; its status."""
    raw = b""
    while (end := raw.find(b"\r\n\r\n")) < 0:
        raw += receive(s)
    length = int(re.search(rb"(?i)content-length: *(\d+)", raw).group(1))
    while len(raw) < end + 4 + length:
        raw += receive(s)
    return int(raw.split(b" ", 2)[1])


def receive(s):
    data = s.recv(1 << 16)
    if not data:
        raise SystemExit("bench: aside closed the connection")
    return data


def measure_idle():
    database = synthetic(1000, 1, 1024)
    with AsideServer(database, *ALWAYS_FRESH, "--http-idle-timeout", "1h", "--http-header-timeout", "1h") as aside:
        read_one(aside, "/objects/obj-1")
        before = aside.status_kib("VmRSS")
        connections = [connect(aside.port) for _ in range(IDLE_CONNECTIONS)]
        read_one(aside, "/objects/obj-1")  # all were accepted before this one
        silent = (aside.status_kib("VmRSS") - before) / IDLE_CONNECTIONS
        for s in connections:
            s.sendall(request("/objects/obj-1"))
            if read_answer(s) != 200:
                raise SystemExit("bench: an answer was not 200")
        used = (aside.status_kib("VmRSS") - before) / IDLE_CONNECTIONS
        for s in connections:
            s.close()
    yield f"resident memory of an idle connection, {IDLE_CONNECTIONS} that never asked", silent, IDLE_LIMIT_KIB, "KiB"
    yield f"resident memory of an idle connection, {IDLE_CONNECTIONS} after an answer", used, IDLE_LIMIT_KIB, "KiB"


def read_one(aside, path):
    with connect(aside.port) as s:
        s.sendall(request(path))
        return read_answer(s)


def measure_stampede():
    database = synthetic(1000, 1, 1024)
    with AsideServer(database, *ALWAYS_FRESH) as aside:
        crowd = [connect(aside.port) for _ in range(CROWD)]
        before = aside.metric("aside_origin_loads_total", store="objects")
        for s in crowd:
            s.sendall(request("/objects/obj-7"))
        statuses = {read_answer(s) for s in crowd}
        loads = aside.metric("aside_origin_loads_total", store="objects") - before
        for s in crowd:
            s.close()
    if statuses != {200}:
        raise SystemExit(f"bench: the crowd was answered with {sorted(statuses)}")
    yield f"loads from the origin for {CROWD} requests at once for one cold key", loads, 1, "loads"


def read_slowly(crowd, aside, others, seconds):
    """Takes SLOW_BYTES_PER_SECOND from each of the crowd, and meanwhile asks for `others`; the highest resident KiB seen."""
    selector = selectors.DefaultSelector()
    for s in crowd:
        s.setblocking(False)
        selector.register(s, selectors.EVENT_READ)
    highest, start = 0, time.monotonic()
    for tick in range(seconds):
        for key, _ in selector.select(0):
            try:
                if not key.fileobj.recv(SLOW_BYTES_PER_SECOND):
                    selector.unregister(key.fileobj)  # cut off: lent_max
            except (BlockingIOError, ConnectionResetError):
                pass
        for _ in range(20):
            read_one(aside, next(others))
        highest = max(highest, aside.status_kib("VmRSS"))
        time.sleep(max(0.0, start + tick + 1 - time.monotonic()))
    return highest, len(selector.get_map())


def measure_slow_readers():
    database = synthetic(2 * SLOW_CLIENTS, 1, SLOW_BODY_BYTES)
    with AsideServer(database, *ALWAYS_FRESH, "--memory", f"{SLOW_CAPACITY_MIB}MiB", "--memory-lent-max", f"{SLOW_LENT_MIB}MiB",
                     "--origin-max-bytes-in-flight", f"{SLOW_IN_FLIGHT_MIB}MiB", "--request-deadline", "1m") as aside:
        before = aside.status_kib("VmRSS")
        crowd = []
        for number in range(SLOW_CLIENTS):
            s = connect(aside.port, receive_buffer=4096)
            s.sendall(request(f"/objects/obj-{number}"))
            crowd.append(s)
        others = (f"/objects/obj-{SLOW_CLIENTS + n % SLOW_CLIENTS}" for n in itertools.count())
        highest, left = read_slowly(crowd, aside, others, SLOW_SECONDS)
        lent = aside.metric("aside_l1_lent_bytes") / MIB
        for s in crowd:
            s.close()
    os.remove(database)  # two gigabytes
    print(f"{left} of {SLOW_CLIENTS} slow readers were kept; {lent:.0f} MiB are lent at the end", flush=True)
    limit = SLOW_CAPACITY_MIB * GROWTH + SLOW_LENT_MIB + SLOW_IN_FLIGHT_MIB
    yield f"growth with {SLOW_CLIENTS} slow readers of {SLOW_BODY_BYTES // MIB} MiB", (highest - before) / 1024, limit, "MiB"
