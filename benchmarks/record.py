"""What a decision's line in the log costs, beside the decision itself.

    python benchmarks/record.py [--profile]

The demo's policies, one request of a customer who reads her own order: nine values are read
for it. All rows take turns, and the best of many short rounds counts, so that what else the
machine does matters little; compare the ratios.
"""

import cProfile
import pstats
import sys
import timeit
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from gateway.app.loading import load
from gateway.config.settings.log import Sample
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.decision import Decision, StepTimes
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import parse_target
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector
from gateway.telemetry.counters import Counters
from gateway.telemetry.decisions import DecisionLog, Evidence, EvidenceSource, Timing
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms, value_hasher
from gateway.telemetry.request_id import RequestIds

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = b"k" * 32
ROUNDS = 400
CALLS = 40

ANA = Identity(
    id="us-east-1:11111111-2222-3333-4444-555555555555",
    kind=IdentityKind.AUTHENTICATED,
    authenticated=True,
    provider="demo",
    provider_kind="oidc",
    subject="ana",
    name="Ana Lima",
    email="ana@example.com",
    email_verified=True,
    groups=("customers", "berlin"),
)
HERS = AccessRequest(
    subject=Subject(ANA),
    request=RequestView(
        id="r" * 32,
        method="GET",
        scheme="https",
        host="127.0.0.1",
        target=parse_target(b"/v1/orders/ana-77"),
        raw_headers=[(b"accept", b"*/*")],
        ip="127.0.0.1",
        time=NOW,
    ),
    route=RouteView(
        "orders-read", "orders", {"order_id": "ana-77"}, ("pii",), "http://orders.demo"
    ),
    now=NOW,
)


class Latest:
    """Takes the place of the queue."""

    line = ""

    def put(self, line: str) -> None:
        """Keep a line."""
        self.line = line


class Nothing:
    """Collects nothing: the line as it was before it held what was read."""

    revision = ""
    hash_key = ""
    _evidence = Evidence()

    def collect(self, _access: AccessRequest, _decision: Decision) -> Evidence:
        """Return what says nothing."""
        return self._evidence


def main() -> None:
    """Print the table."""
    engine = load(ROOT / "config.toml").engine
    hasher = value_hasher(SECRET)
    latest = Latest()
    log = DecisionLog(
        writer=cast("LineWriter", latest),
        pseudonyms=Pseudonyms(secret=SECRET),
        ids=RequestIds(),
        counters=Counters(),
        sample=Sample(),
    )
    steps = StepTimes()
    decision = engine.decide(HERS, steps=steps)
    plain = Collector(engine=engine, choices=Choices(), hasher=hasher)
    hashed = Choices(hashed=(("identity",), ("request",)))
    hashing = Collector(engine=engine, choices=hashed, hasher=hasher)

    def record(source: EvidenceSource, access: AccessRequest = HERS) -> None:
        timing = Timing(10, steps)
        log.record(decision, access, source=source, timing=timing, token_id="t" * 22)

    def of_somebody_new(source: EvidenceSource) -> None:
        record(source, replace(HERS, subject=Subject(ANA)))

    nothing = Nothing()
    rows: dict[str, Callable[[], object]] = {
        "the decision": lambda: engine.decide(HERS, steps=steps),
        "a line without what was read": lambda: record(nothing),
        "a line": lambda: record(plain),
        "a line, of somebody new": lambda: of_somebody_new(plain),
        "a line, hashed": lambda: record(hashing),
        "a line, hashed, of somebody new": lambda: of_somebody_new(hashing),
    }
    best = dict.fromkeys(rows, float("inf"))
    for _ in range(ROUNDS):
        for name, run in rows.items():
            seconds = timeit.timeit(run, number=CALLS) / CALLS
            best[name] = min(best[name], seconds)
    for name, seconds in best.items():
        ratio = seconds / best["the decision"]
        print(f"{name:<34}{seconds * 1e6:7.2f} µs   {ratio:.2f} of the decision")
    record(plain)
    print(f"{len(latest.line)} bytes")
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(lambda: [record(plain) for _ in range(20_000)])
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)


if __name__ == "__main__":
    main()
