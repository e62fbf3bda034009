"""What several lints ask about expressions."""

import pytest

from gateway.cel.meaning.plan import Plan
from gateway.policy.expressions import Expression, Programs
from gateway.policy.files import compile_file
from gateway.policy.lints.parts import (
    fault_at,
    path_of,
    variable_of,
)
from gateway.policy.patterns import RoutePatterns
from tests.policy.files import marked, policy, rule


def condition(when: str, variables: str = "") -> Expression:
    """The condition of a rule."""
    text = f"[vars]\n{variables}\n{rule('x', when)}"
    patterns = RoutePatterns(route_ids=["a"])
    file = compile_file(policy(text), programs=Programs(), patterns=patterns)
    assert not file.faults
    return file.rules[0].when


def plan(when: str) -> Plan:
    return condition(when).program.plan


def test_a_variable_leads_to_its_expression() -> None:
    """And nothing else does."""
    expression = condition("vars.a", "a = 'request.tls'")

    found = variable_of(expression, expression.program.plan)

    assert found is not None
    assert found.program.source == "request.tls"
    assert variable_of(found, found.program.plan) is None


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ("request.tls", ("request", "tls")),
        ("claims.a.b", ("claims", "a", "b")),
        ("claims['a']['b']", ("claims", "a", "b")),
        ("claims[request.ip]", None),
        ("claims[request.ip].b", None),
        ("!request.tls", None),
    ],
)
def test_a_path_is_a_row_of_constant_names(
    when: str, path: tuple[str, ...] | None
) -> None:
    """However it is written."""
    assert path_of(plan(when)) == path


def test_a_fault_has_the_place_of_its_part() -> None:
    """Of its first line, if it has several."""
    expression = condition("request.tls && identity.disabled")
    whole = expression.program.plan

    assert marked(fault_at(expression, whole.children[1], "W211", "")) == (
        "identity.disabled"
    )
    assert marked(fault_at(expression, whole, "W211", "")) == (
        "request.tls && identity.disabled"
    )
