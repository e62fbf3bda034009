"""The engine without rules in shadow mode, for whoever brings the evaluation."""

from dataclasses import replace
from math import inf
from typing import Any

import pytest
from typing_extensions import override

from gateway.policy.evaluation import Evaluation
from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan
from tests.policy.files import ALLOW_ALL, PERSON, READ, access, engine, rule


class Unsure(Evaluation):
    """Gives up on expressions, as somebody without values does."""

    @override
    def value_of(self, expression: Expression) -> Any:
        raise LookupError(expression.program.source)


def test_what_is_only_watched_is_left_out() -> None:
    """The decision is the same."""
    shadow = rule("watched", "1 / 0 > 0", mode="shadow", effect="deny")
    judge = engine(ALLOW_ALL + shadow)
    question = access()

    enforced = judge.enforce(question, Evaluation(question, deadline=inf))

    assert enforced == replace(judge.decide(question), shadow=())
    assert judge.decide(question).shadow


def test_strange_failures_come_through() -> None:
    """Only an expression's own failure is a denial."""
    question = access()

    with pytest.raises(LookupError, match="true"):
        engine(ALLOW_ALL).enforce(question, Unsure(question, deadline=inf))


def test_other_plans_decide_otherwise_and_under_the_same_digest() -> None:
    """For what tests the policies; the engine itself stays as it is."""
    made = engine(ALLOW_ALL)
    kind = PERSON.kind

    other = made.with_plans({READ.id: {kind: Plan()}})

    assert made.decide(access()).allowed
    assert not other.decide(access()).allowed
    assert other.digest == made.digest
    assert list(other.plans()) == [Plan(), Plan()]
