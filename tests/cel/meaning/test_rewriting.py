"""A plan with one part replaced: everywhere, and with nothing else changed."""

from typing import Any

import pytest

from gateway.cel.environment import Environment
from gateway.cel.meaning.plan import Constant, Plan, walk
from gateway.cel.meaning.rewriting import relocated, with_part
from gateway.cel.types import BOOL, DYN, INT, STRING, MapType

EVERY_KIND = [
    "s.startsWith(identity.name) && !t",
    "t || has(m.k) || claims.a == 1",
    "t ? i > 1 : l[0] == 2",
    "[t, i == 1].all(v, v)",
    "{'a': t}['a'] && {s: 1}[s] == 1",
    "n.exists(v, v == s || t)",
    "l.map(v, v == i) == [true]",
    "d.a == d.b",
]


@pytest.mark.parametrize("text", EVERY_KIND)
def test_each_part_can_be_replaced(environment: Environment, text: str) -> None:
    """Whatever stands around it."""
    plan = environment.compile(text).plan
    for part in walk(plan):
        new = _true(part)

        changed = with_part(plan, part, new)

        assert new in list(walk(changed))
        assert part not in list(walk(changed))
        assert plan not in list(walk(changed))


@pytest.mark.parametrize("text", EVERY_KIND)
def test_what_is_beside_is_shared(environment: Environment, text: str) -> None:
    """So a mutant costs the way to its part, and no more."""
    plan = environment.compile(text).plan
    for part in walk(plan):
        new = _true(part)
        way = [above for above in walk(plan) if part in list(walk(above))]

        kept = set(walk(with_part(plan, part, new)))

        beside = {one for one in walk(plan) if one not in set(walk(part))} - set(way)
        assert beside <= kept


def test_a_part_of_something_else_changes_nothing(environment: Environment) -> None:
    """The plan itself comes back."""
    plan = environment.compile("t && i == 1").plan
    other = environment.compile("t").plan

    assert with_part(plan, other, _true(other)) is plan


def test_the_replaced_plan_means_something_else(
    environment: Environment, values: dict[str, Any]
) -> None:
    """And the first one still means what it did."""
    program = environment.compile("t && i == 1")
    term = program.plan.children[1]

    changed = program.rewritten(with_part(program.plan, term, _true(term)))

    assert changed.evaluate(values) is True
    assert program.evaluate(values) is False


def _true(part: Plan) -> Constant:
    return Constant(part.start, part.end, part.at, BOOL, value=True)


def test_a_plan_is_made_for_a_text_that_is_like_its_own() -> None:
    """Every part in its new place, implicit arguments too; other constants where told."""
    environment = Environment({"claims": MapType(STRING, DYN), "i": INT})
    plan = environment.compile("claim('a', 1) == i").plan
    constant = next(part for part in walk(plan) if isinstance(part, Constant))

    other = relocated(plan, lambda offset: offset + 5, {id(constant): "b"})

    assert repr(other) == repr(environment.compile("     claim('b', 1) == i").plan)
