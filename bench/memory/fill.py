"""Fills the memory tier through the public port and watches how far the process grows."""

import os
import selectors
import socket

from aside_server import ALWAYS_FRESH, AsideServer, synthetic

GIB = 1 << 30
GROWTH_LIMIT_GIB = 1.08
CAPACITY = "1GiB"

CONNECTIONS = 16
PIPELINE = 128  # requests in flight on a connection

# What an entry takes beside its body, at least: so many values surely do not fit.
ENTRY_OVERHEAD_BYTES = 80


class Reader:
    """One connection that asks for its share of the keys, PIPELINE at a time, and throws the answers away."""

    def __init__(self, port, keys):
        self._keys = iter(keys)
        self._pending = 0
        self._tail = b""
        self.answered = 0
        self.socket = socket.create_connection(("127.0.0.1", port))

    def ask(self):
        """False when nothing is left to ask."""
        batch = [f"GET /objects/obj-{key} HTTP/1.1\r\nHost: a\r\n\r\n" for _, key in zip(range(PIPELINE), self._keys)]
        self._pending = len(batch)
        if batch:
            self.socket.sendall("".join(batch).encode())
        return bool(batch)

    def read(self):
        """False when the last answer has come, or at least begun to."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise SystemExit("bench: aside closed the connection")
        # An answer's status line may be cut by the end of what was read.
        text = self._tail + data
        count = text.count(b"HTTP/1.1 200 ")
        self._tail = text[-12:]
        self._pending -= count
        self.answered += count
        return self._pending > 0 or self.ask()


def read_all(port, count):
    readers = [Reader(port, range(start, count, CONNECTIONS)) for start in range(CONNECTIONS)]
    selector = selectors.DefaultSelector()
    for reader in readers:
        if reader.ask():
            selector.register(reader.socket, selectors.EVENT_READ, reader)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.data.read():
                selector.unregister(key.fileobj)
    for reader in readers:
        reader.socket.close()
    return sum(reader.answered for reader in readers)


def measure_fill(size_bytes):
    count = int(1.1 * GIB / (size_bytes + ENTRY_OVERHEAD_BYTES))
    database = synthetic(count, 1, size_bytes)
    # SQLite's own page cache is part of the process; it is small and counted like everything else.
    with AsideServer(database, *ALWAYS_FRESH, "--memory", CAPACITY) as aside:
        before = aside.status_kib("VmRSS")
        answered = read_all(aside.port, count)
        grown = (aside.status_kib("VmHWM") - before) * 1024 / GIB
        held = aside.metric("aside_l1_bytes") / GIB
    print(f"{answered} values of {size_bytes} bytes read; L1 says it holds {held:.3f} GiB", flush=True)
    yield f"growth of the process, {CAPACITY} of {size_bytes}-byte values", grown, GROWTH_LIMIT_GIB, "GiB"
    os.remove(database)  # about a gigabyte
