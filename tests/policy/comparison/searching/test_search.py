"""`gateway.policy.comparison.searching.search`."""

from itertools import islice

import pytest

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.searching.inputs import PROVIDER
from gateway.policy.comparison.searching.search import (
    Either,
    Goal,
    Search,
    Want,
    held,
    not_held,
    reads_roles,
)
from gateway.policy.comparison.searching.terms import Parts
from gateway.policy.plan import Plan
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import place_of, side, somebody

ROLES = """
[roles]
mode = "first"
[[role]]
id = "low"
for = "authenticated"
when = "identity.acr == 'low'"
[[role]]
id = "high"
for = "authenticated"
when = "'boss' in identity.groups"
"""


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "identity.acr == 'x' && identity.tenant == 'y' && !identity.disabled",
        "identity.acr == 'x' || 'a' in identity.groups",
        "!(identity.acr != 'x' || identity.tenant != 'y')",
        "request.tls ? identity.acr == 'x' : identity.tenant == 'y'",
        "identity.email.startsWith('a') && identity.email.endsWith('b')",
        "size(identity.groups) == 3 && 'a' in identity.groups && 'b' in identity.groups",
        "identity.tenant == identity.acr && identity.acr == 'x'",
        "has(claims.hd) && claims.hd == 'x' && claim('level', 0) > 3",
        "identity.groups.exists(g, g.startsWith('a-') && g.endsWith('-z'))",
    ],
)
def test_conditions_are_made_true_and_false(text: str, value: bool) -> None:  # noqa: FBT001 - both are wanted
    """What is found was evaluated, so it is right."""
    made, term = place_of(text)
    search = Search(Parts(), 2_000)

    found = next(search.solve(somebody(), [Want(made, term, value)]))

    trial = search.trial(made, found)
    assert trial is not None
    assert trial.value(term) is value


def test_a_condition_that_fails_is_given_a_value() -> None:
    """Either will do; a rule that cannot be evaluated hides the others."""
    made, term = place_of("claims.hd == 'x' || claims.dept == 'y'")
    want = Want(made, term, None)

    found = next(Search(Parts(), 500).solve(somebody(), [want]))

    assert found.nested("claims")


def test_what_comes_later_may_undo_what_came_first() -> None:
    """Then all of it is tried again from there."""
    made, one = place_of("identity.email == 'a' || identity.acr == 'b'")
    _, two = place_of("identity.email == 'c'")
    goals = [Want(made, one, value=True), Want(made, two, value=True)]

    found = next(Search(Parts(), 500).solve(somebody(), goals))

    assert found.get(("identity", "email")) == "c"
    assert found.get(("identity", "acr")) == "b"


def test_what_excludes_itself_is_not_found() -> None:
    """And is given up after so many tries."""
    made, term = place_of("identity.acr == 'a' && identity.acr == 'b'")
    search = Search(Parts(), 300)

    assert list(search.solve(somebody(), [Want(made, term, value=True)])) == []
    assert (
        list(Search(Parts(), 0).solve(somebody(), [Want(made, term, value=True)])) == []
    )


def test_nothing_is_found_for_somebody_who_cannot_be() -> None:
    """No edit of a condition gives them a provider."""
    made, term = place_of("identity.acr == 'a'")
    nobody = somebody().edited({PROVIDER: "nowhere"})
    search = Search(Parts(), 300)

    assert list(search.solve(nobody, [Want(made, term, value=True)])) == []
    assert search.trial(made, nobody) is None


def test_a_search_ends_in_the_middle_of_a_condition() -> None:
    """When it has tried enough."""
    made, term = place_of("identity.email.matches('^[a-z]{3}$') && identity.acr == 'b'")

    found = list(Search(Parts(), 2).solve(somebody(), [Want(made, term, value=False)]))
    more = list(Search(Parts(), 2).solve(somebody(), [Want(made, term, value=True)]))

    assert found
    assert not more


def _plan() -> tuple[Goal, Plan]:
    made = side(Files((ROLES + rule_of("'high' in roles", routes="files"),)))
    plan = made.engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED)
    return held(made, plan, "high"), plan


def test_a_role_is_held_by_its_condition() -> None:
    """In first mode, by those before it being false as well."""
    goal, _ = _plan()

    found = next(Search(Parts(), 500).solve(somebody(acr="low"), [goal]))

    assert isinstance(goal, Either)
    assert found.get(("identity", "groups")) == ["boss"]
    assert found.get(("identity", "acr")) != "low"
    assert not list(Search(Parts(), 3).solve(somebody(acr="low"), [goal]))


def test_a_role_is_not_held_if_its_condition_is_false() -> None:
    """Whatever else is held."""
    made = side(Files((ROLES + rule_of("true", routes="files"),)))
    plan = made.engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED)
    goals = not_held(made, plan, "high")

    found = next(Search(Parts(), 500).solve(somebody(groups=["boss"]), goals))

    assert "boss" not in found.get(("identity", "groups"))


def test_a_default_role_is_held_if_no_other_is() -> None:
    """That is another way to the same role."""
    head = ROLES.replace('"first"', '"first"\non_none = "default"\ndefault = "low"')
    made = side(Files((head + rule_of("true", routes="files"),)))
    plan = made.engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED)
    goal = held(made, plan, "low")

    assert len(goal.ways) == 2
    assert len(list(islice(Search(Parts(), 500).solve(somebody(), [goal]), 1))) == 1


def test_a_condition_about_roles_is_reached_through_their_conditions() -> None:
    """Roles are no input."""
    text = "'high' in roles"
    made, term = place_of(text, ROLES)
    wanted = Want(made, term, value=True)

    found = next(Search(Parts(), 500).solve(somebody(acr="low"), [wanted]))

    assert reads_roles(term)
    assert found.get(("identity", "groups")) == ["boss"]


def test_all_that_a_search_finds_is_right() -> None:
    """And it comes to an end by itself."""
    made, term = place_of("identity.groups.exists(g, g.startsWith('a') && g != 'ab')")
    search = Search(Parts(), 100_000)

    found = list(search.solve(somebody(groups=["b"]), [Want(made, term, value=True)]))

    assert found
    assert search.left > 0
    for each in found:
        trial = search.trial(made, each)
        assert trial is not None
        assert trial.value(term) is True


def test_roles_are_lost_as_well_as_gained() -> None:
    """To make a condition about them false."""
    made, term = place_of("'high' in roles || 'low' in roles", ROLES)
    search = Search(Parts(), 100_000)

    found = list(search.solve(somebody(acr="low"), [Want(made, term, value=False)]))

    assert found
    assert all(each.get(("identity", "acr")) != "low" for each in found)
