"""Decides recorded requests anew.

The new decision is the engine's own, over variables that hold what was recorded. It depends
on nothing but the route, the kind of the identity and what the plan may read; so two records
that agree in these have the same answer, which is found once.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter
from typing import Final

from gateway.cel.errors import WithheldError
from gateway.cel.paths import Path, is_within, parse_path
from gateway.model.access import AccessRequest
from gateway.model.decision import Reason
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.engine import Engine
from gateway.policy.replaying.answers import (
    Answer,
    Decided,
    Undecided,
    Verdict,
    Why,
    compare,
)
from gateway.policy.replaying.errors import NotRecordedError, UndeterminedError
from gateway.policy.replaying.evaluation import RecordedEvaluation
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.minting import minting_of
from gateway.policy.replaying.record import Outcome, Record
from gateway.policy.replaying.recorded import Notes
from gateway.policy.replaying.routing import Lead, Routing
from gateway.policy.replaying.variables import ALWAYS_KNOWN, Memory

# The code of the refusal of a request that leads nowhere.
ROUTE_NOT_FOUND: Final = "route_not_found"

# Answers that are kept; a few kilobytes each.
_REMEMBERED: Final = 4096

_NOWHERE: Final = Decided(Outcome(allowed=False, reason=ROUTE_NOT_FOUND))
_ROUTE_UNKNOWN: Final = Undecided(Why.ROUTE_UNKNOWN)
_OTHER_KEY: Final = Undecided(Why.OTHER_KEY)
_TIMED_OUT: Final = Undecided(Why.TIMED_OUT)


class Replayer:
    """Asks one set of policies what others were asked.

    Attributes:
        digest: Of the policies.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        routing: Routing,
        hashing: Hashing,
        reference: "Replayer | None" = None,
    ) -> None:
        """Take what decides.

        Args:
            engine: The policies.
            routing: Where recorded requests lead.
            hashing: Hashes values as the log does.
            reference: Decides by the policies that may have made the records. A record
                holds no more of its claims than a hash, so this tells what they were.
        """
        self.digest = engine.digest
        self._engine = engine
        self._routing = routing
        self._hashing = hashing
        self._memory = Memory(hashing)
        self._reference = reference
        self._known: dict[object, Decided | Undecided] = {}
        self._envelopes: dict[tuple[str, IdentityKind], Callable[[Record], object]] = {}
        self._mintings: dict[tuple[str, IdentityKind], object] = {}

    def answer(self, record: Record) -> Answer:
        """Return what comes of a record.

        Raises:
            MalformedRecordError: It holds what no decision can have read.
        """
        now = self._comparable(record, self.decide(record))
        if isinstance(now, Undecided) and now.apart is not None:
            now = self._with_claims_of(record, now, now.apart)
        if isinstance(now, Undecided):
            return Answer(record, Verdict.UNDETERMINED, now)
        verdict = compare(record.outcome, now.outcome)
        same_policies = record.digest == self.digest
        unexplained = same_policies and verdict is not Verdict.SAME
        claims = self._claims_changed(record, now) if verdict is Verdict.CLAIMS else ()
        return Answer(record, verdict, now, claims, unexplained)

    def recall(self, record: Record) -> AccessRequest | None:
        """Return the question that a record's decision answered; `None` if nobody knows.

        Of what was not recorded, reading raises `WithheldError`.

        Raises:
            MalformedRecordError: It holds what no decision can have read.
        """
        route = self._routing.follow(record.route).route
        return (
            None if route is None else self._memory.recall(record, route, notes=set())
        )

    def _claims_changed(self, record: Record, now: Decided) -> tuple[str, ...]:
        if self._reference is None:
            return ()
        then = self._reference.decide(record)
        if not isinstance(then, Decided) or then.outcome != record.outcome:
            return ()
        before, after = then.claims, now.claims
        names = before.keys() | after.keys()
        missing = object()
        return tuple(
            sorted(n for n in names if before.get(n, missing) != after.get(n, missing))
        )

    def _with_claims_of(
        self, record: Record, now: Undecided, apart: Outcome
    ) -> Decided | Undecided:
        """Return the decision, if the claims are the recorded ones whatever they hold."""
        then = self if self._reference is None else self._reference
        alike = (
            record.outcome.allowed
            and record.outcome.roles == apart.roles
            and record.digest == then.digest
            and then.minting(record) == self.minting(record)
        )
        return Decided(apart._replace(claims=record.outcome.claims)) if alike else now

    def minting(self, record: Record) -> object:
        """Return what the claims of a record depend on, beside roles and the request."""
        place = (record.route, record.kind)
        if place not in self._mintings:
            route = self._routing.follow(record.route).route
            told = route and (route.upstream, route.tags, route.audience)
            self._mintings[place] = told, minting_of(self._engine.plan_of(*place))
        return self._mintings[place]

    def _comparable(
        self, record: Record, now: Decided | Undecided
    ) -> Decided | Undecided:
        """Return what can be said of a record whose hashes may be of another key."""
        if record.hash_key == self._hashing.key:
            return now
        if isinstance(now, Decided):
            unequal = not (record.outcome.claims and now.outcome.claims)
            return now if unequal else _OTHER_KEY
        missing = record.hashes and now.why is Why.NOT_RECORDED
        return replace(now, why=Why.OTHER_KEY) if missing else now

    def decide(self, record: Record) -> Decided | Undecided:
        """Return what would be decided, whatever was decided then.

        Raises:
            MalformedRecordError: The record holds what no decision can have read.
        """
        if record.outcome.reason == Reason.POLICY_TIMEOUT:
            # It went by how long it took, which nobody can repeat.
            return _TIMED_OUT
        found = self._routing.follow(record.route)
        if found.lead is Lead.NOWHERE:
            return _NOWHERE
        if found.route is None:
            return _ROUTE_UNKNOWN
        key = self._key(record)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._decide_anew(record, found.route)
        return known

    def _key(self, record: Record) -> object:
        """Return what two records agree in if their answers are the same."""
        return (
            record.route,
            record.kind,
            record.hash_key,
            self._envelope(record),
            # Quicker than what would make the values comparable, and as exact.
            repr(record.reads),
            *record.absent,
            None,
            *record.dropped,
        )

    def _envelope(self, record: Record) -> object:
        """Return what every record tells, as far as its plan may read it."""
        place = (record.route, record.kind)
        get = self._envelopes.get(place)
        if get is None:
            plan = self._engine.plan_of(*place)
            get = self._envelopes[place] = _getter(map(parse_path, plan.reads))
        return get(record)

    def _decide_anew(self, record: Record, route: Route) -> Decided | Undecided:
        now = self._ask(self._engine, record, route)
        plan = self._engine.plan_of(record.route, record.kind)
        if isinstance(now, Decided) or not plan.claims:
            return now
        silent = {route.id: {record.kind: replace(plan, claims=())}}
        apart = self._ask(self._engine.with_plans(silent), record, route)
        return replace(now, apart=apart.outcome) if isinstance(apart, Decided) else now

    def _ask(self, engine: Engine, record: Record, route: Route) -> Decided | Undecided:
        notes: Notes = set()
        access = self._memory.recall(record, route, notes=notes)
        evaluation = RecordedEvaluation(access, notes=notes)
        try:
            decision = engine.enforce(access, evaluation)
        except UndeterminedError as error:
            return Undecided.lacking(error.missing)
        except NotRecordedError as error:
            return Undecided.lacking((error.path,))
        except WithheldError:
            return Undecided.lacking(tuple(sorted(notes)))
        outcome = Outcome(
            allowed=decision.allowed,
            rule=decision.rule,
            reason=str(decision.reason),
            roles=decision.roles,
            claims=self._hashing.of_claims(decision.claims),
        )
        return Decided(outcome, decision.claims)


def _getter(reads: Iterable[Path]) -> Callable[[Record], object]:
    known = list(reads)
    names = {
        attribute
        for path, attribute in ALWAYS_KNOWN.items()
        if any(is_within(path, read) or is_within(read, path) for read in known)
    }
    return attrgetter(*sorted(names)) if names else lambda _record: None
