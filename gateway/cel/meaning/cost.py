"""How much work an expression may be, at most, before it is ever run.

A bound, not a forecast: each variable is taken to be as large as the limits of a request
allow within reason. One unit is about the work of one operator on numbers. Loops multiply,
and what makes values larger is followed, so that a short expression that would make a
gigabyte is refused at load.

Reference: CEL language definition, "Performance".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from gateway.cel.library.declaration import UNKNOWN, Overload
from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Invoke,
    Key,
    Local,
    Macro,
    MakeList,
    MakeMap,
    Plan,
)
from gateway.cel.types import BYTES, DYN, NOTHING, STRING, CelType, ListType, MapType
from gateway.model.access import MAX_QUERY_PARAMETERS

# What a list or a map of the request may hold: as many parameters as a query may have,
# which is more than there can be headers. All of it together is no larger than the target
# and the headers of a request.
_ELEMENTS: Final = float(MAX_QUERY_PARAMETERS)
_CHARACTERS_OF_ELEMENT: Final = 256.0

# What a string may hold that stands alone: a path, a header.
_CHARACTERS: Final = 4_096.0

# Characters are looked at many at a time.
_CHARACTERS_A_UNIT: Final = 64


@dataclass(frozen=True, slots=True)
class Size:
    """How large a value may be.

    Attributes:
        length: Characters, octets, elements or entries; 0 for everything else.
        element: The size of one element.
    """

    length: float
    element: "Size | None" = None

    @property
    def weight(self) -> float:
        """What it takes to look at all of it."""
        if self.element is None:
            return 1 + self.length / _CHARACTERS_A_UNIT
        return 1 + self.length * self.element.weight

    def larger(self, other: "Size") -> "Size":
        """Return the size of what may be either."""
        if self.element is None or other.element is None:
            return self if self.weight >= other.weight else other
        return Size(max(self.length, other.length), self.element.larger(other.element))


_ONE: Final = Size(0)
_ELEMENT: Final = Size(_CHARACTERS_OF_ELEMENT)


def work_of(plan: Plan) -> float:
    """Return a bound on the units of work that one evaluation takes."""
    return _Estimate().of(plan)[0]


class _Estimate:
    def __init__(self) -> None:
        self._locals: dict[int, Size] = {}

    def of(self, plan: Plan) -> tuple[float, Size]:  # noqa: PLR0911 - one for each kind
        match plan:
            case Constant():
                return 0, _size_of(plan.value)
            case Local():
                return 1, self._locals.get(plan.slot, _assumed(plan.type))
            case Invoke():
                return self._invoke(plan)
            case Choice():
                return self._choice(plan)
            case Comprehension():
                return self._comprehension(plan)
            case MakeList() | MakeMap():
                return self._aggregate(plan)
            case _:
                return self._plain(plan)

    def _plain(self, plan: Plan) -> tuple[float, Size]:
        parts = [self.of(child) for child in plan.children]
        size = _assumed(plan.type)
        if isinstance(plan, Key) and parts[0][1].element is not None:
            size = parts[0][1].element
        return 1 + sum(work for work, _ in parts), size

    def _invoke(self, plan: Invoke) -> tuple[float, Size]:
        parts = [self.of(argument) for argument in plan.arguments]
        sizes = [size for _, size in parts]
        seen = _looked_at(plan.name, [size.weight for size in sizes])
        work = 1 + sum(work for work, _ in parts)
        work += max(min(_rate(one, plan) * seen, one.most) for one in plan.overloads)
        if plan.name == "_[_]" and sizes[0].element is not None:
            return work, sizes[0].element
        return work, _result(plan, sizes)

    def _choice(self, plan: Choice) -> tuple[float, Size]:
        test, then, otherwise = (self.of(child) for child in plan.children)
        work = 1 + test[0] + max(then[0], otherwise[0])
        return work, then[1].larger(otherwise[1])

    def _aggregate(self, plan: Plan) -> tuple[float, Size]:
        parts = [self.of(child) for child in plan.children]
        element = _ONE
        for _, size in parts:
            element = element.larger(size)
        work = 1 + len(parts) + sum(work for work, _ in parts)
        return work, Size(float(len(parts)), element)

    def _comprehension(self, plan: Comprehension) -> tuple[float, Size]:
        work, over = self.of(plan.range)
        outer = self._locals.get(plan.slot)
        element = _gone_through(plan.range.type, over)
        self._locals[plan.slot] = element
        body_work, body = self.of(plan.body)
        if outer is None:
            del self._locals[plan.slot]
        else:  # pragma: no cover - a slot belongs to one macro at a time
            self._locals[plan.slot] = outer
        total = work + 1 + over.length * (1 + body_work)
        match plan.macro:
            case Macro.MAP:
                return total, Size(over.length, body)
            case Macro.FILTER:
                return total, Size(over.length, element)
            case _:
                return total, _ONE


def _gone_through(kind: CelType, over: Size) -> Size:
    """Return the size of what a macro binds: an element of a list, a key of a map."""
    match kind:
        case ListType() if over.element is not None:
            return over.element
        case MapType():
            return _assumed_element(kind.key)
        case _:
            return _assumed(DYN)


def _rate(overload: Overload, plan: Invoke) -> float:
    if overload.rate is None:
        return overload.cost
    match plan.arguments[1]:
        case Constant(value=str() as spelling):
            return overload.rate(spelling)
        case _:
            return overload.rate(UNKNOWN)


def _looked_at(name: str, weights: Sequence[float]) -> float:
    """Return how much of the arguments a function looks at."""
    if name in {"_==_", "_!=_"}:
        # The shorter of the two decides.
        return min(weights)
    return sum(weights)


def _result(plan: Invoke, sizes: Sequence[Size]) -> Size:
    grows = max(overload.grows for overload in plan.overloads)
    if not grows:
        return _assumed(plan.type)
    length = grows * sum(size.length for size in sizes)
    elements = [size.element for size in sizes if size.element is not None]
    if not elements:
        return Size(length, _ELEMENT if _is_list(plan.type) else None)
    element = elements[0]
    for other in elements[1:]:
        element = element.larger(other)
    return Size(length, element)


def _is_list(kind: CelType) -> bool:
    return isinstance(kind, ListType)


@cache
def _assumed(kind: CelType) -> Size:
    match kind:
        case ListType():
            return Size(_ELEMENTS, _assumed_element(kind.element))
        case MapType():
            return Size(_ELEMENTS, _assumed_element(kind.value))
        case _ if kind in {STRING, BYTES}:
            return Size(_CHARACTERS)
        case _ if kind in {DYN, NOTHING}:
            return Size(_ELEMENTS, _ELEMENT)
        case _:
            return _ONE


def _assumed_element(kind: CelType) -> Size:
    return _ELEMENT if kind in {STRING, BYTES} else _assumed(kind)


def _size_of(value: Any) -> Size:
    if not isinstance(value, str | bytes):
        return _ONE
    # Rounded up, so that a name costs the same as any other.
    units = -(-len(value) // _CHARACTERS_A_UNIT)
    return Size(float(units * _CHARACTERS_A_UNIT))
