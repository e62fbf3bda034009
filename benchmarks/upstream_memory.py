"""How much memory a large body takes on its way through the upstream pool.

    python benchmarks/upstream_memory.py [--mib 1024] [--format text|json]

Sends a body to nginx (PUT, counted and chunked) and takes it back (GET), piece by piece,
as the proxy does. Growth is the most that the process's resident set gained on the way,
beside what it was before; a small body of the same kind has gone before. Linux only.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.upstream.forwarder import Forwarder, Outbound, Service
from gateway.upstream.limits import Timeouts
from gateway.upstream.target import Target

MIB = 2**20
_PIECE = 65_536
_PORT = 18_431
_NGINX = """daemon off; worker_processes 1; {user} pid {folder}/pid;
error_log {folder}/error.log crit; events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; client_max_body_size 0;
    location / {{ dav_methods PUT; }} }} }}
"""


def resident() -> int:
    """Return how much memory is resident now, in bytes (Linux)."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


class Watch:
    """Looks at the process's resident set every few pieces."""

    def __init__(self) -> None:
        self.before = self.most = resident()
        self._calls = 0

    def look(self) -> None:
        """Look, unless that was done a moment ago."""
        self._calls += 1
        if self._calls % 16 == 0:
            self.most = max(self.most, resident())


class Zeros:
    """A body of zeros."""

    def __init__(self, size: int, watch: "Watch") -> None:
        self.left = size
        self._watch = watch

    async def read(self) -> bytes:
        """Return the next piece; empty at the end."""
        self._watch.look()
        size = min(self.left, _PIECE)
        self.left -= size
        return bytes(size)


async def put(forwarder: Forwarder, size: int, watch: Watch, *, chunked: bool) -> int:
    """Send a body, and return how many bytes of it were taken."""
    body = Zeros(size, watch)
    outbound = Outbound(
        method="PUT",
        target=b"/body",
        headers=[],
        host=b"nginx.example",
        content_length=None if chunked else size,
    )
    response = await forwarder.forward("nginx", outbound, body)
    await response.read()
    await response.close()
    if response.status not in {201, 204}:
        raise SystemExit(f"nginx answered {response.status}")
    return size - body.left


async def get(forwarder: Forwarder, watch: Watch) -> int:
    """Take the body back, and return its size."""
    outbound = Outbound("GET", b"/body", [], b"nginx.example")
    response = await forwarder.forward("nginx", outbound)
    size = 0
    while piece := await response.read():
        size += len(piece)
        watch.look()
    await response.close()
    return size


async def measure(mib: int) -> list[dict[str, object]]:
    """Return a row for each way."""
    timeouts = Timeouts(total=3600)
    forwarder = Forwarder(
        upstreams={"nginx": Service((Target("127.0.0.1", _PORT),), timeouts)}
    )
    await forwarder.open()
    for chunked in (False, True):
        await put(forwarder, 4 * MIB, Watch(), chunked=chunked)
    await get(forwarder, Watch())
    rows: list[dict[str, object]] = []
    for way in ("up, counted", "up, chunked", "down"):
        watch, start = Watch(), time.perf_counter()
        if way == "down":
            size = await get(forwarder, watch)
        else:
            size = await put(forwarder, mib * MIB, watch, chunked=way == "up, chunked")
        seconds = time.perf_counter() - start
        rows.append(
            {
                "way": way,
                "bytes": size,
                "growth_bytes": watch.most - watch.before,
                "mib_per_second": round(size / MIB / seconds),
            }
        )
    await forwarder.close()
    return rows


def main() -> None:
    """Run nginx and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    arguments = parser.parse_args()
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed: run `make peers`")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "files").mkdir()
        configuration = Path(folder, "nginx.conf")
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(_NGINX.format(folder=folder, port=_PORT, user=user))
        nginx = subprocess.Popen([program, "-p", folder, "-c", str(configuration)])
        try:
            time.sleep(0.5)
            rows = uvloop.run(measure(arguments.mib))
        finally:
            nginx.terminate()
            nginx.wait()
    if arguments.format == "json":
        print(json.dumps(rows))
        return
    for row in rows:
        print("{way:12} {bytes:>13,} bytes  +{growth_bytes:>11,} bytes  "
              "{mib_per_second:>5} MiB/s".format(**row))  # fmt: skip


if __name__ == "__main__":
    main()
