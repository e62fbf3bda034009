"""What HTTP servers make of the oddities that the listener has to refuse.

Plays `tests/peers/framing.py` and `tests/model/hostile_paths.py` against granian, uvicorn
and our listener, each with the same recording application in a process of its own, and
prints where they depart from what is right. Then measures what a plain request costs.

    python -m benchmarks.listener_probe framing
    python -m benchmarks.listener_probe paths
    python -m benchmarks.listener_probe speed [rounds]    # needs wrk, and two cores
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median

import uvicorn
import uvloop
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.server import Listener
from tests.model.hostile_paths import PATHS
from tests.peers.framing import CASES, Case, Seen, get
from tests.peers.wire import Outcome, Recorder, play

SERVERS = ("granian", "uvicorn", "listener")
# A server that has neither answered nor closed by then is waiting.
PATIENCE = 1.5
AT_A_TIME = 10
RECORD = "LISTENER_PROBE_RECORD"

CONNECTIONS = 32
SECONDS = 5
ROUNDS = 5


# The applications, in the servers' processes.


def _record(port: int, seen: Seen) -> None:
    line = [port, seen.method, seen.target.hex(), seen.body.hex()]
    with Path(os.environ[RECORD]).open("a") as record:
        record.write(json.dumps(line) + "\n")


recorder = Recorder(_record)


async def plain(
    scope: Scope,
    receive: ASGIReceiveCallable,  # noqa: ARG001 - ASGI's signature
    send: ASGISendCallable,
) -> None:
    """Answer as briefly as an application can."""
    if scope["type"] != "http":
        return
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/plain"),
                (b"content-length", b"203"),
                (b"x-request-id", b"01890a5d-ac96-774b-bcce-b302099a8057"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": b"x" * 203, "more_body": False})


APPLICATIONS = {"recorder": recorder, "plain": plain}


def serve(server: str, application: str, port: int) -> None:
    """Run one of our two servers; granian has a command of its own."""
    app = APPLICATIONS[application]
    if server == "uvicorn":
        uvicorn.run(
            app, host="127.0.0.1", port=port, log_level="critical", lifespan="off",
            access_log=False, server_header=False, proxy_headers=False, ws="none",
        )  # fmt: skip
    else:
        uvloop.run(_listen(app, port))


async def _listen(app: Recorder | None, port: int) -> None:
    # Limits on time as the tests have them; those on size are the defaults.
    limits = ListenerLimits(
        header_time=timedelta(seconds=0.5), body_idle=timedelta(seconds=0.5)
    )
    listener = Listener(app=app, host="127.0.0.1", port=port, limits=limits)
    await listener.start()
    await asyncio.Event().wait()


# The probe.


@contextmanager
def running(
    server: str, application: str, *, pin: Sequence[str] = ()
) -> Iterator[tuple[int, int, Path]]:
    """Start a server; yield its port, the process that serves, and the record."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile() as record:
        environment = {**os.environ, RECORD: record.name}
        command = [*pin, *_command(server, application, port)]
        process = subprocess.Popen(command, env=environment)
        try:
            _wait_for(port)
            yield port, _serving(process.pid), Path(record.name)
        finally:
            process.terminate()
            process.wait(10)


def _command(server: str, application: str, port: int) -> list[str]:
    if server != "granian":
        return [sys.executable, "-m", __spec__.name, "serve", server, application, str(port)]  # fmt: skip
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
        "--http", "1", "--loop", "uvloop", "--workers", "1", "--no-log",
        "--http1-header-read-timeout", "500", f"{__spec__.name}:{application}",
    ]  # fmt: skip


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"nothing listens on port {port}")


def _serving(pid: int) -> int:
    # granian serves from a child.
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


async def _play_all(port: int, cases: Sequence[Case]) -> list[Outcome]:
    turns = asyncio.Semaphore(AT_A_TIME)

    async def in_turn(case: Case) -> Outcome:
        async with turns:
            return await play(port, *case.steps, within=PATIENCE)

    return list(await asyncio.gather(*map(in_turn, cases)))


def _read(record: Path) -> dict[int, list[Seen]]:
    seen: dict[int, list[Seen]] = {}
    for line in record.read_text().splitlines():
        port, method, target, body = json.loads(line)
        seen.setdefault(port, []).append(
            Seen(method, bytes.fromhex(target), bytes.fromhex(body))
        )
    return seen


def _short(outcome: Outcome, seen: Sequence[Seen]) -> str:
    answers = "+".join(map(str, outcome.statuses)) or "no answer"
    if len(answers) > 12:
        answers = f"{len(outcome.statuses)} answers"
    end = "closed" if outcome.closed else "open"
    requests = f"app saw {len(seen)}" if seen else "app saw none"
    return f"{answers}, {end}, {requests}"


def _is_right(case: Case, outcome: Outcome, seen: Sequence[Seen]) -> bool:
    # How an error is worded is a matter of taste here; what the application sees, and
    # whether the connection is used again, are not.
    if tuple(seen) != case.seen or any(status == 500 for status in outcome.statuses):
        return False
    return case.open or outcome.closed


def _measure(server: str, cases: Sequence[Case]) -> list[tuple[bool, str]]:
    with running(server, "recorder") as (port, _, record):
        outcomes = asyncio.run(_play_all(port, cases))
        # The record is written before the answer, so it is complete.
        seen = _read(record)
    return [
        (
            _is_right(case, outcome, seen.get(outcome.port, [])),
            _short(outcome, seen.get(outcome.port, [])),
        )
        for case, outcome in zip(cases, outcomes, strict=True)
    ]


def _print(cases: Sequence[Case]) -> None:
    results = {server: _measure(server, cases) for server in SERVERS}
    print(f"| case | {' | '.join(SERVERS)} |\n|---|{'---|' * len(SERVERS)}")
    for number, case in enumerate(cases):
        row = [results[server][number] for server in SERVERS]
        if not all(right for right, _ in row):
            cells = [text if not right else "right" for right, text in row]
            print(f"| {case.name} | {' | '.join(cells)} |")
    for server in SERVERS:
        wrong = sum(not right for right, _ in results[server])
        print(f"\n{server}: {wrong} of {len(cases)} not as they should be")


def _path_cases() -> list[Case]:
    cases = []
    for path in PATHS:
        name = repr(path[:60])[2:-1].replace("|", "\\|")
        request = get(b"Connection: close", target=path)
        sent = path.removesuffix(b"?") if path.count(b"?") == 1 else path
        cases.append(Case(name, (request,), (Seen("GET", sent),), -1))
    return cases


def _print_paths() -> None:
    # A path is right if it is refused, or seen octet for octet.
    cases = _path_cases()
    for server in SERVERS:
        with running(server, "recorder") as (port, _, record):
            outcomes = asyncio.run(_play_all(port, cases))
            seen = _read(record)
        print(f"\n{server}:")
        changed = failed = 0
        for case, outcome in zip(cases, outcomes, strict=True):
            targets = seen.get(outcome.port, [])
            if outcome.final >= 500 or not outcome.statuses:
                failed += 1
                print(f"  {case.name} -> {_short(outcome, targets)}")
            elif targets and tuple(targets) != case.seen:
                changed += 1
                print(f"  {case.name} -> {targets[0].target[:60]!r}")
        print(f"  {changed} changed, {failed} failed, of {len(cases)}")


# Speed.


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _load(port: int) -> int:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s",
               f"http://127.0.0.1:{port}/orders/17?page=2"]  # fmt: skip
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = report.split()
    return int(words[words.index("requests") - 1])


def _speed(rounds: int) -> None:
    costs: dict[str, list[float]] = {server: [] for server in SERVERS}
    for _ in range(rounds):
        for server in SERVERS:
            with running(server, "plain", pin=["taskset", "-c", "0"]) as (port, pid, _):
                before = _cpu_seconds(pid)
                requests = _load(port)
                costs[server].append((_cpu_seconds(pid) - before) / requests * 1e6)
    reference = median(costs["uvicorn"])
    print("| server | CPU us a request | of uvicorn's |\n|---|---|---|")
    for server in SERVERS:
        cost = median(costs[server])
        print(f"| {server} | {cost:.1f} | {cost / reference:.2f} |")


def main() -> None:
    """Run the part that is named."""
    match sys.argv[1:]:
        case ["serve", server, application, port]:
            serve(server, application, int(port))
            return
        case ["framing"]:
            _print(CASES)
        case ["paths"]:
            _print_paths()
        case ["speed", *rounds]:
            _speed(int(rounds[0]) if rounds else ROUNDS)
        case _:
            raise SystemExit(__doc__)
    for name in ("granian", "uvicorn", "httptools", "uvloop"):
        print(f"{name} {version(name)}", end="; ")
    print(f"Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
