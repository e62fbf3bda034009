"""One line of the decision log, whoever wrote it."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.identity import IdentityKind
from gateway.policy.recording.values import name_of_key
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.record import (
    MAX_LINE,
    MAX_NAME,
    Outcome,
    Record,
    parse_record,
)
from tests.policy.files import ALLOW_ALL, access, engine
from tests.policy.replaying.recorder import HASHER, edited, line_of

LINE = line_of(access(), engine(ALLOW_ALL))


def test_a_line_of_the_gateway_is_a_record() -> None:
    """With everything that replay needs."""
    judge = engine(ALLOW_ALL)
    document = json.loads(LINE)

    assert parse_record(LINE + b"\n") == Record(
        at=datetime(2026, 5, 4, 12, tzinfo=UTC),
        decision_id=document["decision_id"],
        request_id="request-1",
        digest=judge.digest,
        hash_key=name_of_key(HASHER),
        route="orders-read",
        method="GET",
        kind=IdentityKind.AUTHENTICATED,
        provider="corp",
        outcome=Outcome(allowed=True, rule="orders/all", reason="allowed"),
        reads={},
        absent=[],
        dropped=[],
        hashes=False,
    )


def test_more_than_is_known_does_not_matter() -> None:
    """A later version may say more."""
    assert parse_record(edited(LINE, news=1)) == parse_record(LINE)


@pytest.mark.parametrize("text", ['{"$hash":"00"}', '{"\\u0024hash":"00"}'])
def test_hashes_are_seen_however_they_are_written(text: str) -> None:
    """What is not seen to be a hash would be taken for a value."""
    line = LINE.replace(b'"reads":{}', b'"reads":{"claims.a":%s}' % text.encode())

    record = parse_record(line)

    assert record is not None
    assert record.hashes


@pytest.mark.parametrize("line", [b"\n", b" \r\n", b'{"kind":"access","us":1}'])
def test_lines_of_other_logs_are_no_records(line: bytes) -> None:
    """All logs may go to one stream."""
    assert parse_record(line) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "no JSON"),
        (LINE[:-1], "no JSON"),
        (LINE[:50], "no JSON"),
        (LINE + LINE, "no JSON"),
        (b"Traceback (most recent call last):", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"kind":"decision","us":NaN}', "no JSON"),
        (b'{"a":' + b"1" * 5000 + b"}", "no JSON"),
        (b"[]", "no line of a log"),
        (b"7", "no line of a log"),
        (b"{}", "no line of a log"),
        (b'{"kind":1}', "no line of a log"),
        (b'"' + b"x" * MAX_LINE + b'"', "longer than"),
    ],
)
def test_what_is_no_line_of_the_gateway_is_told(line: bytes, reason: str) -> None:
    """Torn by a crash, or written by another program."""
    with pytest.raises(MalformedRecordError, match=reason):
        parse_record(line)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": None}, "`schema` is not 1"),
        ({"schema": 2}, "`schema` is not 1"),
        ({"schema": True}, "`schema` is not 1"),
        ({"reads": None}, "`reads` is missing"),
        ({"claims": None}, "`claims` is missing"),
        ({"reads": []}, "`reads` is not of its type"),
        ({"rule": 1}, "`rule` is not of its type"),
        ({"time": 1}, "`time` is not of its type"),
        ({"decision_id": "x" * (MAX_NAME + 1)}, "a name is longer"),
        ({"rule": "x" * (MAX_NAME + 1)}, "a name is longer"),
        ({"roles": [1]}, "holds no text"),
        ({"absent": [None]}, "holds no text"),
        ({"dropped": [["now"]]}, "holds no text"),
        ({"effect": "maybe"}, "none that there is"),
        ({"identity_kind": "any"}, "none that there is"),
        ({"time": "2026-05-04T12:00:00Z"}, "`time` is no time"),
        ({"time": "2026-05-04T12:00:00.000Z"}, "`time` is no time"),
        ({"time": "2026-05-04T12:00:00.000000z"}, "`time` is no time"),
        ({"time": "2026-05-04T25:00:00.000000Z"}, "`time` is no time"),
        ({"time": "2026-05-04T12:00:00,000000Z"}, "`time` is no time"),
    ],
)
def test_a_record_has_all_its_parts(changes: dict[str, Any], reason: str) -> None:
    """Told by the name of the part, without what stands there."""
    with pytest.raises(MalformedRecordError, match=reason):
        parse_record(edited(LINE, **changes))


CUTS = st.tuples(st.integers(0, len(LINE)), st.integers(0, 3), st.binary(max_size=3))


def cut(place: tuple[int, int, bytes]) -> bytes:
    """The line with something else in one place."""
    start, length, other = place
    return LINE[:start] + other + LINE[start + length :]


@given(st.one_of(st.binary(max_size=200), CUTS.map(cut)))
def test_whatever_stands_there_only_the_declared_error_comes_out(line: bytes) -> None:
    """Also if it is nearly a record."""
    with suppress(MalformedRecordError):
        parse_record(line)
