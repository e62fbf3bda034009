"""Values as CEL writes them."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.policy.nearest.wording import literal, one_of
from tests.policy.files import NOON


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ("it's", '"it\'s"'),
        (5, "5"),
        (1.5, "1.5"),
        ((), "[]"),
        (("a", True), "['a', true]"),
        ({"a": [None]}, "{'a': [null]}"),
        (NOON, "2026-05-04T12:00:00+00:00"),
        (timedelta(minutes=15), "900s"),
    ],
)
def test_a_value_is_written_as_an_author_would(value: Any, text: str) -> None:
    """In the language of the policy, not in Python's."""
    assert literal(value) == text


def test_what_is_long_is_cut() -> None:
    """A sentence is for people."""
    assert len(literal("x" * 10_000)) < 250
    assert literal(range(3)) == "'<range>'"


def test_one_of_several_is_said() -> None:
    """One alone is itself."""
    assert one_of(["a"]) == "'a'"
    assert one_of(("a", "b")) == "one of 'a', 'b'"
