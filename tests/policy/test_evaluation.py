"""Variables of a file are lazy, evaluated once, and fail where they are written."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

import pytest
from typing_extensions import override

from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.model.decision import Reason
from gateway.policy.engine import Engine
from gateway.policy.evaluation import (
    Evaluation,
    FailedExpressionError,
    LazyVariables,
    failure_of,
)
from gateway.policy.expressions import Expression
from tests.policy.files import ALLOW_ALL, access, engine, identity, role, rule


class Counting(Mapping[str, Any]):
    """Attributes that count how often they are read."""

    def __init__(self, **values: Any) -> None:
        self._values = values
        self.read = 0

    @override
    def __getitem__(self, key: str) -> Any:
        self.read += 1
        return self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @override
    def __len__(self) -> int:
        return len(self._values)


VARS = """
[const]
wanted = "gold"

[vars]
level = "identity.attributes.level"
gold = "vars.level == const.wanted"
broken = "identity.attributes.nothing == 1"
other = "vars.broken || vars.gold"
"""


def test_a_variable_is_evaluated_once_for_a_decision() -> None:
    """However many expressions read it, in role mapping and in rules."""
    attributes = Counting(level="gold")
    judge = engine(
        VARS
        + role("gold", "vars.gold")
        + rule("a", "!vars.gold", effect="deny")
        + rule("b", "vars.gold && vars.level == 'gold'")
    )

    assert judge.decide(access(identity(attributes=attributes))).allowed
    assert attributes.read == 1


def test_a_variable_that_nobody_reads_is_not_evaluated() -> None:
    """Lazy: `broken` would fail."""
    attributes = Counting(level="gold")

    decision = engine(VARS + ALLOW_ALL).decide(access(identity(attributes=attributes)))
    assert decision.allowed
    assert attributes.read == 0


def test_each_decision_has_variables_of_its_own() -> None:
    """Nothing is kept from one caller to the next."""
    judge = engine(VARS + rule("x", "vars.gold"))

    for level in ("gold", "iron", "gold"):
        decision = judge.decide(access(identity(attributes={"level": level})))
        assert decision.allowed == (level == "gold")


def test_each_file_has_variables_of_its_own() -> None:
    """The same names mean what their own file says."""
    first = '[vars]\nx = "true"\n[const]\ny = 1\n' + rule("a", "vars.x && const.y == 1")
    second = '[vars]\nx = "false"\n[const]\ny = 2\n' + rule(
        "b", "vars.x || const.y != 2", effect="deny"
    )

    assert engine(first, second).decide(access()).allowed


def test_an_error_is_remembered() -> None:
    """What failed once fails for the whole decision, without a second try."""
    attributes = Counting(level="gold")
    judge = engine(
        VARS
        + rule("a", "vars.broken", effect="deny")
        + rule("b", "vars.broken", effect="deny", reason="again")
        + ALLOW_ALL
    )

    decision = judge.decide(access(identity(attributes=attributes)))
    assert decision.reason is Reason.POLICY_ERROR
    assert len(decision.faults) == 2
    assert attributes.read == 1


def test_an_error_of_a_variable_stands_where_the_variable_does() -> None:
    """Not where it was read: that line is fine."""
    decision = engine(VARS + rule("x", "vars.other")).decide(
        access(identity(attributes={"level": "iron"}))
    )

    (fault,) = decision.faults
    assert fault.where == "policies/orders.toml:10:31"
    assert "nothing" in fault.message


def test_an_error_of_a_variable_is_absorbed_like_any_other() -> None:
    """`error || true` is true."""
    judge = engine(VARS + rule("x", "vars.other"))

    assert judge.decide(access(identity(attributes={"level": "gold"}))).allowed


def test_roles_can_be_read_by_variables_that_rules_read() -> None:
    """Once there are roles."""
    text = '[vars]\nstaff = "\'staff\' in roles"\nnever = "false"\n'
    judge = engine(
        text
        + role("staff", "identity.id == 'u1' && !vars.never")
        + rule("x", "vars.staff")
    )

    assert judge.decide(access()).allowed
    assert not judge.decide(access(identity(id="u2"))).allowed


def test_a_budget_that_is_used_up_inside_a_variable_is_not_absorbed() -> None:
    """Nor is it kept as an error of the variable."""
    judge = engine(VARS + rule("x", "vars.gold"))
    expression = _expression(judge)
    evaluation = Evaluation(
        access(identity(attributes={"level": "gold"})), deadline=-inf
    )

    with pytest.raises(FailedExpressionError) as caught:
        evaluation.value_of(expression)
    assert caught.value.timed_out


def test_the_budget_is_that_of_the_decision_also_inside_a_variable() -> None:
    """A variable cannot start the clock anew."""
    judge = engine(VARS + rule("x", "vars.gold"))
    frame = _expression(judge).frame
    assert frame is not None
    variables = LazyVariables(frame.variables, {"const": frame.constants}, -inf)

    for _ in range(2):
        with pytest.raises(BudgetExceededError):
            _ = variables.gold


def test_a_variable_that_does_not_exist_is_an_error() -> None:
    """The checker refuses it at load; this is what stands behind."""
    with pytest.raises(KeyError):
        _ = LazyVariables({}, {}, inf).nothing


def test_a_value_that_is_no_boolean_is_no_condition() -> None:
    """A program of a boolean type has none; this is what stands behind."""
    judge = engine(rule("x", "true") + "\n[[mint]]\nroutes = ['*']\nclaims = {a = '1'}")
    plan = judge.plan_of("orders-read", identity().kind)
    evaluation = Evaluation(access(), deadline=inf)

    with pytest.raises(FailedExpressionError, match="neither true nor false"):
        evaluation.holds(plan.claims[0].value)


def test_an_error_of_an_expression_has_its_place_and_words() -> None:
    """They hold no value of the request."""
    expression = _expression(engine(ALLOW_ALL))

    failure = failure_of(expression, EvaluationError("no such key", 1, 3))
    assert failure.fault.message == "no such key"
    assert failure.fault.where == "policies/orders.toml:9:11"
    assert not failure.timed_out
    assert str(failure) == "policies/orders.toml:9:11: no such key"


def test_of_any_other_error_only_the_class_is_told() -> None:
    """Its text might hold anything."""
    expression = _expression(engine(ALLOW_ALL))

    failure = failure_of(expression, ValueError("Bearer eyJ"))
    assert "ValueError" in failure.fault.message
    assert "eyJ" not in failure.fault.message


def _expression(judge: Engine) -> Expression:
    plan = judge.plan_of("orders-read", identity().kind)
    return plan.allows.rules[0].when
