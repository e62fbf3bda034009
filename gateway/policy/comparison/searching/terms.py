"""The parts of a condition, through `[vars]`, and what they come to for a request.

A term is a part of an expression together with the file that it is read in. What stands
behind a variable belongs to the term that names it, so that a file says the same whether a
condition is written out or named.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from typing_extensions import override

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import (
    Choice,
    Constant,
    Field,
    Invoke,
    Plan,
    Terms,
    Variable,
)
from gateway.cel.types import CelType
from gateway.model.access import AccessRequest
from gateway.policy.engine import Engine, map_roles
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.expressions import Expression

# Whatever the machine is doing, a comparison is about the answer and not about its time.
BUDGET: Final = 5.0


class _Failed:
    @override
    def __repr__(self) -> str:
        return "FAILED"


# The value of a term that has none.
FAILED: Final = _Failed()


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an expression.

    Attributes:
        plan: The part.
        expression: What it is a part of.
    """

    plan: Plan
    expression: Expression

    @property
    def type(self) -> CelType:
        """The static type of its value."""
        return self.plan.type

    @property
    def children(self) -> Sequence["Term"]:
        """The parts of the part, with what it reads without saying so."""
        parts = list(self.plan.children)
        if isinstance(self.plan, Invoke):
            parts += self.plan.implicit
        return [self.below(part) for part in parts]

    @property
    def is_constant(self) -> bool:
        """Whether its value is written there."""
        return isinstance(self.plan, Constant)

    def below(self, plan: Plan) -> "Term":
        """Return a part of this part."""
        return opened(Term(plan, self.expression))


def term_of(expression: Expression) -> Term:
    """Return a whole expression as a term."""
    return opened(Term(expression.program.plan, expression))


def opened(term: Term) -> Term:
    """Return what a variable of the file stands for, any other term as it is."""
    frame = term.expression.frame
    while frame is not None:
        match term.plan:
            case Field(operand=Variable(name="vars"), name=name):
                expression = frame.variables[name]
                term, frame = (
                    Term(expression.program.plan, expression),
                    expression.frame,
                )
            case _:
                break
    return term


def leaves(term: Term) -> Iterator[Term]:
    """Yield the terms that `&&`, `||`, `!` and `?:` join, from left to right."""
    if is_joint(term):
        for child in term.children:
            yield from leaves(child)
    else:
        yield term


def is_joint(term: Term) -> bool:
    """Whether a term is true or false by what other conditions are."""
    match term.plan:
        case Terms() | Choice() | Invoke(name="!_"):
            return True
        case _:
            return False


def parts(term: Term) -> Iterator[Term]:
    """Yield a term and everything below it."""
    yield term
    for child in term.children:
        yield from parts(child)


class Parts:
    """What evaluates terms; each is compiled once."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Plan, Callable[..., Any]]] = {}

    def of(self, term: Term) -> Callable[..., Any]:
        """Return what evaluates a term."""
        made = self._made.get(id(term.plan))
        if made is None:
            # The plan is kept, so that no other can come to have its `id`.
            made = (term.plan, term.expression.program.part(term.plan))
            self._made[id(term.plan)] = made
        return made[1]


class Trial:
    """One request on one side: what it comes to, and what each term does.

    Attributes:
        access: The request as the policies see it.
    """

    def __init__(
        self,
        access: AccessRequest,
        *,
        engine: Engine,
        made: Parts,
        roles: tuple[str, ...] | None = None,
    ) -> None:
        """Prepare for terms to be looked at.

        Args:
            access: The request.
            engine: Decides.
            made: Where compiled terms are kept.
            roles: Those that are held; by default, what the role mapping says.
        """
        self.access = access
        self._parts = made
        self._evaluation = Evaluation(access, deadline=monotonic() + BUDGET)
        self.roles = self._mapped(engine) if roles is None else roles
        self._evaluation.hold(self.roles)

    def _mapped(self, engine: Engine) -> tuple[str, ...]:
        kind = self.access.subject.identity.kind
        try:
            return map_roles(
                engine.plan_of(self.access.route.id, kind), self._evaluation
            )
        except FailedExpressionError:
            return ()

    def value(self, term: Term, bound: Mapping[int, Any] | None = None) -> Any:
        """Return a term's value, or `FAILED`.

        Args:
            term: The term.
            bound: The values of the variables that macros around it bind, by slot.
        """
        values = [
            (bound or {}).get(slot) for slot in range(max(bound or {}, default=-1) + 1)
        ]
        try:
            variables = self._evaluation.variables_of(term.expression)
            return self._parts.of(term)(variables, values)
        except EvaluationError:
            return FAILED
