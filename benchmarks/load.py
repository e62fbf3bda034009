"""Starts programs on one core, loads them from the other, and counts CPU time.

CPU time per request and ratios of one run are what to read; on a shared machine requests a
second and latencies are noise.
"""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROXY_CORE = "0"
LOAD_CORE = "1"
CONNECTIONS = 32
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# Each connection walks through the tokens from its own start. `wrk` runs it.
_SCRIPT = """
local tokens = {}
for line in io.lines("%(tokens)s") do tokens[#tokens + 1] = "Bearer " .. line end
local at = 0
function request()
  at = at + 1
  if at > #tokens then at = 1 end
  return wrk.format("GET", "%(path)s", {["Authorization"] = tokens[at]})
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "seconds": %%f, "bad_status": %%d, "broken": %%d, "p50_us": %%d, "p99_us": %%d}\\n',
    summary.requests, summary.duration / 1000000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Measurement:
    """One run of the load against one program.

    Attributes:
        cpu_us: CPU microseconds of the proxy, its children included, for a request.
        per_second: Requests a second, on this machine, in this run.
        p50_us: Median latency.
        p99_us: 99th percentile.
        rss_mb: Resident memory at the end.
        failed: Requests that were not answered with success.
    """

    cpu_us: float
    per_second: float
    p50_us: int
    p99_us: int
    rss_mb: float
    failed: int


@contextmanager
def program(
    arguments: Sequence[str | Path],
    *,
    port: int,
    core: str,
    log: Path,
    env: dict[str, str] | None = None,
) -> Iterator[int]:
    """Run a program pinned to a core until it listens; yield its process id.

    Raises:
        RuntimeError: It ended, or did not listen within 20 seconds.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", core, *map(str, arguments)],
            stdout=output,
            stderr=output,
            env={**os.environ, **(env or {})},
        )
    try:
        _wait_for(port, process, log)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(log.read_text(errors="replace")[-2000:])


def measure(
    pids: Sequence[int], *, port: int, path: str, tokens: Path, seconds: int
) -> Measurement:
    """Load a port for some seconds and return what it cost the processes."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % {"tokens": tokens, "path": path})
        script.flush()
        before = sum(map(_cpu_seconds, pids))
        run = subprocess.run(
            [
                *("taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}"),
                *(f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        spent = sum(map(_cpu_seconds, pids)) - before
    found = re.search(r"^RESULT (.*)$", run.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(run.stdout + run.stderr)
    result = json.loads(found[1])
    return Measurement(
        cpu_us=spent * 1e6 / max(result["requests"], 1),
        per_second=result["requests"] / result["seconds"],
        p50_us=result["p50_us"],
        p99_us=result["p99_us"],
        rss_mb=sum(map(_rss_mb, pids)),
        failed=result["bad_status"] + result["broken"],
    )


def _family(pid: int) -> Iterator[int]:
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split():
        yield from _family(int(child))


def _cpu_seconds(pid: int) -> float:
    ticks = 0
    for member in _family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_PER_SECOND


def _rss_mb(pid: int) -> float:
    pages = sum(
        int(Path(f"/proc/{member}/statm").read_text().split()[1])
        for member in _family(pid)
    )
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
