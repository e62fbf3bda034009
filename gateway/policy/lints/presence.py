"""W122: a value that may be missing is read, and nobody has asked whether it is there.

What a token does not have is an error, and an error is a denial: a rule that was meant to
look at a claim refuses everybody without it. `has()`, `in`, and `claim()` with a default ask.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.cel.meaning.plan import Choice, Constant, Has, Invoke, Plan, Terms
from gateway.cel.parsing.syntax import Connective
from gateway.config.faults import Fault
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.lints.demands import constant_of
from gateway.policy.lints.parts import (
    Path,
    fault_at,
    path_of,
    variable_of,
)
from gateway.policy.read_sets import reads_of

Paths = frozenset[Path]

# The maps whose keys depend on who is asking.
_OPEN: Final[Sequence[Path]] = (("claims",), ("identity", "attributes"))
_OPEN_TEXTS: Final = ("claims", "identity.attributes")
_NOTHING: Final[Paths] = frozenset()

# A variable may be read in many places, after different questions; past this many, the
# file is such a thicket that no warning would help.
_MAX_VISITS: Final = 4096


def find_unguarded(file: CompiledFile) -> Iterator[Fault]:
    """Yield what reads a claim or an attribute that may be missing."""
    told: set[tuple[Expression, Plan]] = set()
    for name, expression in file.expressions():
        if not any(read.startswith(_OPEN_TEXTS) for read in reads_of(expression)):
            continue
        for owner, part in _Search().run(expression):
            if (owner, part) not in told:
                told.add((owner, part))
                yield _fault(name, owner, part)


def _fault(name: str, owner: Expression, part: Plan) -> Fault:
    keys = owner.place.keys
    what = f"`vars.{keys[1]}`" if keys[0] == "vars" else name
    text = owner.program.text(part)
    return fault_at(
        owner,
        part,
        "W122",
        f"{what} reads {text} without asking whether it is there",
        f"who has none is refused; write `has({text}) && ...`",
    )


@dataclass(slots=True)
class _Search:
    """One search, through a condition and the variables that it reads."""

    _visited: set[tuple[Expression, Paths]] = field(default_factory=set)
    _shown: dict[tuple[Expression, bool], Paths] = field(default_factory=dict)

    def run(self, expression: Expression) -> Iterator[tuple[Expression, Plan]]:
        yield from self._search(expression, expression.program.plan, _NOTHING)

    def _search(
        self, owner: Expression, part: Plan, known: Paths
    ) -> Iterator[tuple[Expression, Plan]]:
        """Yield the parts that read what is not known to be there."""
        path = path_of(part)
        if path is not None and _below_open(path):
            if not _is_known(path, known):
                yield owner, part
            return
        variable = variable_of(owner, part)
        if variable is not None:
            if (variable, known) in self._visited or len(self._visited) > _MAX_VISITS:
                return
            self._visited.add((variable, known))
            yield from self._search(variable, variable.program.plan, known)
            return
        for child, learned in self._children(owner, part):
            yield from self._search(owner, child, known | learned)

    def _children(self, owner: Expression, part: Plan) -> Iterator[tuple[Plan, Paths]]:
        """Yield each part below one, and what is known where its value matters."""
        match part:
            case Terms(connective=connective, terms=terms):
                # Both connectives ignore what fails beside the value that decides: the
                # value of a term matters only where the others have the other one.
                wanted = connective is Connective.AND
                each = (self._learned(owner, term, wanted=wanted) for term in terms)
                learned = _NOTHING.union(*each)
                yield from ((term, learned) for term in terms)
            case Choice():
                yield part.test, _NOTHING
                yield part.then, self._learned(owner, part.test, wanted=True)
                yield part.otherwise, self._learned(owner, part.test, wanted=False)
            case _:
                yield from ((child, _NOTHING) for child in part.children)

    def _learned(  # noqa: PLR0911 - one for each kind
        self, owner: Expression, part: Plan, *, wanted: bool
    ) -> Paths:
        """Return what is there for certain if a part has the value that is wanted."""
        match part:
            case Has() | Invoke(name="_in_"):
                return _asked_for(part) if wanted else _NOTHING
            case Invoke(name="!_", arguments=(inner,)):
                return self._learned(owner, inner, wanted=not wanted)
            case Invoke(name="_==_", arguments=(left, right)):
                return _compared(left, right, is_equal=wanted)
            case Invoke(name="_!=_", arguments=(left, right)):
                return _compared(left, right, is_equal=not wanted)
            case Terms(connective=connective, terms=terms):
                each = [self._learned(owner, term, wanted=wanted) for term in terms]
                if (connective is Connective.AND) is wanted:
                    return _NOTHING.union(*each)
                return each[0].intersection(*each[1:])
            case _:
                variable = variable_of(owner, part)
                return _NOTHING if variable is None else self._of(variable, wanted)

    def _of(self, variable: Expression, wanted: bool) -> Paths:  # noqa: FBT001 - part of the key
        key = (variable, wanted)
        if key not in self._shown:
            plan = variable.program.plan
            self._shown[key] = self._learned(variable, plan, wanted=wanted)
        return self._shown[key]


def _below_open(path: Path) -> bool:
    return any(len(path) > len(root) and path[: len(root)] == root for root in _OPEN)


def _is_known(path: Path, known: Paths) -> bool:
    first = 2 if path[0] == "claims" else 3
    return all(path[:length] in known for length in range(first, len(path) + 1))


def _prefixes(path: Path) -> Paths:
    return frozenset(path[: length + 1] for length in range(len(path)))


def _asked_for(part: Plan) -> Paths:
    match part:
        case Has(operand=operand, name=name):
            above = path_of(operand)
        case Invoke(arguments=(Constant(value=str(name)), operand)):
            above = path_of(operand)
        case _:
            return _NOTHING
    return _NOTHING if above is None else _prefixes((*above, name))


def _compared(left: Plan, right: Plan, *, is_equal: bool) -> Paths:
    """Return what `claim('hd', '') == 'x'` shows to be there, on either side."""
    for one, two in ((left, right), (right, left)):
        match one:
            case Invoke(name="claim", arguments=(Constant(value=str(path)), default)):
                value, missing = constant_of(two), constant_of(default)
                is_known = value is not None and missing is not None
                if is_known and (value == missing) is not is_equal:
                    return _prefixes(("claims", *path.split(".")))
    return _NOTHING
