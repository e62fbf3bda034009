"""What several lints ask about expressions: their parts, their variables, their place."""

from gateway.cel.meaning.plan import Constant, Field, Invoke, Key, Plan, Variable
from gateway.config.faults import Fault
from gateway.policy.expressions import Expression

Path = tuple[str, ...]


def variable_of(expression: Expression, part: Plan) -> Expression | None:
    """Return the expression of `vars.name`, if that is what a part is."""
    match part:
        case Field(operand=Variable(name="vars"), name=name) if expression.frame:
            return expression.frame.variables[name]
        case _:
            return None


def path_of(part: Plan) -> Path | None:
    """Return `claims.address.country` as names; `None` if a part is no such path."""
    match part:
        case Variable(name=name):
            return (name,)
        case Field(operand=operand, name=name) | Key(operand=operand, name=name):
            above = path_of(operand)
        case Invoke(name="_[_]", arguments=(operand, Constant(value=str(name)))):
            above = path_of(operand)
        case _:
            return None
    return None if above is None else (*above, name)


def fault_at(
    expression: Expression, part: Plan, code: str, message: str, hint: str = ""
) -> Fault:
    """Return a fault of a part of an expression, at its own place in the file."""
    place, program = expression.place, expression.program
    text = program.text(part).partition("\n")[0]
    return place.document.fault(
        code,
        place.keys,
        message,
        help=hint,
        inner=program.place(part),
        length=len(text),
    )
