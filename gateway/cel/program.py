"""A compiled expression: evaluate it, explain it, ask what it reads.

A program is immutable and has no state of its own, so any number of threads may evaluate
it at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic
from typing import Any

from gateway.cel.analysis import Kept
from gateway.cel.compiling.closures import FAILURES, FIRST_LOCAL, Run, failed
from gateway.cel.compiling.compiler import Compiler, Wrap
from gateway.cel.compiling.explanation import Explanation, explain
from gateway.cel.compiling.joining import Spot, moved
from gateway.cel.errors import BudgetExceededError, CompileError, EvaluationError
from gateway.cel.meaning.plan import Plan, walk
from gateway.cel.types import CelType

__all__ = ["BudgetExceededError", "EvaluationError", "Explanation", "Part", "Program"]


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-expression of a program.

    Attributes:
        text: As it is written.
        line: Where it begins, counted from 1.
        column: Counted from 1, in characters.
        type: Its static type.
    """

    text: str
    line: int
    column: int
    type: CelType


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """An expression that can be evaluated.

    Attributes:
        source: The expression as it was written.
        type: The static type of its value.
        reads: The paths that it may read: `identity.email`, `claims.hd`, `now`, none of
            them below another; `gateway.cel.paths` takes them apart.
        cost: A bound on the work of one evaluation, in units of one simple operator.
    """

    source: str
    type: CelType
    reads: frozenset[str]
    cost: float
    _analysis: Kept = field(repr=False)
    _run: Run = field(repr=False)
    _cells: int = field(repr=False)
    _spot: Spot | None = field(default=None, repr=False)

    def evaluate(self, variables: Mapping[str, Any], *, deadline: float = inf) -> Any:
        """Return the value of the expression.

        Args:
            variables: The value of each declared variable that the expression reads.
                Never written to.
            deadline: When to give up, on `time.monotonic()`.

        Returns:
            A value of Python's own types; lists and maps must not be changed.

        Raises:
            EvaluationError: There is no value. Nothing else is raised, whatever the
                variables hold.
            BudgetExceededError: The deadline passed first.
        """
        if deadline is not inf and monotonic() > deadline:
            raise BudgetExceededError("the expression took too long")
        cells = [deadline, None, *[None] * self._cells] if self._cells else [deadline]
        try:
            return self._run(variables, cells)
        except EvaluationError as fault:
            if self._spot is None:
                raise
            raise moved(fault, self._spot) from fault.__cause__
        except FAILURES as fault:
            kind = type(fault).__name__
            raise EvaluationError(f"it cannot be computed ({kind})") from None

    def explain(
        self, variables: Mapping[str, Any], *, deadline: float = inf
    ) -> Explanation:
        """Return the value of each sub-expression that was evaluated, and what was read.

        Never raises because of the values: what failed says so in the tree.

        Args:
            variables: As for `evaluate`.
            deadline: As for `evaluate`.
        """
        analysis = self._analysis.get()
        return explain(
            analysis.plan,
            analysis.compiler,
            variables,
            expect=analysis.expect,
            deadline=deadline,
        )

    @property
    def _compiler(self) -> Compiler:
        return self._analysis.get().compiler

    @property
    def plan(self) -> Plan:
        """What the expression means, part by part."""
        return self._analysis.get().plan

    def place_of(self, part: Plan) -> tuple[int, int]:
        """Return line and column of a part of the plan, both counted from 1."""
        return self._compiler.source.place(part.start)

    def evaluate_part(
        self,
        part: Plan,
        variables: Mapping[str, Any],
        *,
        bound: Mapping[int, Any] | None = None,
    ) -> Any:
        """Return the value of a part of the plan, for somebody who has time.

        Args:
            part: Any part of `plan`.
            variables: As for `evaluate`.
            bound: The values of the variables of the macros around the part, by slot.

        Raises:
            EvaluationError: It has no value.
        """
        cells: list[Any] = [inf, None, *[None] * self._cells]
        for slot, value in (bound or {}).items():
            cells[FIRST_LOCAL + slot] = value
        run = self._compiler.compile(part)
        try:
            return run(variables, cells)
        except EvaluationError:
            raise
        except FAILURES as fault:
            raise failed(fault, self.place_of(part)) from None

    def observed(self, wrap: Wrap) -> "Program":
        """Return the same program, with something around the closure of each part.

        Args:
            wrap: As `gateway.cel.compiling.compiler.Compiler` describes it.
        """
        analysis = self._analysis.get()
        compiler = replace(analysis.compiler, wrap=wrap)
        run = analysis.conforming(compiler.compile(analysis.plan))
        return replace(self, _run=run, _spot=None)

    def rewritten(self, plan: Plan) -> "Program":
        """Return the program of another plan for the same source.

        Args:
            plan: Made from this program's, with a value of the same type.

        Raises:
            CompileError: A constant argument can never work.
        """
        # What the compiler has computed belongs to the parts of the plan at hand.
        analysis = self._analysis.get()
        old = analysis.compiler
        compiler = Compiler(old.source, old.constants, is_long=old.is_long)
        run = compiler.compile(plan)
        if compiler.problems:
            raise CompileError(compiler.problems)
        made = replace(analysis, plan=plan, compiler=compiler)
        return replace(
            self,
            _analysis=Kept(lambda: made),
            _run=made.conforming(run),
            _spot=None,
        )

    def place(self, part: Plan) -> tuple[int, int]:
        """Return line and column of where a part of the plan begins, from 1."""
        return self._compiler.source.place(part.start)

    def text(self, part: Plan) -> str:
        """Return a part of the plan as it is written."""
        return self.source[part.start : part.end]

    def part(self, plan: Plan) -> Callable[[Mapping[str, Any], Sequence[Any]], Any]:
        """Return what evaluates one part alone.

        It takes the variables and, by slot, the values of those that macros around the
        part bind, and raises what `evaluate` raises.

        Args:
            plan: A part of `plan`.
        """
        run = self._compiler.compile(plan)
        rest = [None] * self._cells

        def evaluate(variables: Mapping[str, Any], bound: Sequence[Any] = ()) -> Any:
            cells = [inf, None, *bound, *rest[len(bound) :]]
            try:
                return run(variables, cells)
            except EvaluationError:
                raise
            except FAILURES as fault:
                raise failed(fault, self.place_of(plan)) from None

        return evaluate

    @property
    def parts(self) -> Sequence[Part]:
        """All sub-expressions, the whole one first, in the order of the source."""
        source = self._compiler.source
        return tuple(
            Part(
                self.source[part.start : part.end], *source.place(part.start), part.type
            )
            for part in walk(self.plan)
        )
