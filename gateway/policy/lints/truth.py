"""Which conditions are true for every request, and which for none.

Sound and not complete: what is said here is so, and much that is so is not said. A
condition that fails is as good as one that is false.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Choice, Constant, Invoke, MakeList, Plan, Terms
from gateway.cel.parsing.syntax import Connective
from gateway.policy.expressions import Expression
from gateway.policy.lints.demands import Demand, constant_of, demand_of
from gateway.policy.lints.parts import variable_of

_WORD: Final = re.compile(r"\w+")

# So many terms about one and the same part are compared with each other. A list of a
# thousand exceptions is not searched for a contradiction.
_COMPARED: Final = 32


@dataclass(frozen=True, slots=True)
class Clash:
    """Two terms that are never true together.

    Attributes:
        expression: Where the second one stands: a condition, or one of `vars`.
        part: The second one.
        other: The first one, as it is written.
    """

    expression: Expression
    part: Plan
    other: str


@dataclass(slots=True)
class Truth:
    """Answers for all conditions; what was found out about `vars` is kept."""

    _values: dict[Expression, bool | None] = field(default_factory=dict)
    _nevers: dict[Expression, bool] = field(default_factory=dict)
    _found: dict[tuple[Expression, Plan], tuple[Clash, ...]] = field(
        default_factory=dict
    )

    def value(self, expression: Expression) -> bool | None:
        """Return the value of a condition, if it has the same one for all requests."""
        if _is_plain(expression):
            return None
        if expression not in self._values:
            # `vars` cannot read each other in a circle.
            found = self._value(expression, expression.program.plan)
            self._values[expression] = _computed(expression) if found is None else found
        return self._values[expression]

    def is_never_true(self, expression: Expression) -> bool:
        """Return whether a condition is true for no request, whatever the reason."""
        if _is_plain(expression):
            return False
        if expression not in self._nevers:
            self._nevers[expression] = self.value(expression) is False or self._never(
                expression, expression.program.plan
            )
        return self._nevers[expression]

    def find_clashes(self, expression: Expression) -> Iterator[Clash]:
        """Yield the terms under one `&&`, at any depth, that exclude each other."""
        if not _is_plain(expression):
            yield from self._clashes(expression, expression.program.plan)

    def _value(  # noqa: PLR0911 - one for each kind
        self, owner: Expression, part: Plan
    ) -> bool | None:
        match part:
            case Constant(value=bool(value)):
                return value
            case Terms(connective=connective, terms=terms):
                values = {self._value(owner, term) for term in terms}
                # Either connective ignores what fails beside the value that decides it.
                decides = connective is Connective.OR
                if decides in values:
                    return decides
                return None if None in values else not decides
            case Invoke(name="!_", arguments=(inner,)):
                denied = self._value(owner, inner)
                return None if denied is None else not denied
            case Choice():
                taken = self._taken(owner, part)
                return None if taken is None else self._value(owner, taken)
            case Invoke(name="_==_" | "_!=_", arguments=(left, right)):
                one, two = constant_of(left), constant_of(right)
                is_known = one is not None and two is not None
                return (one == two) is (part.name == "_==_") if is_known else None
            case _:
                variable = variable_of(owner, part)
                return None if variable is None else self.value(variable)

    def _taken(self, owner: Expression, choice: Choice) -> Plan | None:
        """Return the branch that every request takes, if it is always the same one."""
        test = self._value(owner, choice.test)
        if test is None:
            return None
        return choice.then if test else choice.otherwise

    def _never(self, owner: Expression, part: Plan) -> bool:
        match part:
            case Terms(connective=Connective.OR, terms=terms):
                return all(self._never(owner, term) for term in terms)
            case Terms(terms=terms):
                return bool(self._clashes_of(owner, part)) or any(
                    self._never(owner, term) for term in terms
                )
            case Choice():
                taken = self._taken(owner, part)
                branches = [part.then, part.otherwise] if taken is None else [taken]
                return all(self._never(owner, branch) for branch in branches)
            case Invoke(name="_in_", arguments=(_, MakeList(items=()))):
                return True
            case _:
                variable = variable_of(owner, part)
                if variable is not None:
                    return self.is_never_true(variable)
                return self._value(owner, part) is False

    def _clashes(self, owner: Expression, part: Plan) -> Iterator[Clash]:
        match part:
            case Terms(connective=connective, terms=terms):
                if connective is Connective.AND:
                    yield from self._clashes_of(owner, part)
                children = terms
            case Choice() | Invoke(name="!_"):
                children = part.children
            case _:
                return
        for child in children:
            yield from self._clashes(owner, child)

    def _clashes_of(self, owner: Expression, part: Terms) -> tuple[Clash, ...]:
        """Return the terms of one `&&` that exclude an earlier one."""
        # Two conditions that say the same have one plan, and each its own place.
        if (owner, part) not in self._found:
            self._found[owner, part] = tuple(_find_clashes(owner, part))
        return self._found[owner, part]


def _is_plain(expression: Expression) -> bool:
    """Return whether a condition says each thing once, and nothing that is constant.

    Nearly all do, and then there is nothing to find; the plan need not be made for it.
    """
    program = expression.program
    words = Counter(_WORD.findall(program.source))
    if not program.reads or any(words[word] for word in ("true", "false", "vars")):
        return False
    names = (path for read in program.reads for path in _WORD.findall(read)[-1:])
    return "[]" not in program.source and all(words[name] <= 1 for name in names)


def _find_clashes(owner: Expression, part: Terms) -> Iterator[Clash]:
    known: dict[Any, list[tuple[Demand, str]]] = {}
    whole = _Conjunct(owner, part, wanted=True, place=owner, shown=part)
    for each in _conjuncts(whole, set()):
        demand = demand_of(each.term, wanted=each.wanted)
        if demand is None:
            continue
        others = known.setdefault(demand.subject, [])
        for other, text in others:
            if demand.excludes(other):
                yield Clash(each.place, each.shown, text)
                break
        if len(others) < _COMPARED:
            others.append((demand, each.place.program.text(each.shown)))


class _Conjunct(NamedTuple):
    """One of the terms that all have to be met.

    Attributes:
        owner: Where the term stands: a condition, or one of `vars`.
        term: The term.
        wanted: The value that it has to have.
        place: Where what is shown of it stands.
        shown: What is shown of it, with the `!` before it.
    """

    owner: Expression
    term: Plan
    wanted: bool
    place: Expression
    shown: Plan


def _conjuncts(
    one: _Conjunct, seen: set[tuple[Expression, bool]]
) -> Iterator[_Conjunct]:
    """Yield all that has to be met for a term, through `&&`, `!` and variables."""
    owner, part, wanted, place, shown = one
    match part:
        case Terms(connective=connective, terms=terms) if (
            connective is Connective.AND
        ) is wanted:
            for term in terms:
                of_term = term if wanted else shown
                below = _Conjunct(owner, term, wanted, place, of_term)
                yield from _conjuncts(below, seen)
            return
        case Invoke(name="!_", arguments=(inner,)):
            denied = _Conjunct(owner, inner, not wanted, place, shown)
            yield from _conjuncts(denied, seen)
            return
    variable = variable_of(owner, part)
    if variable is not None and (variable, wanted) not in seen:
        seen.add((variable, wanted))
        plan = variable.program.plan
        if wanted:
            place, shown = variable, plan
        yield from _conjuncts(_Conjunct(variable, plan, wanted, place, shown), seen)
    # The variable itself may stand there once more, denied.
    yield one


def _computed(expression: Expression) -> bool | None:
    """Return the value of an expression that reads nothing."""
    if expression.program.reads:
        return None
    try:
        return expression.program.evaluate({}) is True
    except EvaluationError:
        return False
