"""Ceph's RGW, an S3 server that checks signatures strictly: a whole cluster of one monitor, one OSD in memory and one gateway.

Answers one to three seconds after its start, in some 160 MiB. Where it differs from AWS: 304 comes without an ETag, error messages
are empty, the region of a signature is not looked at, If-None-Match does not hold a PUT back in a bucket with versions. With `sts`
session tokens are real ones, and what is wrong with a signature is told as AccessDenied; without it as on AWS: SignatureDoesNotMatch,
InvalidAccessKeyId.
"""

import http.client
import json
import shutil
import socket
import struct
import time
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .processes import Processes, StartFailed, free_port, run_command
from .s3_client import S3Client
from .sigv4 import Key, sign

ADMIN = Key("AKIDTEST01", "s3cr3t/KEY+x=")
ROLE = "aside"
SOCKET_PATH_MAX = 107

# Of these, what looks odd: without paxos_propose_interval the start takes 12 s, without tcp_nodelay a GET 44 ms; without
# ms_mon_client_mode the gateway hangs, since nothing here authenticates. Admin sockets of the rest would need short paths too.
CONFIGURATION = """\
[global]
fsid = {cluster}
mon_host = v2:127.0.0.1:{monitor_port}
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
paxos_propose_interval = 0.05
mon_data_avail_crit = 1
run_dir = {folder}
admin_socket =
log_file = {folder}/$name.log
mon_data = {folder}/mon
osd_data = {folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 1073741824
[client.rgw]
admin_socket = {folder}/rgw.asok
ms_mon_client_mode = crc
rgw_data = {folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
rgw_dns_name = localhost
rgw_sts_key = abcdefghijklmnop
rgw_s3_auth_use_sts = {sts}
"""


class Rgw:
    """`settings`: more of the gateway's, such as rgw_max_concurrent_requests="2", which makes it answer 503 SlowDown."""

    def __init__(self, folder: Path, processes: Processes | None = None, sts: bool = True, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.key = ADMIN
        self._monitor_port = free_port()
        self._processes = processes or Processes()
        self._sts = sts
        self._settings = settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if len(str(self.folder / "rgw.asok")) > SOCKET_PATH_MAX:
            raise StartFailed(f"{self.folder}: too long a path for a socket")
        for part in ("mon", "osd", "rgw"):
            (self.folder / part).mkdir(parents=True)
        self._write_configuration()
        try:
            self._start_cluster()
            self._start_gateway()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._processes.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, key: Key | None = None) -> S3Client:
        return S3Client(self.url, key or self.key)

    def _write_configuration(self) -> None:
        self._cluster = str(uuid.uuid4())
        text = CONFIGURATION.format(cluster=self._cluster, monitor_port=self._monitor_port, folder=self.folder, port=self.port,
                                    sts=str(self._sts).lower())
        text += "".join(f"{name} = {value}\n" for name, value in self._settings.items())
        (self.folder / "ceph.conf").write_text(text, encoding="utf-8")
        self._configured = ("-c", self.folder / "ceph.conf")

    def _start_cluster(self) -> None:
        configured, osd, map_file = self._configured, str(uuid.uuid4()), self.folder / "monmap"
        run_command("monmaptool", "--create", "--clobber", "--fsid", self._cluster, "--addv", "a",
                    f"[v2:127.0.0.1:{self._monitor_port}]", map_file)
        run_command("ceph-mon", *configured, "--mkfs", "-i", "a", "--monmap", map_file)
        self._start_daemon("ceph-mon", "-i", "a", log="mon.a.log")
        run_command("ceph", *configured, "--connect-timeout", "20", "osd", "new", osd)
        run_command("ceph-osd", *configured, "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._start_daemon("ceph-osd", "-i", "0", log="osd.0.log")

    def _start_gateway(self) -> None:
        gateway = self._start_daemon("radosgw", "-n", "client.rgw", log="client.rgw.log")
        self._processes.wait_until(self._answers, gateway, self.folder / "client.rgw.log")
        self.create_user("test", self.key, "--caps", "roles=*;user-policy=*")
        bucket = self.client()
        for done in (bucket.request("PUT", "first"), bucket.request("PUT", "first", "object", body=b"{}")):
            if done.status != 200:
                raise StartFailed(f"RGW does not take a first object: {done.status} {done.body!r}")
        bucket.close()

    def _start_daemon(self, program: str, *words: str, log: str):
        return self._processes.start(program, program, *self._configured, *words, "-f", log=self.folder / log)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def create_user(self, name: str, key: Key, *words: str) -> None:
        run_command("radosgw-admin", *self._configured, "user", "create", f"--uid={name}", f"--display-name={name}",
                    f"--access-key={key.access_key}", f"--secret-key={key.secret}", *words)

    def create_role(self) -> None:
        """What `assume_role` below assumes; it may do everything with S3."""
        trust = {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/test"]}, "Action": ["sts:AssumeRole"]}
        permission = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
        words = ("radosgw-admin", *self._configured)
        run_command(*words, "role", "create", f"--role-name={ROLE}", "--assume-role-policy-doc=" + policy(trust))
        run_command(*words, "role-policy", "put", f"--role-name={ROLE}", "--policy-name=all", "--policy-doc=" + policy(permission))

    def counters(self) -> dict[str, int]:
        """What the gateway counted: req (requests), get, put, failed_req..."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(5)
            peer.connect(str(self.folder / "rgw.asok"))
            peer.sendall(b'{"prefix":"perf dump"}\0')
            with peer.makefile("rb") as answer:
                size = struct.unpack(">I", answer.read(4))[0]
                counted = json.loads(answer.read(size))
        return next(values for name, values in counted.items() if name.startswith("rgw") and "req" in values)


def policy(statement: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def assume_role(url: str, key: Key = ADMIN) -> tuple[Key, float]:
    """A real session of the gateway at `url`, and the second since 1970 at which it ends."""
    address = urllib.parse.urlsplit(url)
    seconds = 3600
    body = urllib.parse.urlencode({"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": f"arn:aws:iam:::role/{ROLE}",
                                   "RoleSessionName": "aside", "DurationSeconds": seconds}).encode()
    headers = {"Host": address.netloc, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    try:
        connection.request("POST", "/", body, sign(key, "us-east-1", "sts", "POST", "/", headers, body))
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise StartFailed(f"AssumeRole: {answer.status} {text!r}")
    found = {element.tag.rpartition("}")[2]: element.text for element in ElementTree.fromstring(text).iter()}
    return Key(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]), time.time() + seconds


def altered_session(key: Key) -> Key:
    """`key` with a session token that nobody gave out: another first character, whatever the first one is."""
    assert key.token
    return Key(key.access_key, key.secret, ("y" if key.token[0] == "x" else "x") + key.token[1:])
