"""What an expression means: from its text to a plan without faults, and its closure.

The whole way, by cel-python's grammar and the checker, with all faults. `gateway.cel.sharing.shapes`
saves most of it where an expression is like one before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cel.compiling.closures import Run, conforming
from gateway.cel.compiling.compiler import LONG, Compiler
from gateway.cel.errors import CompileError
from gateway.cel.meaning.checker import Checker, Declarations
from gateway.cel.meaning.cost import work_of
from gateway.cel.meaning.plan import Plan
from gateway.cel.parsing.lexer import Refused
from gateway.cel.parsing.parser import parse
from gateway.cel.parsing.syntax import Source
from gateway.cel.types import CelType, settled, unify


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """An expression without faults.

    Attributes:
        plan: What it means.
        compiler: What its closures are made with.
        expect: The type that its value must have, where only the run time can tell.
        cost: A bound on the work of one evaluation.
        run: Evaluates it.
    """

    plan: Plan
    compiler: Compiler
    expect: CelType | None
    cost: float
    run: Run

    def conforming(self, run: Run) -> Run:
        """Return a closure for the whole, with its value tested if that is needed."""
        if self.expect is None:
            return run
        place = self.compiler.source.place(self.plan.start)
        return conforming(run, self.expect, place)


@dataclass(frozen=True, slots=True)
class Analyst:
    """Analyses expressions over a fixed set of names.

    Attributes:
        declarations: What they may name.
        constants: Values of fields of record variables that never change, by path.
        max_cost: The most work that one evaluation may be.
        max_depth: How deep an expression may be nested.
    """

    declarations: Declarations
    constants: Mapping[str, Any]
    max_cost: float
    max_depth: int

    def analyse(self, source: str, *, expect: CelType | None = None) -> Analysis:
        """Return what an expression means.

        Args:
            source: The expression.
            expect: The type that its value must have; `None` allows any.

        Raises:
            CompileError: It is refused, with everything that is wrong with it.
        """
        text = Source(source)
        try:
            tree = parse(text, max_depth=self.max_depth)
        except Refused as refused:
            raise CompileError([refused.problem]) from None
        checker = Checker(text, self.declarations)
        plan = checker.check(tree)
        kind = settled(plan.type)
        if expect is not None and not unify(expect, kind, {}):
            message = f"the value must be {expect}, and this is {kind}"
            checker.report((plan.start, plan.end), "E211", message)
        cost = work_of(plan)
        if cost > self.max_cost:
            message = f"it may cost {cost:.3g} units, of {self.max_cost:.3g} allowed"
            hint = "loops inside loops multiply"
            checker.report((plan.start, plan.end), "E403", message, hint)
        compiler = Compiler(text, self.constants, is_long=cost >= LONG)
        if checker.problems:
            raise CompileError(checker.problems)
        run = compiler.compile(plan)
        if compiler.problems:
            raise CompileError(compiler.problems)
        # What the checker has seen to is not tested again.
        demand = None if kind == expect else expect
        bare = Analysis(plan, compiler, demand, cost, run)
        return Analysis(plan, compiler, demand, cost, bare.conforming(run))


class Kept:
    """An analysis that is made again when somebody asks for it, and kept from then on.

    Evaluating needs none, so an expression that nobody explains keeps only its closure. Two
    threads that ask at once may both make one; both then get the same.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Analysis]) -> None:
        self._make = make
        self._made: dict[None, Analysis] = {}

    def get(self) -> Analysis:
        """Return the analysis, always the same one."""
        found = self._made.get(None)
        return self._made.setdefault(None, self._make()) if found is None else found
