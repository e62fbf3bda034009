"""Compares two sides: where their plans differ, it looks for requests that show it.

Every difference that is told was seen: both engines decided the same request and answered
otherwise. What is not told may exist all the same: this is a search, and it is bounded.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Final

from gateway.policy.comparison.bases import Bases
from gateway.policy.comparison.corpus import Place, asked_by_tests, places
from gateway.policy.comparison.findings import (
    Finding,
    Key,
    Outcome,
    Verdict,
    differences,
)
from gateway.policy.comparison.goals import Half, allowed
from gateway.policy.comparison.normal import Forms
from gateway.policy.comparison.people import providers_of
from gateway.policy.comparison.searching.aims import Scene
from gateway.policy.comparison.searching.inputs import (
    METHOD,
    PROVIDER,
    Edit,
    Inputs,
)
from gateway.policy.comparison.searching.probes import probes
from gateway.policy.comparison.searching.search import Search
from gateway.policy.comparison.searching.side import ImpossibleError, Side
from gateway.policy.comparison.searching.terms import (
    BUDGET,
    Parts,
    Term,
    leaves,
    term_of,
)
from gateway.policy.plan import CompiledRule, Plan

# Requests that are tried in all, and for one pair of plans at least and at most.
TRIES: Final = 100_000
_LEAST: Final = 200
_MOST: Final = 4_000
# Of which so much is for the search, and so much for each of the rounds that follow.
_SEARCH: Final = 4
_ROUND: Final = 3
_BASES: Final = 40
# For the people of one more provider; where very much differs, they are not looked for.
_ELSEWHERE: Final = 60
_MANY: Final = 200


# What both sides said to a request.
_Seen = tuple[Outcome, Outcome, Inputs]


@dataclass(slots=True)
class Comparison:
    """The comparison of two sides.

    Attributes:
        old: What is in force.
        new: What is proposed.
        tries: How many requests to try at most.
        extra: Requests to ask beside those of tests, fixtures and the search.
        advance: Called after each of the groups.
    """

    old: Side
    new: Side
    tries: int = TRIES
    extra: Sequence[Inputs] = ()
    advance: Callable[[], None] = lambda: None
    _made: Parts = field(default_factory=Parts)
    _forms: Forms = field(default_factory=Forms)
    _found: dict[Key, _Seen] = field(default_factory=dict)
    _counts: dict[Key, int] = field(default_factory=dict)
    _places: list[list[Place]] = field(default_factory=list)
    asked: int = 0

    @property
    def _bases(self) -> Bases:
        return Bases((self.old, self.new), self._made, self._forms)

    def run(self) -> list[Finding]:
        """Return what was found, in the order of routes, methods and rules."""
        for side in (self.old, self.new):
            for inputs in asked_by_tests(side):
                self._ask(inputs)
        for inputs in self.extra:
            self._ask(inputs)
        groups = self.groups()
        share = self.tries // max(1, len(groups))
        share = max(_LEAST, min(_MOST, share))
        for members in groups:
            self._compare(members, share)
            self.advance()
        keys = without_surplus(without_head(self._found))
        return [self._smallest(key) for key in sorted(keys, key=order)]

    def groups(self) -> list[list[Place]]:
        """Return the places that are decided otherwise, those alike together."""
        if not self._places:
            self._places = self._groups()
        return self._places

    def _groups(self) -> list[list[Place]]:
        groups: dict[object, list[Place]] = {}
        for place in places(self.old, self.new):
            old = self._forms.of_plan(self._half(self.old, place).plan)
            new = self._forms.of_plan(self._half(self.new, place).plan)
            routes = [_view(self.old, place.old), _view(self.new, place.new)]
            if old == new and routes[0] == routes[1] and self._same_people():
                continue
            groups.setdefault((old, new, place.kind), []).append(place)
        return list(groups.values())

    def _same_people(self) -> bool:
        """Whether the same identities can be, with the same claims shown."""
        old, new = (
            {
                name: (each.kind, each.for_, each.export_claims)
                for name, each in side.provider_settings.items()
            }
            for side in (self.old, self.new)
        )
        return old == new and self.old.guest.enabled == self.new.guest.enabled

    @staticmethod
    def _half(side: Side, place: Place) -> Half:
        route = place.old if side.name == "old" else place.new
        return Half(side, side.engine.plan_of(route, place.kind))

    def _compare(self, members: Sequence[Place], share: int) -> None:
        place = members[0]
        old, new = self._half(self.old, place), self._half(self.new, place)
        bases = self._bases.find(place, old, new, tries=share // _SEARCH)
        terms = self._terms(old, new)
        witnesses = dict(self._try_all(bases, terms, place, share))
        for inputs in list(witnesses.values()):
            witnesses.update(self._ask_all(inputs, place))
        for other, inputs in product(members[1:], witnesses.values()):
            for method in other.methods:
                self._ask(inputs.at(other.route).edited({METHOD: method}))

    def _terms(self, old: Half, new: Half) -> list[tuple[Side, Term]]:
        """Return all single conditions of two plans, those that differ first."""
        terms: dict[object, tuple[Side, Term]] = {}
        counts: dict[object, int] = {}
        for half in (new, old):
            for term in _conditions(half.plan):
                for leaf in leaves(term):
                    key = self._forms.of_term(leaf)
                    terms.setdefault(key, (half.side, leaf))
                    counts[key] = counts.get(key, 0) ^ (1 if half is new else 2)
        return [terms[key] for key in sorted(terms, key=lambda key: counts[key] == 3)]  # noqa: PLR2004 - both bits

    def _try_all(
        self,
        bases: Sequence[Inputs],
        terms: Sequence[tuple[Side, Term]],
        place: Place,
        share: int,
    ) -> Iterator[tuple[Key, Inputs]]:
        """Ask all bases, then each with one condition turned, then with two.

        Two are turned only if one did not show that somebody gains access.
        """
        told = False
        for base in bases:
            for key, inputs in self._ask_all(base, place):
                told = told or key.verdict is Verdict.WIDENED
                yield key, inputs
        seen = {base.key for base in bases}
        once: list[Inputs] = []
        for changed in islice(
            self._turns(bases[:_BASES], terms, seen), share // _ROUND
        ):
            once.append(changed)
            for key in self._ask(changed):
                told = told or key.verdict is Verdict.WIDENED
                yield key, changed
        if not told:
            twice = self._turns(once, terms, seen)
            for changed in islice(twice, share // _ROUND):
                for key in self._ask(changed):
                    yield key, changed

    def _turns(
        self,
        bases: Sequence[Inputs],
        terms: Sequence[tuple[Side, Term]],
        seen: set[tuple[object, ...]],
    ) -> Iterator[Inputs]:
        for base in bases:
            for side, term in terms:
                yield from self._turned(base, side, term, seen)

    def _turned(
        self, base: Inputs, side: Side, term: Term, seen: set[tuple[object, ...]]
    ) -> Iterator[Inputs]:
        trial = Search(self._made, 1).trial(side, base)
        if trial is None:
            return
        edits: Iterator[Edit] = probes(term, Scene(trial))
        for edit in edits:
            changed = base.edited(edit)
            if changed.key not in seen:
                seen.add(changed.key)
                yield changed

    def _ask_all(self, inputs: Inputs, place: Place) -> Iterator[tuple[Key, Inputs]]:
        """Ask by each method of a place."""
        for key in self._ask(inputs):
            yield key, inputs
        for method in place.methods:
            if method != inputs.method:
                other = inputs.edited({METHOD: method})
                for key in self._ask(other):
                    yield key, other

    def _ask(self, inputs: Inputs) -> list[Key]:
        """Ask both sides, note what differs, and return it."""
        self.asked += 1
        old, new = outcome_of(self.old, inputs), outcome_of(self.new, inputs)
        keys = list(self._differences(old, new, inputs))
        for key in keys:
            self._counts[key] = self._counts.get(key, 0) + 1
            if key not in self._found:
                self._found[key] = (old, new, inputs)
        return keys

    def _differences(self, old: Outcome, new: Outcome, inputs: Inputs) -> Iterator[Key]:
        known = self._known_roles(old, new, inputs)
        yield from differences(
            old, new, kind=str(inputs.kind), method=inputs.method, known=known
        )

    def _known_roles(
        self, old: Outcome, new: Outcome, inputs: Inputs
    ) -> frozenset[str]:
        """Return the gained roles that open a rule which was closed.

        A role that the old side does not know is another name, or shows by what it opens.
        """
        held = set(old.roles)
        if set(new.roles) <= held:
            return frozenset()
        before = self.old.engine.plan_of(old.route, inputs.kind)
        after = self.new.engine.plan_of(new.route, inputs.kind)
        granted = {role.id for group in before.groups for role in group.roles}
        wanted = {
            role
            for rule in after.allows.rules
            if held.isdisjoint(rule.roles)
            for role in rule.roles
        }
        return frozenset(granted & wanted)

    def _smallest(self, key: Key) -> Finding:
        """Return a finding with as little in its witness as shows it."""
        seen = self._found[key]
        witness = seen[2]
        for path in sorted(witness.values, key=repr):
            if path in {METHOD, PROVIDER}:
                continue
            values = {each: witness.values[each] for each in witness.values}
            del values[path]
            smaller = witness.having(values)
            old, new = outcome_of(self.old, smaller), outcome_of(self.new, smaller)
            if key in self._differences(old, new, smaller):
                witness, seen = smaller, (old, new, smaller)
        return Finding(
            key,
            *seen,
            count=self._counts[key],
            providers=tuple(self._people(key, witness)),
        )

    def _people(self, key: Key, witness: Inputs) -> Iterator[str]:
        known = self.new.provider_settings.keys() | self.old.provider_settings
        return providers_of(
            witness,
            sorted(known),
            is_shown=lambda inputs: self._is_shown(key, inputs),
            let_in=lambda start: self._let_in(key, start),
        )

    def _is_shown(self, key: Key, inputs: Inputs) -> bool:
        old, new = outcome_of(self.old, inputs), outcome_of(self.new, inputs)
        return key in self._differences(old, new, inputs)

    def _let_in(self, key: Key, start: Inputs) -> Iterator[Inputs]:
        """Yield requests like another one that the rule of a difference may let in."""
        side = self.new if key.verdict is Verdict.WIDENED else self.old
        half = Half(side, side.engine.plan_of(key.route, start.kind))
        rule = next((r for r in half.plan.allows.rules if r.name == key.rule), None)
        if rule is not None and len(self._found) <= _MANY:
            yield from Search(self._made, _ELSEWHERE).solve(start, allowed(half, rule))


def outcome_of(side: Side, inputs: Inputs) -> Outcome:
    """Return what a side says to a request."""
    try:
        access = side.access_of(inputs)
    except ImpossibleError:
        return Outcome(allowed=False, reason="not_served")
    decision = side.engine.decide(access, budget=BUDGET)
    kind = access.subject.identity.kind
    rule = _rule_of(side.engine.plan_of(access.route.id, kind), decision.rule)
    through = set(decision.roles) & (rule.roles if rule else frozenset())
    return Outcome(
        allowed=decision.allowed,
        reason=decision.reason.value,
        rule=decision.rule,
        through=tuple(sorted(through)),
        route=access.route.id,
        decision=decision,
        audience=access.route.audience,
        watched=tuple((s.rule, s.effect, s.outcome) for s in decision.shadow),
    )


def _rule_of(plan: Plan, name: str) -> CompiledRule | None:
    rules = (*plan.allows.rules, *plan.denies.rules)
    return next((rule for rule in rules if rule.name == name), None)


def _view(side: Side, route_id: str) -> tuple[object, ...]:
    """Return what of a route a policy can read, and for whom credentials are."""
    for route in side.routes:
        if route.id == route_id:
            return (route.id, route.upstream, route.tags, route.audience)
    return ()


def _conditions(plan: Plan) -> Iterator[Term]:
    """Yield every expression of a plan."""
    for group in plan.groups:
        for role in group.roles:
            yield term_of(role.when)
    for candidates in (plan.denies, plan.allows, plan.shadows):
        for rule in candidates.rules:
            yield term_of(rule.when)
    for claim in plan.claims:
        yield term_of(claim.value)


def without_head(found: Collection[Key]) -> list[Key]:
    """Return the keys but those about `HEAD` that are the same for `GET`."""
    return [
        key
        for key in found
        if key.method != "HEAD" or replace(key, method="GET") not in found
    ]


def without_surplus(found: Collection[Key]) -> Iterator[Key]:
    """Yield the keys that no other with fewer roles says as well."""
    for key in found:
        roles = set(filter(None, key.role.split(",")))
        others = (
            set(filter(None, other.role.split(",")))
            for other in found
            if other != key and replace(other, role=key.role) == key
        )
        if not any(other < roles for other in others):
            yield key


def order(key: Key) -> tuple[object, ...]:
    """Return what findings are sorted by."""
    place = (key.route, key.method, key.kind, key.role, key.rule, key.detail)
    return (list(Verdict).index(key.verdict), *place, key.what)
