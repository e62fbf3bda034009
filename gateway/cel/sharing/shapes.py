"""Terms that differ in their literals alone are analysed once.

Ten thousand rules are not ten thousand ideas: most are `identity.tenant == '...'` with
another name. The third of its kind is not parsed and checked; the plan of the first is
compiled with other constants. What depends on a literal's value (a path that is read, the
cost of a pattern) keeps that literal as part of the shape, and a constant that can never
work sends the whole expression the long way, where its fault is told.

Used while expressions are compiled, and by one thread; programs know nothing of it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from gateway.cel.analysis import Analysis, Analyst
from gateway.cel.compiling.closures import Run
from gateway.cel.compiling.compiler import Compiler
from gateway.cel.compiling.explanation import loops
from gateway.cel.compiling.joining import Move
from gateway.cel.compiling.remaking import Remake, Remaker
from gateway.cel.errors import CompileError
from gateway.cel.meaning.inference import may_be_bool
from gateway.cel.meaning.plan import Constant, Invoke, Plan, walk
from gateway.cel.meaning.reads import readings
from gateway.cel.meaning.rewriting import relocated
from gateway.cel.parsing.terms import STRING
from gateway.cel.paths import Path, shortest, write_path
from gateway.cel.types import CelType

_LITERAL: Final = re.compile(rf"({STRING}|(?<![\w.])[0-9]{{1,15}}(?![\w.]))")

# The cost of a string goes by this many characters at a time.
_MAX_LENGTH: Final = 64
_QUOTES: Final = "\"'"


@dataclass(slots=True, eq=False)
class Term:
    """A compiled part of an expression, the same wherever its text stands.

    Attributes:
        type: The type of its value.
        reads: The paths that it may read.
        cost: A bound on the work of one evaluation.
        cells: How many cells the variables of its macros need.
        run: Evaluates it.
        test: Evaluates it as an operand of `&&` or `||`.
        plan: What it means, or what a term means that is the same but for its literals.
        values: The constants of the plan that have another value here, by identity.
        moves: Where its text differs in length from the plan's, by which the places of
            its errors are counted.
    """

    type: CelType
    reads: frozenset[Path]
    cost: float
    cells: int
    run: Run
    test: Run
    plan: Plan
    values: Sequence[tuple[int, Any]] = ()
    moves: Sequence[Move] = ()

    @property
    def is_operand(self) -> bool:
        """Whether it may stand under `&&` or `||`."""
        return may_be_bool(self.type)

    def plan_at(self, start: int) -> Plan:
        """Return the plan of the term where it begins at an offset of its source."""

        def place(offset: int) -> int:
            longer = sum(length for end, length in self.moves if end <= offset)
            return start + offset + longer

        return relocated(self.plan, place, dict(self.values))


@dataclass(slots=True)
class Shape:
    """What the terms have in common that are the same but for their literals.

    Attributes:
        fixed: The numbers of the literals that are part of it.
        patterns: By the spelling of those.
    """

    fixed: Sequence[int]
    patterns: dict[tuple[str, ...], "Pattern"] = field(default_factory=dict)

    def pattern_for(self, literals: Sequence[str]) -> "Pattern | None":
        """Return what the term with these literals can be made from."""
        return self.patterns.get(tuple([literals[number] for number in self.fixed]))


class _Hole(NamedTuple):
    """A literal that differs from term to term.

    Attributes:
        number: Which of the literals it is.
        constant: The constant that it is in the plan.
    """

    number: int
    constant: Constant


class Made(NamedTuple):
    """The closures of a term that was made from another one.

    Attributes:
        run: Evaluates it.
        test: Evaluates it as an operand of `&&` or `||`.
        moves: Where its text differs in length from that of the other one.
    """

    run: Run
    test: Run
    moves: Sequence[Move]


@dataclass(slots=True, eq=False)
class Pattern:
    """A term that others are made from.

    Attributes:
        term: The term itself.
        plan: What it means.
        fixed: The numbers of the literals that it shares with all that it makes.
        holes: The others, in their order.
        compiler: For the parts that depend on them.
        remake: Makes the closure of the whole without compiling it, if that can be done.
    """

    term: Term
    plan: Plan
    fixed: Sequence[int]
    holes: Sequence[_Hole]
    compiler: Compiler
    remake: Remake | None

    def fits(self, literals: Sequence[str]) -> bool:
        """Return whether other literals leave everything else as it is."""
        for number, _ in self.holes:
            literal = literals[number]
            if literal[0] in _QUOTES and not 2 < len(literal) <= _MAX_LENGTH + 2:  # noqa: PLR2004 - the quotes
                return False
        return True

    def made(self, literals: Sequence[str]) -> Made | None:
        """Return the closures with other literals.

        `None` if those are out of the ordinary, or can never work.
        """
        if not self.fits(literals):
            return None
        values, moves = self._differing(literals)
        replaced = dict(values)
        if self.remake is not None:
            run = self.remake(replaced)
            return Made(run, run, moves)
        compiler = self.compiler.replacing(replaced)
        run = compiler.compile(self.plan)
        if compiler.problems:
            return None
        return Made(run, compiler.as_term(self.plan, run), moves)

    def term_with(self, literals: Sequence[str]) -> Term | None:
        """Return the term with other literals; `None` if they can never work."""
        made = self.made(literals)
        if made is None:
            return None
        term, (values, _) = self.term, self._differing(literals)
        return Term(
            type=term.type,
            reads=term.reads,
            cost=term.cost,
            cells=term.cells,
            run=made.run,
            test=made.test,
            plan=self.plan,
            values=values,
            moves=made.moves,
        )

    def _differing(
        self, literals: Sequence[str]
    ) -> tuple[Sequence[tuple[int, Any]], Sequence[Move]]:
        """Return the constants that have another value, and where the text moves."""
        values: list[tuple[int, Any]] = []
        moves: list[Move] = []
        for number, constant in self.holes:
            literal = literals[number]
            value = literal[1:-1] if literal[0] in _QUOTES else int(literal)
            values.append((id(constant), value))
            longer = len(literal) - (constant.end - constant.start)
            if longer:
                moves.append((constant.end, longer))
        return values, moves


class Terms:
    """The terms that have been compiled over one set of names."""

    def __init__(
        self,
        analyst: Analyst,
        *,
        shared: "Terms | None" = None,
        own: Collection[str] = (),
    ) -> None:
        """Begin with none.

        Args:
            analyst: What analyses those that are unlike any before.
            shared: The terms over a larger circle of expressions.
            own: The names that mean something else there.
        """
        self._analyst = analyst
        self._shared = shared
        self._own = tuple(own)
        self._terms: dict[str, Term] = {}
        self._shapes: dict[tuple[str, ...], Shape | None] = {}
        self._reads: dict[tuple[frozenset[Path], ...], frozenset[str]] = {}

    def find(self, text: str) -> Term | None:
        """Return the term with a text, or `None` if it has faults.

        Args:
            text: As `gateway.cel.parsing.terms` cuts it.
        """
        if self._shared is not None and not any(name in text for name in self._own):
            return self._shared.find(text)
        term = self._terms.get(text)
        if term is None:
            term = self._make(text)
            if term is not None:
                self._terms[text] = term
        return term

    def reads_of(self, terms: Sequence[Term]) -> frozenset[str]:
        """Return the paths that an expression of these terms may read, as text."""
        key = tuple([term.reads for term in terms])
        reads = self._reads.get(key)
        if reads is None:
            paths = shortest(path for each in key for path in each)
            reads = self._reads[key] = frozenset(map(write_path, paths))
        return reads

    def known(self, text: str) -> Term | None:
        """Return the term with a text, if there is one already."""
        if self._shared is not None and not any(name in text for name in self._own):
            return self._shared.known(text)
        return self._terms.get(text)

    def shape_of(self, text: str) -> Shape | None:
        """Return the shape of a term that has literals, if it is known."""
        if self._shared is not None and not any(name in text for name in self._own):
            return self._shared.shape_of(text)
        code, _ = code_of(text)
        return self._shapes.get(code)

    def _make(self, text: str) -> Term | None:
        code, literals = code_of(text)
        if not literals or "\n" in text:
            return self._analysed(text)
        if code not in self._shapes:
            # What comes once needs no pattern, and finding one costs more than it does.
            self._shapes[code] = None
            return self._analysed(text)
        shape = self._shapes[code]
        if shape is None:
            shape = self._shapes[code] = Shape(self._fixed(text, literals))
        key = tuple([literals[number] for number in shape.fixed])
        pattern = shape.patterns.get(key)
        if pattern is not None:
            if not pattern.fits(literals):
                return self._analysed(text)
            return pattern.term_with(literals)
        analysis = self._analysis(text)
        if analysis is None:
            return None
        pattern = _pattern(analysis, text, shape.fixed)
        if pattern.fits(literals):
            shape.patterns[key] = pattern
        return pattern.term

    def _analysed(self, text: str) -> Term | None:
        analysis = self._analysis(text)
        return None if analysis is None else _term(analysis)

    def _analysis(self, text: str) -> Analysis | None:
        try:
            return self._analyst.analyse(text)
        except CompileError:
            return None

    def _fixed(self, text: str, literals: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the literals whose value changes more than itself."""
        original = self._analysis(text)
        if original is None:
            return range(len(literals))
        constants = _constants(original.plan, text)
        searched = {
            id(argument)
            for part in walk(original.plan)
            if isinstance(part, Invoke) and any(one.rate for one in part.overloads)
            for argument in part.arguments
        }
        fixed = []
        for number, constant in enumerate(constants):
            literal = literals[number]
            other = _other(literal)
            # An empty text has no other of its length.
            if constant is None or id(constant) in searched or other == literal:
                fixed.append(number)
                continue
            changed = text[: constant.start] + other + text[constant.end :]
            analysis = self._analysis(changed)
            if analysis is None or _summary(analysis) != _summary(original):
                fixed.append(number)
        return fixed


def _summary(analysis: Analysis) -> tuple[Any, ...]:
    plan = analysis.plan
    return plan.type, _reads(plan), analysis.cost, loops(plan)


def _reads(plan: Plan) -> frozenset[Path]:
    return frozenset(shortest(path for _, path in readings(plan)))


def code_of(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return what a text says but for its literals, and the literals."""
    pieces = _LITERAL.split(text)
    literals = pieces[1::2]
    pieces[1::2] = ["''" if each[0] in _QUOTES else "0" for each in literals]
    return tuple(pieces), literals


def _other(literal: str) -> str:
    """Return another literal of the same kind and length."""
    if literal[0] not in _QUOTES:
        return "7" if literal == "3" else "3"
    letter = "y" if "x" in literal else "x"
    return literal[0] + letter * (len(literal) - 2) + literal[0]


def _constants(plan: Plan, text: str) -> Sequence[Constant | None]:
    """Return the constant that each literal of a text is; `None` if it is none alone."""
    found = {
        (part.start, part.end): part
        for part in walk(plan)
        if isinstance(part, Constant)
    }
    return [found.get(match.span()) for match in _LITERAL.finditer(text)]


def _pattern(analysis: Analysis, text: str, fixed: Sequence[int]) -> Pattern:
    plan, compiler = analysis.plan, analysis.compiler
    holes = [
        _Hole(number, constant)
        for number, constant in enumerate(_constants(plan, text))
        if constant is not None and number not in fixed
    ]
    varying = {id(hole.constant) for hole in holes}
    parts = {
        id(part): compiler.compile(part)
        for part in walk(plan)
        if all(id(each) not in varying for each in walk(part))
    }
    term = _term(analysis)
    # What is wrapped to be an operand, or to look at the clock, is compiled.
    is_bare = term.test is term.run
    remake = Remaker(compiler, varying).remake(plan) if is_bare else None
    return Pattern(term, plan, fixed, holes, replace(compiler, parts=parts), remake)


def _term(analysis: Analysis) -> Term:
    plan = analysis.plan
    return Term(
        type=plan.type,
        reads=_reads(plan),
        cost=analysis.cost,
        cells=loops(plan),
        run=analysis.run,
        test=analysis.compiler.as_term(plan, analysis.run),
        plan=plan,
    )
