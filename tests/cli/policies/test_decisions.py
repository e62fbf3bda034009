"""`gateway decisions`."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.policies.decisions import watch
from gateway.policy.recording.search import Wanted
from gateway.telemetry.sinks import set_aside
from gateway.telemetry.trail import Follower
from tests.cli.desk import Desk


def record(number: int, **fields: Any) -> str:
    usual = {
        "kind": "decision",
        "time": f"2026-05-04T12:00:0{number}.000000Z",
        "decision_id": f"d{number}",
        "request_id": f"r{number}",
        "route": "orders",
        "method": "GET",
        "identity_kind": "guest",
        "anonymous": True,
        "effect": "deny",
        "rule": "",
        "reason": "no_allow",
    }
    return json.dumps(usual | fields) + "\n"


@pytest.fixture
def log(desk: Desk) -> Path:
    """Four decisions, of which two were set aside."""
    desk.change(
        "config.toml", '[log.decisions]\nsink = "none"',
        '[log.decisions]\nsink = "file:state/decisions.jsonl"',
    )  # fmt: skip
    path = desk.write(
        "state/decisions.jsonl",
        '{"kind":"access"}\n'
        + record(3, effect="allow", rule="orders/own", reason="allowed")
        + record(4, reason="policy_error"),
    )
    set_aside(path, 1).write_text(record(1) + record(2, route="feed"))
    return path


def ids(text: str) -> list[str]:
    return [line.split()[-1] for line in text.splitlines()]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["d1", "d2", "d3", "d4"]),
        (("--lines", "2"), ["d3", "d4"]),
        (("-n", "0"), []),
        (("--effect", "allow"), ["d3"]),
        (("--effect", "error"), ["d4"]),
        (("--effect", "deny", "-n", "2"), ["d2", "d4"]),
        (("--route", "feed"), ["d2"]),
        (("--rule", "orders/own"), ["d3"]),
        (("--rule", "own", "--route", "feed"), []),
    ],
)
def test_the_last_decisions_are_shown(
    desk: Desk, options: tuple[str, ...], found: list[str]
) -> None:
    """The oldest of them first; lines of other logs are none."""
    result = desk.run("decisions", "tail", "--no-follow", *options)

    assert result.exit_code == 0
    assert ids(result.stdout) == found


@pytest.mark.usefixtures("log")
def test_records_are_shown_as_they_stand_there(desk: Desk) -> None:
    """One line of JSON for each."""
    result = desk.run("decisions", "tail", "--no-follow", "-n", "1", "-f", "json")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        json.loads(record(4, reason="policy_error"))
    ]


def test_new_decisions_are_shown_as_they_come(tmp_path: Path) -> None:
    """Also when the file is rotated in between; what is not wanted is not shown."""
    log = tmp_path / "log"
    log.write_text(record(1))
    told: list[Any] = []
    steps = iter(("write", "rotate", "stop"))

    def sleep(_: float) -> None:
        step = next(steps)
        if step == "stop":
            raise KeyboardInterrupt
        with log.open("a") as file:
            file.write(record(2) + record(3, route="feed") + "no record\n")
        if step == "rotate":
            log.rename(set_aside(log, 1))
            log.write_text(record(4))

    with Follower(log) as follower, pytest.raises(KeyboardInterrupt):
        watch(
            follower,
            Wanted(route="orders").matches,
            lambda found: told.append(found["decision_id"]),
            sleep=sleep,
        )

    assert told == ["d2", "d2", "d4"]


@pytest.mark.usefixtures("log")
def test_it_goes_on_until_it_is_interrupted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is no failure."""

    def wait(_seconds: float) -> None:
        # What a signal comes to, unless the tests run where signals are ignored.
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.cli.policies.decisions.time.sleep", wait)
    result = desk.run("decisions", "tail")

    assert result.exit_code == 0


def test_a_log_may_be_named(desk: Desk, tmp_path: Path) -> None:
    """A copy, without the configuration that it was written by."""
    copy = tmp_path / "copy.jsonl"
    copy.write_text(record(8))

    result = desk.run("decisions", "tail", "--no-follow", "--log", str(copy))

    assert ids(result.stdout) == ["d8"]


@pytest.mark.parametrize("verb", [("tail", "--no-follow"), ("show", "d1")])
def test_a_configuration_without_a_file_needs_one(
    desk: Desk, verb: tuple[str, ...]
) -> None:
    """What went to the standard output, nobody here has."""
    result = desk.run("decisions", *verb)

    assert result.exit_code == 2
    assert "--log" in result.stderr
    result = desk.run("decisions", *verb, "--log", "/nowhere/log")
    assert result.exit_code == 2
    assert "/nowhere" in result.stderr


@pytest.mark.usefixtures("log")
def test_a_decision_is_shown_with_what_was_recorded(desk: Desk) -> None:
    """By its id or by that of the request; also if its file was set aside."""
    by_id = desk.run("decisions", "show", "d2")
    by_request = desk.run("decisions", "show", "r2")

    assert by_id.exit_code == 0
    assert by_id.stdout == by_request.stdout
    assert "decision  d2\n" in by_id.stdout
    assert "route     feed, GET\n" in by_id.stdout
    assert desk.json("decisions", "show", "d2")["route"] == "feed"


@pytest.mark.usefixtures("log")
def test_a_decision_that_is_not_there_is_a_failure(desk: Desk) -> None:
    """It may be older than what is kept, or not of the sample."""
    result = desk.run("decisions", "show", "d9")

    assert result.exit_code == 1
    assert "no decision d9" in result.stderr
    assert not result.stdout


def test_what_stands_in_the_log_steers_no_terminal(desk: Desk, log: Path) -> None:
    """A caller chooses the method."""
    log.write_text(record(1, method="\x1b[2J"))

    result = desk.run("decisions", "tail", "--no-follow")

    assert "\x1b" not in result.stdout
