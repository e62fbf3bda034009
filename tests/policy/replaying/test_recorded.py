"""Variables that hold what was recorded."""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gateway.cel.values import kind_of
from gateway.policy.replaying.errors import NotRecordedError
from gateway.policy.replaying.recorded import Notes, RecordedFields, RecordedMap


def missing(ask: Callable[[], Any]) -> tuple[str, ...]:
    """The path of what is said to be missing."""
    with pytest.raises(NotRecordedError) as caught:
        ask()
    return caught.value.path


def test_a_map_knows_what_was_recorded() -> None:
    """What was there, what was not there, and what nobody recorded."""
    notes: Notes = set()
    entries = RecordedMap(("claims", "a"), notes, {"b": 1})
    entries.absent = {"c"}

    assert entries["b"] == 1
    assert "b" in entries
    assert "c" not in entries
    with pytest.raises(KeyError):
        entries["c"]
    assert not notes
    assert missing(lambda: entries["d"]) == ("claims", "a", "d")
    assert missing(lambda: "e" in entries) == ("claims", "a", "e")
    assert notes == {("claims", "a", "d"), ("claims", "a", "e")}


def test_a_map_that_may_hold_more_is_not_gone_through() -> None:
    """Nor counted, nor compared."""
    notes: Notes = set()
    entries = RecordedMap(("claims",), notes, {"b": 1})

    for ask in (list, len, partial(operator.eq, {"b": 1}), dict):
        assert missing(partial(ask, entries)) == ("claims",)
    assert notes == {("claims",)}


def test_a_map_that_was_recorded_as_a_whole_is_one() -> None:
    """What is not in it was not there."""
    notes: Notes = set()
    entries = RecordedMap(("claims",), notes, {"b": 1}, is_open=False)

    assert entries == {"b": 1}
    assert "c" not in entries
    assert kind_of(entries) == "map"
    assert not notes


def test_what_was_dropped_from_a_map_is_missing() -> None:
    """And nothing else is, as long as nobody goes through it."""
    notes: Notes = set()
    entries = RecordedMap(("claims",), notes, {"b": 1, "c": 2}, is_open=False)
    entries.unsure = {"c"}

    entries.forget("c")

    assert "d" not in entries
    assert missing(lambda: entries["c"]) == ("claims", "c")
    assert missing(lambda: len(entries)) == ("claims",)
    assert not entries.unsure


def test_reading_a_hash_is_noted() -> None:
    """More may be asked of it than it can tell."""
    notes: Notes = set()
    entries = RecordedMap(("claims",), notes, {"a": 1, "b": object()}, is_open=False)
    entries.unsure = {"b"}

    assert entries["a"] == 1
    assert not notes
    entries["b"]
    assert notes == {("claims", "b")}
    notes.clear()
    assert list(entries) == ["a", "b"]
    assert notes == {("claims", "b")}


def test_a_record_has_the_fields_that_were_recorded() -> None:
    """The others are missing, and hashes are noted each time."""
    notes: Notes = set()
    fields = RecordedMap(("identity",), notes, {"name": "ana", "email": object()})
    fields.unsure = {"email"}
    identity = RecordedFields(fields)

    assert identity.name == "ana"
    assert not notes
    for _ in range(2):
        notes.clear()
        assert identity.email is fields.known["email"]
        assert notes == {("identity", "email")}
    assert missing(lambda: identity.phone) == ("identity", "phone")
    assert kind_of(identity) == "record"
