"""What an expression may name, and the way from its text to a program.

An environment is made once for each kind of expression; the functions of version 1 are
built in, the variables are its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from gateway.cel.analysis import Analyst, Kept
from gateway.cel.compiling.explanation import loops
from gateway.cel.errors import CompileError, Problem
from gateway.cel.library.operators import OPERATORS
from gateway.cel.meaning.checker import Declarations
from gateway.cel.meaning.reads import reads_of
from gateway.cel.parsing.terms import cut
from gateway.cel.program import Program
from gateway.cel.sharing.assembly import Assembly
from gateway.cel.sharing.shapes import Term, Terms
from gateway.cel.sharing.stencils import Stencils
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.types import CelType, settled

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
        shared: "Environment | None" = None,
        own: Collection[str] = (),
    ) -> None:
        """Declare the variables.

        Args:
            variables: The type of each variable.
            max_cost: The most work, in units of one simple operator, that one evaluation
                may be; what could be more is refused.
            max_depth: How deep an expression may be nested.
            constants: Values of fields of record variables that never change, by path
                (`const.offices`), so that what they imply is computed at load.
            shared: An environment that differs from this one in `own` alone, for all that
                speaks of nothing of that.
            own: Variables that mean something else there.
        """
        self._analyst = Analyst(
            declarations=Declarations(
                variables=dict(variables),
                functions=FUNCTIONS,
                methods=METHODS,
                operators=OPERATORS,
            ),
            constants=dict(constants or {}),
            max_cost=max_cost,
            max_depth=max_depth,
        )
        # A term of a chain is one level below it.
        self._terms: Terms = Terms(
            replace(self._analyst, max_depth=max_depth - 1),
            shared=None if shared is None else shared._terms,  # noqa: SLF001 - its own class
            own=own,
        )
        self._stencils = Stencils(self._terms, self._analyst.constants)

    @property
    def variables(self) -> Mapping[str, CelType]:
        """The declared variables with their types."""
        return self._analyst.declarations.variables

    def compile(self, source: str, *, expect: CelType | None = None) -> Program:
        """Return the program of an expression.

        Args:
            source: The expression.
            expect: The type that its value must have; `None` allows any. Where only the
                run time knows the type, a value of another one is an evaluation error.

        Raises:
            CompileError: It is refused, with everything that is wrong with it.
        """
        return (
            self._from_stencil(source, expect)
            or self._from_terms(source, expect)
            or self._whole(source, expect)
        )

    def _whole(self, source: str, expect: CelType | None = None) -> Program:
        analysis = self._analyst.analyse(source, expect=expect)
        return Program(
            source=source,
            type=settled(analysis.plan.type),
            reads=reads_of(analysis.plan),
            cost=analysis.cost,
            # Made again for whoever asks, without what has been compiled here.
            _analysis=Kept(partial(self._analyst.analyse, source, expect=expect)),
            _run=analysis.run,
            _cells=loops(analysis.plan),
        )

    def _from_stencil(self, source: str, expect: CelType | None) -> Program | None:
        """Return the program, made like others; `None` if it has to go another way."""
        traced = self._stencils.trace(source)
        if traced is None:
            return None
        stencil = traced.stencil
        if expect not in (None, stencil.type) or stencil.cost > self._analyst.max_cost:
            return None
        return Program(
            source=source,
            type=stencil.type,
            reads=stencil.reads,
            cost=stencil.cost,
            _analysis=Kept(partial(stencil.analysis, source)),
            _run=traced.run,
            _cells=stencil.cells,
            _spot=traced.spot,
        )

    def _from_terms(self, source: str, expect: CelType | None) -> Program | None:
        """Return the program, made of terms; `None` if it has to go the long way.

        That is the way for everything that is out of the ordinary, faults above all: it
        tells them as if there were no other.
        """
        assembly = self._assembly(source)
        if assembly is None:
            return None
        kind, cost = settled(assembly.type), assembly.cost
        if expect not in {None, kind} or cost > self._analyst.max_cost:
            return None
        return Program(
            source=source,
            type=kind,
            reads=self._terms.reads_of(assembly.terms),
            cost=cost,
            _analysis=Kept(assembly.analysis),
            _run=assembly.run,
            _cells=assembly.cells,
            _spot=assembly.spot,
        )

    def _assembly(self, source: str) -> Assembly | None:
        pieces = cut(source)
        if pieces is None:
            return None
        terms: list[Term] = []
        for text in pieces.terms:
            term = self._terms.find(text)
            if term is None or not (pieces.connective is None or term.is_operand):
                return None
            terms.append(term)
        constants = self._analyst.constants
        return Assembly(source, pieces.connective, terms, pieces.starts, constants)
