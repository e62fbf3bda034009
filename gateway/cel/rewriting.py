"""A plan with one of its parts replaced by another.

Plans never change: the parts on the way from the top to the replaced one are made anew,
everything beside them is shared.
"""

from dataclasses import replace

from gateway.cel.plan import (
    Choice,
    Comprehension,
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
