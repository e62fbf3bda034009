"""What an expression may name, and the way from its text to a program.

An environment is made once for each kind of expression; the functions of version 1 are
built in, the variables are its own.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.cel.checker import Checker, Declarations
from gateway.cel.closures import conforming
from gateway.cel.compiler import LONG, Compiler
from gateway.cel.cost import work_of
from gateway.cel.errors import CompileError, Problem
from gateway.cel.explanation import loops
from gateway.cel.lexer import Refused
from gateway.cel.library.operators import OPERATORS
from gateway.cel.parser import parse
from gateway.cel.program import Program
from gateway.cel.reads import reads_of
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.syntax import Source
from gateway.cel.types import CelType, settled, unify

__all__ = ["CompileError", "Environment", "Problem"]

# Two nested loops over lists of a request are fine, three are not.
MAX_COST: Final = 200_000

# The language demands 32 levels of each construct. Compiling takes up to five frames of
# Python's stack for each level, and its limit is a thousand.
MAX_DEPTH: Final = 64


class Environment:
    """Compiles expressions over a fixed set of variables."""

    def __init__(
        self,
        variables: Mapping[str, CelType],
        *,
        max_cost: float = MAX_COST,
        max_depth: int = MAX_DEPTH,
        constants: Mapping[str, Any] | None = None,
    ) -> None:
        """Declare the variables.

        Args:
            variables: The type of each variable.
            max_cost: The most work, in units of one simple operator, that one evaluation
                may be; what could be more is refused.
            max_depth: How deep an expression may be nested.
            constants: Values of fields of record variables that never change, by path
                (`const.offices`), so that what they imply is computed at load.
        """
        self._declarations = Declarations(
            variables=dict(variables),
            functions=FUNCTIONS,
            methods=METHODS,
            operators=OPERATORS,
        )
        self._max_cost = max_cost
        self._max_depth = max_depth
        self._constants = dict(constants or {})

    @property
    def variables(self) -> Mapping[str, CelType]:
        """The declared variables with their types."""
        return self._declarations.variables

    def compile(self, source: str, *, expect: CelType | None = None) -> Program:
        """Return the program of an expression.

        Args:
            source: The expression.
            expect: The type that its value must have; `None` allows any. Where only the
                run time knows the type, a value of another one is an evaluation error.

        Raises:
            CompileError: It is refused, with everything that is wrong with it.
        """
        text = Source(source)
        try:
            tree = parse(text, max_depth=self._max_depth)
        except Refused as refused:
            raise CompileError([refused.problem]) from None
        checker = Checker(text, self._declarations)
        plan = checker.check(tree)
        kind = settled(plan.type)
        if expect is not None and not unify(expect, kind, {}):
            message = f"the value must be {expect}, and this is {kind}"
            checker.report((plan.start, plan.end), "E211", message)
        cost = work_of(plan)
        if cost > self._max_cost:
            message = f"it may cost {cost:.3g} units, of {self._max_cost:.3g} allowed"
            hint = "loops inside loops multiply"
            checker.report((plan.start, plan.end), "E403", message, hint)
        compiler = Compiler(text, self._constants, is_long=cost >= LONG)
        if checker.problems:
            raise CompileError(checker.problems)
        run = compiler.compile(plan)
        if compiler.problems:
            raise CompileError(compiler.problems)
        # What the checker has seen to is not tested again.
        demand = None if kind == expect else expect
        if demand is not None:
            run = conforming(run, demand, text.place(plan.start))
        return Program(
            source=source,
            type=kind,
            reads=reads_of(plan),
            cost=cost,
            _plan=plan,
            _compiler=compiler,
            _expect=demand,
            _run=run,
            _cells=loops(plan),
        )
