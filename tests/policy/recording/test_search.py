"""Finding decisions in their log."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.recording.search import (
    Effect,
    Wanted,
    decisions_backwards,
    find_line,
)
from gateway.telemetry.sinks import set_aside

ALLOWED = {"kind": "decision", "effect": "allow", "route": "a", "rule": "p/x"}
DENIED = {"kind": "decision", "effect": "deny", "route": "b", "reason": "no_allow"}
FAILED = {"kind": "decision", "effect": "deny", "route": "a", "reason": "policy_error"}
SLOW = FAILED | {"reason": "policy_timeout"}
WATCHED = DENIED | {
    "shadow": [
        {"rule": "p/x", "outcome": "true"},
        {"rule": "p/y", "outcome": "false"},
        {"rule": "p/z", "outcome": "error"},
        {"rule": "p/w", "outcome": "skipped"},
        {"outcome": "true"},
        "odd",
    ]
}
ALL = (ALLOWED, DENIED, FAILED, SLOW, WATCHED, {"rule": 7, "shadow": 8})


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ALL),
        (Wanted(Effect.ALLOW), (ALLOWED,)),
        (Wanted(Effect.DENY), (DENIED, FAILED, SLOW, WATCHED)),
        (Wanted(Effect.ERROR), (FAILED, SLOW)),
        (Wanted(route="a"), (ALLOWED, FAILED, SLOW)),
        (Wanted(Effect.DENY, route="a"), (FAILED, SLOW)),
        (Wanted(rule="p/x"), (ALLOWED, WATCHED)),
        (Wanted(rule="x"), (ALLOWED, WATCHED)),
        (Wanted(rule="y"), ()),
        (Wanted(rule="w"), ()),
        (Wanted(rule="p/z"), (WATCHED,)),
        (Wanted(rule="q/x"), ()),
    ],
)
def test_decisions_are_found_by_what_they_say(
    wanted: Wanted, found: tuple[dict[str, Any], ...]
) -> None:
    """All conditions together."""
    assert tuple(each for each in ALL if wanted.matches(each)) == found


def line(number: int, **fields: Any) -> str:
    record = {"kind": "decision", "decision_id": f"d{number}", **fields}
    return json.dumps(record) + "\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    set_aside(path, 1).write_text(line(1, request_id="r1") + line(2, request_id="r2"))
    path.write_text(
        '{"kind":"access","request_id":"r2"}\n'
        + line(3, request_id="r2")
        + line(4, request_id=5, reads={"claims.x": "d1"})
    )
    return path


def test_the_last_decision_comes_first(path: Path) -> None:
    """Through all files, and past the lines of other logs."""
    found = [record["decision_id"] for record in decisions_backwards(path)]

    assert found == ["d4", "d3", "d2", "d1"]


@pytest.mark.parametrize(
    ("name", "found"), [("d1", "d1"), ("r1", "d1"), ("r2", "d3"), ("d4", "d4")]
)
def test_a_decision_is_found_by_its_id_or_its_request(
    path: Path, name: str, found: str
) -> None:
    """A value that happens to be one is none."""
    raw = find_line(path, name)

    assert raw is not None
    assert json.loads(raw)["decision_id"] == found


@pytest.mark.parametrize("name", ["d9", "d", "access", "\udc80"])
def test_what_is_not_there_is_not_found(path: Path, name: str) -> None:
    """Nor is a part of an id."""
    assert find_line(path, name) is None
