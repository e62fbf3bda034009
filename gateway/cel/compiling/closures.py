"""The closures that a compiled expression is made of.

Each takes the caller's variables, which are never written to, and the cells of one
evaluation: the deadline, the recorder of `explain`, then one cell for each variable that
a macro binds. No state outlives an evaluation, so threads cannot see each other's.

Whatever goes wrong leaves a closure as an `EvaluationError` with the place of the part
that failed; that is what lets `&&`, `||` and their like absorb exactly the errors that
the language says.
"""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from gateway.cel.errors import BudgetExceededError, EvaluationError, ValueFault
from gateway.cel.library.declaration import Implementation
from gateway.cel.types import CelType
from gateway.cel.values import conforms, kind_of

Cells = list[Any]
Run = Callable[[Mapping[str, Any], Cells], Any]
Place = tuple[int, int]

DEADLINE: Final = 0
RECORDER: Final = 1
FIRST_LOCAL: Final = 2

# Values come from outside this package, and a record may compute its fields: any
# exception of theirs is an error of the expression, hence a denial, never a crash.
FAILURES: Final = (Exception,)


def failed(fault: Exception, place: Place) -> EvaluationError:
    """Return the error of the part at a place, without any value."""
    if isinstance(fault, BudgetExceededError):
        return BudgetExceededError(fault.message, *place)
    if isinstance(fault, EvaluationError):
        return EvaluationError(fault.message, *place)
    if isinstance(fault, ValueFault):
        return EvaluationError(str(fault), *place)
    return EvaluationError(f"it cannot be computed ({type(fault).__name__})", *place)


def check_deadline(cells: Cells, place: Place) -> None:
    """Stop the evaluation if its time is over.

    Raises:
        BudgetExceededError: It is.
    """
    if monotonic() > cells[DEADLINE]:
        raise BudgetExceededError("the expression took too long", *place)


def constant(value: Any) -> Run:
    """Return what gives the same value each time."""
    return lambda _variables, _cells: value


def variable(name: str, place: Place) -> Run:
    """Return what reads a variable."""

    def run(variables: Mapping[str, Any], _cells: Cells) -> Any:
        try:
            return variables[name]
        except FAILURES as fault:
            raise _absent(fault, name, place) from None

    return run


def _absent(fault: Exception, name: str, place: Place) -> EvaluationError:
    if isinstance(fault, KeyError):
        return EvaluationError(f"the variable `{name}` has no value", *place)
    return failed(fault, place)


def local(cell: int) -> Run:
    """Return what reads the variable of a macro."""
    return lambda _variables, cells: cells[cell]


def field(operand: Run, name: str, place: Place) -> Run:
    """Return what reads a field of a record."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        record = operand(variables, cells)
        try:
            return getattr(record, name)
        except FAILURES as fault:
            raise failed(fault, place) from fault

    return run


def key(operand: Run, name: str, place: Place, *, checked: bool) -> Run:
    """Return what reads the value of a key.

    Args:
        operand: Gives the map.
        name: The key.
        place: Of the key.
        checked: Whether the operand's type has to be tested.
    """

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        mapping = operand(variables, cells)
        try:
            if checked and not isinstance(mapping, Mapping):
                raise ValueFault(f"{kind_of(mapping)} has no fields")
            return mapping[name]
        except FAILURES as fault:
            raise no_key(fault, name, place) from None

    return run


def no_key(fault: Exception, name: str, place: Place) -> EvaluationError:
    """Return the error of a key that is not there."""
    if isinstance(fault, KeyError):
        return EvaluationError(f"the map has no key `{name}`", *place)
    return failed(fault, place)


def has(operand: Run, name: str, place: Place, *, checked: bool) -> Run:
    """Return what tells whether a map has a key."""

    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        mapping = operand(variables, cells)
        if checked and not isinstance(mapping, Mapping):
            raise EvaluationError(f"{kind_of(mapping)} has no fields", *place)
        return name in mapping

    return run


def call(apply: Implementation, arguments: Sequence[Run], place: Place) -> Run:
    """Return what calls a function with the values of its arguments."""
    match len(arguments):
        case 1:
            return _call_one(apply, arguments[0], place)
        case 2:
            return _call_two(apply, arguments[0], arguments[1], place)
        case _:
            return _call_many(apply, arguments, place)


def _call_one(apply: Implementation, argument: Run, place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        value = argument(variables, cells)
        try:
            return apply(value)
        except FAILURES as fault:
            raise failed(fault, place) from None

    return run


def _call_two(apply: Implementation, first: Run, second: Run, place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        left = first(variables, cells)
        right = second(variables, cells)
        try:
            return apply(left, right)
        except FAILURES as fault:
            raise failed(fault, place) from None

    return run


def call_with_constant(
    apply: Implementation, argument: Run, value: Any, place: Place
) -> Run:
    """Return what calls a function whose second argument is known at load."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        left = argument(variables, cells)
        try:
            return apply(left, value)
        except FAILURES as fault:
            raise failed(fault, place) from None

    return run


def _call_many(apply: Implementation, arguments: Sequence[Run], place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        values = [argument(variables, cells) for argument in arguments]
        try:
            return apply(*values)
        except FAILURES as fault:
            raise failed(fault, place) from None

    return run


def negation(operand: Run) -> Run:
    """Return what negates a bool."""
    return lambda variables, cells: not operand(variables, cells)


def as_bool(operand: Run, place: Place) -> Run:
    """Return what demands that a value of unknown type is a bool."""

    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        value = operand(variables, cells)
        if value is True:
            return True
        if value is False:
            return False
        message = f"a bool is needed here, and this is {kind_of(value)}"
        raise EvaluationError(message, *place)

    return run


def as_range(operand: Run, place: Place) -> Run:
    """Return what demands that a value of unknown type can be gone through."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        value = operand(variables, cells)
        if isinstance(value, list | tuple | Mapping):
            return value
        message = f"a list or map is needed here, and this is {kind_of(value)}"
        raise EvaluationError(message, *place)

    return run


def choice(test: Run, then: Run, otherwise: Run) -> Run:
    """Return what evaluates one of two branches."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        if test(variables, cells):
            return then(variables, cells)
        return otherwise(variables, cells)

    return run


def make_list(items: Sequence[Run]) -> Run:
    """Return what makes a list."""
    return lambda variables, cells: [item(variables, cells) for item in items]


def make_map(entries: Sequence[tuple[Run, Run]], place: Place) -> Run:
    """Return what makes a map; two equal keys are an error."""

    def run(variables: Mapping[str, Any], cells: Cells) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key_of, value_of in entries:
            name = key_of(variables, cells)
            if kind_of(name) not in _KEY_KINDS:
                message = f"{kind_of(name)} cannot be a key of a map"
                raise EvaluationError(message, *place)
            # Also refuses `{true: .., 1: ..}`, whose keys differ in CEL alone: a map of
            # Python's cannot hold both.
            if name in made:
                raise EvaluationError("the map has a key twice", *place)
            made[name] = value_of(variables, cells)
        return made

    return run


def conforming(operand: Run, kind: CelType, place: Place) -> Run:
    """Return what demands that a value of unknown type is of a given one."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        value = operand(variables, cells)
        if conforms(value, kind):
            return value
        raise unfit(value, kind, place)

    return run


def unfit(value: Any, kind: CelType, place: Place) -> EvaluationError:
    """Return the error of a value that is not of the type that is needed."""
    message = f"the value must be {kind}, and this is {kind_of(value)}"
    return EvaluationError(message, *place)


_KEY_KINDS: Final = frozenset({"bool", "int", "uint", "string"})
