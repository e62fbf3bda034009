"""Expressions that differ in their literals alone are taken apart once.

What `gateway.cel.sharing.shapes` does for a term, for a whole expression: the fourth rule of a
kind is neither cut nor looked up term by term. Its closures are made from its literals, and
all else that a program knows is that of the ones before it. What is no such expression, or
has a literal that is out of the ordinary, goes the way by its terms.

Used while expressions are compiled, and by one thread. Programs keep the stencil, to be
explained by, and only read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gateway.cel.analysis import Analysis
from gateway.cel.compiling.closures import Run
from gateway.cel.compiling.joining import Spot, joined
from gateway.cel.parsing.syntax import Connective
from gateway.cel.parsing.terms import MAX_CHARACTERS, cut
from gateway.cel.sharing.assembly import Assembly
from gateway.cel.sharing.shapes import Made, Pattern, Term, Terms, code_of
from gateway.cel.types import CelType, settled

# A kind with so many stencils was taken for one too early: its terms were not known.
_MANY: Final = 64


class Part(NamedTuple):
    """A term of a stencil.

    Attributes:
        gap: How many characters stand before it, those of literals not counted.
        first: The number of its first literal.
        end: The number of the first literal behind it.
        term: The term, or one that is like it but for its literals.
        pattern: What those with other literals are made from, if it has any.
    """

    gap: int
    first: int
    end: int
    term: Term
    pattern: Pattern | None

    def with_literals(self, literals: Sequence[str]) -> Term:
        """Return the term as it is in an expression with these literals."""
        if self.pattern is None:
            return self.term
        term = self.pattern.term_with(literals[self.first : self.end])
        if term is None:  # pragma: no cover - the same was made before, and worked
            raise AssertionError("a term that cannot be made again")
        return term


@dataclass(frozen=True, slots=True, eq=False)
class Stencil:
    """What expressions have in common that differ in their literals alone.

    Attributes:
        connective: What their terms are joined by; `None` if there is one alone.
        parts: Their terms.
        type: The type of their values.
        reads: The paths that they may read, as text.
        cost: A bound on the work of one evaluation.
        cells: How many cells the variables of their macros need.
        constants: Values of fields that never change, by path.
    """

    connective: Connective | None
    parts: Sequence[Part]
    type: CelType
    reads: frozenset[str]
    cost: float
    cells: int
    constants: Mapping[str, Any]

    def starts(self, literals: Sequence[str]) -> Sequence[int]:
        """Return where each term begins."""
        return [part.gap + sum(map(len, literals[: part.first])) for part in self.parts]

    def analysis(self, source: str) -> Analysis:
        """Return what one of the expressions means, as its analysis would."""
        _, literals = code_of(source)
        terms = [part.with_literals(literals) for part in self.parts]
        starts = self.starts(literals)
        made = Assembly(source, self.connective, terms, starts, self.constants)
        return made.analysis()


class Traced(NamedTuple):
    """An expression that was made from a stencil.

    Attributes:
        stencil: What it is made from.
        run: Evaluates it.
        spot: Where a single term stands, if that is not where it was compiled.
    """

    stencil: Stencil
    run: Run
    spot: Spot | None


class _Drawn(NamedTuple):
    """A stencil in use.

    Attributes:
        stencil: The stencil.
        made: For each of its terms, what has been made of it, by its literals.
    """

    stencil: Stencil
    made: Sequence[dict[tuple[str, ...], Made]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Expressions whose text is the same but for their literals.

    Attributes:
        fixed: The numbers of the literals that decide about more than their own value;
            `None` if the expressions cannot be cut into terms.
        drawn: By the spelling of those.
    """

    fixed: Sequence[int] | None
    drawn: dict[tuple[str, ...], _Drawn] = field(default_factory=dict)


class Stencils:
    """The expressions that have been compiled over one set of names."""

    def __init__(self, terms: Terms, constants: Mapping[str, Any]) -> None:
        """Begin with none.

        Args:
            terms: The terms that they are made of.
            constants: Values of fields that never change, by path.
        """
        self._terms = terms
        self._constants = constants
        # `None`: seen, and its terms are not known well enough yet.
        self._kinds: dict[tuple[str, ...], _Kind | None] = {}
        self._made: dict[Pattern, dict[tuple[str, ...], Made]] = {}

    def trace(self, source: str) -> Traced | None:
        """Return an expression; `None` if it has to go another way.

        Args:
            source: Its text.
        """
        if len(source) > MAX_CHARACTERS or "\n" in source:
            return None
        code, literals = code_of(source)
        kind = self._kinds.get(code)
        if kind is None:
            kind = self._kind(code, source, literals)
        if kind is None or kind.fixed is None:
            return None
        key = tuple([literals[number] for number in kind.fixed])
        drawn = kind.drawn.get(key)
        if drawn is None:
            fixed, drawn = self._drawn(source, literals, frozenset(kind.fixed)) or (
                (),
                None,
            )
            if drawn is None or fixed != kind.fixed:
                return None
            if len(kind.drawn) >= _MANY:
                self._kinds[code] = None
            kind.drawn[key] = drawn
        return _traced(drawn, literals)

    def _kind(
        self, code: tuple[str, ...], source: str, literals: Sequence[str]
    ) -> _Kind | None:
        if not literals:
            return None
        if code not in self._kinds:
            # What comes once needs no stencil.
            self._kinds[code] = None
            return None
        if cut(source) is None:
            kind = _Kind(None)
        else:
            found = self._drawn(source, literals, frozenset())
            if found is None:
                return None
            kind = _Kind(found[0])
        self._kinds[code] = kind
        return kind

    def _drawn(
        self, source: str, literals: Sequence[str], known: frozenset[int]
    ) -> tuple[Sequence[int], _Drawn] | None:
        """Return a stencil with its fixed literals, if all of its terms are known.

        Args:
            source: The expression.
            literals: Its literals.
            known: The numbers of those that are fixed already.
        """
        pieces = cut(source)
        if pieces is None:
            return None
        parts: list[Part] = []
        fixed: list[int] = []
        made: list[dict[tuple[str, ...], Made]] = []
        number = 0
        for text, start in zip(pieces.terms, pieces.starts, strict=True):
            gap = start - sum(map(len, literals[:number]))
            _, own = code_of(text)
            numbers = range(number, number + len(own))
            part = self._part(
                text, own, gap, numbers, is_fixed=known.issuperset(numbers)
            )
            if part is None or not (pieces.connective is None or part.term.is_operand):
                return None
            parts.append(part)
            made.append(self._made_of(part, tuple(own)))
            number = part.end
            if part.pattern is None:
                fixed += numbers
            else:
                fixed += [numbers[each] for each in part.pattern.fixed]
        assembly = Assembly(
            source,
            pieces.connective,
            [part.term for part in parts],
            pieces.starts,
            self._constants,
        )
        stencil = Stencil(
            connective=pieces.connective,
            parts=tuple(parts),
            type=settled(assembly.type),
            reads=self._terms.reads_of(assembly.terms),
            cost=assembly.cost,
            cells=assembly.cells,
            constants=self._constants,
        )
        return tuple(fixed), _Drawn(stencil, made)

    def _part(
        self,
        text: str,
        literals: Sequence[str],
        gap: int,
        numbers: range,
        *,
        is_fixed: bool,
    ) -> Part | None:
        """Return a term; `None` if it is not known well enough."""
        shape = None if is_fixed else self._terms.shape_of(text)
        pattern = None if shape is None else shape.pattern_for(literals)
        if pattern is not None:
            return Part(gap, numbers.start, numbers.stop, pattern.term, pattern)
        # What stands there word for word a second time may well do so always.
        term = self._terms.find(text) if is_fixed else self._terms.known(text)
        return (
            None if term is None else Part(gap, numbers.start, numbers.stop, term, None)
        )

    def _made_of(
        self, part: Part, literals: tuple[str, ...]
    ) -> dict[tuple[str, ...], Made]:
        if part.pattern is None:
            term = part.term
            return {literals: Made(term.run, term.test, term.moves)}
        return self._made.setdefault(part.pattern, {})


def _traced(drawn: _Drawn, literals: Sequence[str]) -> Traced | None:
    """Return an expression; `None` if a literal is out of the ordinary."""
    stencil, known = drawn
    terms: list[Made] = []
    spots: list[Spot] = []
    column = 1
    for part, by_literals in zip(stencil.parts, known, strict=True):
        own = tuple(literals[part.first : part.end])
        made = by_literals.get(own)
        if made is None:
            made = None if part.pattern is None else part.pattern.made(own)
            if made is None:
                return None
            by_literals[own] = made
        terms.append(made)
        spots.append(Spot(1, part.gap + column, made.moves))
        for literal in own:
            column += len(literal)
    if stencil.connective is None:
        only = spots[0]
        moves = only.column > 1 or only.moves
        return Traced(stencil, terms[0].run, only if moves else None)
    placed = [(term.test, spot) for term, spot in zip(terms, spots, strict=True)]
    return Traced(stencil, joined(stencil.connective, placed), None)
