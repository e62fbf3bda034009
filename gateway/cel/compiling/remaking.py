"""Closures of a plan with other constants, without compiling it again.

For plans in which no constant decides about anything but its own value: what else there is
to compile is compiled once. All others are left to `gateway.cel.compiling.compiler`, which they are
compiled by each time.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

from gateway.cel.compiling import closures
from gateway.cel.compiling.closures import Run
from gateway.cel.compiling.compiler import Compiler
from gateway.cel.compiling.fusion import Make
from gateway.cel.library.declaration import UNKNOWN
from gateway.cel.meaning.plan import (
    Comprehension,
    Constant,
    Invoke,
    MakeList,
    Plan,
    walk,
)

# Values of constants, by the identity of the constant.
Values = Mapping[int, Any]
Remake = Callable[[Values], Run]
_Value = Callable[[Values], Any]

# Of the calls that have a closure of their own, with a constant in the second place.
_OPERANDS: Final = 2


def _constant(value: _Value, values: Values) -> Run:
    return closures.constant(value(values))


def _made(make: Make, value: _Value, values: Values) -> Run:
    return make(value(values))


class Remaker:
    """Finds out how a plan is made anew."""

    def __init__(self, compiler: Compiler, varying: Collection[int]) -> None:
        """Take what compiles the plan.

        Args:
            compiler: Has compiled it.
            varying: The identities of the constants that will have other values.
        """
        self._compiler = compiler
        self._varying = varying

    def remake(self, plan: Plan) -> Remake | None:
        """Return what makes the closure of a part; `None` if it has to be compiled."""
        if not self._varies(plan):
            run = self._compiler.compile(plan)
            return lambda _: run
        constant = self._value(plan)
        if constant is not None:
            return partial(_constant, constant)
        found = self._compiler.made_with(plan)
        if found is not None:
            make, part = found
            value = self._value(part)
            return None if value is None else partial(_made, make, value)
        match plan:
            case Invoke():
                return self._call(plan)
            case Comprehension():
                return self._loop(plan)
            case _:
                return None

    def _varies(self, plan: Plan) -> bool:
        return any(id(part) in self._varying for part in walk(plan))

    def _value(self, plan: Plan) -> _Value | None:
        """Return what gives the value of a constant part; `None` if it is none."""
        match plan:
            case Constant() if id(plan) in self._varying:
                key = id(plan)
                return lambda values: values[key]
            case MakeList():
                items = [self._value(item) for item in plan.items]
                found = [item for item in items if item is not None]
                if len(found) < len(items):
                    return None
                return lambda values: tuple([item(values) for item in found])
            case _ if not self._varies(plan):
                known = self._compiler.known(plan)
                return None if known is UNKNOWN else lambda _: known
            case _:
                return None

    def _call(self, plan: Invoke) -> Remake | None:
        """Return what makes a call whose second argument is a constant."""
        is_plain = len(plan.arguments) == _OPERANDS and not plan.implicit
        if not is_plain or any(one.prepare or one.rate for one in plan.overloads):
            return None
        if self._compiler.known(plan) is not UNKNOWN:
            # Computed while it is compiled, and that may fail.
            return None
        argument = self.remake(plan.arguments[0])
        value = self._value(plan.arguments[1])
        if argument is None or value is None:
            return None
        apply = self._compiler.implementation_of(plan)
        place = self._compiler.place(plan)
        return lambda values: closures.call_with_constant(
            apply, argument(values), value(values), place
        )

    def _loop(self, plan: Comprehension) -> Remake | None:
        over, body = self.remake(plan.range), self.remake(plan.body)
        if over is None or body is None:
            return None
        return lambda values: self._compiler.loop(plan, over(values), body(values))
