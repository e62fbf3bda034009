"""One policy file with one question, for any number of expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from gateway.cel.types import CelType
from gateway.config.configuration import PolicyFile
from gateway.model.access import AccessRequest
from gateway.policy.engine import Engine, map_roles
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.expressions import Expression, ExpressionCompiler, Programs
from gateway.policy.frames import FrameCompiler
from gateway.policy.shown import Showcase, Shown

# Who typed it waits for it, and can stop waiting.
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expression came to.

    Attributes:
        value: Its value.
        type: Its static type.
    """

    value: Any
    type: CelType


class Bench:
    """Evaluates expressions as if they stood in a policy file.

    Attributes:
        access: The question that `identity`, `request` and `route` are of.
        roles: Those that the identity holds; `None` if the mapping fails.
        trouble: Why it fails; empty if it does not.
    """

    def __init__(
        self, policy: PolicyFile, *, engine: Engine, access: AccessRequest
    ) -> None:
        """Lay out a file without faults, and a question.

        Args:
            policy: The file whose `const` and `vars` can be read.
            engine: Maps the roles.
            access: The question.
        """
        frames = FrameCompiler(policy.document, policy.settings, Programs())
        self._compiler: ExpressionCompiler = frames.compile()
        self._engine = engine
        self.access = access
        self.roles: Sequence[str] | None = None
        self.trouble = ""
        self._find_roles()

    def _find_roles(self) -> None:
        plan = self._engine.plan_of(
            self.access.route.id, self.access.subject.identity.kind
        )
        try:
            self.roles = map_roles(plan, self._evaluation())
        except FailedExpressionError as error:
            self.trouble = f"{error.fault.where}: {error.fault.message}"

    def _evaluation(self) -> Evaluation:
        evaluation = Evaluation(self.access, deadline=monotonic() + _SECONDS)
        if self.roles is not None:
            evaluation.hold(tuple(self.roles))
        return evaluation

    @property
    def variables(self) -> Mapping[str, CelType]:
        """What can be named, with the types."""
        return self._compiler.environment(roles=True).variables

    def ask(self, access: AccessRequest) -> None:
        """Put another question in the place of the present one."""
        self.access, self.roles, self.trouble = access, None, ""
        self._find_roles()

    def compile(self, text: str) -> Expression:
        """Return an expression as it would be in a rule of the file.

        Raises:
            CompileError: With everything that is wrong with it.
        """
        return self._compiler.compile_typed(text)

    def evaluate(self, expression: Expression) -> Answer:
        """Return the value of an expression.

        Raises:
            EvaluationError: It has none, or not in time.
        """
        evaluation = self._evaluation()
        value = expression.program.evaluate(
            evaluation.variables_of(expression), deadline=evaluation.deadline
        )
        return Answer(value, expression.program.type)

    def show(self, expression: Expression) -> Shown:
        """Return what each part of an expression came to."""
        return Showcase(self._evaluation()).show(expression)

    def value_at(self, path: Sequence[str]) -> Any:
        """Return what is at a path of names; `None` if there is nothing."""
        text = ".".join(path)
        # A completion never fails: what has no value has nothing to suggest.
        try:
            return self.evaluate(self.compile(text)).value
        except Exception:  # noqa: BLE001 - ditto
            return None
