"""Sides of a comparison, and terms to look at, made for tests."""

from collections.abc import Sequence
from typing import Any

from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.comparison.comparing import Comparison
from gateway.policy.comparison.findings import Finding
from gateway.policy.comparison.searching.aims import Scene
from gateway.policy.comparison.searching.inputs import METHOD, PROVIDER, Edit, Inputs
from gateway.policy.comparison.searching.search import Search
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.searching.terms import Parts, Term, Trial, term_of
from gateway.policy.compiler import compile_policies
from gateway.upstream.routes import RouteTable
from tests.policy.comparison.pairs import FILES, Files, Pair, rule_of
from tests.policy.files import NOON, files


def side(given: Files, name: str = "old") -> Side:
    """A side, compiled."""
    policies = files(*given.texts)
    return Side(
        name=name,
        engine=compile_policies(
            policies,
            routes=given.routes,
            guest=given.guest,
            decision_time=given.decision_time,
            providers=given.providers,
        ),
        router=RouteTable(given.routes),
        routes=given.routes,
        providers=given.providers,
        policies=policies,
        guest=given.guest,
        now=NOON,
    )


def comparison(pair: Pair, **fields: Any) -> Comparison:
    """A comparison that is yet to be run."""
    return Comparison(side(pair.old), side(pair.new, "new"), **fields)


def compared(pair: Pair) -> list[Finding]:
    """What differs between two sides."""
    return comparison(pair).run()


def somebody(
    route: Route = FILES,
    kind: str = "authenticated",
    provider: str = "corp",
    **fields: Any,
) -> Inputs:
    """A plain request; `fields` are of the identity."""
    values: dict[Any, Any] = {METHOD: min(route.methods), PROVIDER: provider}
    values |= {("identity", name): value for name, value in fields.items()}
    return Inputs(route, IdentityKind(kind), values=values)


def place_of(text: str, head: str = "") -> tuple[Side, Term]:
    """A condition on the route of files, as a term."""
    made = side(Files((head + rule_of(text, routes="files"),)))
    plan = made.engine.plan_of("files", IdentityKind.AUTHENTICATED)
    return made, term_of(plan.allows.rules[0].when)


def scene_of(
    text: str, inputs: Inputs | None = None, *, head: str = ""
) -> tuple[Term, Scene]:
    """A condition and a request to look at it with."""
    made, term = place_of(text, head)
    trial = Search(Parts(), 10).trial(made, inputs or somebody())
    assert isinstance(trial, Trial)
    return term, Scene(trial)


def flipped(text: str, edits: Sequence[Edit], inputs: Inputs | None = None) -> set[Any]:
    """What a condition comes to after each of the edits."""
    made, term = place_of(text)
    values = set()
    for edit in edits:
        trial = Search(Parts(), 10).trial(made, (inputs or somebody()).edited(edit))
        if trial is not None:
            values.add(trial.value(term))
    return values
