"""What a token does not say is known before it comes; what it says is asked each time."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import EvaluationError
from gateway.cel.version1 import provider_environment
from gateway.config.document import Document
from gateway.identity.expressions import Check, Evaluation, Expression, Expressions
from gateway.model.errors import MalformedCredentialError, UnmetRequirementError
from gateway.model.waiting import WouldWaitError
from tests.identity.files import NOON, OIDC, provider_file, slowly_verified

ENVIRONMENT = provider_environment()

# What an expression can do with claims that may be missing.
SOURCES = {
    "constant": "'always'",
    "default": "claim('a', 'none')",
    "path": "claim('a.b', 'none')",
    "two": "claim('a', '') + claim('b', '-')",
    "needed": "claims.a",
    "dotted": "string(claims['a.b'])",
    "has": "has(claims.a) ? 'yes' : 'no'",
    "in": "'b' in claims ? 'yes' : 'no'",
    "either": "claim('a', false) || claim('b', false) ? 'yes' : 'no'",
    "absorbed": "claims.a == 'x' || !has(claims.a) ? 'yes' : 'no'",
    "chosen": "claim(claim('a', 'b'), 'none')",
    "all": "claims.map(name, name).size() > 1 ? 'many' : 'few'",
    "empty": "claims == {} ? 'nothing' : 'something'",
    "time": "string(now)",
    "both": "string(now) + claim('a', '')",
}


def _expression(source: str) -> Expression:
    document: Document = provider_file(OIDC).document
    return Expression(ENVIRONMENT.compile(source), document, ("issuer",))


def _kept(_name: str, value: Any) -> Any:
    return value


def _evaluation(
    claims: Mapping[str, Any] | None = None, *, may_wait: bool = True
) -> Evaluation:
    return Evaluation(claims or {}, now=NOON, may_wait=may_wait)


@pytest.mark.long
@pytest.mark.parametrize("name", SOURCES)
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "a.b", "c", "none", ""]),
        st.sampled_from(["x", "", True, False, None, 1, {"b": "inner"}, ["x"]]),
    )
)
def test_the_shortcut_gives_what_the_expression_gives(
    name: str, claims: dict[str, Any]
) -> None:
    """Whatever claims there are, and whichever of them the expression reads."""
    expression = _expression(SOURCES[name])
    try:
        expected = expression.program.evaluate({"claims": claims, "now": NOON})
    except EvaluationError:
        expected = None

    try:
        found = Expressions({name: expression}, finish=_kept).values(
            _evaluation(claims)
        )[name]
    except MalformedCredentialError:
        found = None

    assert found == expected


def test_expressions_without_their_claims_are_not_evaluated_again() -> None:
    """Most tokens lack most of what it is worth to ask for."""
    finished: list[str] = []

    def finish(name: str, value: Any) -> Any:
        finished.append(name)
        return value

    sources = {"email": "claim('email', '')", "sub": "claims.sub", "time": "now"}
    expressions = Expressions(
        {name: _expression(source) for name, source in sources.items()}, finish=finish
    )
    assert finished == ["email"]
    finished.clear()

    values = expressions.values(_evaluation({"sub": "ana", "aud": "x"}))

    assert values == {"email": "", "sub": "ana", "time": NOON}
    assert sorted(finished) == ["sub", "time"]


def test_values_of_one_credential_do_not_reach_the_next() -> None:
    """What is known beforehand stays as it was."""
    expressions = Expressions(
        {"email": _expression("claim('email', '')")}, finish=_kept
    )

    given_away = expressions.values(_evaluation())
    given_away["email"] = "changed"
    expressions.values(_evaluation({"email": "ana@corp.example"}))

    assert expressions.values(_evaluation()) == {"email": ""}


def test_what_is_no_value_without_claims_is_refused_when_a_credential_comes() -> None:
    """And not at load: another credential may well have the claim."""

    def finish(_name: str, value: Any) -> Any:
        if not value:
            raise MalformedCredentialError("empty")
        return value

    expressions = Expressions({"x": _expression("claim('x', '')")}, finish=finish)

    assert expressions.values(_evaluation({"x": "there"})) == {"x": "there"}
    with pytest.raises(MalformedCredentialError, match="empty"):
        expressions.values(_evaluation())


@pytest.mark.parametrize(
    ("source", "met"), [("true", True), ("claims.a == 1", True), ("1 == 2", False)]
)
def test_a_condition_is_met_only_if_it_is_true(source: str, *, met: bool) -> None:
    """The message of the file goes to the caller."""
    check = Check("c", "Sign in again.", _expression(source))

    if met:
        _evaluation({"a": 1}).require(check)
        return
    with pytest.raises(UnmetRequirementError) as caught:
        _evaluation({"a": 1}).require(check)
    assert caught.value.message == "Sign in again."


def test_a_condition_that_cannot_be_evaluated_is_not_met() -> None:
    """The log says where it is written."""
    check = Check("c", "", _expression("claims.a == 1"))

    with pytest.raises(UnmetRequirementError, match=r"cannot be evaluated: providers/"):
        _evaluation().require(check)


def test_time_that_is_over_is_over_for_everything() -> None:
    """On the event loop it is no refusal, but a reason to go elsewhere."""
    check = Check("c", "", _expression("claim('a', 1) == 1"))
    evaluation = _evaluation(slowly_verified().claims, may_wait=False)
    evaluation.require(check)

    with pytest.raises(WouldWaitError):
        evaluation.require(check)
    with pytest.raises(WouldWaitError):
        evaluation.value_of(check.expression)


def test_time_that_is_over_where_one_may_wait_is_a_refusal() -> None:
    """Nobody gets in because the file is slow."""
    expression = _expression("claims.a")
    evaluation = _evaluation({"a": 1})
    evaluation._deadline = 0

    with pytest.raises(MalformedCredentialError, match="took too long"):
        evaluation.value_of(expression)
    with pytest.raises(UnmetRequirementError, match="took too long"):
        evaluation.require(Check("c", "", expression))
