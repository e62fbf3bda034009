"""W121, W207: what guests can reach."""

import pytest

from tests.policy.files import ADMIN, ALLOW_ALL, GUESTS, engine, marked, route, rule
from tests.policy.lints.warned import FOR_PEOPLE, warnings


def test_a_tagged_route_that_guests_may_use_is_told() -> None:
    """`orders-read` is tagged `pii`."""
    (found,) = warnings(rule("x", routes=["orders-*"], for_=["guest"]))

    assert found.code == "W121"
    assert "`orders-read`" in found.message
    assert "`pii`" in found.message
    assert marked(found) == "['guest']"


@pytest.mark.parametrize(
    "text",
    [
        rule("x", routes=["orders-feed"], for_="guest"),
        rule("x", routes=["orders-read"], **FOR_PEOPLE),
        rule("x", effect="deny"),
        rule("x", mode="shadow"),
    ],
)
def test_other_rules_are_fine(text: str) -> None:
    """Other routes, other kinds, rules that allow nothing."""
    assert warnings(text) == []


def test_a_rule_for_guests_that_do_not_exist_is_told() -> None:
    """Somebody expects them to."""
    without = GUESTS.model_copy(update={"enabled": False})
    open_routes = [route("a", tags=("admin",)), ADMIN]

    judge = engine(ALLOW_ALL, guest=without, routes=open_routes)
    assert [each.code for each in judge.warnings] == ["W207"]
