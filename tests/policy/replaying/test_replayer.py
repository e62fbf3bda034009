"""Recorded requests, decided anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, Reason
from gateway.model.identity import IdentityKind
from gateway.policy.replaying.answers import Decided, Undecided, Verdict, Why
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.record import Outcome, Record
from gateway.policy.replaying.replayer import _REMEMBERED, ROUTE_NOT_FOUND, Replayer
from gateway.policy.replaying.routing import Routing
from gateway.telemetry.pseudonyms import value_hasher
from gateway.upstream.overlaps import share_requests
from tests.policy.files import (
    ALLOW_ALL,
    GUEST,
    NOON,
    READ,
    ROUTES,
    access,
    engine,
    identity,
    mint,
    role,
    rule,
)
from tests.policy.replaying.recorder import (
    HASHER,
    record_of,
    replayed,
    replayer,
)

ANA = access(identity(email="a@x.com", groups=("a",), acr="mfa", auth_time=NOON))
BY_EMAIL = rule("own", "identity.email == 'a@x.com'")
NOBODY = rule("own", "identity.email == 'b@x.com'")


def now(question: AccessRequest, before: str, after: str, **choices: Any) -> Any:
    """The new decision in a few words."""
    answer = replayed(question, before, after, **choices)
    if isinstance(answer.now, Decided):
        return answer.verdict, answer.now.outcome.reason, answer.now.outcome.rule
    assert answer.verdict is Verdict.UNDETERMINED
    return answer.now.why, answer.now.missing


class TestVerdicts:
    """What comes of a record."""

    def test_the_same_policies_decide_alike(self) -> None:
        """And by the same rule, for the same reason."""
        answer = replayed(ANA, BY_EMAIL)

        assert answer.verdict is Verdict.SAME
        assert not answer.unexplained
        assert answer.record.outcome == answer.now.outcome  # type: ignore[union-attr]

    def test_a_denial_that_becomes_an_allow_is_widened(self) -> None:
        """The one thing that nobody may overlook."""
        assert now(ANA, NOBODY, BY_EMAIL) == (
            Verdict.WIDENED,
            Reason.ALLOWED,
            "orders/own",
        )

    def test_an_allow_that_becomes_a_denial_is_narrowed(self) -> None:
        """Somebody will call."""
        assert now(ANA, BY_EMAIL, NOBODY) == (Verdict.NARROWED, Reason.NO_ALLOW, "")

    def test_other_claims_are_told(self) -> None:
        """A record holds a hash of them."""
        before = BY_EMAIL + mint(word="'a'")

        assert now(ANA, before, BY_EMAIL + mint(word="'b'"))[0] is Verdict.CLAIMS
        assert now(ANA, before, BY_EMAIL)[0] is Verdict.CLAIMS
        assert now(ANA, BY_EMAIL, before)[0] is Verdict.CLAIMS
        assert now(ANA, before, before)[0] is Verdict.SAME

    def test_roles_count(self) -> None:
        """They are part of what was decided."""
        before = BY_EMAIL.replace("[[rule]]", role("a") + "[[rule]]", 1)
        after = before.replace('id = "a"', 'id = "b"')

        assert now(ANA, before, after)[0] is Verdict.OTHERWISE

    def test_a_requirement_reads_what_was_recorded(self) -> None:
        """It is no expression, but goes by the same values."""
        before = rule("own", require={"acr": "mfa", "auth_age": "1h"})
        stricter = before.replace("mfa", "hardware")

        assert now(ANA, before, before)[0] is Verdict.SAME
        assert now(ANA, before, stricter) == (
            Verdict.NARROWED,
            Reason.STEP_UP,
            "orders/own",
        )

    def test_guests_are_decided_as_guests(self) -> None:
        """The kind is always recorded."""
        question = access(GUEST)
        before = rule("own", for_=["guest"])

        after = rule("own", for_=["authenticated"])

        assert now(question, before, before)[0] is Verdict.SAME
        assert now(question, before, after) == (Verdict.NARROWED, Reason.NO_ALLOW, "")


class TestUndetermined:
    """What nobody can tell."""

    def test_a_value_that_was_not_read_is_missing(self) -> None:
        """By its path."""
        assert now(ANA, BY_EMAIL, rule("own", "identity.name == 'x'")) == (
            Why.NOT_RECORDED,
            ("identity.name",),
        )

    def test_a_requirement_may_miss_something(self) -> None:
        """It is asked outside of any expression."""
        by_age = rule("own", require={"auth_age": "1h"})

        assert now(ANA, BY_EMAIL, rule("own", require={"acr": "mfa"})) == (
            Why.NOT_RECORDED,
            ("identity.acr",),
        )
        assert now(ANA, by_age, by_age, hashed=["identity.auth_time"]) == (
            Why.NOT_RECORDED,
            ("identity.auth_time",),
        )

    def test_a_hash_tells_equality_and_no_more(self) -> None:
        """As section h of the reference has it."""
        hashed = {"hashed": ["identity.email"]}

        assert now(ANA, BY_EMAIL, NOBODY, **hashed)[0] is Verdict.NARROWED
        assert now(
            ANA, BY_EMAIL, rule("own", "identity.email.endsWith('.com')"), **hashed
        ) == (Why.NOT_RECORDED, ("identity.email",))

    def test_what_was_dropped_is_missing(self) -> None:
        """Also for the policies that decided."""
        assert now(ANA, BY_EMAIL, BY_EMAIL, dropped=["identity.email"]) == (
            Why.NOT_RECORDED,
            ("identity.email",),
        )

    def test_what_does_not_matter_is_not_missed(self) -> None:
        """CEL absorbs the error, whichever side it is on."""
        either = rule("own", "identity.name == 'x' || identity.email == 'a@x.com'")

        assert now(ANA, BY_EMAIL, either)[0] is Verdict.SAME

    def test_a_decision_that_took_too_long_is_not_repeated(self) -> None:
        """It went by the clock of that machine on that day."""
        late = Decision(allowed=False, reason=Reason.POLICY_TIMEOUT)

        assert now(ANA, BY_EMAIL, BY_EMAIL, decision=late) == (Why.TIMED_OUT, ())


class TestOtherKey:
    """A log that was written with another storage key."""

    def _now(self, before: str, after: str, **choices: Any) -> Any:
        record = record_of(ANA, engine(before), **choices)
        other = replayer(engine(after), hasher=value_hasher(b"another storage key"))
        return other.answer(record).now

    def test_what_is_not_hashed_is_decided(self) -> None:
        """The key has no part in it."""
        assert isinstance(self._now(BY_EMAIL, NOBODY), Decided)
        assert isinstance(self._now(BY_EMAIL, ALLOW_ALL + mint(a="1")), Decided)

    def test_hashes_are_not_compared(self) -> None:
        """They would be unequal, all of them."""
        hashed = {"hashed": ["identity.email"]}

        assert self._now(BY_EMAIL, BY_EMAIL, **hashed) == Undecided(
            Why.OTHER_KEY, ("identity.email",)
        )
        assert self._now(BY_EMAIL, rule("own", "now == now"), **hashed).outcome.allowed

    def test_claims_are_not_compared(self) -> None:
        """Of these, too, there is a hash alone."""
        before = BY_EMAIL + mint(a="1")

        assert self._now(before, before) == Undecided(Why.OTHER_KEY)
        assert isinstance(self._now(before, NOBODY), Decided)

    def test_what_is_missing_is_missing_with_any_key(self) -> None:
        """The key is not what stands in the way."""
        by_name = rule("own", "identity.name == 'x'")

        assert self._now(BY_EMAIL, by_name) == Undecided(
            Why.NOT_RECORDED, ("identity.name",)
        )


class TestRoutes:
    """Records name their route."""

    def test_a_route_that_leads_nowhere_is_a_denial(self) -> None:
        """As the request would be refused."""
        record = record_of(ANA, engine(BY_EMAIL))
        gone = replayer(engine(BY_EMAIL), after=ROUTES[1:])

        answer = gone.answer(record)

        assert answer.verdict is Verdict.NARROWED
        assert answer.now == Decided(Outcome(allowed=False, reason=ROUTE_NOT_FOUND))

    def test_a_route_that_nobody_knows_leaves_it_open(self) -> None:
        """It may lead anywhere."""
        record = record_of(ANA, engine(BY_EMAIL))._replace(route="old")

        answer = replayer(engine(BY_EMAIL)).answer(record)

        assert answer.now == Undecided(Why.ROUTE_UNKNOWN)

    def test_what_a_route_is_now_counts(self) -> None:
        """The tags of a route are policy as well."""
        by_tag = rule("own", "'pii' in route.tags")
        record = record_of(ANA, engine(by_tag))
        changed = [replace(READ, tags=()), *ROUTES[1:]]

        answer = replayer(engine(by_tag, routes=changed), after=changed).answer(record)

        assert answer.verdict is Verdict.NARROWED


class TestAlarm:
    """The same policies decide alike."""

    def test_a_record_that_was_changed_is_noticed(self) -> None:
        """Or a gateway that does not decide alike twice."""
        judge = engine(BY_EMAIL)
        record = record_of(ANA, judge)
        forged = record._replace(reads={"identity.email": "b@x.com"})

        assert replayer(judge).answer(forged).unexplained
        assert not replayer(judge).answer(forged._replace(digest="00")).unexplained
        assert not replayer(judge).answer(forged._replace(reads={})).unexplained

    def test_a_record_that_cannot_be_is_refused(self) -> None:
        """Whoever wrote it."""
        record = record_of(ANA, engine(BY_EMAIL))

        with pytest.raises(MalformedRecordError):
            replayer(engine(BY_EMAIL)).answer(
                record._replace(reads={"identity.email": 1})
            )


class TestRemembering:
    """Equal questions have equal answers."""

    def test_the_answer_to_equal_questions_is_found_once(self) -> None:
        """Whatever else the records say."""
        judge = engine(BY_EMAIL)
        again = replayer(judge)
        first, second = (record_of(ANA, judge) for _ in range(2))
        later = second._replace(at=NOON.replace(hour=13), request_id="2", method="PUT")

        assert first.decision_id != second.decision_id
        assert again.answer(first).now is again.answer(later).now

    @pytest.mark.parametrize(
        ("text", "changes"),
        [
            ("now.getHours() == 12", {"at": NOON.replace(hour=13)}),
            ("request.time.getHours() == 12", {"at": NOON.replace(hour=13)}),
            ("request.id == 'request-1'", {"request_id": "2"}),
            ("request.method == 'GET'", {"method": "PUT"}),
            ("identity.provider == 'corp'", {"provider": "robots"}),
            ("identity.kind == 'authenticated'", {"kind": IdentityKind.SERVICE}),
            ("identity.email == 'a@x.com'", {"reads": {"identity.email": "b"}}),
            ("has(claims.a)", {"reads": {"claims.a": 1}, "absent": []}),
            ("has(claims.a)", {"dropped": ["claims.a"], "absent": []}),
            ("identity.email == 'a@x.com'", {"route": "orders-feed"}),
        ],
    )
    def test_what_was_asked_about_is_told_apart(
        self, text: str, changes: Mapping[str, Any]
    ) -> None:
        """The answer to another question is another one."""
        policy = rule("own", text, routes=["orders-read"])
        record = record_of(ANA, engine(policy))
        again = replayer(engine(policy))
        first = again.answer(record)

        second = again.answer(record._replace(**changes))

        assert first.verdict is Verdict.SAME
        assert second.now is not first.now

    def test_not_all_answers_are_kept(self) -> None:
        """A log may hold a million questions."""
        judge = engine(rule("own", "request.id == 'x'"))
        again = replayer(judge)
        record: Record = record_of(ANA, judge)
        first = again.answer(record).now

        for number in range(_REMEMBERED):
            again.answer(record._replace(request_id=str(number)))

        assert again.answer(record).now is not first


class TestClaims:
    """A record holds a hash of its claims, and whoever made them can make them again."""

    def _answer(
        self, before: str, after: str, reference: str | None, **choices: Any
    ) -> Any:
        record = record_of(ANA, engine(before), **choices)
        again = Replayer(
            engine=engine(after),
            routing=Routing(before=ROUTES, after=ROUTES, share_requests=share_requests),
            hashing=Hashing(HASHER),
            reference=None if reference is None else replayer(engine(reference)),
        )
        answer = again.answer(record)
        assert answer.verdict is Verdict.CLAIMS
        return answer.claims

    def test_the_claims_that_differ_are_named(self) -> None:
        """Those that are new, gone, or other values."""
        before = BY_EMAIL + mint(a="1", b="2", c="3")
        after = BY_EMAIL + mint(b="2", c="4", d="5")

        assert self._answer(before, after, before) == ("a", "c", "d")

    def test_they_are_not_guessed(self) -> None:
        """If the policies in force are not those that decided, or cannot tell."""
        before = BY_EMAIL + mint(a="identity.name")
        after = ALLOW_ALL + mint(a="'y'")

        assert self._answer(before, after, None) == ()
        assert self._answer(before, after, after) == ()
        assert self._answer(before, after, before, dropped=["identity.name"]) == ()


NAMED = mint(name="identity.name")
HASHED: Mapping[str, Any] = {"hashed": ["identity.name"]}


class TestUnknownClaims:
    """What claims are made of may be hashed in the log; a rule allows all the same."""

    def test_the_policies_that_minted_them_mint_them_again(self) -> None:
        """From equal values, for equal roles."""
        answer = replayed(ANA, BY_EMAIL + NAMED, **HASHED)

        assert answer.verdict is Verdict.SAME
        assert isinstance(answer.now, Decided)
        assert answer.now.outcome == answer.record.outcome
        assert answer.now.outcome.claims

    @pytest.mark.parametrize(
        ("after", "verdict"),
        [
            (BY_EMAIL + NAMED, Verdict.SAME),
            (rule("own", "identity.email != 'x'") + NAMED, Verdict.SAME),
            (rule("b", "identity.email != 'x'") + NAMED, Verdict.OTHERWISE),
            (NOBODY + NAMED, Verdict.NARROWED),
            (BY_EMAIL + mint(name="identity.name + ''"), Verdict.UNDETERMINED),
            (BY_EMAIL + NAMED + role("r"), Verdict.UNDETERMINED),
            (BY_EMAIL + mint(name="'x'"), Verdict.CLAIMS),
        ],
    )
    def test_others_do_if_they_say_the_same_of_claims(
        self, after: str, verdict: Verdict
    ) -> None:
        """And not if they say anything else, or the roles are others."""
        before = engine(BY_EMAIL + NAMED)
        record = record_of(ANA, before, **HASHED)

        answer = _against(after, replayer(before)).answer(record)

        assert answer.verdict is verdict
        assert answer.claims == ()

    def test_the_route_has_to_be_what_it_was(self) -> None:
        """Claims may be made of its tags."""
        judge = engine(BY_EMAIL + NAMED)
        record = record_of(ANA, judge, **HASHED)
        tagged = tuple(replace(each, tags=("x",)) for each in ROUTES)

        answer = _against(BY_EMAIL + NAMED, replayer(judge), tagged).answer(record)

        assert answer.verdict is Verdict.UNDETERMINED

    def test_nobody_knows_the_claims_of_other_policies(self) -> None:
        """Those in force are not those that made the record."""
        record = record_of(ANA, engine(BY_EMAIL + NAMED), **HASHED)

        answer = replayer(engine(ALLOW_ALL + NAMED)).answer(record)

        assert answer.verdict is Verdict.UNDETERMINED

    def test_what_would_be_let_in_is_told(self) -> None:
        """It is no widening as long as the claims might fail; it is not hidden either."""
        answer = replayed(ANA, NOBODY + NAMED, BY_EMAIL + NAMED, **HASHED)

        assert answer.verdict is Verdict.UNDETERMINED
        assert answer.now == Undecided(
            Why.NOT_RECORDED,
            ("identity.name",),
            Outcome(allowed=True, rule="orders/own", reason="allowed"),
        )

    def test_a_rule_that_cannot_be_told_lets_nobody_in(self) -> None:
        """The claims are not what is in question."""
        after = rule("own", "identity.acr == 'mfa'") + NAMED

        answer = replayed(ANA, NOBODY + NAMED, after, **HASHED)

        assert answer.now == Undecided(Why.NOT_RECORDED, ("identity.acr",))


def _against(after: str, reference: Replayer, routes: Any = ROUTES) -> Replayer:
    return Replayer(
        engine=engine(after, routes=routes),
        routing=Routing(before=ROUTES, after=routes, share_requests=share_requests),
        hashing=Hashing(HASHER),
        reference=reference,
    )
