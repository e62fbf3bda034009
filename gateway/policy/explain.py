"""Every step of one decision, with what happened and why.

Walks along the same plan and evaluates the same programs as the engine, only that nothing
is cut short: all rules that could matter are shown, also those behind the first that
decided. The decision itself is the engine's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from gateway.cel.errors import WithheldError
from gateway.cel.paths import is_within, parse_path, write_path
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision
from gateway.model.identity import IdentityKind
from gateway.policy.engine import Engine, map_roles
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.explanation import (
    Entry,
    Explanation,
    NearMiss,
    NeededChange,
    Outcome,
    Read,
    Step,
)
from gateway.policy.expressions import Expression
from gateway.policy.nearest.change import Change
from gateway.policy.nearest.rules import Way, find_ways
from gateway.policy.plan import Candidates, CompiledRule
from gateway.policy.read_sets import inputs_among, required
from gateway.policy.recording.credentials import carries_credential
from gateway.policy.recording.lookup import getter
from gateway.policy.shown import HIDDEN, Showcase, Shown, value_of

# Who asks for an explanation waits for it; the time of the real decision is not the point.
_BUDGET = 5.0


def explain(engine: Engine, access: AccessRequest) -> Explanation:
    """Return the engine's decision with everything that led to it.

    Args:
        engine: The compiled policies.
        access: The question.
    """
    decision = engine.decide(access, budget=_BUDGET)
    walk = _Walk(engine, access, decision)
    steps = tuple(walk.steps())
    request = access.request
    return Explanation(
        request=f"{request.method} {request.scheme}://{request.host}{request.path}",
        decision=decision,
        decided_at=walk.decided_at(),
        steps=steps,
        nearest=() if decision.allowed else tuple(walk.near_misses()),
        reads=tuple(walk.reads()),
    )


def explain_recorded(
    engine: Engine, access: AccessRequest, decision: Decision
) -> Explanation:
    """Return how policies come to a decision about what was recorded of a request.

    What was not recorded is told where it is missing. What would have to be otherwise is
    not: that takes the whole request.

    Args:
        engine: The compiled policies.
        access: The question, of which parts may not be known.
        decision: What they decide.
    """
    walk = _Walk(engine, access, decision)
    return Explanation(
        request=f"route {access.route.id}",
        decision=decision,
        decided_at=walk.decided_at(),
        steps=tuple(walk.steps()),
        reads=tuple(walk.reads()),
    )


class _Walk:
    """One way through one plan."""

    def __init__(
        self, engine: Engine, access: AccessRequest, decision: Decision
    ) -> None:
        self._engine = engine
        self._access = access
        self._decision = decision
        self._kind = access.subject.identity.kind
        self._plan = engine.plan_of(access.route.id, self._kind)
        self._others = [
            rule
            for kind in IdentityKind
            for rule in engine.plan_of(access.route.id, kind).allows.rules
            if self._kind not in rule.kinds
        ]
        self._evaluation = Evaluation(access, deadline=inf)
        self._showcase = Showcase(self._evaluation)
        self._seen: dict[CompiledRule, Entry] = {}

    def decided_at(self) -> str:
        """Return where the deciding rule stands."""
        name = self._decision.rule
        rules = (*self._plan.denies.rules, *self._plan.allows.rules)
        return next((rule.where for rule in rules if rule.name == name), "")

    def steps(self) -> Iterator[Step]:
        """Yield the steps, in their order."""
        yield self._route()
        yield self._identity()
        try:
            roles = map_roles(self._plan, self._evaluation)
        except FailedExpressionError:
            note = "a role mapping failed, so nothing else is looked at"
            yield Step("roles", note, tuple(self._role_entries()))
            return
        yield Step("roles", ", ".join(roles) or "none", tuple(self._role_entries()))
        self._evaluation.hold(roles)
        yield self._rules("deny", self._plan.denies, roles)
        yield self._rules("allow", self._plan.allows, roles)
        yield from self._require()
        yield from self._mint()
        if self._plan.shadows.rules:
            yield self._rules("shadow", self._plan.shadows, roles)

    def _route(self) -> Step:
        route = self._access.route
        tags = f", tags {', '.join(route.tags)}" if route.tags else ""
        note = f"{route.id}, upstream {route.upstream}, audience {route.audience}{tags}"
        return Step("route", note)

    def _identity(self) -> Step:
        subject = self._access.subject
        identity = subject.identity
        who = "anonymous" if subject.anonymous else f"of provider {identity.provider}"
        try:
            name = identity.id
        except WithheldError:
            name = "id not recorded"
        return Step("identity", f"{name}, {self._kind}, {who}")

    def _role_entries(self) -> Iterator[Entry]:
        for group in self._plan.groups:
            held = False
            for role in group.roles:
                if held and group.first_only:
                    note = "a role before it is held, and the file gives one only"
                    yield self._skipped(role.id, role.when.place.at(), note)
                    continue
                entry = self._entry(role.id, role.when, f"policy {group.policy}")
                held = held or entry.outcome is Outcome.TRUE
                yield entry
            if group.default and not held:
                note = f"the default of policy {group.policy}"
                yield Entry(group.default, "", Outcome.TRUE, note)

    def _rules(self, name: str, rules: Candidates, roles: Sequence[str]) -> Step:
        candidates = set(rules.for_roles(roles))
        entries = []
        for rule in rules.rules:
            if rule in candidates:
                entry = self._entry(rule.name, rule.when, rule.message)
            else:
                entry = self._skipped(rule.name, rule.where, _roles_needed(rule))
            self._seen[rule] = entry
            entries.append(entry)
        matching = [entry for entry in entries if entry.outcome is Outcome.TRUE]
        return Step(name, f"{len(matching)} of {len(entries)} match", tuple(entries))

    def _require(self) -> Iterator[Step]:
        entries = []
        for rule in self._plan.allows.rules:
            if rule.require is None or self._seen[rule].outcome is not Outcome.TRUE:
                continue
            outcome, note = self._meets(rule), rule.require.as_text()
            if outcome is Outcome.ERROR:
                note += ", and what tells was not recorded"
            entries.append(Entry(rule.name, rule.where, outcome, note))
        if entries:
            yield Step("require", "", tuple(entries))

    def _mint(self) -> Iterator[Step]:
        if not any(self._lets_pass(rule) for rule in self._plan.allows.rules):
            return
        entries = []
        for claim in self._plan.claims:
            entry = self._entry(claim.name, claim.value, f"policy {claim.policy}")
            if entry.outcome is not Outcome.ERROR:
                entry = replace(entry, outcome=Outcome.VALUE)
            entries.append(entry)
        yield Step("mint", f"{len(entries)} claims", tuple(entries))

    def _lets_pass(self, rule: CompiledRule) -> bool:
        is_true = self._seen[rule].outcome is Outcome.TRUE
        return is_true and self._meets(rule) is Outcome.TRUE

    def _meets(self, rule: CompiledRule) -> Outcome:
        try:
            met = rule.is_met_by(self._access)
        except WithheldError:
            return Outcome.ERROR
        return Outcome.TRUE if met else Outcome.FALSE

    def near_misses(self) -> Iterator[NearMiss]:
        """Yield what kept each allow rule from allowing, the smallest change first."""
        yield from map(_near_miss, find_ways(self._engine, self._access))
        for rule in self._others:
            kinds = ", ".join(sorted(rule.kinds))
            yield NearMiss(rule.name, rule.where, f"is for {kinds} only")

    def reads(self) -> Iterator[Read]:
        """Yield all that the decision may depend on, with what came to be read."""
        read = inputs_among(self._showcase.reads)
        for rule in self._seen:
            if rule.require is not None and self._seen[rule].outcome is Outcome.TRUE:
                read |= required(rule.require)
        for text in self._plan.reads:
            path = parse_path(text)
            used = any(is_within(each, path) for each in read)
            try:
                found = getter(path)(self._access)
            except WithheldError:
                yield Read(text, None, present=False, used=used, known=False)
                continue
            hidden = carries_credential(path)
            yield Read(
                path=text,
                value=HIDDEN if hidden and found.present else value_of(found.value),
                present=found.present,
                used=used,
            )

    def _entry(self, name: str, expression: Expression, note: str) -> Entry:
        shown = self._showcase.show(expression)
        return Entry(name, shown.where, _outcome(shown), note, shown)

    @staticmethod
    def _skipped(name: str, where: str, note: str) -> Entry:
        return Entry(name, where, Outcome.SKIPPED, note)


def _outcome(shown: Shown) -> Outcome:
    if shown.error:
        return Outcome.ERROR
    if isinstance(shown.value, bool):
        return Outcome.TRUE if shown.value else Outcome.FALSE
    return Outcome.VALUE


def _roles_needed(rule: CompiledRule) -> str:
    return f"needs one of the roles {', '.join(sorted(rule.roles))}"


def _near_miss(way: Way) -> NearMiss:
    rule = way.rule
    if way.changes is None:
        return NearMiss(rule.name, rule.where, "nothing that a request has would do")
    changes = tuple(_needed(change) for change in way.changes)
    needs = "; ".join(map(str, changes))
    return NearMiss(rule.name, changes[0].where, needs, changes, way.tried)


def _needed(change: Change) -> NeededChange:
    return NeededChange(
        text=change.text,
        where=change.where,
        path=write_path(change.path) if change.path else "",
        action=change.action.value,
        value=value_of(change.value),
        purpose=change.purpose,
    )
