"""Whatever is replayed comes out as it would be decided, or is not told at all.

Policies, requests and what the log may hold of them are made up by the hundred. The gateway
itself writes each record; then other policies, and the same, are asked about the record and
about the request it came from.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from math import inf
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gateway.config.errors import ConfigError
from gateway.model.access import AccessRequest
from gateway.model.identity import IdentityKind
from gateway.policy.engine import Engine
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.expressions import Expression
from gateway.policy.recording.collector import digest_of_claims
from gateway.policy.recording.values import encode
from gateway.policy.replaying.answers import Decided, Verdict
from gateway.policy.replaying.errors import UndeterminedError
from gateway.policy.replaying.evaluation import RecordedEvaluation
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.record import Outcome
from gateway.policy.replaying.recorded import Notes
from gateway.policy.replaying.variables import Memory
from tests.policy.files import READ, engine
from tests.policy.replaying.expressions import CHOICES, MANY, POLICIES, questions
from tests.policy.replaying.recorder import HASHER, record_of, replayer

SOME = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def compiled(text: str) -> Engine:
    """The engine; what cannot be compiled is no example."""
    try:
        return engine(text)
    except ConfigError:
        assume(condition=False)
        raise


def really(judge: Engine, question: AccessRequest) -> Outcome:
    """What comes of the request itself."""
    decision = judge.decide(question)
    return Outcome(
        decision.allowed,
        decision.rule,
        decision.reason,
        decision.roles,
        digest_of_claims(decision.claims, HASHER),
    )


@pytest.mark.long
@SOME
@given(
    POLICIES, POLICIES, st.lists(questions(), min_size=1, max_size=6), CHOICES, CHOICES
)
def test_another_policy_decides_a_record_as_the_request_or_not_at_all(
    before: str,
    after: str,
    asked: Sequence[AccessRequest],
    hashed: Sequence[str],
    dropped: Sequence[str],
) -> None:
    """With values hashed and dropped, and with values that were never read."""
    first, second = compiled(before), compiled(after)
    again = replayer(second)

    for question in asked:
        record = record_of(question, first, hashed=hashed, dropped=dropped)
        answer = again.answer(record)
        if isinstance(answer.now, Decided):
            assert answer.now.outcome == really(second, question)
            same = really(first, question) == answer.now.outcome
            assert (answer.verdict is Verdict.SAME) is same


@pytest.mark.long
@SOME
@given(POLICIES, st.lists(questions(), min_size=1, max_size=6), CHOICES, CHOICES)
def test_the_same_policy_decides_a_record_alike_or_not_at_all(
    text: str,
    asked: Sequence[AccessRequest],
    hashed: Sequence[str],
    dropped: Sequence[str],
) -> None:
    """So that whatever comes out otherwise is worth an alarm."""
    judge = compiled(text)
    again = replayer(judge)

    for question in asked:
        record = record_of(question, judge, hashed=hashed, dropped=dropped)
        answer = again.answer(record)
        assert answer.verdict in {Verdict.SAME, Verdict.UNDETERMINED}
        assert not answer.unexplained


@pytest.mark.long
@SOME
@given(MANY, MANY, st.lists(questions(), min_size=1, max_size=6), CHOICES, CHOICES)
def test_each_expression_has_its_value_or_none_is_told(
    before: str,
    after: str,
    asked: Sequence[AccessRequest],
    hashed: Sequence[str],
    dropped: Sequence[str],
) -> None:
    """One by one, so that an error of one does not hide the others."""
    first, second = compiled(before), compiled(after)
    memory = Memory(Hashing(HASHER))
    plan = second.plan_of(READ.id, IdentityKind.AUTHENTICATED)

    for question in asked:
        record = record_of(question, first, hashed=hashed, dropped=dropped)
        notes: Notes = set()
        recalled = memory.recall(record, READ, notes=notes)
        told = RecordedEvaluation(recalled, notes=notes)
        real = Evaluation(question, deadline=inf)
        for claim in plan.claims:
            with suppress(UndeterminedError):
                assert_same(came_to(told, claim.value), came_to(real, claim.value))


def came_to(evaluation: Evaluation, expression: Expression) -> Any:
    """The value as claims have it, with its kind; or the failure."""
    try:
        value = evaluation.value_of(expression)
    except FailedExpressionError as error:
        return str(error)
    return encode(value)


def assert_same(one: Any, other: Any) -> None:
    """As the log writes it, so that `true` is not 1."""
    assert json.dumps(one) == json.dumps(other)


@pytest.mark.long
@SOME
@given(POLICIES, st.lists(questions(), min_size=1, max_size=6))
def test_the_same_policy_misses_nothing_where_nothing_is_withheld(
    text: str, asked: Sequence[AccessRequest]
) -> None:
    """A record holds all that its decision could read."""
    judge = compiled(text)
    again = replayer(judge)

    for question in asked:
        assert again.answer(record_of(question, judge)).verdict is Verdict.SAME
