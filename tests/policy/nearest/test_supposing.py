"""The same question with something changed, and everything else as it was."""

from typing import Any

import pytest

from gateway.model.access import AccessRequest
from gateway.policy.nearest.change import Action, Change
from gateway.policy.nearest.supposing import NotSupposableError, suppose
from tests.policy.files import NOON, access, identity

WHO = identity(acr="pwd", groups=("a", "b"), attributes={"level": 3})


def supposed(path: str, action: Action, value: Any = None) -> AccessRequest:
    question = access(WHO, claims={"a": {"b": 1}, "l": ["x"], "s": "y"})
    names = tuple(path.split("."))
    return suppose(question, [Change("it", "is", "p:1:1", action, names, value)])


def test_a_field_of_the_identity_is_another() -> None:
    """And the rest is the same."""
    question = supposed("identity.acr", Action.SET, "mfa")

    assert question.subject.identity == identity(
        acr="mfa", groups=("a", "b"), attributes={"level": 3}
    )


def test_elements_come_and_go() -> None:
    """A tuple stays one, a list stays one."""
    added = supposed("identity.groups", Action.ADD, ("c",))
    removed = supposed("identity.groups", Action.REMOVE, ("a",))
    listed = supposed("claims.l", Action.ADD, ("z",))
    new = supposed("claims.other", Action.ADD, ("z",))

    assert added.subject.identity.groups == ("a", "b", "c")
    assert removed.subject.identity.groups == ("b",)
    assert listed.subject.claims["l"] == ["x", "z"]
    assert new.subject.claims["other"] == ["z"]


def test_what_lies_deeper_is_reached() -> None:
    """Maps on the way are copied, and made if they are missing."""
    deeper = supposed("claims.a.c", Action.SET, 2)
    made = supposed("claims.x.y", Action.SET, 2)
    level = supposed("identity.attributes.level", Action.SET, 4)

    assert deeper.subject.claims["a"] == {"b": 1, "c": 2}
    assert made.subject.claims["x"] == {"y": 2}
    assert level.subject.identity.attributes == {"level": 4}


def test_keys_are_there_or_not() -> None:
    """With any value; one that is there is kept."""
    assert supposed("claims.k", Action.HAVE).subject.claims["k"] == ""
    assert supposed("claims.s", Action.HAVE).subject.claims["s"] == "y"
    assert "s" not in supposed("claims.s", Action.LACK).subject.claims


@pytest.mark.parametrize(
    ("avoided", "value"),
    [
        (("x",), ""),
        (("", "other"), "another"),
        ((0,), 1),
        ((1,), 0),
        ((0.0,), 1.0),
        ((False,), True),
        (([],), [""]),
    ],
)
def test_what_must_be_avoided_is_replaced(avoided: Any, value: Any) -> None:
    """By something else of its kind."""
    question = supposed("claims.s", Action.AVOID, avoided)

    assert question.subject.claims["s"] == value


def test_the_request_and_the_route_can_be_others() -> None:
    """Whatever is not changed is read from the real ones."""
    path = supposed("request.path", Action.SET, "/x")
    query = supposed("request.query.c", Action.SET, ["p"])
    params = supposed("route.params.order_id", Action.SET, "z")

    assert (path.request.path, path.request.method) == ("/x", "GET")
    assert query.request.query == {"c": ["p"]}
    assert params.route.params == {"order_id": "z"}
    assert params.route.id == "orders-read"


def test_two_changes_of_one_record_are_both_there() -> None:
    """One upon the other."""
    changes = [
        Change("", "", "", Action.SET, ("request", "path"), "/x"),
        Change("", "", "", Action.SET, ("request", "ip"), "10.0.0.1"),
    ]
    question = suppose(access(WHO), changes)

    assert (question.request.path, question.request.ip) == ("/x", "10.0.0.1")


def test_the_clock_can_be_another() -> None:
    """If what is set is a time."""
    later = NOON.replace(hour=18)

    assert supposed("now", Action.SET, later).now == later
    with pytest.raises(NotSupposableError):
        supposed("now", Action.SET, 5)


@pytest.mark.parametrize(
    ("path", "action", "value"),
    [
        ("identity.acr", Action.OTHER, None),
        ("identity.nothing", Action.SET, 1),
        ("roles", Action.REMOVE, ("a",)),
        ("route.id", Action.SET, "x"),
        ("claims.s.t", Action.SET, 1),
        ("claims.s", Action.AVOID, (None,)),
        ("claims.s", Action.AVOID, ("", "other", "another")),
    ],
)
def test_some_changes_cannot_be_made(path: str, action: Action, value: Any) -> None:
    """They name no value, or something that follows from other things."""
    with pytest.raises(NotSupposableError):
        supposed(path, action, value)
