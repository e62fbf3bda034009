"""Which variables, and which of their fields, an expression can read.

A path is a variable with at most one field or constant key: `identity.email`,
`request.headers`, `claims.hd`, `now`. A variable alone stands for all that it holds.
"""

from collections.abc import Iterator

from gateway.cel.plan import Constant, Field, Has, Invoke, Key, Plan, Variable


def reads_of(plan: Plan) -> frozenset[str]:
    """Return the paths that an evaluation may read; it can read nothing else."""
    return frozenset(_reads(plan))


def _reads(plan: Plan) -> Iterator[str]:
    match plan:
        case Variable():
            yield plan.name
        case (
            Field(operand=Variable(name=variable), name=name)
            | Key(operand=Variable(name=variable), name=name)
            | Has(operand=Variable(name=variable), name=name)
        ):
            yield f"{variable}.{name}"
        case Invoke(
            name="_[_]", arguments=(Variable(name=name), Constant(value=str(key)))
        ):
            yield f"{name}.{key}"
        case Invoke(
            name="_in_", arguments=(Constant(value=str(key)), Variable(name=name))
        ):
            yield f"{name}.{key}"
        case Invoke():
            yield from _call(plan)
        case _:
            for child in plan.children:
                yield from _reads(child)


def _call(plan: Invoke) -> Iterator[str]:
    for argument in plan.arguments:
        yield from _reads(argument)
    for part in plan.implicit:
        for path in _reads(part):
            first = plan.arguments[0]
            if plan.name == "claim" and isinstance(first, Constant):
                yield f"{path}.{str(first.value).partition('.')[0]}"
            else:
                yield path
