"""What a policy file holds that tests can reach: its vars, roles, rules and claims.

Programs are shared between places that say the same; an item is a place, so each is
reached for itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.config.configuration import PolicyFile
from gateway.config.positions import Keys
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.assurance.swapping import expressions_in
from gateway.policy.engine import Engine
from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan


class ItemKind(StrEnum):
    """What an item is, in a word."""

    VARIABLE = "variable"
    ROLE = "role"
    RULE = "rule"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One of them.

    Attributes:
        kind: What it is.
        name: Its name in its file.
        policy: The file.
        keys: The way to its expression.
        text: The expression as it is written.
        expression: The expression; `None` if no request can ever come to it.
    """

    kind: ItemKind
    name: str
    policy: PolicyFile
    keys: Keys
    text: str
    expression: Expression | None

    @property
    def where(self) -> str:
        """`file:line:column` of its expression."""
        return self.policy.document.where(self.keys, (1, 1))

    @property
    def full_name(self) -> str:
        """Its name with that of its policy: `orders/read-own`."""
        return f"{self.policy.settings.policy.id}/{self.name}"


def plans_of(
    engine: Engine, routes: Sequence[Route]
) -> Iterator[tuple[str, IdentityKind, Plan]]:
    """Yield the plans of all routes and audience kinds."""
    for route in routes:
        for kind in IdentityKind:
            yield route.id, kind, engine.plan_of(route.id, kind)


def find_items(
    policies: Sequence[PolicyFile], engine: Engine, routes: Sequence[Route]
) -> list[Item]:
    """Return the items of the files, in the order of the files.

    Args:
        policies: The files.
        engine: What was compiled from them, and maybe from others.
        routes: All routes.
    """
    expressions = _by_place(engine, routes)
    return [
        Item(
            kind=kind,
            name=name,
            policy=policy,
            keys=keys,
            text=text,
            expression=expressions.get((policy.document.name, keys)),
        )
        for policy in policies
        for kind, name, keys, text in _declared(policy)
    ]


def _by_place(
    engine: Engine, routes: Sequence[Route]
) -> Mapping[tuple[str, Keys], Expression]:
    # Routes that the same patterns match share a plan.
    plans = {id(plan): plan for _, _, plan in plans_of(engine, routes)}
    return {
        (expression.place.document.name, expression.place.keys): expression
        for plan in plans.values()
        for expression in expressions_in(plan)
    }


def _declared(policy: PolicyFile) -> Iterator[tuple[ItemKind, str, Keys, str]]:
    settings = policy.settings
    for name, text in settings.vars.items():
        yield ItemKind.VARIABLE, name, ("vars", name), text
    for number, role in enumerate(settings.role):
        yield ItemKind.ROLE, role.id, ("role", number, "when"), role.when
    for number, rule in enumerate(settings.rule):
        yield ItemKind.RULE, rule.id, ("rule", number, "when"), rule.when
    for number, mint in enumerate(settings.mint):
        for name, text in mint.claims.items():
            yield ItemKind.CLAIM, name, ("mint", number, "claims", name), text
