"""The mistakes that somebody could have made in a policy file, each a mutant.

A mutant changes one thing: a part of an expression, or a word of a rule. It is made from
the compiled plans; no file is written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.cel.errors import CompileError
from gateway.cel.meaning.rewriting import with_part
from gateway.cel.program import Program
from gateway.model.identity import IdentityKind
from gateway.policy.assurance.items import Item, ItemKind
from gateway.policy.assurance.rewrites import Rewrite, rewrites_of
from gateway.policy.assurance.swapping import Swap
from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan

_CONDITIONAL = frozenset({ItemKind.ROLE, ItemKind.RULE})

# What a test has to say for a change of an item to be seen in it.
EXPECTATION = {
    ItemKind.VARIABLE: "`rule`, `reason`, `roles` or `mint`",
    ItemKind.ROLE: "`roles`",
    ItemKind.RULE: "`rule` or `reason`",
    ItemKind.CLAIM: "`mint`",
}
CHALLENGE = "`challenge`"
_OF_SHADOW = "`shadow`"


@dataclass(frozen=True, slots=True)
class Question:
    """Where requests are decided by one plan.

    Attributes:
        route: Id of the route.
        kind: The audience kind.
    """

    route: str
    kind: IdentityKind


PlanChange = Callable[[Question, Plan], Plan]


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One mistake.

    Attributes:
        policy: Id of the policy.
        where: `file:line:column`.
        item: What is changed: `rule read-own`.
        before: The text that is changed.
        after: What it becomes.
        hint: The test that would notice.
        expect: What a test has to expect to notice.
        change: Gives the plan with the mistake.
        questions: What it can change the answers to; `None` for everything that comes to
            its expression.
        expression: Only where its value matters, does the mistake.
        program: What takes its place, if that is the mistake.
    """

    policy: str
    where: str
    item: str
    before: str
    after: str
    hint: str
    expect: str
    change: PlanChange
    questions: frozenset[Question] | None = None
    expression: Expression | None = None
    program: Program | None = None


def expression_mutants(items: Sequence[Item]) -> Iterator[Mutant]:
    """Yield the mistakes in the expressions of the items."""
    for item in items:
        expression = item.expression
        if expression is None:
            # Nothing can come to it, so nothing can tell.
            continue
        is_condition = item.kind in _CONDITIONAL
        for rewrite in rewrites_of(expression, is_condition=is_condition):
            yield from _rewritten(item, expression, rewrite)


def _rewritten(
    item: Item, expression: Expression, rewrite: Rewrite
) -> Iterator[Mutant]:
    original = expression.program
    plan = with_part(original.plan, rewrite.old, rewrite.new)
    try:
        program = original.rewritten(plan)
    except CompileError:
        # Nobody could have made this mistake: it is refused at load.
        return
    place = original.place_of(rewrite.at)
    yield Mutant(
        policy=item.policy.settings.policy.id,
        where=expression.place.at(*place),
        item=f"{item.kind} {item.name}",
        before=rewrite.before,
        after=rewrite.after,
        hint=f"a test in which {rewrite.hint}",
        expect=expectation_of(item),
        change=_swapped(expression, program),
        expression=expression,
        program=program,
    )


def _swapped(expression: Expression, program: Program) -> PlanChange:
    def change(_question: Question, plan: Plan) -> Plan:
        return Swap({expression: program}).plan(plan)

    return change


def expectation_of(item: Item) -> str:
    """Return what a test has to expect for a change of an item to be seen."""
    if item.kind is ItemKind.RULE and is_shadow(item):
        return _OF_SHADOW
    return EXPECTATION[item.kind]


def is_shadow(item: Item) -> bool:
    """Whether an item is a rule in shadow mode."""
    rules = item.policy.settings.rule
    return any(rule.id == item.name and rule.mode == "shadow" for rule in rules)
