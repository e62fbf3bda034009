"""Patterns name routes, whole ids only."""

import pytest

from gateway.policy.patterns import RoutePatterns

IDS = ("orders-read", "orders-admin", "feed", "orders.x")


@pytest.fixture
def patterns() -> RoutePatterns:
    return RoutePatterns(route_ids=IDS)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("feed", {"feed"}),
        ("fee", set()),
        ("orders-*", {"orders-read", "orders-admin"}),
        ("*-read", {"orders-read"}),
        ("*-*", {"orders-read", "orders-admin"}),
        ("*", set(IDS)),
        ("o*d", {"orders-read"}),
        ("orders.*", {"orders.x"}),
        ("order", set()),
        ("", set()),
    ],
)
def test_a_star_stands_for_any_part_and_nothing_else_is_special(
    patterns: RoutePatterns, pattern: str, found: set[str]
) -> None:
    """A dot is a dot: ids are matched, not searched."""
    assert patterns.find(pattern) == found


def test_a_pattern_is_worked_out_once(patterns: RoutePatterns) -> None:
    """Ten thousand rules name the same few patterns."""
    assert patterns.find("orders-*") is patterns.find("orders-*")


def test_several_patterns_join(patterns: RoutePatterns) -> None:
    """A rule is about the routes of all its patterns."""
    assert patterns.find_all(["feed", "*-read"]) == {"feed", "orders-read"}
    assert patterns.find_all([]) == frozenset()


def test_routes_come_in_the_order_in_which_they_are_declared(
    patterns: RoutePatterns,
) -> None:
    """Messages name the first of several, always the same."""
    assert patterns.in_order({"feed", "orders-read"}) == ["orders-read", "feed"]


def test_the_nearest_route_is_suggested(patterns: RoutePatterns) -> None:
    """A slip of the pen is told from a route that does not exist."""
    assert patterns.suggest("order-read") == "did you mean `orders-read`?"
    assert patterns.suggest("zzz") == ""
