"""What a request costs in the upstream pool alone, beside httpx and asyncio's streams.

    python benchmarks/upstream.py [--requests 20000] [--rounds 5] [--format text|json]

All three ask the same nginx on loopback for 203 bytes over 32 keep-alive connections, on
uvloop, in turns. Printed is the CPU of this process per request, in microseconds: the
median of the rounds. The streams do the least that could be called a client: they write a
head that was made once, read up to the blank line and then as much as Content-Length says;
they check nothing, clean nothing, bound nothing and have no timeout.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import httpx
import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers import nginx_upstream
from gateway.upstream.forwarder import Forwarder, Outbound, Service
from gateway.upstream.headers import RequestHeaders
from gateway.upstream.target import Target

_PORT = 18_432
_CONNECTIONS = 32
_LENGTH = re.compile(rb"\r\nContent-Length: ([0-9]+)\r\n")

# What a browser's request brings along, and what the gateway adds.
_RAW = [
    (b"host", b"api.example.com"),
    (b"connection", b"keep-alive"),
    (b"authorization", b"Bearer " + b"x" * 700),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"accept-language", b"en-GB,en;q=0.5"),
    (b"referer", b"https://app.example.com/orders"),
    (b"cookie", b"theme=dark"),
    (b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
]
_INJECTED = [
    (b"authorization", b"Bearer " + b"y" * 500),
    (b"x-forwarded-for", b"192.0.2.1"),
    (b"x-forwarded-proto", b"https"),
    (b"x-request-id", b"0" * 32),
]

Ask = Callable[[], Awaitable[int]]


async def pool() -> tuple[Ask, Callable[[], Awaitable[None]]]:
    """Return a request through our pool: cleaned, written, read, put back."""
    forwarder = Forwarder(upstreams={"nginx": Service((Target("127.0.0.1", _PORT),))})
    await forwarder.open()
    cleaner = RequestHeaders(vouched=[b"txn-token"])

    async def ask() -> int:
        clean = cleaner.clean(_RAW)
        outbound = Outbound(
            method="GET",
            target=b"/v1/orders/7?full=1",
            headers=clean.headers,
            host=clean.host,
            content_length=clean.content_length,
            injected=_INJECTED,
        )
        response = await forwarder.forward("nginx", outbound)
        size = len(await response.read())
        while not response.ended:
            size += len(await response.read())
        await response.close()
        return size

    return ask, forwarder.close


async def streams() -> tuple[Ask, Callable[[], Awaitable[None]]]:
    """Return a request over asyncio's streams, by hand."""
    lines = [b"GET /v1/orders/7?full=1 HTTP/1.1"]
    lines += [b": ".join(line) for line in (_RAW[0], *_RAW[3:], *_INJECTED)]
    request = b"\r\n".join([*lines, b"", b""])
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask() -> int:
        connection = (
            idle.pop() if idle else await asyncio.open_connection("127.0.0.1", _PORT)
        )
        reader, writer = connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        idle.append(connection)
        return len(body)

    async def close() -> None:
        for _, writer in idle:
            writer.close()

    return ask, close


async def with_httpx() -> tuple[Ask, Callable[[], Awaitable[None]]]:
    """Return a request through httpx."""
    client = httpx.AsyncClient(
        limits=httpx.Limits(max_connections=_CONNECTIONS), trust_env=False
    )
    headers = [*_RAW[3:], *_INJECTED]

    async def ask() -> int:
        async with client.stream(
            "GET", f"http://127.0.0.1:{_PORT}/v1/orders/7?full=1", headers=headers
        ) as response:
            return len(await response.aread())

    return ask, client.aclose


CLIENTS = {"upstream pool": pool, "asyncio streams": streams, "httpx": with_httpx}


async def measure(requests: int, rounds: int) -> dict[str, list[float]]:
    """Return the microseconds of each round, by client."""
    asks: dict[str, tuple[Ask, Callable[[], Awaitable[None]]]] = {
        name: await make() for name, make in CLIENTS.items()
    }
    found: dict[str, list[float]] = {name: [] for name in asks}
    for turn in range(rounds + 1):
        for name, (ask, _) in asks.items():
            count = requests if name != "httpx" else requests // 10
            microseconds = await _round(ask, count)
            if turn:
                found[name].append(microseconds)
    for _, close in asks.values():
        await close()
    return found


async def _round(ask: Ask, requests: int) -> float:
    each = max(requests // _CONNECTIONS, 1)

    async def worker() -> None:
        for _ in range(each):
            if (size := await ask()) != 203:
                raise SystemExit(f"nginx answered {size} bytes")

    before = time.process_time()
    await asyncio.gather(*(worker() for _ in range(_CONNECTIONS)))
    return (time.process_time() - before) / (each * _CONNECTIONS) * 1e6


def main() -> None:
    """Run nginx and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    arguments = parser.parse_args()
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed: run `make peers`")
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    with tempfile.TemporaryDirectory() as folder:
        configuration = nginx_upstream(Path(folder), _PORT)
        nginx = subprocess.Popen([program, "-c", str(configuration), "-p", folder])
        os.sched_setaffinity(nginx.pid, cores[-1:])
        try:
            time.sleep(0.5)
            found = uvloop.run(measure(arguments.requests, arguments.rounds))
        finally:
            nginx.terminate()
            nginx.wait()
    medians = {name: statistics.median(rounds) for name, rounds in found.items()}
    if arguments.format == "json":
        print(json.dumps({"microseconds": medians, "rounds": found}))
        return
    print(f"Python {platform.python_version()}, uvloop {version('uvloop')}, "
          f"httptools {version('httptools')}, httpx {version('httpx')}")  # fmt: skip
    for name, median in medians.items():
        ratio = median / medians["upstream pool"]
        print(f"{name:16} {median:8.1f} µs CPU a request   {ratio:6.2f}")


if __name__ == "__main__":
    main()
