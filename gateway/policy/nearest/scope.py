"""The values of an expression's parts, and the paths that parts stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Constant, Field, Invoke, Key, Local, Plan, Variable
from gateway.cel.paths import Path
from gateway.policy.evaluation import Evaluation
from gateway.policy.expressions import Expression
from gateway.policy.shown import tells_secret

# The variable of a macro: a path of its own, inside the macro alone.
LOCAL: Final = "(element)"


@dataclass(frozen=True, slots=True)
class Scope:
    """One expression in one decision.

    Attributes:
        expression: The expression.
        evaluation: The decision.
        bound: The values of the variables of macros, by their slots.
    """

    expression: Expression
    evaluation: Evaluation
    bound: Mapping[int, Any] = field(default_factory=dict)

    def value(self, part: Plan) -> Any:
        """Return the value of a part.

        Raises:
            EvaluationError: It has none.
        """
        variables = self.evaluation.variables_of(self.expression)
        program = self.expression.program
        if part is program.plan:
            # Compiled already; most rules need nothing more.
            return program.evaluate(variables)
        return program.evaluate_part(part, variables, bound=self.bound)

    def outcome(self, part: Plan) -> bool | None:
        """Return whether a part is true; `None` if it is neither true nor false."""
        try:
            value = self.value(part)
        except EvaluationError:
            return None
        return value if isinstance(value, bool) else None

    def inside(self, slot: int, element: Any) -> "Scope":
        """Return the same scope with an element in a macro's variable."""
        return replace(self, bound={**self.bound, slot: element})

    def text(self, part: Plan) -> str:
        """Return a part as it is written, on one line."""
        source = self.expression.program.source
        return " ".join(source[part.start : part.end].split())

    def where(self, part: Plan) -> str:
        """Return `file:line:column` of a part."""
        return self.expression.place.at(*self.expression.program.place_of(part))

    def is_secret(self, part: Plan) -> bool:
        """Whether the value of a part must not be shown."""
        return tells_secret(self.text(part), self.expression)

    def variable(self, part: Plan) -> "tuple[Scope, Plan] | None":
        """Return what one of `vars` stands for; `None` for everything else."""
        frame = self.expression.frame
        match part:
            case Field(operand=Variable(name="vars"), name=name) if frame is not None:
                expression = frame.variables[name]
                return Scope(expression, self.evaluation), expression.program.plan
            case _:
                return None

    def path(self, part: Plan) -> Path:  # noqa: PLR0911 - one for each kind
        """Return what a part reads, and nothing but reads; empty if it computes."""
        variable = self.variable(part)
        if variable is not None:
            scope, plan = variable
            return scope.path(plan)
        match part:
            case Variable(name="const" | "vars"):
                return ()
            case Variable(name=name):
                return (name,)
            case Local(slot=slot):
                return (LOCAL, str(slot))
            case Field(operand=operand, name=name) | Key(operand=operand, name=name):
                return self._below(operand, name)
            case Invoke(name="_[_]", arguments=(operand, key)):
                return self._below(operand, self._constant(key))
            case Invoke(name="claim", arguments=(Constant(value=str(name)), _)):
                return ("claims", *name.split("."))
            case Invoke(name="dyn", arguments=(operand,)):
                return self.path(operand)
            case _:
                return ()

    def _below(self, operand: Plan, name: Any) -> Path:
        above = self.path(operand)
        return (*above, name) if above and isinstance(name, str) else ()

    def _constant(self, part: Plan) -> Any:
        # Only what is the same in every request: `claims['a']`, `claims[const.name]`.
        is_const = isinstance(part, Field) and (
            isinstance(part.operand, Variable) and part.operand.name == "const"
        )
        return self.value(part) if is_const or isinstance(part, Constant) else None
