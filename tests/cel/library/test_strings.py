"""Functions on strings; the language's own cases stand in `tests/conformance/cel`."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import UNKNOWN
from gateway.cel.library.operators import MAX_SIZE
from gateway.cel.library.strings import (
    MAX_PROGRAM,
    STRING_FUNCTIONS,
    STRING_METHODS,
    finds,
    pattern,
    program_size,
)
from gateway.cel.types import BOOL


def call(name: str, *values: Any) -> Any:
    (overload,) = (
        one for one in STRING_METHODS[name] if len(one.parameters) == len(values)
    )
    return overload.apply(*values)


def test_a_pattern_is_re2() -> None:
    """Nothing that could go back over the text."""
    assert pattern("a+$").search("caa")
    for wrong in ("(a)\\1", "(?=a)", "(", "\ud800"):
        with pytest.raises(ValueFault):
            pattern(wrong)


def test_a_pattern_has_a_size() -> None:
    """Of its text, and of what is made of it."""
    assert pattern("a" * 1_000)
    for large in ("a" * 1_001, "((a{100}){100}){100}"):
        with pytest.raises(ValueFault):
            pattern(large)


def test_a_program_has_a_size() -> None:
    """The last that passes and the first that does not."""
    assert program_size(pattern("(a?){500}b{1000}")) <= MAX_PROGRAM
    assert pattern("^\\pL[\\pL '-]*$")
    with pytest.raises(ValueFault, match="too large"):
        pattern("(a?){1000}b{1000}")


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("^(a+)+$", "a" * 4_096),
        ("(a?){500}b", "a" * 4_096),
        ("((a?){10}){40}b", "a" * 4_096),
        ("[ab]*a[ab]{200}c", "abbaabab" * 512),
        ("(?s).*a.{200}z", "abbaabab" * 512),
        ("(.{0,100}a){2}z", "abbaabab" * 512),
        (".{300}x", "aé\N{GRINNING FACE}" * 600),
    ],
)
def test_a_hostile_search_ends_in_time_or_is_refused(spelling: str, text: str) -> None:
    """A few milliseconds are what is meant; machines that run tests are busy."""
    find = finds(pattern(spelling))
    began = time.process_time()

    with suppress(ValueFault):
        assert not find(text + "!")
    for length in (64, 128, 256, 512, 1_024, 2_048):
        with suppress(ValueFault):
            find(text[:length])
    assert time.process_time() - began < 20


def test_a_string_is_searched_to_a_length() -> None:
    """In octets of UTF-8; shorter for a large pattern."""
    small, large = finds(pattern("b$")), finds(pattern("(a?){500}b"))

    assert small("a" * 4_095 + "b")
    assert small("é" * 2_047 + "ab")
    assert large("a" * 496 + "b")
    for find, text in (
        (small, "a" * 4_096 + "b"),
        (small, "é" * 2_048 + "b"),
        (small, "\ud800" * 1_366),
        (large, "a" * 497 + "b"),
    ):
        with pytest.raises(ValueFault, match="longer than"):
            find(text)


def test_a_pattern_that_comes_late_is_short() -> None:
    """It is compiled while others wait."""
    assert call("matches", "a" * 128, "a" * 128)
    for wrong in ("a" * 129, "\\pL{60}", "("):
        with pytest.raises(ValueFault):
            call("matches", "a", wrong)


def test_a_constant_pattern_is_compiled_once() -> None:
    """At load; one that is not known then, for each evaluation."""
    (overload,) = STRING_FUNCTIONS["matches"]
    assert overload.prepare is not None

    prepared = overload.prepare([UNKNOWN, "^a"], BOOL)
    late = overload.prepare([UNKNOWN, UNKNOWN], BOOL)

    assert prepared("ab", "ignored")
    assert not prepared("ba", "ignored")
    assert late("ab", "^a")
    with pytest.raises(ValueFault):
        overload.prepare([UNKNOWN, "("], BOOL)


@given(st.text(), st.text())
def test_parts_of_strings(text: str, part: str) -> None:
    """As Python finds them."""
    assert call("contains", text, part) == (part in text)
    assert call("startsWith", text, part) == (text[: len(part)] == part)
    assert call("endsWith", part + text, text)


@given(st.text())
def test_only_ascii_changes_its_case(text: str) -> None:
    """An `İ` that becomes two characters has fooled many a comparison."""
    assert len(call("lowerAscii", text)) == len(text)
    assert call("lowerAscii", call("upperAscii", text)) == call("lowerAscii", text)
    if text.isascii():
        assert call("upperAscii", text) == text.upper()


@given(st.text("ab,"), st.sampled_from([",", "ab", ",,"]), st.integers(-2, 4))
def test_splitting_and_joining(text: str, separator: str, limit: int) -> None:
    """What was split can be joined again; a limit is the number of parts."""
    parts = call("split", text, separator, limit)

    assert call("join", call("split", text, separator), separator) == text
    if limit != 0:
        assert call("join", parts, separator) == text
    if limit >= 0:
        assert len(parts) <= limit


def test_splitting_into_characters() -> None:
    """By the empty string."""
    assert call("split", "abc", "") == ["a", "b", "c"]
    assert call("split", "abc", "", 2) == ["a", "bc"]
    assert call("split", "abc", "", 3) == ["a", "b", "c"]
    assert call("split", "abc", "", 0) == []


def test_joining_needs_strings() -> None:
    """A list of claims may hold anything."""
    assert call("join", ["a", "b"]) == "ab"
    with pytest.raises(ValueFault):
        call("join", ["a", 1])


@pytest.mark.parametrize(
    ("start", "end", "value"), [(0, 3, "abc"), (3, 3, ""), (1, 2, "b"), (0, 0, "")]
)
def test_parts_by_position(start: int, end: int, value: str) -> None:
    """Within the string."""
    assert call("substring", "abc", start, end) == value
    assert call("substring", "abc", start) == "abc"[start:]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4), (4, 4)])
def test_parts_outside_are_errors(start: int, end: int) -> None:
    """Never cut to fit."""
    with pytest.raises(ValueFault):
        call("substring", "abc", start, end)


def test_what_is_made_has_a_largest_size() -> None:
    """The last size that passes and the first that does not."""
    assert len(call("replace", "a" * 1_000, "a", "b" * 1_000)) == MAX_SIZE
    assert len(call("join", ["a" * (MAX_SIZE - 2)], "-")) == MAX_SIZE - 2
    assert call("replace", "aaa", "a", "b" * MAX_SIZE, 0) == "aaa"
    with pytest.raises(ValueFault):
        call("replace", "a" * 1_000, "a", "b" * 1_001)
    with pytest.raises(ValueFault):
        call("replace", "a" * 1_001, "", "b" * 1_000)
    with pytest.raises(ValueFault):
        call("join", ["a" * MAX_SIZE, "a"])


def test_blanks_are_unicodes() -> None:
    """And not Python's: the information separators stay."""
    assert call("trim", "\t\u00a0\u3000a b\u2028\u0085") == "a b"
    assert call("trim", "\x1ca\x1f") == "\x1ca\x1f"
