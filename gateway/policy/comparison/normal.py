"""The form in which expressions that say the same are the same.

Variables and constants of the file are written out, terms of `&&` and `||` are a set, `!`
stands before single conditions only, and `a > b` is `b < a`. Two forms that differ may
still mean the same: that is found out by trying.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Field,
    Has,
    Invoke,
    Key,
    Local,
    MakeList,
    Plan,
    Terms,
    Variable,
)
from gateway.cel.parsing.syntax import Connective
from gateway.cel.types import DYN
from gateway.cel.values import canonical, kind_of
from gateway.policy import plan as rules
from gateway.policy.comparison.searching.terms import Term, parts, term_of

Form = tuple[Any, ...]

_OTHER: Final = {Connective.AND: Connective.OR, Connective.OR: Connective.AND}
_OPPOSITE: Final = {"_==_": "_!=_", "_!=_": "_==_"}
_MIRRORED: Final = {"_>_": "_<_", "_>=_": "_<=_"}
_SYMMETRIC: Final = frozenset(_OPPOSITE)

# What has a value whatever the inputs are, as long as the types are known.
_SAFE: Final = frozenset(
    {"!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_in_", "startsWith"}
    | {"endsWith", "contains", "any_of", "all_of", "has_scope", "fresh", "size"}
    | {"lowerAscii", "upperAscii", "trim"}
)


@dataclass(slots=True)
class Forms:
    """The forms of expressions and of plans; each is worked out once."""

    _plans: dict[int, tuple[rules.Plan, Form, Form]] = field(default_factory=dict)
    _terms: dict[tuple[int, int], tuple[Term, Form]] = field(default_factory=dict)

    def of_term(self, term: Term) -> Form:
        """Return the form of a whole expression."""
        key = (id(term.plan), id(term.expression.frame))
        if key not in self._terms:
            self._terms[key] = (term, form(term))
        return self._terms[key][1]

    def of_rule(self, rule: rules.CompiledRule) -> Form:
        """Return what a rule means, without its name."""
        return (
            str(rule.effect),
            tuple(sorted(rule.roles)),
            rule.require,
            self.of_term(term_of(rule.when)),
        )

    def of_plan(self, plan: rules.Plan) -> tuple[Form, Form]:
        """Return what a plan means, and what its parts are called beside that."""
        if id(plan) not in self._plans:
            self._plans[id(plan)] = (plan, self._meaning(plan), _names(plan))
        return self._plans[id(plan)][1:]

    def of_group(self, group: rules.RoleGroup) -> Form:
        """Return what the role mapping of a file means."""
        roles = [(role.id, self.of_term(term_of(role.when))) for role in group.roles]
        ordered = roles if group.first_only else sorted(roles, key=repr)
        return (group.first_only, group.default, tuple(ordered))

    def _meaning(self, plan: rules.Plan) -> Form:
        allows = [self.of_rule(rule) for rule in plan.allows.rules]
        if all(is_safe(term_of(rule.when)) for rule in plan.allows.rules):
            # Without errors, their order makes no difference.
            allows = sorted(set(allows), key=repr)
        claims = {
            (claim.name, self.of_term(term_of(claim.value))) for claim in plan.claims
        }
        return (
            frozenset(map(self.of_group, plan.groups)),
            frozenset(map(self.of_rule, plan.denies.rules)),
            tuple(allows),
            frozenset((rule.name, self.of_rule(rule)) for rule in plan.shadows.rules),
            frozenset(claims),
            plan.ceiling,
        )


def _names(plan: rules.Plan) -> Form:
    named = (*plan.denies.rules, *plan.allows.rules)
    return tuple(sorted((rule.name, rule.message) for rule in named))


def form(term: Term, *, negated: bool = False) -> Form:
    """Return the form of a term.

    Args:
        term: The term.
        negated: Whether it stands behind a `!`.
    """
    match term.plan:
        case Terms(connective=connective):
            shown = _OTHER[connective] if negated else connective
            found = set(_flat(term, connective, negated=negated))
            return ("terms", str(shown), *sorted(found, key=repr))
        case Invoke(name="!_"):
            return form(term.children[0], negated=not negated)
        case Choice():
            test, then, otherwise = term.children
            branches = [form(each, negated=negated) for each in (then, otherwise)]
            return ("choice", form(test), *branches)
        case Invoke(name=name) if name in _OPPOSITE:
            sides = sorted(map(form, term.children), key=repr)
            return (_OPPOSITE[name] if negated else name, *sides)
        case _:
            inner = _plain(term)
            return ("!_", inner) if negated else inner


def _flat(term: Term, connective: Connective, *, negated: bool) -> Iterator[Form]:
    for child in term.children:
        match child.plan:
            case Terms(connective=inner) if inner is connective:
                yield from _flat(child, connective, negated=negated)
            case _:
                yield form(child, negated=negated)


def _plain(term: Term) -> Form:  # noqa: PLR0911 - one for each kind
    known = constant_of(term)
    if known is not None:
        return known
    below = tuple(map(form, term.children))
    match term.plan:
        case Invoke(name=name):
            if name in _MIRRORED:
                return (_MIRRORED[name], *reversed(below))
            return (name, *below)
        case Variable(name=name):
            return ("variable", name)
        case Local(slot=slot):
            return ("local", slot)
        case Field(name=name) | Key(name=name) | Has(name=name):
            return (type(term.plan).__name__, name, *below)
        case Comprehension(macro=macro, slot=slot):
            return (str(macro), slot, *below)
        case part:
            return (type(part).__name__, *below)


def constant_of(term: Term) -> Form | None:
    """Return the form of what is known at load, `None` for anything else."""
    match term.plan:
        case Constant(value=value):
            return _value(value)
        case Field(operand=Variable(name="const"), name=name):
            frame = term.expression.frame
            return None if frame is None else _value(getattr(frame.constants, name))
        case MakeList():
            items = [constant_of(child) for child in term.children]
            if all(item is not None for item in items):
                return ("value", "list", tuple(items))
    return None


def _value(value: Any) -> Form:
    kind = kind_of(value)
    if kind == "list":
        return ("value", kind, tuple(map(_value, value)))
    return ("value", kind, repr(canonical(value)))


def is_safe(term: Term) -> bool:
    """Whether a condition has a value whatever comes."""
    return all(_is_safe(each.plan) for each in parts(term))


def _is_safe(part: Plan) -> bool:
    if part.type is DYN:
        return False
    match part:
        case Invoke(name=name):
            return name in _SAFE
        case Key():
            return False
        case _:
            return True


def changed(
    ours: Sequence[rules.CompiledRule],
    theirs: Sequence[rules.CompiledRule],
    forms: Forms,
) -> list[rules.CompiledRule]:
    """Return the rules of one side that the other has not."""
    known = {forms.of_rule(rule) for rule in theirs}
    return [rule for rule in ours if forms.of_rule(rule) not in known]
