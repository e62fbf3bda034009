"""The conditions of an expression: the parts that a test can see true and see false.

Each term of `&&` and `||`, the test and the branches of `?:`, each comparison, `has` and
predicate of a macro, however deep; every part whose value is a bool. Not counted are parts
that cannot be both, because nothing that they read ever changes; and `!x`, which says no
more than `x`.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Field,
    Invoke,
    Local,
    Macro,
    Plan,
    Terms,
    Variable,
    walk,
)
from gateway.cel.types import BOOL
from gateway.policy.expressions import Expression, Frame


def conditions_of(expression: Expression) -> Iterator[Plan]:
    """Yield the conditions below the top of an expression, in the order of the source."""
    fixed = fixed_variables(expression.frame)
    top = expression.program.plan
    while is_negation(top):
        (top,) = top.children
    for part in _conditions(top, fixed, is_test=True):
        if part is not top:
            yield part


def varies(expression: Expression) -> bool:
    """Whether an expression can have more than one value."""
    return varies_in(expression.program.plan, fixed_variables(expression.frame))


def fixed_variables(frame: Frame | None) -> AbstractSet[str]:
    """Return the names of a file's `vars` that always have the same value."""
    fixed: set[str] = set()
    if frame is None:
        return fixed
    # A variable may read one that is declared after it.
    for _ in frame.variables:
        fixed |= {
            name
            for name, expression in frame.variables.items()
            if not varies_in(expression.program.plan, fixed)
        }
    return fixed


def _conditions(
    plan: Plan, fixed: AbstractSet[str], *, is_test: bool
) -> Iterator[Plan]:
    if not varies_in(plan, fixed):
        return
    if is_negation(plan):
        yield from _conditions(plan.children[0], fixed, is_test=True)
        return
    if is_test or plan.type is BOOL:
        yield plan
    tests = _tests(plan)
    for child in plan.children:
        yield from _conditions(child, fixed, is_test=child in tests)


def is_negation(plan: Plan) -> bool:
    """Whether a part is `!x`."""
    return isinstance(plan, Invoke) and plan.name == "!_"


def _tests(plan: Plan) -> tuple[Plan, ...]:
    """Return the parts that have to be a bool, whatever the checker knows of them."""
    match plan:
        case Terms():
            return tuple(plan.terms)
        case Choice():
            return (plan.test,)
        case Comprehension() if plan.macro is not Macro.MAP:
            return (plan.body,)
        case _:
            return ()


def varies_in(plan: Plan, fixed: AbstractSet[str]) -> bool:
    """Whether a part reads anything that is not the same for every request.

    Args:
        plan: The part.
        fixed: The `vars` of its file that are, as `fixed_variables` gives them.
    """
    bound = {part.slot for part in walk(plan) if isinstance(part, Comprehension)}
    for part in _read_parts(plan, fixed):
        match part:
            case Variable():
                return True
            case Local() if part.slot not in bound:
                return True
            case Invoke() if part.implicit:
                return True
    return False


def _read_parts(plan: Plan, fixed: AbstractSet[str]) -> Iterator[Plan]:
    """Yield a part and those below it, but for reads of what never changes."""
    match plan:
        case Field(operand=Variable(name="const")):
            return
        case Field(operand=Variable(name="vars"), name=name) if name in fixed:
            return
        case _:
            yield plan
            for child in plan.children:
                yield from _read_parts(child, fixed)
