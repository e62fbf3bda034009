"""Lost lines are told."""

import json
from datetime import UTC, datetime, timedelta

from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.losses import Losses
from tests.telemetry.fakes import MemorySink

NEVER = timedelta(hours=1)


def test_what_is_lost_is_told_once_and_counted_for_good() -> None:
    """A warning for each time that more was lost, with the sum."""
    program = MemorySink()
    own = LineWriter(sink=program, flush_every=NEVER)
    lossy = LineWriter(sink=MemorySink(), max_lines=1, flush_every=NEVER)
    logger = build_logger(
        writer=own, level="info", clock=lambda: datetime(2026, 5, 4, tzinfo=UTC)
    )
    losses = Losses(writers={"program": own, "decisions": lossy}, logger=logger)

    losses.tell()
    for _ in range(3):
        lossy.put("line")
    losses.tell()
    losses.tell()
    lossy.put("line")
    losses.tell()
    own.close()
    lossy.close()

    told = [json.loads(line) for line in program.data.splitlines()]
    assert [(each["log"], each["lines"], each["since_start"]) for each in told] == [
        ("decisions", 2, 2),
        ("decisions", 1, 3),
    ]
    assert {each["level"] for each in told} == {"warning"}
    assert losses.totals() == {
        "log_lines_dropped.program": 0,
        "log_lines_dropped.decisions": 3,
    }
