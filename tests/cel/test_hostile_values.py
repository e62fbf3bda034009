"""Values that are larger than any request's: the deadline holds, or nothing is run at all.

Measured on one machine with 20,000 groups and a budget of 5 ms, the longest took twice the
budget of the processor's time. The bounds here are generous: machines that run tests are busy.
"""

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest

from gateway.cel.environment import CompileError, Environment
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.version1 import policy_environment
from gateway.model.identity import Identity, IdentityKind

ENVIRONMENT: Final[Environment] = policy_environment(vars_={}, const={}, roles=True)
BUDGET: Final = 0.02
# Fifty times the budget: a loop that forgot the clock would take minutes.
MOST: Final = 1.0

GROUPS: Final = tuple(f"group-{number:08d}" for number in range(20_000))
LABELS: Final = tuple(f"label-{number:08d}" for number in range(20_000))
VALUES: Final[dict[str, Any]] = {
    "identity": Identity(
        id="u1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        name="a" * 4_000,
        email="a" * 100_000 + "@b.example",
        groups=GROUPS,
        labels=LABELS,
    ),
    "claims": {
        "list": list(GROUPS),
        "text": "a" * 65_536,
        "map": dict.fromkeys(GROUPS, 1),
    },
    "request": SimpleNamespace(path="/" + "a" * 8_000, ip="192.0.2.7"),
    "now": datetime(2026, 5, 4, tzinfo=UTC),
}

SLOW: Final = [
    "identity.groups.exists(a, identity.labels.exists(b, a + b == 'zz'))",
    "identity.groups.all(a, identity.labels.all(b, a != b))",
    "identity.groups.exists(a, identity.labels.exists_one(b, b == a))",
    "identity.groups.exists(g, g in identity.labels)",
    "identity.groups.exists(g, claims.list == identity.labels)",
    "identity.groups.map(a, identity.labels.map(b, a + b)).size() == 1",
    (
        "identity.groups.map(a, identity.labels) == [] || identity.groups.map(a, "
        "identity.labels.filter(b, a == b)) == []"
    ),
]
QUICK: Final = [
    "identity.groups.map(a, a + a).filter(a, a.contains('zz')).size() == 0",
    "identity.groups.all(g, g.matches('^([a-z]+-)*[0-9]+$'))",
    "identity.groups.exists(g, g.matches('(.*a){10}x'))",
    "identity.groups.exists(g, glob(g, '**x*y**z'))",
    "identity.name.matches('(.*a){20}x')",
    "identity.name.matches('(a|aa|aaa)*b')",
    "request.path.replace('a', 'bbbb').replace('b', 'cccc').size() > 0",
    "identity.email.replace('a', 'bb').lowerAscii().trim().split('b').join('c') == ''",
    "claims.text.split('').join('-').size() > 0",
    "any_of(identity.groups, identity.labels)",
    "all_of(identity.groups, identity.labels)",
    "claims.list == identity.groups",
    "claims.list.all(g, g in claims.map)",
    "identity.groups.exists(g, email_domain(identity.email) == g)",
    "(identity.groups + identity.labels + identity.groups).size() > 0",
]
REFUSED: Final = [
    "identity.groups.map(a, a.replace('-', '----')).join(',').split(',').size() == 1",
    "identity.groups.join(',').split(',').join(';').split(';').size() > 0",
    "identity.groups.exists(g, any_of(identity.labels, identity.groups))",
    "identity.groups.exists(g, g.matches(claims.text))",
    (
        "identity.groups.exists(a, identity.groups.exists(b, identity.groups.exists(c, "
        "a + b == c)))"
    ),
    (
        "request.query.exists(k, request.headers.exists(h, request.query[k] == "
        "request.headers[h]))"
    ),
]


def taken(expression: str) -> tuple[str, float]:
    """How it ended, and the processor's time that it took."""
    program = ENVIRONMENT.compile(expression)
    before = time.thread_time()
    try:
        program.evaluate(VALUES, deadline=time.monotonic() + BUDGET)
        ended = "value"
    except BudgetExceededError:
        ended = "timeout"
    except EvaluationError:
        ended = "error"
    return ended, time.thread_time() - before


@pytest.mark.parametrize("expression", SLOW)
def test_what_would_take_minutes_is_stopped(expression: str) -> None:
    """Inside the inner loop, too."""
    ended, seconds = taken(expression)

    assert ended == "timeout"
    assert seconds < MOST


@pytest.mark.parametrize("expression", QUICK)
def test_what_cannot_be_interrupted_is_short(expression: str) -> None:
    """One operation on a large value, or a search."""
    _, seconds = taken(expression)

    assert seconds < MOST


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_too_much_for_any_request_is_never_run(expression: str) -> None:
    """Refused when the file is read."""
    with pytest.raises(CompileError) as refused:
        ENVIRONMENT.compile(expression)

    assert refused.value.problems[0].code == "E403"
