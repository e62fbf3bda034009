"""What one term of a condition says about a part of the request.

`identity.provider == 'corp'` says that the provider is one of one; `x > 5` that x is above
a bound. Two terms about the same part can then be told to exclude each other. What is not
understood says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.cel.meaning.plan import (
    Constant,
    Field,
    Has,
    Invoke,
    Key,
    Local,
    MakeList,
    Plan,
    Terms,
    Variable,
)

# A constant is a pair of its kind and its value, so that `1` is not `true`.
Value = tuple[str, Any]

_ORDERED: Final = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Demand:
    """What has to hold of one part for a term to be true.

    Attributes:
        subject: The part, as `structure` gives it.
        sign: `in`, `not in`, `<`, `<=`, `>` or `>=`.
        values: The constants that it is compared with; one, if the sign is an order.
    """

    subject: Any
    sign: str
    values: frozenset[Value]

    def excludes(self, other: "Demand") -> bool:
        """Return whether no value of the subject meets both."""
        if self.sign == "in":
            return not any(other.admits(value) for value in self.values)
        if other.sign == "in":
            return other.excludes(self)
        return _apart(self, other) or _apart(other, self)

    def admits(self, value: Value) -> bool:
        """Return whether a value meets it."""
        if self.sign in {"in", "not in"}:
            return (value in self.values) is (self.sign == "in")
        (bound,) = self.values
        # What cannot be compared fails.
        return value[0] == bound[0] and _is_ordered(value[1], self.sign, bound[1])


def _apart(below: Demand, above: Demand) -> bool:
    """Return whether one asks for less than the other asks for at least."""
    if below.sign not in {"<", "<="} or above.sign not in {">", ">="}:
        return False
    (high,), (low,) = below.values, above.values
    if high[0] != low[0]:
        return False
    may_touch = below.sign == "<=" and above.sign == ">="
    return bool(high[1] < low[1] or (high[1] == low[1] and not may_touch))


def _is_ordered(value: Any, sign: str, bound: Any) -> bool:
    if value == bound:
        return sign in {"<=", ">="}
    return bool(value < bound) is (sign in {"<", "<="})


def demand_of(term: Plan, *, wanted: bool = True) -> Demand | None:
    """Return what a term demands; `None` if nobody can tell.

    Args:
        term: Boolean.
        wanted: The value that it has to have.
    """
    match term:
        case Invoke(name="!_", arguments=(inner,)):
            return demand_of(inner, wanted=not wanted)
        case Invoke(name="_==_", arguments=(left, right)):
            return _equality(left, right, wanted=wanted)
        case Invoke(name="_!=_", arguments=(left, right)):
            return _equality(left, right, wanted=not wanted)
        case Invoke(name="_in_", arguments=(left, MakeList(items=items))):
            return _membership(left, items, wanted=wanted)
        case Invoke(name=name, arguments=(left, right)) if name in _ORDERED:
            return _ordering(left, right, _ORDERED[name]) if wanted else None
        case _:
            value = frozenset({("bool", wanted)})
            return _made(structure(term), "in", value)


def _equality(left: Plan, right: Plan, *, wanted: bool) -> Demand | None:
    value = constant_of(right)
    if value is None:
        left, value = right, constant_of(left)
    values = None if value is None else frozenset({value})
    return _made(structure(left), "in" if wanted else "not in", values)


def _membership(left: Plan, items: Sequence[Plan], *, wanted: bool) -> Demand | None:
    values = frozenset(constant_of(item) for item in items)
    known = frozenset(value for value in values if value is not None)
    sign = "in" if wanted else "not in"
    return _made(structure(left), sign, known if known == values else None)


def _ordering(left: Plan, right: Plan, sign: str) -> Demand | None:
    value = constant_of(right)
    if value is None:
        left, value, sign = right, constant_of(left), _MIRRORED[sign]
    if value is None or value[0] == "bool":
        return None
    return _made(structure(left), sign, frozenset({value}))


def _made(subject: Any, sign: str, values: frozenset[Value] | None) -> Demand | None:
    if subject is None or values is None:
        return None
    return Demand(subject, sign, values)


def constant_of(part: Plan) -> Value | None:
    """Return the value of a constant; `None` if a part is none that is understood."""
    match part:
        case Constant(value=bool(value)):
            return ("bool", value)
        case Constant(value=int() | float() as number):
            return ("number", number)
        case Constant(value=str(value)):
            return ("text", value)
        case MakeList(items=items):
            values = tuple(constant_of(item) for item in items)
            return None if None in values else ("list", values)
        case _:
            return None


def structure(part: Plan) -> Any:  # noqa: PLR0911 - one for each kind
    """Return what two parts have in common if they mean the same; `None` if unknown.

    Only valid inside one policy file: `vars` and `const` are the file's own.
    """
    match part:
        case Variable(name=name):
            return ("variable", name)
        case Local(slot=slot):
            return ("local", slot)
        case Field(operand=operand, name=name) | Key(operand=operand, name=name):
            return _joined("_[_]", structure(operand), ("text", name))
        case Has(operand=operand, name=name):
            return _joined("has", structure(operand), ("text", name))
        case Invoke(name=name, arguments=parts):
            return _joined(name, *map(structure, parts))
        case Terms(connective=connective, terms=parts):
            return _joined(connective.value, *map(structure, parts))
        case MakeList(items=parts):
            return constant_of(part) or _joined("list", *map(structure, parts))
        case _:
            return constant_of(part)


def _joined(name: str, *parts: Any) -> Any:
    return None if None in parts else (name, *parts)
