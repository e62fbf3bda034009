"""A plan made from another one: with a part replaced, or for a text that is like its own.

Plans never change: the parts on the way from the top to the replaced one are made anew,
everything beside them is shared.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Field,
    Has,
    Invoke,
    Key,
    MakeList,
    MakeMap,
    Plan,
    Terms,
)


def with_part(plan: Plan, old: Plan, new: Plan) -> Plan:
    """Return the plan with `new` in the place of `old`.

    Args:
        plan: The whole.
        old: A part of it, or itself.
        new: Has to be of a type that fits there.
    """
    if plan is old:
        return new
    children = [with_part(child, old, new) for child in plan.children]
    pairs = zip(children, plan.children, strict=True)
    if all(now is before for now, before in pairs):
        return plan
    return _remade(plan, children)


def relocated(
    plan: Plan, place: Callable[[int], int], values: Mapping[int, Any]
) -> Plan:
    """Return the plan of a text that differs from the plan's own in its literals.

    Args:
        plan: Of the text that is there.
        place: Gives for an offset in that text the offset in the other one.
        values: Of the constants that have another one there, by the constant's identity.
    """
    children = [relocated(child, place, values) for child in plan.children]
    made = _remade(plan, children) if children else plan
    if isinstance(made, Invoke) and made.implicit:
        implicit = [relocated(part, place, values) for part in made.implicit]
        made = replace(made, implicit=tuple(implicit))
    start, end, at = place(plan.start), place(plan.end), place(plan.at)
    if isinstance(made, Constant):
        value = values.get(id(plan), made.value)
        return Constant(start, end, at, made.type, value)
    return replace(made, start=start, end=end, at=at)


def _remade(plan: Plan, children: list[Plan]) -> Plan:  # noqa: PLR0911 - one for each kind
    match plan:
        case Field() | Key() | Has():
            return replace(plan, operand=children[0])
        case Invoke():
            return replace(plan, arguments=tuple(children))
        case Terms():
            return replace(plan, terms=tuple(children))
        case MakeList():
            return replace(plan, items=tuple(children))
        case MakeMap():
            entries = zip(children[::2], children[1::2], strict=True)
            return replace(plan, entries=tuple(entries))
        case Choice():
            test, then, otherwise = children
            return replace(plan, test=test, then=then, otherwise=otherwise)
        case Comprehension():
            over, body = children
            return replace(plan, range=over, body=body)
        case _:  # pragma: no cover
            raise AssertionError(f"no parts in {type(plan).__name__}")
