"""Single closures for what policies write most: a field, and a test of a field.

A call of a Python function costs more than what most of these parts do, so a comparison
of a field with a constant is one closure and not three. The results are those of the
closures that would stand here otherwise; the tests run both.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gateway.cel.compiling.closures import FAILURES, Cells, Place, Run, failed, no_key
from gateway.cel.errors import EvaluationError, WithheldError
from gateway.cel.library.declaration import UNKNOWN
from gateway.cel.meaning.plan import (
    Comprehension,
    Field,
    Invoke,
    Key,
    Local,
    Macro,
    Plan,
    Variable,
)
from gateway.cel.types import BOOL, STRING, CelType, ListType, MapType

Known = Callable[[Plan], Any]
PlaceOf = Callable[[Plan], Place]
Make = Callable[[Any], Run]


def fused(plan: Plan, known: Known, place_of: PlaceOf) -> Run | None:
    """Return one closure for a part and all below it; `None` if there is none.

    Args:
        plan: The part.
        known: Gives a part's value if it is a constant, else `UNKNOWN`.
        place_of: Gives the place of a part's errors.
    """
    match plan:
        case Field(operand=Variable(name=variable)):
            return _field(variable, plan.name, place_of(plan))
        case Key(operand=Field(operand=Variable() as variable) as record) if isinstance(
            record.type, MapType
        ):
            places = (place_of(record), place_of(plan))
            return _field_key(variable.name, record.name, plan.name, places)
        case Invoke(name="!_", arguments=(Field(operand=Variable()) as operand,)):
            return _not_field(operand, place_of(operand))
        case _:
            found = made_with(plan, known, place_of)
            if found is None:
                return None
            make, constant = found
            return make(known(constant))


def _path(plan: Plan) -> tuple[str, str] | None:
    match plan:
        case Field(operand=Variable(name=variable), name=name):
            return variable, name
        case _:
            return None


def _unread(fault: Exception, variable: str, place: Place) -> EvaluationError:
    if isinstance(fault, KeyError):
        return EvaluationError(f"the variable `{variable}` has no value", *place)
    return failed(fault, place)


def _field(variable: str, name: str, place: Place) -> Run:
    def run(variables: Mapping[str, Any], _cells: Cells) -> Any:
        try:
            return getattr(variables[variable], name)
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def _field_key(variable: str, name: str, key: str, places: tuple[Place, Place]) -> Run:
    record_place, key_place = places

    def run(variables: Mapping[str, Any], _cells: Cells) -> Any:
        try:
            mapping = getattr(variables[variable], name)
        except FAILURES as fault:
            raise _unread(fault, variable, record_place) from fault
        try:
            return mapping[key]
        except FAILURES as fault:
            raise no_key(fault, key, key_place) from None

    return run


def _not_field(operand: Field, place: Place) -> Run | None:
    path = _path(operand)
    if path is None or operand.type is not BOOL:
        return None
    variable, name = path

    def run(variables: Mapping[str, Any], _cells: Cells) -> bool:
        try:
            return not getattr(variables[variable], name)
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def made_with(plan: Plan, known: Known, place_of: PlaceOf) -> tuple[Make, Plan] | None:
    """Return what makes the closure of a part, and of which constant it makes it.

    For those that differ from one closure to the next in a constant alone.
    """
    match plan:
        case Invoke(arguments=(left, right)):
            return _test(plan, left, right, known, place_of)
        case Comprehension(macro=Macro.EXISTS):
            return _some_equal(plan, known, place_of)
        case _:
            return None


def _test(
    plan: Invoke, left: Plan, right: Plan, known: Known, place_of: PlaceOf
) -> tuple[Make, Plan] | None:
    """Return what tests a string field against what is known at load."""
    is_left, is_right = known(left) is not UNKNOWN, known(right) is not UNKNOWN
    if plan.name in {"_==_", "_!=_"} and left.type is right.type is STRING:
        if not is_right:
            left, right, is_right = right, left, is_left
        path = _path(left)
        if path is not None and is_right:
            compare = _equals if plan.name == "_==_" else _differs
            return partial(compare, path, place_of(left)), right
    if plan.name == "_in_" and left.type is STRING and _is_strings(right.type):
        path = _path(left)
        if is_right:
            one_of = None if path is None else partial(_is_one_of, path, place_of(left))
            return None if one_of is None else (one_of, right)
        path = _path(right)
        if path is not None and is_left:
            return partial(_holds, path, place_of(right)), left
    return None


def _is_strings(kind: CelType) -> bool:
    return isinstance(kind, ListType) and kind.element is STRING


def _equals(path: tuple[str, str], place: Place, value: str) -> Run:
    variable, name = path

    def run(variables: Mapping[str, Any], _cells: Cells) -> bool:
        try:
            return bool(getattr(variables[variable], name) == value)
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def _differs(path: tuple[str, str], place: Place, value: str) -> Run:
    variable, name = path

    def run(variables: Mapping[str, Any], _cells: Cells) -> bool:
        try:
            return bool(getattr(variables[variable], name) != value)
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def _is_one_of(path: tuple[str, str], place: Place, values: Any) -> Run:
    variable, name = path
    among = frozenset(values)

    def run(variables: Mapping[str, Any], _cells: Cells) -> bool:
        try:
            value = getattr(variables[variable], name)
            try:
                return value in among
            except WithheldError:
                # A set cannot find it, but it may tell what it equals.
                return value in values
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def _holds(path: tuple[str, str], place: Place, value: Any) -> Run:
    variable, name = path

    def run(variables: Mapping[str, Any], _cells: Cells) -> bool:
        try:
            return value in getattr(variables[variable], name)
        except FAILURES as fault:
            raise _unread(fault, variable, place) from fault

    return run


def _some_equal(
    plan: Comprehension, known: Known, place_of: PlaceOf
) -> tuple[Make, Plan] | None:
    """Return `list.exists(x, x == 'constant')` as the membership test that it is."""
    path = _path(plan.range)
    if path is None or not _is_strings(plan.range.type):
        return None
    match plan.body:
        case Invoke(name="_==_", arguments=(Local(slot=slot), other)):
            pass
        case Invoke(name="_==_", arguments=(other, Local(slot=slot))):
            pass
        case _:
            return None
    if slot != plan.slot or not isinstance(known(other), str):
        return None
    return partial(_holds, path, place_of(plan.range)), other
