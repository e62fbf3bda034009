"""The variables of one decision, and what expressions make of them.

An `Evaluation` belongs to one decision and one thread. It adds a file's `const` and `vars`
only when an expression reads them, and evaluates each of the `vars` at most once.

Whatever goes wrong in an expression comes out of here as `FailedExpressionError`, with the
place in the file. The engine makes a denial of it; nobody may drop it.
"""

from collections.abc import Mapping
from typing import Any

from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.model.access import AccessRequest
from gateway.model.decision import PolicyFault, StepTimes
from gateway.policy.expressions import Expression, Frame


class FailedExpressionError(Exception):
    """An expression that was consulted has no value. Never leaves this package.

    Attributes:
        fault: Where and why.
        timed_out: Whether the time of the decision ran out.
    """

    def __init__(self, fault: PolicyFault, *, timed_out: bool = False) -> None:
        super().__init__(f"{fault.where}: {fault.message}")
        self.fault = fault
        self.timed_out = timed_out


class FailedVariableError(EvaluationError):
    """One of `vars` has no value.

    Goes through the expression that reads it, so that `&&` and `||` absorb it like any
    other error, and says where in `[vars]` it came about.

    Attributes:
        expression: The variable's own expression.
    """

    def __init__(self, expression: Expression, cause: EvaluationError) -> None:
        super().__init__(cause.message, cause.line, cause.column)
        self.expression = expression


class LazyVariables:
    """The CEL variable `vars` of one file in one decision.

    What has been read is kept as an attribute of the instance, so that only the first
    reading comes to `__getattr__`. Errors are kept as well: what failed once fails
    whenever it is read.
    """

    def __init__(
        self,
        expressions: Mapping[str, Expression],
        variables: Mapping[str, Any],
        deadline: float,
    ) -> None:
        self.__expressions = expressions
        self.__variables = variables
        self.__deadline = deadline
        self.__failures: dict[str, FailedVariableError] = {}

    def __getattr__(self, name: str) -> Any:
        failure = self.__failures.get(name)
        if failure is not None:
            raise failure.with_traceback(None)
        expression = self.__expressions[name]
        try:
            value = expression.program.evaluate(
                self.__variables, deadline=self.__deadline
            )
        except BudgetExceededError:
            raise
        except EvaluationError as error:
            failure = _origin(error) or FailedVariableError(expression, error)
            self.__failures[name] = failure
            raise failure from None
        setattr(self, name, value)
        return value


class Evaluation:
    """The variables of one decision.

    Attributes:
        deadline: When the decision has to be there, on `time.monotonic()`.
        roles: Those that are held; `None` as long as nobody knows.
        steps: When its steps ended; filled in by the engine.
    """

    __slots__ = ("_frames", "_variables", "deadline", "roles", "steps")

    def __init__(
        self,
        access: AccessRequest,
        *,
        deadline: float,
        steps: StepTimes | None = None,
    ) -> None:
        subject = access.subject
        self.deadline = deadline
        self.roles: tuple[str, ...] | None = None
        self.steps = StepTimes() if steps is None else steps
        self._frames: dict[Frame, dict[str, Any]] = {}
        self._variables: dict[str, Any] = {
            "identity": subject.identity,
            "claims": subject.claims,
            "request": access.request,
            "route": access.route,
            "now": access.now,
        }

    def hold(self, roles: tuple[str, ...]) -> None:
        """Let expressions see the roles; before this, `roles` does not exist."""
        self.roles = roles
        self._variables["roles"] = roles
        for variables in self._frames.values():
            variables["roles"] = roles

    def variables_of(self, expression: Expression) -> Mapping[str, Any]:
        """Return the variables as the expression's file sees them."""
        frame = expression.frame
        if frame is None:
            return self._variables
        variables = self._frames.get(frame)
        if variables is None:
            variables = self._frames[frame] = self._variables.copy()
            variables["const"] = frame.constants
            variables["vars"] = LazyVariables(frame.variables, variables, self.deadline)
        return variables

    def value_of(self, expression: Expression) -> Any:
        """Return the expression's value.

        Raises:
            FailedExpressionError: It has none, or not in time.
        """
        try:
            return expression.program.evaluate(
                self.variables_of(expression), deadline=self.deadline
            )
        except Exception as error:
            raise failure_of(expression, error) from error

    def holds(self, expression: Expression) -> bool:
        """Return whether a condition is true.

        Raises:
            FailedExpressionError: It has no value, or one that is no boolean.
        """
        value = self.value_of(expression)
        if value is True or value is False:
            return value
        raise FailedExpressionError(
            PolicyFault(
                expression.place.at(), "the condition is neither true nor false"
            )
        )


def failure_of(expression: Expression, error: Exception) -> FailedExpressionError:
    """Return the failure of an expression, with its place in the file.

    Args:
        expression: The expression that was being evaluated.
        error: What came out of it. Anything that is no `EvaluationError` is told by its
            class alone: its text might hold a value of the request.
    """
    if not isinstance(error, EvaluationError):
        message = f"the expression failed ({type(error).__name__})"
        return FailedExpressionError(PolicyFault(expression.place.at(), message))
    origin = _origin(error)
    if origin is not None:
        expression, error = origin.expression, origin
    where = expression.place.at(error.line, error.column)
    return FailedExpressionError(
        PolicyFault(where, error.message),
        timed_out=isinstance(error, BudgetExceededError),
    )


def _origin(error: BaseException | None) -> FailedVariableError | None:
    """Return the variable that an expression failed by, if it was one.

    The expression tells its own place, and has the variable's error as the cause.
    """
    while error is not None:
        if isinstance(error, FailedVariableError):
            return error
        error = error.__cause__
    return None
