"""Expressions over what was recorded."""

from typing import Any

from gateway.model.identity import IdentityKind
from gateway.policy.evaluation import FailedExpressionError
from gateway.policy.replaying.errors import UndeterminedError
from gateway.policy.replaying.evaluation import RecordedEvaluation
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.recorded import Notes
from gateway.policy.replaying.variables import Memory
from tests.policy.files import READ, access, engine, identity, mint, rule
from tests.policy.replaying.recorder import HASHER, record_of

VARS = """
[vars]
known = "identity.email == 'a@x.com'"
unknown = "identity.name == 'ana'"
failing = "1 / 0 > 0"
either = "vars.known || vars.unknown"
both = "vars.known && vars.unknown"
"""
READ_BEFORE = rule(
    "r", "identity.email == 'a@x.com' || claims.n == 1 || claims.o == {'p': 1}"
)


def values_of(
    *texts: str, claims: dict[str, Any] | None = None, **choices: Any
) -> list[Any]:
    """The values of expressions over one record; what they lack if they have none."""
    question = access(
        identity(email="a@x.com", name="ana"),
        claims={"n": 1, "o": {"p": 1}} if claims is None else claims,
    )
    record = record_of(question, engine(READ_BEFORE), **choices)
    notes: Notes = set()
    recalled = Memory(Hashing(HASHER)).recall(record, READ, notes=notes)
    evaluation = RecordedEvaluation(recalled, notes=notes)
    names = {f"c{number}": text for number, text in enumerate(texts)}
    judge = engine(VARS + rule("all") + mint(**names))
    return [
        _value(evaluation, claim.value)
        for claim in judge.plan_of(READ.id, IdentityKind.AUTHENTICATED).claims
    ]


def _value(evaluation: RecordedEvaluation, expression: Any) -> Any:
    try:
        return evaluation.value_of(expression)
    except UndeterminedError as error:
        return f"needs {error}"
    except FailedExpressionError:
        return "fails"


def test_what_was_recorded_decides() -> None:
    """And what does not matter is not missed."""
    assert values_of(
        "identity.email",
        "identity.email == 'a@x.com' || identity.name == 'x'",
        "identity.name == 'x' && claims.n == 2",
        "claims.n == 1 ? 'one' : identity.name",
        "vars.either",
        "claims.o",
    ) == ["a@x.com", True, False, "one", True, {"p": 1}]


def test_what_was_not_recorded_leaves_it_open() -> None:
    """With the path that is missing, and no other."""
    assert values_of(
        "identity.name",
        "identity.email == 'b' || identity.name == 'x'",
        "claims.n == 1 && claims.m == 1",
        "identity.groups.exists(g, g == 'a') || claims.n == 2",
        "vars.both",
        "vars.both",
        "claims",
    ) == [
        "needs identity.name",
        "needs identity.name",
        "needs claims.m",
        "needs identity.groups",
        "needs identity.name",
        "needs identity.name",
        "needs claims.m",
    ]


def test_what_fails_by_itself_fails() -> None:
    """Also after something else was missed: that had no part in it."""
    assert values_of(
        "identity.name",
        "1 / 0 > 0",
        "vars.failing",
        "claims.n == 'x' ? 1 / 0 : 2 / 0",
        "claims.o.q == 1",
    ) == ["needs identity.name", "fails", "fails", "fails", "fails"]


def test_a_variable_that_lacked_something_lacks_it_each_time() -> None:
    """It is evaluated once, and its failure is kept."""
    assert values_of("vars.unknown || true", "vars.unknown") == [
        True,
        "needs identity.name",
    ]


def test_a_hash_is_no_value_to_hand_out() -> None:
    """Nor is what holds one."""
    assert values_of(
        "identity.email == 'a@x.com'",
        "identity.email",
        "[identity.email]",
        "{'a': [identity.email]}",
        "identity.email.startsWith('a')",
        "claims.n == 1",
        hashed=["identity.email", "claims"],
    ) == [
        True,
        "needs identity.email",
        "needs identity.email",
        "needs identity.email",
        "needs identity.email",
        True,
    ]


def test_a_map_that_is_not_all_there_is_no_value() -> None:
    """What it lacks is told by what the expression reads."""
    assert values_of("claims.o", dropped=["claims.o.q"], claims={"o": {"q": 1}}) == [
        "needs claims.o"
    ]
