"""Which terms of a condition would have to come out otherwise.

All of `&&`, the cheapest of `||`, the other one of a negation; through `vars`, and into
what macros ask of the elements of a list. What a single test needs, `demand` knows.

The values are those that the program itself gives for its parts, so a term that the real
evaluation never came to is looked at as well.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Choice, Comprehension, Invoke, Macro, Plan, Terms
from gateway.cel.parsing.syntax import Connective
from gateway.cel.types import BOOL, BYTES, DOUBLE, INT, STRING, CelType, ListType
from gateway.policy.nearest.change import (
    Action,
    Change,
    Changes,
    cheapest,
    together,
)
from gateway.policy.nearest.demand import demand
from gateway.policy.nearest.scope import LOCAL, Scope
from gateway.policy.nearest.wording import literal, one_of

# Of a long list, so many elements are looked at one by one.
_LOOKED_AT: Final = 50

# What an element that is to be added could be, before anything is asked of it.
_BLANKS: Final[dict[CelType, Any]] = {
    STRING: "",
    INT: 0,
    BOOL: False,
    DOUBLE: 0.0,
    BYTES: b"",
}


def needs(  # noqa: PLR0911 - one for each kind
    scope: Scope, plan: Plan, *, wanted: bool = True
) -> Changes:
    """Return the fewest changes that make a part come out as wanted.

    Returns:
        Nothing if it does so already, `None` if there is no way.
    """
    if scope.outcome(plan) is wanted:
        return ()
    match plan:
        case Terms(connective=connective):
            parts = (needs(scope, term, wanted=wanted) for term in plan.terms)
            every = (connective is Connective.AND) is wanted
            return together(parts) if every else cheapest(parts)
        case Invoke(name="!_", arguments=(operand,)):
            return needs(scope, operand, wanted=not wanted)
        case Choice():
            return cheapest(_branches(scope, plan, wanted=wanted))
        case Comprehension(macro=Macro.ALL | Macro.EXISTS | Macro.EXISTS_ONE):
            return _quantified(scope, plan, wanted=wanted)
        case _:
            variable = scope.variable(plan)
            if variable is not None and not scope.path(plan):
                return needs(*variable, wanted=wanted)
            return demand(scope, plan, wanted=wanted)


def _branches(scope: Scope, plan: Choice, *, wanted: bool) -> Iterator[Changes]:
    for test, branch in ((True, plan.then), (False, plan.otherwise)):
        yield together(
            (
                needs(scope, plan.test, wanted=test),
                needs(scope, branch, wanted=wanted),
            )
        )


def _quantified(scope: Scope, plan: Comprehension, *, wanted: bool) -> Changes:
    items = _values_of(scope, plan.range)
    if items is None:
        return (_as_written(scope, plan, wanted=wanted),)
    looked_at = items[:_LOOKED_AT]
    return cheapest(
        [
            *_by_other_terms(scope, plan, looked_at, wanted=wanted),
            *_by_elements(scope, plan, items, wanted=wanted),
        ]
    )


def _by_other_terms(
    scope: Scope, plan: Comprehension, items: Sequence[Any], *, wanted: bool
) -> Iterator[Changes]:
    """Yield what may change beside the list: what else the macro's body reads."""
    # `all` must be true of each element, `exists` false of each; else one is enough.
    found = [needs(scope.inside(plan.slot, i), plan.body, wanted=wanted) for i in items]
    outside = [each for each in found if each is not None and not _is_local(each)]
    every = (plan.macro is Macro.ALL) is wanted
    if every and items and len(outside) == len(found):
        yield together(outside)
    elif not every and plan.macro is not Macro.EXISTS_ONE:
        yield from outside


def _is_local(changes: Sequence[Change]) -> bool:
    return any(each.path[:1] == (LOCAL,) for each in changes) or not changes


def _by_elements(
    scope: Scope, plan: Comprehension, items: Sequence[Any], *, wanted: bool
) -> Iterator[Changes]:
    """Yield what elements would have to be there, or not."""
    # The outcome of the body that counts against what is wanted.
    against = plan.macro is not Macro.ALL
    guilty = [
        item
        for item in items
        if scope.inside(plan.slot, item).outcome(plan.body) is not (not against)
    ]
    match plan.macro, wanted:
        case (Macro.ALL, True) | (Macro.EXISTS, False) | (Macro.EXISTS_ONE, False):
            yield (_removal(scope, plan, guilty),)
        case Macro.EXISTS_ONE, True if guilty:
            yield (_removal(scope, plan, guilty[1:]),)
        case _:
            yield _addition(scope, plan, against=against)


def _removal(scope: Scope, plan: Comprehension, guilty: Sequence[Any]) -> Change:
    subject = _subject(scope, plan)
    if scope.is_secret(plan):
        return _as_written(scope, plan, wanted=plan.macro is Macro.ALL)
    path = scope.path(plan.range)
    return Change(
        subject=subject,
        now=f"is {literal(scope.value(plan.range))}",
        where=scope.where(plan.range),
        action=Action.REMOVE if path else Action.OTHER,
        path=path,
        value=tuple(guilty),
        needs=f"must not hold {one_of(guilty)}",
    )


def _addition(scope: Scope, plan: Comprehension, *, against: bool) -> Changes:
    """Return what has to be added, and what else the body asks for then."""
    kind = plan.range.type
    element = kind.element if isinstance(kind, ListType) else STRING
    blank = _BLANKS.get(element, "")
    inner = scope.inside(plan.slot, blank)
    found = needs(inner, plan.body, wanted=against)
    if found is None or scope.is_secret(plan):
        return (_as_written(scope, plan, wanted=against),)
    local = (LOCAL, str(plan.slot))
    mine = [each for each in found if each.path[:1] == (LOCAL,)]
    others = tuple(each for each in found if each.path[:1] != (LOCAL,))
    value, path = blank, scope.path(plan.range)
    match mine:
        case []:
            pass
        case [Change(action=Action.SET, path=each, value=value)] if each == local:
            pass
        case _:
            path = ()
    body = scope.text(plan.body)
    says = f"needs {literal(value)} in it" if path else f"needs one with `{body}`"
    change = Change(
        subject=_subject(scope, plan),
        now=f"is {literal(scope.value(plan.range))}",
        where=scope.where(plan.range),
        action=Action.ADD if path else Action.OTHER,
        path=path,
        value=(value,) if path else None,
        needs=says,
    )
    return (change, *others)


def _subject(scope: Scope, plan: Comprehension) -> str:
    text = scope.text(plan.range)
    return text if scope.path(plan.range) else f"`{text}`"


def _as_written(scope: Scope, plan: Plan, *, wanted: bool) -> Change:
    now = f"is {literal(not wanted)}"
    return Change(f"`{scope.text(plan)}`", now, scope.where(plan))


def _values_of(scope: Scope, part: Plan) -> Sequence[Any] | None:
    try:
        value = scope.value(part)
    except EvaluationError:
        return None
    return value if isinstance(value, list | tuple) else None
