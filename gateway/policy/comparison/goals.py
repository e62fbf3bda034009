"""What to look for in two plans: where one of them lets in and the other may not.

The goals point the search at the difference: a rule of one side that holds while the rules
that the other side has instead do not, a deny rule that only one side has and that is
true, a role that is held on one side alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product, takewhile
from typing import Final

from gateway.policy.comparison.normal import Forms, changed
from gateway.policy.comparison.searching.search import (
    Either,
    Goal,
    Want,
    held,
    not_held,
)
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.searching.terms import Term, leaves, term_of
from gateway.policy.plan import CompiledRole, CompiledRule, Plan

Goals = tuple[Goal, ...]

# Rules of one plan that are paired with rules of the other; what is beyond is met by the
# probes of each condition alone.
_MOST: Final = 8
_PAIRED: Final = 3


@dataclass(frozen=True, slots=True)
class Half:
    """One side's part of a comparison.

    Attributes:
        side: The side.
        plan: All that can matter there.
    """

    side: Side
    plan: Plan


def goals(ours: Half, theirs: Half, forms: Forms) -> Iterator[Goals]:
    """Yield goals whose inputs our side may let in and theirs may not.

    The most telling come first.
    """
    rules = _telling(ours.plan.allows.rules, theirs.plan.allows.rules, forms)
    let_in = [allowed(ours, rule) for rule in rules]
    denies = changed(theirs.plan.denies.rules, ours.plan.denies.rules, forms)[:_MOST]
    for deny, goal in product(denies, let_in):
        yield (*goal, *_denied(theirs, deny))
    others = changed(theirs.plan.allows.rules, ours.plan.allows.rules, forms)[:_MOST]
    fresh = changed(ours.plan.allows.rules, theirs.plan.allows.rules, forms)[:_MOST]
    for rule, other in product(fresh, others):
        sides = (ours, term_of(rule.when)), (theirs, term_of(other.when))
        for pair in apart(*sides, forms):
            yield (*pair, *allowed(ours, rule))
    for rule, goal in product(others, let_in):
        for leaf in leaves(term_of(rule.when)):
            yield (*goal, Want(theirs.side, leaf, value=False))
            yield (*goal, Want(theirs.side, leaf, value=True))
    yield from _by_roles(ours, theirs, rules, forms)
    yield from let_in
    for shadow in changed(ours.plan.shadows.rules, theirs.plan.shadows.rules, forms):
        yield (Want(ours.side, term_of(shadow.when), value=True),)


def _telling(
    ours: Sequence[CompiledRule], theirs: Sequence[CompiledRule], forms: Forms
) -> list[CompiledRule]:
    """Return our rules, those first that the other side has not."""
    first = changed(ours, theirs, forms)
    return [*first, *(rule for rule in ours if rule not in first)][:_MOST]


def _by_roles(
    ours: Half, theirs: Half, rules: Sequence[CompiledRule], forms: Forms
) -> Iterator[Goals]:
    """Yield goals for roles that are mapped otherwise."""
    before = {
        (role.id, forms.of_term(term_of(role.when))) for role in _roles(theirs.plan)
    }
    fresh = [
        role.id
        for role in _roles(ours.plan)
        if (role.id, forms.of_term(term_of(role.when))) not in before
    ]
    same_order = [forms.of_group(group) for group in ours.plan.groups]
    if not fresh and same_order != [forms.of_group(g) for g in theirs.plan.groups]:
        fresh = [role.id for role in _roles(ours.plan)]
    # Those that a rule asks for come first.
    asked = {role for rule in rules for role in rule.roles}
    fresh.sort(key=lambda role: role not in asked)
    for role, rule in product(fresh[:_MOST], rules):
        if not rule.roles or role in rule.roles:
            gained = held(ours.side, ours.plan, role)
            lost = not_held(theirs.side, theirs.plan, role)
            let_in = (*lost, gained, *allowed(ours, rule))
            for one, two in product(_of(ours.plan, role), _of(theirs.plan, role)):
                for pair in apart((ours, one), (theirs, two), forms):
                    yield (*pair, *let_in)
            yield let_in
            for other in _roles(theirs.plan):
                if other.id != role:
                    yield (
                        Want(theirs.side, term_of(other.when), value=True),
                        gained,
                        *allowed(ours, rule),
                    )


def _roles(plan: Plan) -> list[CompiledRole]:
    return [role for group in plan.groups for role in group.roles]


def _of(plan: Plan, role: str) -> list[Term]:
    """Return the conditions of a role."""
    return [term_of(each.when) for each in _roles(plan) if each.id == role]


def apart(
    ours: tuple[Half, Term], theirs: tuple[Half, Term], forms: Forms
) -> Iterator[Goals]:
    """Yield goals by which the single conditions that only one side has differ."""
    known = [
        {forms.of_term(leaf): leaf for leaf in leaves(term)}
        for _, term in (ours, theirs)
    ]
    only = [
        [leaf for key, leaf in known[side].items() if key not in known[1 - side]]
        for side in (0, 1)
    ]
    mine = [Want(ours[0].side, leaf, value=None) for leaf in only[0][:_PAIRED]]
    other = [Want(theirs[0].side, leaf, value=None) for leaf in only[1][:_PAIRED]]
    for value in (True, False):
        if mine and other:
            for one, two in product(mine, other):
                yield (replace(one, value=value), replace(two, value=not value))
        else:
            yield from ((replace(each, value=value),) for each in mine)
            yield from ((replace(each, value=not value),) for each in other)


def allowed(half: Half, rule: CompiledRule) -> Goals:
    """Return the goals that a rule lets somebody in."""
    side, plan = half.side, half.plan
    found: list[Goal] = []
    if rule.roles:
        ways = [held(side, plan, role) for role in sorted(rule.roles)]
        found.append(Either(tuple(way for each in ways for way in each.ways)))
    found.append(Want(side, term_of(rule.when), value=True))
    found += [Want(side, term_of(each.when), value=None) for each in _roles(plan)]
    for deny in plan.denies.rules:
        found.append(Want(side, term_of(deny.when), value=False))
    before = takewhile(lambda other: other is not rule, plan.allows.rules)
    found += [Want(side, term_of(other.when), value=None) for other in before]
    return tuple(found)


def _denied(half: Half, deny: CompiledRule) -> Iterator[Goal]:
    if deny.roles:
        ways = [held(half.side, half.plan, role) for role in sorted(deny.roles)]
        yield Either(tuple(way for each in ways for way in each.ways))
    yield Want(half.side, term_of(deny.when), value=True)
