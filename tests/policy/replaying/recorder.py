"""Records as the gateway writes them, and replayers for them."""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from gateway.cel.paths import parse_path
from gateway.config.settings.log import Sample
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, StepTimes
from gateway.model.route import Route
from gateway.policy.engine import Engine
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector
from gateway.policy.replaying.answers import Answer
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.record import Record, parse_record
from gateway.policy.replaying.replayer import Replayer
from gateway.policy.replaying.routing import Routing
from gateway.telemetry.counters import Counters
from gateway.telemetry.decisions import DecisionLog, Timing
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms, value_hasher
from gateway.telemetry.request_id import RequestIds
from gateway.upstream.overlaps import share_requests
from tests.policy.files import ROUTES, engine

SECRET = b"a secret of this installation alone"
HASHER = value_hasher(SECRET)


class _Kept:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def put(self, line: str) -> None:
        self.lines.append(line)


def line_of(
    access: AccessRequest,
    judge: Engine,
    *,
    hashed: Sequence[str] = (),
    dropped: Sequence[str] = (),
    decision: Decision | None = None,
) -> bytes:
    """The line of a decision, as the gateway writes it."""
    kept = _Kept()
    log = DecisionLog(
        writer=cast("LineWriter", kept),
        pseudonyms=Pseudonyms(secret=SECRET),
        ids=RequestIds(),
        counters=Counters(),
        sample=Sample(),
    )
    choices = Choices(
        hashed=tuple(map(parse_path, hashed)), dropped=tuple(map(parse_path, dropped))
    )
    log.record(
        judge.decide(access) if decision is None else decision,
        access,
        source=Collector(engine=judge, choices=choices, hasher=HASHER),
        timing=Timing(1, StepTimes()),
    )
    return kept.lines[0].encode()


def record_of(access: AccessRequest, judge: Engine, **choices: Any) -> Record:
    """The record of a decision."""
    record = parse_record(line_of(access, judge, **choices))
    assert record is not None
    return record


def edited(record: bytes, **changes: Any) -> bytes:
    """The line with other fields; `None` takes one out."""
    document = json.loads(record) | changes
    kept = {name: value for name, value in document.items() if value is not None}
    return json.dumps(kept).encode()


def replayer(
    judge: Engine,
    *,
    before: Sequence[Route] = ROUTES,
    after: Sequence[Route] = ROUTES,
    hasher: Callable[[bytes], str] = HASHER,
) -> Replayer:
    """What asks policies anew."""
    return Replayer(
        engine=judge,
        routing=Routing(before=before, after=after, share_requests=share_requests),
        hashing=Hashing(hasher),
    )


def replayed(
    access: AccessRequest, before: str, after: str | None = None, **choices: Any
) -> Answer:
    """What comes of a request that one policy decided, by another or by the same."""
    record = record_of(access, engine(before), **choices)
    return replayer(engine(before if after is None else after)).answer(record)
