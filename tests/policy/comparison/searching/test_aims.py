"""`gateway.policy.comparison.searching.aims`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.policy.comparison.searching.aims import (
    Scene,
    path_of,
    plain,
    reach,
    written,
)
from gateway.policy.comparison.searching.inputs import Inputs
from gateway.policy.comparison.searching.terms import Term
from tests.policy.comparison.sides import scene_of, somebody
from tests.policy.files import NOON


def _side_of(text: str, inputs: Inputs | None = None) -> tuple[Term, Scene]:
    """The left side of a comparison."""
    term, scene = scene_of(text, inputs)
    return term.children[0], scene


def reached(text: str, value: Any, inputs: Inputs | None = None) -> list[Any]:
    """What the left side of a comparison comes to after each edit that aims at a value."""
    term, scene = _side_of(text, inputs)
    found = []
    for edit in reach(term, value, scene):
        again, after = scene_of(text, (inputs or somebody()).edited(edit))
        found.append(after.value(again.children[0]))
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("identity.email == ''", "a@b.example"),
        ("identity.attributes.floor == 3", 4),
        ("identity.attributes['floor'] == 3", 4),
        ("claims.realm.access == ['x']", ["y"]),
        ("claim('level', 0) == 3", 4),
        ("route.params.owner == 'x'", "ann"),
        ("request.headers['x-a'] == ['b']", ["c", "d"]),
        ("request.query.q[1] == 'b'", "c"),
        ("request.query[identity.subject] == ['b']", ["c"]),
        ("identity.groups[0] == 'b'", "c"),
        ("identity.email + '-x' == 'b'", "c-x"),
        ("'x-' + identity.email == 'b'", "x-c"),
        ("claim('level', 0) + 3 == 4", 9),
        ("10 - claim('level', 0) == 4", 9),
        ("claim('level', 0) - 3 == 4", 9),
        ("claim('level', 0) * 3 == 4", 9),
        ("claim('level', 0) / 3 == 4", 9),
        ("claim('level', 0) % 3 == 1", 2),
        ("now - identity.created == duration('1h')", timedelta(hours=3)),
        ("identity.created + duration('1h') == now", NOON),
        ("identity.username.lowerAscii() == 'a'", "bob"),
        ("identity.username.trim() == 'a'", "bob"),
        ("email_domain(identity.email) == 'a'", "corp.example"),
        ("identity.email.split('@') == ['a']", ["b", "c"]),
        ("identity.email.split('@')[1] == 'a'", "c"),
        ("identity.groups.join('-') == 'a'", "b-c"),
        ("identity.groups.join() == 'a'", "bc"),
        ("identity.username.substring(2) == 'a'", "xyz"),
        ("identity.username.substring(1, 3) == 'a'", "xy"),
        ("identity.username.replace('a', 'b') == 'x'", "yy"),
        ("size(identity.groups) == 2", 3),
        ("size(identity.username) == 2", 5),
        ("size(request.query) == 2", 3),
        ("int(identity.username) == 2", 5),
        ("int(claim('level', dyn(0))) == 2", 5),
        ("int(identity.created) == 2", 50),
        ("double(identity.username) == 2.0", 5.5),
        ("bool(identity.username) == true", False),
        ("timestamp(identity.username) == now", NOON),
        ("timestamp(claim('level', 0)) == now", NOON),
        ("duration(identity.username) == duration('1s')", timedelta(minutes=5)),
        ("string(claim('level', 0)) == '2'", "5"),
        ("dyn(identity.username) == '2'", "5"),
        ("now.getHours() == 2", 5),
        ("now.getHours('Europe/Berlin') == 2", 5),
        ("now.getMinutes() == 2", 5),
        ("now.getDayOfWeek() == 2", 0),
        ("now.getDate() == 2", 20),
        ("identity.groups.filter(g, g != 'x') == ['y']", ["a", "b"]),
        ("identity.groups.map(g, g + 'x') == ['y']", ["ax"]),
        ("[identity.acr, identity.tenant] == ['a', 'b']", ["x", ""]),
        ("(request.tls ? identity.acr : identity.name) == 'a'", "x"),
        ("request.content_type == 'a'", "text/html"),
        ("request.path == '/'", "/v1/files/a/b"),
    ],
)
def test_a_term_is_given_a_value(text: str, value: Any) -> None:
    """By what it is made from; one of the edits does it."""
    assert value in reached(text, value, somebody(created=NOON))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("identity.username.lowerAscii() == 'a'", 3),
        ("identity.username + identity.acr == 'a'", 3),
        ("size(identity.groups) == 2", -1),
        ("size(identity.groups) == 2", "x"),
        ("now.getHours() == 2", "x"),
        ("identity.groups.filter(g, true) == ['y']", 3),
        ("identity.username.split(identity.subject) == ['y']", 3),
        ("identity.groups[size(identity.username) - 1] == 'y'", "x"),
        ("identity.username.substring(size(identity.username) - 1) == 'y'", "x"),
        ("claims.exists_one(c, true) == true", True),
        ("'a' == 'b'", "c"),
        ("string(claim('level', 0)) == '2'", "x"),
        ("claim('level', 0) / 0 == 4", "x"),
    ],
)
def test_what_cannot_be_reached_is_not_aimed_at(text: str, value: Any) -> None:
    """And nothing goes wrong by it."""
    assert value not in reached(text, value, somebody(created=NOON))


def test_a_moment_stays_within_the_calendar() -> None:
    """Whatever it is compared with."""
    last = somebody(created=datetime(9999, 1, 1, tzinfo=UTC))

    assert 20_000 not in reached("identity.created.getFullYear() == 1", 20_000, last)
    assert reached("identity.created.getFullYear() == 1", 20_000_000, last) == []


def test_what_grows_keeps_what_is_there() -> None:
    """An element is added to a list, or takes the place of the first."""
    term, scene = scene_of(
        "identity.groups.exists(g, g == 'x')", somebody(groups=["a", "b"])
    )
    over, body = term.children

    edits = list(reach(body.children[0], "c", scene.within(0, over, "a")))

    lists = [edit["identity", "groups"] for edit in edits]
    assert lists == [["c"], ["a", "b", "c"], ["c", "b"]]


def test_a_key_of_a_map_is_an_element_of_it() -> None:
    """With some value: a list where the map has lists."""
    found = []
    for text in ("request.headers.exists(h, h == 'x')", "claims.exists(c, c == 'x')"):
        term, scene = scene_of(text)
        over, body = term.children
        key = body.children[0]
        found += list(reach(key, "k", scene.within(0, over, "a")))
        assert list(reach(key, 3, scene.within(0, over, "a"))) == []

    assert found == [
        {("request", "headers", "k"): ["x"]},
        {("claims", "k"): "x"},
    ]


def test_a_variable_of_a_macro_that_is_not_known_is_left_alone() -> None:
    """A term inside of a macro may be looked at from outside."""
    term, scene = scene_of("identity.groups.exists(g, g == 'x')")
    body = term.children[1]

    assert list(reach(body.children[0], "c", scene)) == []


def test_nobody_goes_down_forever() -> None:
    """A bound, whatever an expression is like."""
    term, scene = scene_of("identity.acr == 'x'")
    deep = Scene(scene.trial, depth=100)

    assert list(reach(term.children[0], "a", deep)) == []


def test_the_size_of_what_a_filter_lets_through_grows_by_copies() -> None:
    """What is let through once is let through twice."""
    inputs = somebody(groups=["a-admin"])
    text = "size(identity.groups.filter(g, g.endsWith('-admin'))) == 0"

    assert 2 in reached(text, 2, inputs)


def test_values_are_written_as_conversions_read_them() -> None:
    """RFC 3339 for moments, seconds for lengths of time."""
    assert written(value=True) == "true"
    assert written(NOON) == "2026-05-04T12:00:00Z"
    assert written(timedelta(minutes=1)) == "60s"
    assert written(timedelta(microseconds=1)) == "0.000001s"
    assert written(3) == "3"
    assert plain(NOON) == int(NOON.timestamp())
    assert plain("x") == "x"


def test_what_is_computed_is_no_input() -> None:
    """And neither is what lies below it, or behind a key that is no text."""
    for text in (
        "identity.acr + 'x' == 'y'",
        "identity.groups.map(g, g)[0] == 'y'",
        "identity.groups[0] == 'y'",
        "route.id == 'y'",
    ):
        term, scene = scene_of(text)
        assert path_of(term.children[0], scene) is None


def test_a_map_that_is_written_out_has_no_other_keys() -> None:
    """It is no input."""
    term, scene = scene_of("{'a': identity.acr}.exists(k, k == 'x')")
    over, body = term.children

    assert list(reach(body.children[0], "k", scene.within(0, over, "a"))) == []
