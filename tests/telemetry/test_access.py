"""The access log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
ANA = "us-east-1:11111111-2222-3333-4444-555555555555"
NAMES = Pseudonyms(secret=b"k" * 32)


def written(**fields: Any) -> dict[str, Any]:
    """Return the line of one request, read back."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=timedelta(hours=1))
    log = AccessLog(writer=writer, pseudonyms=NAMES)
    request: dict[str, Any] = {
        "at": NOON,
        "request_id": "0" * 32,
        "method": "GET",
        "host": "api.example.com",
        "path": "/v1/orders/u1-77",
        "status": 200,
        "seconds": 0.0012345,
    }
    log.write(**(request | fields))
    writer.close()
    (line,) = sink.data.splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line_tells_the_whole_request() -> None:
    """The form is a contract with whoever reads the logs."""
    line = written(
        route="orders-read",
        bytes_in=12,
        bytes_out=203,
        identity_id=ANA,
        decision="allowed",
        upstream_seconds=0.0009,
    )

    assert line == {
        "kind": "access",
        "time": "2026-05-04T12:00:00.000Z",
        "request_id": "0" * 32,
        "method": "GET",
        "host": "api.example.com",
        "path": "/v1/orders/u1-77",
        "route": "orders-read",
        "status": 200,
        "bytes_in": 12,
        "bytes_out": 203,
        "ms": pytest.approx(1.234, abs=0.001),
        "identity": NAMES.of(ANA),
        "decision": "allowed",
        "upstream_ms": 0.9,
        "error": "",
    }


def test_a_request_that_failed_early_has_a_line_too() -> None:
    """What was not reached is empty, and never missing."""
    line = written(status=400, error="malformed_target")

    assert line["route"] == line["identity"] == line["decision"] == ""
    assert line["upstream_ms"] is None
    assert line["error"] == "malformed_target"


@given(host=st.text(max_size=40), path=st.text(max_size=40), method=st.text(max_size=9))
def test_what_a_caller_writes_cannot_break_out_of_its_field(
    host: str, path: str, method: str
) -> None:
    """A line feed or a quotation mark would forge lines and fields."""
    line = written(host=host, path=path, method=method)

    assert (line["host"], line["path"], line["method"]) == (host, path, method)


def test_a_long_path_is_cut() -> None:
    """A refused request may be as long as the server allows."""
    assert written(path="/" + "a" * 100_000)["path"] == "/" + "a" * 1023


def test_without_a_sink_nothing_is_written() -> None:
    """`sink = "none"`."""
    log = AccessLog(writer=None, pseudonyms=NAMES)

    log.write(
        at=NOON,
        request_id="",
        method="GET",
        host="",
        path="/",
        status=200,
        seconds=0.1,
    )
