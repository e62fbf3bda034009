"""An expression put together from terms that have been compiled.

The counterpart of `gateway.cel.analysis`: the same plan and the same closures, without
parsing and checking what is known already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.cel.analysis import Analysis
from gateway.cel.compiling.closures import Run
from gateway.cel.compiling.compiler import LONG, Compiler
from gateway.cel.compiling.joining import Spot, joined
from gateway.cel.meaning.plan import Plan
from gateway.cel.meaning.plan import Terms as TermsPlan
from gateway.cel.parsing.syntax import Connective, Source
from gateway.cel.sharing.shapes import Term
from gateway.cel.types import BOOL, CelType


@dataclass(slots=True, eq=False)
class Assembly:
    """An expression without faults.

    Attributes:
        source: The expression.
        connective: What its terms are joined by; `None` if it is one alone.
        terms: The terms.
        starts: Where in the source each begins.
        constants: Values of fields that never change, by path.
    """

    source: str
    connective: Connective | None
    terms: Sequence[Term]
    starts: Sequence[int]
    constants: Mapping[str, Any]

    @property
    def type(self) -> CelType:
        """The type of its value."""
        return self.terms[0].type if self.connective is None else BOOL

    @property
    def cost(self) -> float:
        """A bound on the work of one evaluation."""
        total = sum([term.cost for term in self.terms])
        return total if self.connective is None else total + 1

    @property
    def cells(self) -> int:
        """How many cells the variables of its macros need."""
        return max([term.cells for term in self.terms])

    @property
    def run(self) -> Run:
        """Evaluates it; a single term counts the places of its errors in `spot`."""
        if self.connective is None:
            return self.terms[0].run
        tests = [
            (term.test, self._spot(term, start))
            for term, start in zip(self.terms, self.starts, strict=True)
        ]
        return joined(self.connective, tests)

    @property
    def spot(self) -> Spot | None:
        """Where a single term stands, if that is not where it was compiled."""
        term, start = self.terms[0], self.starts[0]
        if self.connective is None and (start or term.moves):
            return self._spot(term, start)
        return None

    def _spot(self, term: Term, start: int) -> Spot:
        if "\n" not in self.source:
            return Spot(1, start + 1, term.moves)
        line = self.source.count("\n", 0, start) + 1
        return Spot(line, start - self.source.rfind("\n", 0, start), term.moves)

    def analysis(self) -> Analysis:
        """Return what the expression means, as its analysis would."""
        parts = [
            term.plan_at(start)
            for term, start in zip(self.terms, self.starts, strict=True)
        ]
        cost = self.cost
        compiler = Compiler(Source(self.source), self.constants, is_long=cost >= LONG)
        return Analysis(self._plan(parts), compiler, None, cost, self.run)

    def _plan(self, parts: Sequence[Plan]) -> Plan:
        if self.connective is None:
            return parts[0]
        start, end = parts[0].start, parts[-1].end
        return TermsPlan(start, end, start, BOOL, self.connective, tuple(parts))
