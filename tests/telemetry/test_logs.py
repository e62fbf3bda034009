"""The program's own messages."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import (
    Logger,
    _Forwarder,
    build_logger,
    forward_standard_logging,
)
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl"


class Log:
    """A logger, and what it wrote."""

    def __init__(self, level: str = "info") -> None:
        self._sink = MemorySink()
        self._writer = LineWriter(sink=self._sink, flush_every=timedelta(hours=1))
        self.logger: Logger = build_logger(
            writer=self._writer, level=level, clock=lambda: NOON
        )

    def lines(self) -> list[dict[str, Any]]:
        self._writer.flush()
        return [json.loads(line) for line in self._sink.data.splitlines()]


def fail(password: str) -> None:
    raise ValueError(f"cannot read {JWT}") from OSError(password)


@pytest.fixture
def forwarded() -> Iterator[Log]:
    log = Log()
    undo = forward_standard_logging(log.logger, level="info")
    yield log
    undo()


def test_a_message_is_one_json_line() -> None:
    """What it is, when, how severe, and the facts."""
    log = Log()

    log.logger.info("policies reloaded", digest="abc", rules=12)

    assert log.lines() == [
        {
            "kind": "log",
            "time": "2026-05-04T12:00:00.000Z",
            "level": "info",
            "event": "policies reloaded",
            "digest": "abc",
            "rules": 12,
        }
    ]


@pytest.mark.parametrize(
    ("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)]
)
def test_what_is_below_the_level_is_not_written(level: str, count: int) -> None:
    """`log.level`."""
    log = Log(level)

    log.logger.debug("a")
    log.logger.info("b")
    log.logger.warning("c")
    log.logger.error("d")

    assert [line["event"] for line in log.lines()] == ["a", "b", "c", "d"][-count:]


def test_an_unknown_level_is_an_error() -> None:
    """Not silently "info"."""
    with pytest.raises(ValueError, match="loud"):
        Log("loud")


def test_a_field_cannot_pose_as_another_line() -> None:
    """`time` and `level` are the logger's own."""
    log = Log()

    log.logger.info("one\ntwo", kind="access", note='"}\n{')
    (line,) = log.lines()

    assert line["kind"] == "log"
    assert line["event"] == "one\ntwo"
    assert line["note"] == '"}\n{'


def test_an_exception_is_told_without_its_variables() -> None:
    """Type, message and places; no local variable, no token in the message."""
    log = Log()
    with pytest.raises(ValueError, match="cannot") as caught:
        fail("hunter2-hunter2")
    log.logger.error("failed", exc_info=caught.value)
    try:
        fail("hunter2-hunter2")
    except ValueError:
        log.logger.exception("failed")

    first, second = log.lines()
    assert first.pop("frames")[-1] == second.pop("frames")[-1]
    assert first == second
    assert first["exception"] == "ValueError"
    assert first["exception_text"] == "cannot read [redacted]"
    assert "hunter2" not in json.dumps(first)


def test_an_exception_is_told_with_its_place() -> None:
    """The innermost frame last."""
    log = Log()
    with pytest.raises(ValueError, match="cannot") as caught:
        fail("hunter2-hunter2")

    log.logger.error("failed", exc_info=caught.value)

    assert re.search(r"test_logs\.py:\d+ fail$", log.lines()[0]["frames"][-1])


def test_exc_info_without_an_exception_says_nothing() -> None:
    """As with the standard library."""
    log = Log()

    log.logger.error("failed", exc_info=None)

    assert "exception" not in log.lines()[0]


def test_a_number_that_json_cannot_write_does_not_cost_the_line() -> None:
    """NaN would make the line unreadable for strict parsers."""
    log = Log()

    log.logger.info("measured", ratio=float("nan"))

    assert log.lines()[0]["ratio"] == "nan"


def test_libraries_log_the_same_way(forwarded: Log) -> None:
    """One form for all, with the library's name."""
    library = logging.getLogger("some.library")
    library.debug("not wanted")
    library.info("pool of %s", 3)
    library.warning("slow")
    library.critical("gone")

    assert [
        (line["level"], line["event"], line["logger"]) for line in forwarded.lines()
    ] == [
        ("info", "pool of 3", "some.library"),
        ("warning", "slow", "some.library"),
        ("error", "gone", "some.library"),
    ]


def test_a_librarys_secrets_are_blacked_out_too(forwarded: Log) -> None:
    """Exceptions included."""
    try:
        fail("hunter2-hunter2")
    except ValueError:
        logging.getLogger("some.library").exception("token %s", JWT)

    (line,) = forwarded.lines()
    assert line["exception"] == "ValueError"
    assert JWT not in json.dumps(line)


def test_a_message_whose_arguments_do_not_fit_is_written_as_it_is() -> None:
    """The fault is the library's; the line is still worth having."""
    log = Log()
    record = logging.LogRecord(
        "some.library", logging.WARNING, "x.py", 1, "%d of %d", ("one",), None
    )

    _Forwarder(log.logger).emit(record)

    assert log.lines()[0]["event"] == "%d of %d"


def test_requests_of_our_own_client_are_not_reported(forwarded: Log) -> None:
    """Its lines hold URLs."""
    logging.getLogger("httpx").info("HTTP Request: GET https://idp.example")

    assert forwarded.lines() == []


def test_debug_of_libraries_is_forwarded_on_demand() -> None:
    """`log.level = "debug"`."""
    log = Log("debug")
    undo = forward_standard_logging(log.logger, level="debug")
    try:
        logging.getLogger("some.library").debug("detail")
    finally:
        undo()

    assert log.lines()[0]["event"] == "detail"


def test_forwarding_can_be_undone() -> None:
    """Tests and tools share one process with the gateway."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("httpx").level)

    forward_standard_logging(Log().logger, level="debug")()

    after = (root.level, list(root.handlers), logging.getLogger("httpx").level)
    assert after == before
