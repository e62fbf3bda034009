"""Typed expressions have the same environment as those of the file."""

import pytest

from gateway.cel.errors import CompileError, EvaluationError
from gateway.cel.types import BOOL, RecordType
from gateway.model.access import AccessRequest
from gateway.policy.workbench.bench import Bench
from tests.policy.files import PERSON, access, engine, identity, policy, role, rule

TEXT = (
    "[const]\nteams = ['a', 'b']\n[vars]\nmine = \"route.params.order_id\"\n"
    "odd = \"claims.x == 'y'\"\n"
    + role("staff", "identity.groups == ['staff']")
    + rule("x", "vars.mine == 'a'", roles=["staff"])
)


def bench(question: AccessRequest | None = None, text: str = TEXT) -> Bench:
    return Bench(policy(text), engine=engine(text), access=question or access(PERSON))


def test_constants_variables_and_the_question_can_be_read() -> None:
    """And the type is known."""
    found = bench()
    answer = found.evaluate(
        found.compile("vars.mine == 'u1-7' && const.teams == ['a', 'b'] && roles == []")
    )

    assert answer.value is True
    assert answer.type is BOOL


def test_the_roles_are_those_of_the_question() -> None:
    """As the engine maps them; another question has others."""
    found = bench()
    assert list(found.roles or ["none"]) == ["none"]

    found.ask(access(identity(groups=("staff",))))
    assert list(found.roles or ()) == ["staff"]
    assert found.evaluate(found.compile("'staff' in roles")).value is True


def test_a_mapping_that_fails_leaves_no_roles() -> None:
    """And says why, with the place in the file."""
    found = bench(text=role("odd", "claims.x == 'y'") + rule("x"))

    assert found.roles is None
    assert found.trouble == "policies/orders.toml:7:16: the map has no key `x`"
    with pytest.raises(EvaluationError):
        found.evaluate(found.compile("roles == []"))
    found.ask(access(PERSON, claims={"x": "y"}))
    answer = found.evaluate(found.compile("roles == ['odd']"))
    assert answer.value is True
    assert not found.trouble


def test_what_is_wrong_is_told_as_for_a_file() -> None:
    """With its position in what was typed."""
    with pytest.raises(CompileError, match="unknown field `emial`"):
        bench().compile("identity.emial")


def test_parts_are_shown_at_their_own_places() -> None:
    """Not at a place in the file."""
    found = bench()
    shown = found.show(found.compile("identity.disabled || vars.mine == 'u1-7'"))

    assert shown.value is True
    assert [part.where for part in shown.parts] == ["1:1", "1:22"]


def test_what_can_be_named_has_types_and_values() -> None:
    """For those who want to suggest it."""
    found = bench()

    assert isinstance(found.variables["vars"], RecordType)
    assert found.value_at(["route", "params"]) == {"order_id": "u1-7"}
    assert found.value_at(["vars", "odd"]) is None
    assert found.value_at(["nothing"]) is None
