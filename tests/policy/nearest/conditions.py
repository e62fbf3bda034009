"""One condition in one decision, for the tests of what it lacks."""

from math import inf
from typing import Any

from gateway.model.access import AccessRequest
from gateway.model.identity import IdentityKind
from gateway.policy.evaluation import Evaluation
from gateway.policy.nearest.change import Changes
from gateway.policy.nearest.scope import Scope
from gateway.policy.nearest.terms import needs
from tests.policy.files import access, engine, identity, rule

FRAME = """
[const]
teams = ["a", "b"]
key = "hd"
[vars]
who = "identity.name"
staff = "'a' in identity.groups && identity.acr == 'mfa'"
token = "request.headers.authorization[0]"
"""


def scope_of(when: str, question: AccessRequest | None = None, **fields: Any) -> Scope:
    """The scope of a rule's condition; `fields` are the identity's."""
    question = question or access(identity(**fields), headers=[(b"x-a", b"1")])
    judge = engine(FRAME + rule("x", when))
    plan = judge.plan_of("orders-read", IdentityKind.AUTHENTICATED)
    evaluation = Evaluation(question, deadline=inf)
    evaluation.hold(())
    return Scope(plan.allows.rules[0].when, evaluation)


def changes_of(
    when: str,
    question: AccessRequest | None = None,
    *,
    wanted: bool = True,
    **fields: Any,
) -> Changes:
    """What a condition lacks."""
    scope = scope_of(when, question, **fields)
    return needs(scope, scope.expression.program.plan, wanted=wanted)
