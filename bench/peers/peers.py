"""The servers Aside is compared with: how each is configured, started and stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from load import HERE, QUIET, Server

sys.path.insert(0, os.path.dirname(HERE))
from aside_server import START_SECONDS, WORK, free_port

NGINX_MODULES = "/usr/share/nginx/modules"

ORIGIN_CONF = """daemon off; worker_processes 1; pid {work}/origin.pid; error_log {work}/origin.err;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; sendfile on; tcp_nodelay on;
  server {{ listen 127.0.0.1:{origin}; location / {{ root {work}/www; default_type application/json;
    try_files /item.json =404; add_header Cache-Control max-age=3600; }} }} }}
"""

CACHE_CONF = """{modules}
daemon off; worker_processes 1; pid {work}/cache.pid; error_log {work}/cache.err;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; sendfile on; tcp_nodelay on;
  open_file_cache max=20000 inactive=10m;
  proxy_cache_path {work}/cache levels=1:2 keys_zone=z:100m max_size=2g inactive=60m use_temp_path=off;
  {lua_init}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_cache z; proxy_cache_valid 200 60m;
      proxy_cache_lock on; proxy_cache_use_stale updating error timeout; }}
    {lua_location} }} }}
"""

LUA_INIT = """lua_shared_dict l1 200m;
  init_by_lua_block {{ require 'resty.core'; local b = io.open('{work}/www/item.json'):read('*a');
    for i = 0, {keys} - 1 do ngx.shared.l1:set('/lua/' .. i, b) end }}"""
LUA_LOCATION = """location /lua/ { default_type application/json; content_by_lua_block {
      local v = ngx.shared.l1:get(ngx.var.uri); if not v then return ngx.exit(404) end
      ngx.header['Content-Length'] = #v; ngx.print(v) } }"""

VARNISH_VCL = """vcl 4.1; backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
sub vcl_backend_response {{ set beresp.ttl = 1h; }}
"""


def build_ceiling():
    """The bare loop, built once for its source."""
    source, binary = f"{HERE}/ceiling.cpp", f"{WORK}/ceiling"
    if not os.path.exists(binary) or os.path.getmtime(binary) < os.path.getmtime(source):
        os.makedirs(WORK, exist_ok=True)
        subprocess.run(["clang++-19", "-O2", "-std=c++23", source, "-o", binary], check=True)
    return binary


def wait_for(port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.02)
    raise SystemExit(f"bench: nothing listens on port {port} after {START_SECONDS} s")


class Peers:
    """Starts the peers that are installed; use as a context."""

    def __init__(self):
        self._processes = []
        self._work = None

    def __enter__(self):
        self._work = tempfile.mkdtemp(prefix="aside-peers-")
        os.chmod(self._work, 0o755)  # nginx's and Varnish's workers are other users
        return self

    def __exit__(self, *_):
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        shutil.rmtree(self._work, ignore_errors=True)

    def _run(self, *command):
        self._processes.append(subprocess.Popen(command, start_new_session=True, **QUIET))
        return self._processes[-1].pid

    def _write(self, name, text):
        path = f"{self._work}/{name}"
        with open(path, "w") as f:
            f.write(text)
        return path

    def ceiling(self, body_bytes, head_bytes=0):
        port = free_port()
        pid = self._run(build_ceiling(), str(port), str(body_bytes), str(head_bytes))
        wait_for(port)
        return Server("ceiling", pid, f"http://127.0.0.1:{port}", "/objects/obj-%d")

    def _origin(self, body_bytes):
        os.makedirs(f"{self._work}/www")
        self._write("www/item.json", '{"id":1,"data":"' + "x" * (body_bytes - 18) + '"}')
        port = free_port()
        self._run("nginx", "-c", self._write("origin.conf", ORIGIN_CONF.format(work=self._work, origin=port)), "-p", self._work)
        return port

    def _nginx(self, origin, keys):
        port, lua = free_port(), os.path.exists(f"{NGINX_MODULES}/ngx_http_lua_module.so")
        modules = "".join(f"load_module {NGINX_MODULES}/{m}.so;\n" for m in ("ndk_http_module", "ngx_http_lua_module")) if lua else ""
        conf = CACHE_CONF.format(modules=modules, work=self._work, port=port, origin=origin,
                                 lua_init=LUA_INIT.format(work=self._work, keys=keys) if lua else "",
                                 lua_location=LUA_LOCATION if lua else "")
        pid = self._run("nginx", "-c", self._write("cache.conf", conf), "-p", self._work)
        yield Server("nginx-cache", pid, f"http://127.0.0.1:{port}", "/objects/obj-%d")
        if lua:
            yield Server("nginx-lua", pid, f"http://127.0.0.1:{port}", "/lua/%d")
        else:
            print("bench: nginx has no Lua module; nginx-lua is left out (libnginx-mod-http-lua lua-resty-core)")

    def _varnish(self, origin):
        port = free_port()
        pid = self._run("varnishd", "-F", "-f", self._write("v.vcl", VARNISH_VCL.format(origin=origin)), "-a", f"127.0.0.1:{port}",
                        "-s", "malloc,1g", "-n", f"{self._work}/varnish", "-p", "thread_pools=1", "-p", "thread_pool_min=200")
        return Server("varnish", pid, f"http://127.0.0.1:{port}", "/objects/obj-%d")

    def caches(self, keys, body_bytes):
        """nginx's proxy_cache, nginx with Lua, and Varnish, as far as they are installed."""
        if not shutil.which("nginx"):
            print("bench: nginx is not installed; nginx and Varnish are left out (it is also their origin)")
            return []
        origin = self._origin(body_bytes)
        servers = list(self._nginx(origin, keys))
        if shutil.which("varnishd"):
            servers.append(self._varnish(origin))
        else:
            print("bench: varnishd is not installed; it is left out")
        for server in servers:
            wait_for(int(server.url.rsplit(":", 1)[1]))
        return servers
