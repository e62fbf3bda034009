"""How much memory the gateway takes for a large body, and how fast it passes it on.

    python benchmarks/streaming.py [--mib 1024] [--format text|json]

A client sends a body through `gateway serve` to a service and takes one back, with and
without a Content-Length; a small one has gone before. Growth is the highest mark of the
process's resident set beyond what it was at the start of the row. Linux only.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.peers.processes import free_port
from tests.peers.running_gateway import Memory, RunningGateway, Site, serving
from tests.peers.streams import WAYS, send, service

MIB = 2**20


async def measure(
    gateway: RunningGateway, port: int, mib: int
) -> list[dict[str, object]]:
    """Return a row for each way through the gateway."""
    token = gateway.site.backend.token()
    rows: list[dict[str, object]] = []
    async with service(port):
        for way in WAYS:
            await send(gateway.site.port, token, way, MIB)
            memory, start = Memory(gateway.process.pid), time.perf_counter()
            arrived = await send(gateway.site.port, token, way, mib * MIB)
            seconds = time.perf_counter() - start
            rows.append(
                {
                    "way": way.name,
                    "bytes": arrived,
                    "growth_bytes": memory.growth(),
                    "mib_per_second": round(arrived / MIB / seconds),
                }
            )
    return rows


def main() -> None:
    """Run a gateway in a folder of its own, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    arguments = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "site", upstream=port)
        with (
            serving(site) as gateway,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            rows = runner.run(measure(gateway, port, arguments.mib))
    if arguments.format == "json":
        print(json.dumps(rows))
        return
    for row in rows:
        print("{way:14} {bytes:>13,} bytes  +{growth_bytes:>11,} bytes  "
              "{mib_per_second:>5} MiB/s".format(**row))  # fmt: skip


if __name__ == "__main__":
    main()
