"""`gateway.policy.comparison.searching.samples`."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from gateway.policy.comparison.searching import samples

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "near"),
    [
        (True, False),
        ("Ab", "aB"),
        (3, 4),
        (1.5, 2.0),
        (NOON, NOON - timedelta(microseconds=1)),
        (timedelta(hours=1), timedelta(hours=1, seconds=1)),
        (["a", "b"], ["a"]),
        (("a",), ["a", "a"]),
    ],
)
def test_a_value_has_neighbours(value: Any, near: Any) -> None:
    """The value itself comes first."""
    found = list(samples.neighbours(value))

    assert found[0] in (value, list(value) if isinstance(value, tuple) else value)
    assert near in found


def test_what_has_no_order_stands_alone() -> None:
    """So does the end of time, which has nothing behind it."""
    last = datetime.max.replace(tzinfo=UTC)

    assert list(samples.neighbours(None)) == [None]
    assert last in list(samples.neighbours(last))
    assert list(samples.neighbours([])) == [[], [], ["other"], ["other"]]


def test_text_is_put_around_what_is_there() -> None:
    """To keep a beginning, or an end, that something else asks for."""
    assert {"x-ab", "ab-x", "b", "xb", "ax"} <= set(samples.around("ab", "x-")) | {
        "ab-x"
    }
    assert "ab" in set(samples.around("ab", None))


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("0.0.0.0/0", "255.255.255.255", "2001:db8:ffff::1"),
        ("2001:db8::/32", "2001:db8::", "2001:db9::"),
    ],
)
def test_addresses_lie_on_either_side_of_a_border(
    network: str, inside: str, outside: str
) -> None:
    """And far away."""
    assert {inside, outside, "203.0.113.1"} <= set(samples.addresses([network, "no"]))


def test_paths_lie_below_beside_and_above() -> None:
    """`/a` itself has only the root above it."""
    assert {"/a/b/x", "/a/bx", "/a/x", "/a"} <= set(samples.paths("/a/b/"))
    assert "/" in set(samples.paths("/a"))


def test_a_glob_has_samples() -> None:
    """For each of its stars, and texts that are too long."""
    assert {"/a/x/b", "/a//b", "/a/x/bx"} <= set(samples.of_glob("/a/*/b"))
    assert {"/x/y", "/x", "/"} <= set(samples.of_glob("/**"))
    assert "x" in set(samples.of_glob("?"))


@pytest.mark.parametrize(
    "pattern",
    [
        "^adm-[0-9]{3}$",
        r"^a\.b$",
        "^(a|bc)+d?$",
        "^[^a-f]{2,}$",
        r"^\d\w\s\D\W\S$",
        "^.*x+?$",
        "(?i)^abc",
        "^[a-f0-9_]$",
        "^a[^b]c$",
        "^(?:x|y)(?P<n>z)$",
        "^[^b]$",
    ],
)
def test_a_pattern_has_samples_that_it_finds_and_others(pattern: str) -> None:
    """They need not all match: each is tried."""
    found = list(samples.of_pattern(pattern))

    assert any(re.search(pattern, text) for text in found)
    assert any(not re.search(pattern, text) for text in found)


def test_every_range_of_a_class_has_a_sample() -> None:
    """One more range is what a widening may be."""
    found = set(samples.of_pattern("^[a-f0-9]$"))

    assert {"a", "f", "0", "9"} <= found


def test_a_pattern_that_is_not_understood_has_none() -> None:
    """Classes of Unicode are RE2's, and an empty class matches nothing."""
    assert list(samples.of_pattern(r"\p{Greek}")) == []
    assert list(samples.of_pattern("a{2,1}(")) == []
    assert list(samples.of_pattern("[^x0A/ é-]")) == []


def test_samples_are_few() -> None:
    """However many ways a pattern has."""
    found = list(
        islice(samples.of_pattern("(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p){8}"), 200)
    )

    assert len(found) < 100
