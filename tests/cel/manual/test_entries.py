"""What the page says about the language is so: each example is run."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError, EvaluationError
from gateway.cel.manual.entries import (
    FUNCTIONS,
    MACROS,
    METHODS,
    RULES,
    UNSUPPORTED,
    VALUES,
)
from gateway.cel.meaning.plan import Macro
from gateway.cel.standard import FUNCTIONS as DECLARED_FUNCTIONS
from gateway.cel.standard import METHODS as DECLARED_METHODS
from gateway.cel.types import BOOL
from gateway.cel.values import equal, kind_of
from gateway.cel.version1 import policy_environment
from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind

NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
ENVIRONMENT: Final[Environment] = policy_environment(
    vars_={"staff": BOOL}, const={}, roles=True
)

# The request of the page's introduction.
REQUEST: Final[dict[str, Any]] = {
    "identity": Identity(
        id="ana-77",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        email="ana@example.com",
        groups=("staff", "orders"),
        scopes=("orders.read",),
        amr=("pwd", "mfa"),
        auth_time=NOON - timedelta(minutes=5),
        created=UNKNOWN_TIME,
    ),
    "claims": {
        "plan": "gold",
        "level": 3,
        "address": {"country": "PT"},
        "nothing": None,
    },
    "request": SimpleNamespace(ip="192.0.2.7", path="/v1/orders/ana-77"),
    "now": NOON,
    "vars": SimpleNamespace(staff=True),
    "const": SimpleNamespace(),
}

EXAMPLES: Final = [
    *(
        example
        for entries in (FUNCTIONS, METHODS, MACROS, VALUES)
        for entry in entries.values()
        for example in entry.examples
    ),
    *(example for examples in RULES.values() for example in examples),
]


def value_of(expression: str) -> Any:
    return ENVIRONMENT.compile(expression).evaluate(REQUEST)


@pytest.mark.parametrize(("expression", "value"), EXAMPLES)
def test_an_example_has_the_value_that_stands_beside_it(
    expression: str, value: str
) -> None:
    """Down to its kind; `error` where there is none."""
    if value == "error":
        with pytest.raises((EvaluationError, CompileError)):
            value_of(expression)
        return
    found, expected = value_of(expression), value_of(value)

    assert equal(found, expected)
    assert kind_of(found) == kind_of(expected)


@pytest.mark.parametrize(("what", "example", "code", "instead"), UNSUPPORTED)
def test_what_there_is_not_is_refused_by_its_code(
    what: str, example: str, code: str, instead: str
) -> None:
    """And what to write instead can be written."""
    with pytest.raises(CompileError) as refused:
        ENVIRONMENT.compile(example)

    assert refused.value.problems[0].code == code, what
    value_of(instead)


def test_everything_that_can_be_called_is_described() -> None:
    """And nothing that cannot."""
    assert set(FUNCTIONS) == set(DECLARED_FUNCTIONS)
    assert set(METHODS) | {"size", "matches"} == set(DECLARED_METHODS)
    macros = {name.partition(".")[2].partition("(")[0] for name in MACROS}
    assert macros - {"key)"} == set(Macro)
    assert all(entry.examples for entry in [*FUNCTIONS.values(), *METHODS.values()])
