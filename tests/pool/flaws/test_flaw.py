"""What is wrong is told by its place, all at once."""

from datetime import timedelta

import pytest

from gateway.pool.errors import InvalidParameterError
from gateway.pool.flaws.flaw import Flaw, few, refuse, text, within

PATH = ("name",)


def told(flaws: object) -> list[str]:
    return [str(flaw) for flaw in flaws]  # type: ignore[attr-defined]  # any iterator


def test_all_flaws_are_told_together() -> None:
    """Who repairs something wants the whole list."""
    with pytest.raises(InvalidParameterError) as caught:
        refuse([Flaw(("a", 1), "is odd"), Flaw((), "is nothing")])

    assert caught.value.detail == "a.1: is odd; is nothing"
    refuse([])


def test_a_text_has_its_length_and_can_be_seen() -> None:
    for good in ("a", "ab", "ü☃"):
        assert told(text(PATH, good, most=2)) == []
    for bad in ("", "abc", "a\n", "\0", "\ud800"):
        assert len(told(text(PATH, bad, most=2))) == 1
    assert told(text(PATH, "", least=0, most=2)) == []


def test_a_bound_is_said_in_its_own_unit() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)

    assert told(within(PATH, 3, least=1, most=3)) == []
    assert told(within(PATH, 0, least=1, most=3)) == ["name: has to be from 1 to 3"]
    assert told(within(PATH, 2 * day, least=hour, most=day)) == [
        "name: has to be from 1 hours to 1 days"
    ]
    second = timedelta(seconds=1)
    assert told(within(PATH, -second, least=0 * second, most=61 * second)) == [
        "name: has to be from 0 seconds to 61 seconds"
    ]


def test_entries_are_few_and_different() -> None:
    assert told(few(PATH, ("a", "b"), most=2)) == []
    assert told(few(PATH, ("a", "b", "c"), most=2)) == [
        "name: has to have at most 2 entries"
    ]
    assert told(few(PATH, ("a", "a"), most=2)) == ["name: has an entry twice"]
    assert told(few(PATH, {"a": 1}, most=1)) == []
    assert told(few(PATH, frozenset("ab"), most=1)) != []
