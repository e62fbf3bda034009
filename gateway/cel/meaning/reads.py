"""What an expression can read, found without evaluating it.

As deep as the expression says: `claims.address.country` is one path, and so is the key that
`has(claims.hd)`, `'hd' in claims` or `claim('hd', '')` asks for, whether it is there or not.
A key that only the run time knows stands for the whole map, and so does a loop over it.
"""

from collections.abc import Iterator

from gateway.cel.meaning.plan import Constant, Field, Has, Invoke, Key, Plan, Variable
from gateway.cel.paths import Path, shortest, write_path
from gateway.cel.types import MapType


def reads_of(plan: Plan) -> frozenset[str]:
    """Return the paths that an evaluation may read; it can read nothing else."""
    return frozenset(map(write_path, shortest(path for _, path in readings(plan))))


def readings(plan: Plan) -> Iterator[tuple[Plan, Path]]:
    """Yield each part that reads something of its own, with the path that it reads."""
    path = _path_of(plan) or _asked_for(plan)
    if path is not None:
        yield plan, path
        return
    for child in plan.children:
        yield from readings(child)
    if isinstance(plan, Invoke):
        for part in plan.implicit:
            for _, read in readings(part):
                yield plan, _narrowed(plan, read)


def _path_of(plan: Plan) -> Path | None:
    """Return the path that a part is the value of; `None` if it is computed."""
    match plan:
        case Variable():
            return (plan.name,)
        case Field(operand=operand, name=name) | Key(operand=operand, name=name):
            above = _path_of(operand)
        case Invoke(name="_[_]", arguments=(operand, Constant(value=str(name)))):
            above = _path_of(operand)
        case _:
            return None
    return None if above is None else (*above, name)


def _asked_for(plan: Plan) -> Path | None:
    """Return the path whose presence a part asks for."""
    match plan:
        case Has(operand=operand, name=name):
            above = _path_of(operand)
        # What may turn out to be a list is read as a whole.
        case Invoke(
            name="_in_",
            arguments=(Constant(value=str(name)), Plan(type=MapType()) as operand),
        ):
            above = _path_of(operand)
        case _:
            return None
    return None if above is None else (*above, name)


def _narrowed(plan: Invoke, read: Path) -> Path:
    """Return what a function reads of a variable that its author does not write."""
    match plan:
        case Invoke(name="claim", arguments=(Constant(value=str(path)), _)):
            return (*read, *path.split("."))
        case _:
            return read
