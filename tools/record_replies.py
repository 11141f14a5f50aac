#!/usr/bin/env python3
"""record_replies.py SERVER FILE: what a real server answers, byte for byte, as src/lab/sim/recordings keeps it.

Three nodes are started as the simulated ones of src/lab/sim/server_core_fixture.h are: 17901 owns slots 0 to 8191, 17902
8192 to 16382, 17903 is the replica of 17901, and nobody owns 16383. Each scenario puts them into a state, says some commands
and takes it back. Node ids become those of the fixture, client ids become 10; nothing else is changed.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PORTS = (17901, 17902, 17903)
IDS = ("399bbde350c8882773f79f715b89539c7aa599db", "b50f0a1391e647d564e96e0244d2ada37829293d",
       "b11817539caa3094bf057714cae4ff9d7eda8ee5")
RULES = "+hello +auth +ping +client|tracking +client|setname +readonly +asking +cluster|slots +cluster|info +get +pttl " \
        "+set +evalsha +eval +del +exists +pexpire"
SET_SCRIPT = "return_redis.call('set',KEYS[1],'1')"
GET_SCRIPT = "return_redis.call('get',KEYS[1])"


def encode(words):
    out = b"*%d\r\n" % len(words)
    for word in words:
        data = word.encode()
        out += b"$%d\r\n%s\r\n" % (len(data), data)
    return out


class Session:
    """A connection; `said` a blank parts words and '_' inside of one stands for a blank."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.buffer = b""

    def send(self, said):
        self.socket.sendall(encode([word.replace("_", " ") for word in said.split(" ")]))

    def say(self, said):
        self.send(said)
        return self.reply()

    def line(self):
        while b"\r\n" not in self.buffer:
            self.more()
        at = self.buffer.index(b"\r\n") + 2
        line, self.buffer = self.buffer[:at], self.buffer[at:]
        return line

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def reply(self):
        line = self.line()
        kind, rest = line[:1], line[1:-2]
        if kind in b"$=!" and rest != b"-1":
            size = int(rest) + 2
            while len(self.buffer) < size:
                self.more()
            line, self.buffer = line + self.buffer[:size], self.buffer[size:]
        elif kind in b"*>~%" and rest != b"-1":
            for _ in range(int(rest) * (2 if kind == b"%" else 1)):
                line += self.reply()
        return line


class Cluster:
    def __init__(self, server):
        self.server = os.path.abspath(server) if "/" in server else server
        self.home = tempfile.mkdtemp(prefix="aside-record-")
        self.processes = [None] * 3
        self.ids = {}

    def start(self, node, *more):
        home = f"{self.home}/{node}"
        os.makedirs(home, exist_ok=True)
        options = ["--port", str(PORTS[node]), "--dir", home, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
                   "--cluster-require-full-coverage", "no", "--cluster-allow-reads-when-down", "yes", "--save", "", "--appendonly",
                   "no", "--enable-debug-command", "yes", "--enable-protected-configs", "yes", "--repl-diskless-sync-delay", "0", "--busy-reply-threshold", "20",
                   "--cluster-replica-no-failover", "yes", "--cluster-allow-replica-migration", "no", *more]
        log = open(f"{home}/log", "ab")
        self.processes[node] = subprocess.Popen([self.server, *options], stdout=log, stderr=log)
        for _ in range(100):
            try:
                return self.admin(node)
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{self.server} does not start: see {home}/log")

    def admin(self, node):
        return Session(PORTS[node])

    def ask(self, node, *words):
        session = self.admin(node)
        session.socket.sendall(encode(list(words)))
        return session.reply().decode()

    def await_that(self, what, condition):
        for _ in range(400):
            if condition():
                return
            time.sleep(0.05)
        raise SystemExit(f"waited in vain: {what}")

    def form(self):
        for node in range(3):
            self.start(node)
            self.ask(node, "CONFIG", "SET", "availability-zone", "z")  # who does not know it refuses
        self.ask(0, "CLUSTER", "SET-CONFIG-EPOCH", "1")
        self.ask(1, "CLUSTER", "SET-CONFIG-EPOCH", "2")
        self.ask(0, "CLUSTER", "ADDSLOTSRANGE", "0", "8191")
        self.ask(1, "CLUSTER", "ADDSLOTSRANGE", "8192", "16382")
        for node in (1, 2):
            self.ask(node, "CLUSTER", "MEET", "127.0.0.1", str(PORTS[0]))
        for node in range(3):
            self.ids[self.ask(node, "CLUSTER", "MYID").split("\r\n")[1]] = IDS[node]
        mine = next(real for real, told in self.ids.items() if told == IDS[0])
        self.await_that("all know each other", lambda: all(
            self.ask(node, "CLUSTER", "NODES").count("connected") == 3 for node in range(3)))
        self.ask(2, "CLUSTER", "REPLICATE", mine)
        self.await_whole()

    def await_whole(self):
        self.await_that("a whole cluster", lambda: all(
            "cluster_state:ok" in self.ask(node, "CLUSTER", "INFO") and
            self.ask(node, "CLUSTER", "SLOTS").count("$40") == 3 for node in range(3)) and
            "master_link_status:up" in self.ask(2, "INFO", "replication"))

    def freeze(self, node):
        self.processes[node].send_signal(signal.SIGSTOP)

    def thaw(self, node):
        self.processes[node].send_signal(signal.SIGCONT)

    def end(self):
        for process in self.processes:
            if process:
                process.kill()
                process.wait()
        shutil.rmtree(self.home)

    def plain(self, reply):
        for real, told in self.ids.items():
            reply = reply.replace(real.encode(), told.encode())
        return re.sub(rb"(\$2\r\nid\r\n):\d+", rb"\1:10", reply)


def escaped(reply):
    return reply.decode("latin-1").replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")


class Recording:
    def __init__(self, cluster, out):
        self.cluster, self.out = cluster, out

    def scenario(self, name, node, said, state=None, undo=None, session=None):
        if state:
            state()
        print(f"\n# {name} {node}", file=self.out)
        session = session or self.cluster.admin(node)
        for words in said:
            reply = self.cluster.plain(session.say(words))
            print(f"> {words}\n< {escaped(reply)}", file=self.out)
        if undo:
            undo()


def config(cluster, node, **settings):
    for name, value in settings.items():
        cluster.ask(node, "CONFIG", "SET", name.replace("_", "-"), value)


def record_talk(cluster, record):
    """Healthy nodes."""
    record.scenario("old-protocol", 0, [
        "PING", "GET b", "GET foo", "SET b 1", "GET b", "PTTL b", "PTTL bbb", "SET b 2 NX PX 1000", "READONLY", "ASKING",
        "CLUSTER SLOTS", "CLIENT SETNAME x", "CLIENT TRACKING ON BCAST PREFIX aside:t:", f"EVALSHA {'0' * 40} 1 b",
        "EVALSHA 00 2 b foo", "EVALSHA 00 1 foo", f"EVAL {SET_SCRIPT} 1 b", f"EVAL {GET_SCRIPT} 1 b", "SET b 1 PX 0",
        "GET u10470", "SET u10470 1", "HELLO 4", "HELLO 3 AUTH nouser nopass SETNAME asid", "NOSUCH a b", "GET"])
    record.scenario("protocol-three", 0, [
        "HELLO 3 AUTH default nopass SETNAME asid", "GET bbb", "SET b 2 NX PX 1000", "PTTL b", "CLUSTER SLOTS", "CLUSTER INFO",
        "CLIENT TRACKING ON BCAST PREFIX aside:t:", "CLIENT TRACKING ON BCAST PREFIX aside:t:x"])
    record.scenario("replica", 2, [
        "HELLO 3", "GET b", "READONLY", "GET b", "GET bbb", "GET foo", "SET b 1", f"EVALSHA {'0' * 40} 1 b",
        f"EVAL {SET_SCRIPT} 1 b", "EVAL return_redis.call('set','b','1') 0", "CLUSTER SLOTS", "CLUSTER INFO"])
    cluster.ask(0, "ACL", "SETUSER", "aside", "on", ">pw", "resetkeys", "~aside:*", "resetchannels", "-@all", *RULES.split())
    cluster.ask(0, "CONFIG", "SET", "requirepass", "dpw")
    stranger = Session(PORTS[0])
    record.scenario("user", 0, [
        "PING", "GET b", "HELLO 3", "AUTH aside x", "CLUSTER SLOTS", "HELLO 3 AUTH aside pw SETNAME aside", "GET b",
        "GET aside:o:{b}", "SET x 1", "EVALSHA 00 1 b", "KEYS *", "CLUSTER NODES", "EVAL return_redis.call('get','b') 1 aside:{b}",
        "EVAL return_redis.call('keys','*') 1 aside:{b}", "AUTH aside bad", "AUTH aside pw"], session=stranger)
    stranger.say("AUTH default dpw")
    stranger.say("CONFIG SET requirepass ")


def record_pushes(cluster, record):
    """A push goes before the reply of the session's own next command."""
    listener = Session(PORTS[0])
    listener.say("HELLO 3")
    listener.say("CLIENT TRACKING ON BCAST PREFIX aside:t:")
    other = Session(PORTS[0])
    print("\n# pushes 0", file=record.out)
    for words in ("SET aside:t:{b} 1", "FLUSHALL"):
        other.say(words)
        listener.socket.settimeout(5)
        print(f"> {words}\n< {escaped(listener.reply())}", file=record.out)


def record_migration(cluster, record):
    source = cluster.ask(0, "CLUSTER", "MYID").split("\r\n")[1]
    target = cluster.ask(1, "CLUSTER", "MYID").split("\r\n")[1]
    cluster.ask(0, "SET", "b", "1")
    cluster.ask(1, "CLUSTER", "SETSLOT", "3300", "IMPORTING", source)
    cluster.ask(0, "CLUSTER", "SETSLOT", "3300", "MIGRATING", target)
    time.sleep(0.2)
    record.scenario("migrating", 0, [
        "GET b", "GET {b}gone", "SET {b}gone 1", "EVALSHA 00 3 b {b}1 {b}2", "EVALSHA 00 2 {b}1 {b}2", "EVALSHA 00 3 {b}1 b {b}2"])
    record.scenario("importing", 1, ["GET b", "ASKING", "GET b", "GET b", "ASKING", "EVALSHA 00 3 b {b}1 {b}2"])
    record.scenario("migrating-replica", 2, ["READONLY", "GET b", "GET {b}gone"])
    for node in (0, 1):
        cluster.ask(node, "CLUSTER", "SETSLOT", "3300", "STABLE")


def record_trouble(cluster, record):
    both = ["SET b 1", "GET b", "PING", f"EVAL {SET_SCRIPT} 1 b"]
    cluster.ask(0, "DEL", "b")
    record.scenario("out-of-memory", 0, both, lambda: config(cluster, 0, maxmemory="1"), lambda: config(cluster, 0, maxmemory="0"))
    record.scenario("no-replicas", 0, both, lambda: config(cluster, 0, min_replicas_to_write="5"),
                    lambda: config(cluster, 0, min_replicas_to_write="0"))

    home = f"{cluster.home}/0"

    def misconf():
        os.mkdir(f"{home}/folder")  # no snapshot can take its name
        config(cluster, 0, save="3600 1", dbfilename="folder")
        cluster.ask(0, "BGSAVE")
        cluster.await_that("a failed save", lambda: "rdb_last_bgsave_status:err" in cluster.ask(0, "INFO", "persistence"))

    def saved():
        config(cluster, 0, save="", dbfilename="dump.rdb")

    record.scenario("misconf", 0, both, misconf, saved)

    runner = Session(PORTS[0])

    def busy():
        runner.send("EVAL while_true_do_end 0")
        time.sleep(0.3)

    def killed():
        cluster.ask(0, "SCRIPT", "KILL")
        runner.reply()

    waiting = cluster.admin(0)
    record.scenario("busy", 0, ["PING", "GET b", "GET foo", "CLUSTER SLOTS", "CLIENT SETNAME x", "EVALSHA 00 1 b"], busy, killed,
                    waiting)

    guests = []
    print("\n# max-clients 0", file=record.out)
    keep = cluster.admin(0)
    keep.say("CONFIG SET maxclients 12")
    for _ in range(40):
        guest = Session(PORTS[0])
        reply = guest.say("PING")
        guests.append(guest)
        if reply != b"+PONG\r\n":
            print(f"> PING\n< {escaped(reply)}", file=record.out)
            break
    keep.say("CONFIG SET maxclients 10000")
    for guest in guests:
        guest.socket.close()


def record_loading(cluster, record):
    cluster.ask(0, "DEBUG", "POPULATE", "20000", "aside", "100")
    config(cluster, 0, key_load_delay="200", loading_process_events_interval_bytes="1024")
    loader = Session(PORTS[0])
    loader.send("DEBUG RELOAD")
    time.sleep(0.5)
    record.scenario("loading", 0, ["GET b", "PING", "GET foo", "SET b 1", "HELLO 3", "CLUSTER SLOTS", "CLUSTER INFO"])
    config(cluster, 0, key_load_delay="0")
    loader.socket.settimeout(60)
    loader.reply()
    cluster.ask(0, "FLUSHALL")


def record_outages(cluster, record):
    config(cluster, 2, replica_serve_stale_data="no")
    cluster.freeze(0)
    cluster.ask(2, "CLIENT", "KILL", "TYPE", "master")
    time.sleep(0.2)
    record.scenario("master-down", 2, [
        "PING", "CLIENT SETNAME x", "CLUSTER SLOTS", "ASKING", "SET b 1", "HELLO 3", "READONLY", "GET b"])
    cluster.thaw(0)
    config(cluster, 2, replica_serve_stale_data="yes")
    cluster.await_whole()

    minority = ["CLUSTER INFO", "GET b", "SET b 1", f"EVAL {SET_SCRIPT} 1 b", f"EVAL {GET_SCRIPT} 1 b", "CLUSTER SLOTS"]
    cluster.freeze(1)
    cluster.freeze(2)
    cluster.await_that("node 0 to notice", lambda: "cluster_state:fail" in cluster.ask(0, "CLUSTER", "INFO"))
    record.scenario("minority-reads-allowed", 0, minority)
    record.scenario("minority-reads-refused", 0, minority, lambda: config(cluster, 0, cluster_allow_reads_when_down="no"))
    for node in (1, 2):
        cluster.thaw(node)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cluster = Cluster(sys.argv[1])
    version = subprocess.run([cluster.server, "--version"], capture_output=True, text=True, check=True).stdout
    try:
        cluster.form()
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            name, number = re.match(r"(\w+) server v=([\d.]+)", version).groups()
            print(f"Recorded by tools/record_replies.py from {name} {number}", file=out)
            record = Recording(cluster, out)
            for step in (record_talk, record_pushes, record_migration, record_trouble, record_loading, record_outages):
                step(cluster, record)
    finally:
        cluster.end()


if __name__ == "__main__":
    main()
