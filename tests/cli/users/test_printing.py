"""People and groups as they are printed."""

import json
from dataclasses import replace

import pytest

from gateway.cli.options import Format
from gateway.cli.users.printing import print_user, user_as_json
from tests.storage.pool_rows import NOON, person


def test_times_are_told_with_their_zone() -> None:
    assert user_as_json(person(1))["signed_out_at"] is None
    told = user_as_json(replace(person(1), signed_out_at=NOON))
    assert told["signed_out_at"] == told["created_at"] == "2026-05-04T12:00:00+00:00"


def test_what_came_from_outside_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A name may hold anything that can be seen, and attributes more."""
    user = replace(person(1), attributes={"name": "\x1b[2J"})

    print_user(user, Format.TEXT, more={"groups": ["a", "b"]})
    shown = capsys.readouterr().out
    print_user(user, Format.JSON, said="ignored")

    assert "\x1b" not in shown
    assert "a, b" in shown
    assert json.loads(capsys.readouterr().out)["username"] == "user1"
