"""How long `gateway replay` takes for a log of 100,000 decisions.

`.venv/bin/python benchmarks/replay.py [RECORDS]` writes two logs with the gateway's own log
writer, replays each with the command itself in a process of its own, and prints seconds of
the wall clock and CPU, microseconds of CPU a record, and what came out. The policies are those of
`policies/`, with a rule of 20 more terms in front of them.

As a measure of the machine, the table has what it takes to read the JSON of the same lines
and to decide the same requests, once each and with nothing else.

- repeated: 500 callers, each asking for one of 20 things again and again. Replay decides
  equal questions once.
- all different: no two records hold the same values, so that each is decided anew.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from gateway.app.loading import Loaded, load
from gateway.config.settings.log import Sample
from gateway.keys.seal import StoreKey
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.decision import StepTimes
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import parse_target
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector
from gateway.telemetry.counters import Counters
from gateway.telemetry.decisions import DecisionLog, Timing
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms, value_hasher
from gateway.telemetry.request_id import RequestIds

ROOT = Path(__file__).parents[1]
RECORDS = 100_000
CALLERS = 500
THINGS = 20
START = datetime(2026, 5, 4, 9, tzinfo=UTC)

# Reads a dozen values, and is never true.
TERMS = " || ".join(
    [
        *(f"identity.tenant == 'closed-{number}'" for number in range(6)),
        *(f"'blocked-{number}' in identity.groups" for number in range(6)),
        *(f"request.ip == '203.0.113.{number}'" for number in range(4)),
        "identity.name.startsWith('!')",
        "identity.auth_time > now + duration('1h')",
        "request.path.endsWith('.php')",
        "has_scope('blocked')",
    ]
)
MORE = f"""
[[rule]]
id     = "blocked"
effect = "deny"
routes = ["orders-*"]
for    = ["authenticated"]
when   = "{TERMS}"
"""


@dataclass
class Kept:
    """Takes lines where a queue would."""

    lines: list[str]

    def put(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)


def site(folder: Path) -> Path:
    """Make a configuration of the demo's files; return its `config.toml`."""
    for name in ("providers", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.toml", folder)
    policy = folder / "policies/orders.toml"
    marker = "# ---- claims to mint"
    before, found, after = policy.read_text().partition(marker)
    policy.write_text(before + MORE + found + after if found else before + MORE)
    return folder / "config.toml"


def questions(
    loaded: Loaded, records: int, *, different: bool
) -> Iterator[AccessRequest]:
    """Yield what is asked."""
    route = next(route for route in loaded.declared if route.id == "orders-read")
    for number in range(records):
        who = number if different else number % CALLERS
        thing = number if different else number % THINGS
        at = START + timedelta(milliseconds=number if different else 0)
        order = f"u{who}-{thing}"
        identity = Identity(
            id=f"local:{who}",
            kind=IdentityKind.AUTHENTICATED,
            authenticated=True,
            provider="demo",
            provider_kind="oidc",
            subject=f"u{who}" if number % 3 else "nobody",
            name=f"Caller {who}",
            email=f"caller{who}@example.com",
            email_verified=number % 7 != 0,
            groups=("staff", f"team-{who % 50}"),
            scopes=("orders",),
            tenant=f"tenant-{who % 40}",
            auth_time=START,
        )
        yield AccessRequest(
            subject=Subject(identity),
            request=RequestView(
                id=secrets.token_hex(16),
                method="GET",
                scheme="https",
                host=route.host,
                target=parse_target(f"/v1/orders/{order}".encode()),
                raw_headers=[],
                ip=f"192.0.2.{who % 250}",
                time=at,
            ),
            route=RouteView(
                route.id,
                route.upstream,
                {"order_id": order},
                route.tags,
                route.audience,
            ),
            now=at,
        )


def write_log(path: Path, loaded: Loaded, asked: Sequence[AccessRequest]) -> None:
    """Decide the requests, and write the log of it."""
    storage = loaded.configuration.settings.storage
    secret = StoreKey.parse(storage.encrypt_with.reveal()).secret
    kept = Kept([])
    log = DecisionLog(
        writer=cast("LineWriter", kept),
        pseudonyms=Pseudonyms(secret=secret),
        ids=RequestIds(),
        counters=Counters(),
        sample=Sample(),
    )
    source = Collector(
        engine=loaded.engine, choices=Choices(), hasher=value_hasher(secret)
    )
    for question in asked:
        # However busy the machine is, no decision is to be about time.
        decision = loaded.engine.decide(question, budget=60)
        log.record(decision, question, source=source, timing=Timing(0, StepTimes()))
    path.write_text("\n".join(kept.lines) + "\n")


def run(config: Path, log: Path) -> tuple[float, float, str]:
    """Return seconds, CPU seconds and the findings of the command."""
    code = "from gateway.cli.main import main; main()"
    command = [sys.executable, "-c", code, "replay", str(log), "-c", str(config)]
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [*command, "-f", "json"], capture_output=True, check=False, cwd=ROOT
    )
    wall, after = time.monotonic() - began, os.times()
    document = json.loads(done.stdout)
    found = f"{document['same']} same, {document['changed']} changed"
    return wall, sum(after[2:4]) - sum(before[2:4]), found


def measure(config: Path, log: Path, asked: Sequence[AccessRequest]) -> str:
    """Return a row: what the command took, and what it found."""
    records = len(asked)
    wall, cpu, found = run(config, log)
    lines = log.read_bytes().splitlines()
    first = log.with_name("first.jsonl")
    first.write_bytes(lines[0] + b"\n")
    start = run(config, first)[1]
    engine = load(config).engine
    began = time.thread_time()
    for line in lines:
        json.loads(line)
    read = time.thread_time() - began
    began = time.thread_time()
    for question in asked:
        engine.decide(question)
    decided = time.thread_time() - began
    times = (cpu, cpu - start, read, decided)
    figures = " | ".join(f"{each / records * 1e6:.0f}" for each in times)
    return f"{wall:.1f} | {cpu:.1f} | {figures} | {found}"


def main() -> None:
    """Print the table."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with tempfile.TemporaryDirectory() as folder:
        config = site(Path(folder))
        gateway = [sys.executable, "-c", "from gateway.cli.main import main; main()"]
        subprocess.run(
            [*gateway, "init", "-c", str(config)], check=True, capture_output=True
        )
        loaded = load(config)
        print(
            f"| {records:,} records | seconds | CPU seconds | CPU µs a record | "
            "without the start | JSON alone | deciding alone | |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for name, different in (("repeated", False), ("all different", True)):
            log = Path(folder) / "decisions.jsonl"
            asked = list(questions(loaded, records, different=different))
            write_log(log, loaded, asked)
            print(f"| {name} | {measure(config, log, asked)} |", flush=True)


if __name__ == "__main__":
    main()
