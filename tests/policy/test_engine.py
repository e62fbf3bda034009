"""Section f of the reference: every rule of it, and the nearest thing that it is not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest
from typing_extensions import override

from gateway.model.decision import Challenge, Reason, ShadowResult
from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind
from gateway.policy.engine import MAX_CLAIMS_BYTES, Engine
from tests.policy.files import (
    ADMIN,
    ALLOW_ALL,
    FEED,
    GUEST,
    GUESTS,
    NOON,
    PERSON,
    READ,
    ROBOT,
    access,
    engine,
    identity,
    mint,
    role,
    route,
    rule,
)

FAILING = "claims.nobody == 'x'"
FAILING_AT = "the map has no key `nobody`"


class Slow(Mapping[str, int]):
    """Takes five milliseconds to read, by the clock that decisions have."""

    @override
    def __getitem__(self, key: str) -> int:
        end = monotonic() + 0.005
        while monotonic() < end:
            pass
        return 1

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(("slow",))

    @override
    def __len__(self) -> int:
        return 1


def _with_ceiling(judge: Engine, ceiling: frozenset[str]) -> Engine:
    kind = IdentityKind.GUEST
    plan = replace(judge.plan_of("orders-read", kind), ceiling=ceiling)
    return Engine(
        plans={"orders-read": {kind: plan}},
        decision_time=timedelta(seconds=20),
        digest="",
    )


def test_without_any_rule_the_answer_is_no() -> None:
    """Default deny."""
    decision = engine("").decide(access())

    assert not decision.allowed
    assert decision.reason is Reason.NO_ALLOW
    assert decision.rule == ""


def test_a_route_that_nobody_declared_is_closed() -> None:
    """The engine knows only what it was compiled for."""
    assert not engine(ALLOW_ALL).decide(access(to=route("other"))).allowed


def test_one_allow_is_enough_and_is_named() -> None:
    """Allow rules add up."""
    decision = engine(rule("no", "false") + rule("yes")).decide(access())

    assert decision.allowed
    assert decision.reason is Reason.ALLOWED
    assert decision.rule == "orders/yes"


def test_an_allow_rule_that_is_false_allows_nothing() -> None:
    """The pair of the above."""
    decision = engine(rule("no", "false")).decide(access())

    assert decision.reason is Reason.NO_ALLOW


def test_a_deny_wins_over_any_allow_wherever_it_stands() -> None:
    """Deny overrides; also from another file, and with its own words."""
    stop = rule("stop", effect="deny", reason="account suspended")

    for texts in ((ALLOW_ALL + stop,), (ALLOW_ALL, stop), (stop, ALLOW_ALL)):
        decision = engine(*texts).decide(access())

        assert not decision.allowed
        assert decision.reason is Reason.DENIED_BY_RULE
        assert decision.rule.endswith("/stop")
        assert decision.message == "account suspended"


def test_a_deny_that_is_false_denies_nothing() -> None:
    """The pair of the above."""
    stop = rule("stop", "identity.disabled", effect="deny")

    assert engine(ALLOW_ALL + stop).decide(access()).allowed


@pytest.mark.parametrize(
    ("kind", "who"), [("authenticated", PERSON), ("guest", GUEST), ("service", ROBOT)]
)
def test_a_rule_is_for_the_kinds_that_it_names(kind: str, who: Identity) -> None:
    """There is no "any"."""
    judge = engine(rule("some", for_=[kind]))

    for caller in (PERSON, GUEST, ROBOT):
        assert judge.decide(access(caller)).allowed == (caller is who)


def test_a_rule_is_about_the_routes_that_it_names() -> None:
    """And about no other."""
    judge = engine(rule("some", routes=["orders-f*"]))

    assert judge.decide(access(to=FEED)).allowed
    assert not judge.decide(access(to=READ)).allowed


def test_rules_of_all_files_count() -> None:
    """Across files, allows add."""
    judge = engine(rule("a", routes=["orders-read"]), rule("b", routes=["orders-feed"]))

    assert judge.decide(access(to=READ)).rule == "orders/a"
    assert judge.decide(access(to=FEED)).rule == "second/b"


class TestRoles:
    """Rule 5: the first alone, and the default; `test_holding_roles` has the rest."""

    def test_in_mode_first_only_the_first_match_counts(self) -> None:
        """In file order, as in Cognito."""
        mode = '\n[roles]\nmode = "first"\n'
        text = mode + role("c", "false") + role("b") + role("a") + ALLOW_ALL

        assert engine(text).decide(access()).roles == ("b",)

    def test_the_default_role_is_for_those_who_hold_none(self) -> None:
        """`on_none = "default"`."""
        head = '\n[roles]\non_none = "default"\ndefault = "basic"\n'
        text = head + role("basic", "false") + ALLOW_ALL

        assert engine(text + role("gold", "false")).decide(access()).roles == ("basic",)
        assert engine(text + role("gold")).decide(access()).roles == ("gold",)


class TestGuests:
    """Rule 5, last: the ceiling; and rule 2: which routes are open to guests."""

    def test_the_ceiling_is_applied_last(self) -> None:
        """Whatever the plan says; at load it is an error already."""
        judge = engine(role("guest", for_="guest") + ALLOW_ALL)
        plan = judge.plan_of("orders-read", IdentityKind.GUEST)

        assert plan.ceiling == frozenset({"guest", "trial"})
        assert judge.decide(access(GUEST)).roles == ("guest",)

    def test_a_role_above_the_ceiling_is_not_held(self) -> None:
        """Should one ever get past the load."""
        judge = engine(role("guest", for_="guest") + ALLOW_ALL)
        lowered = _with_ceiling(judge, frozenset({"trial"}))

        assert lowered.decide(access(GUEST)).roles == ()

    @pytest.mark.parametrize(
        ("text", "is_open"),
        [
            (rule("x"), True),
            (rule("x", for_="authenticated"), False),
            (rule("x", effect="deny"), False),
            (rule("x", mode="shadow"), False),
            (rule("x", routes=["orders-feed"]), False),
            (rule("x", roles=["guest"]) + role("guest", for_="guest"), True),
        ],
    )
    def test_a_route_is_open_if_a_rule_may_allow_a_guest(
        self, text: str, *, is_open: bool
    ) -> None:
        """A deny rule for everybody does not open what it guards."""
        assert engine(text).open_to_guests("orders-read") == is_open

    def test_an_unknown_route_is_not_open(self) -> None:
        """Nothing opens what is not declared."""
        assert not engine(rule("x")).open_to_guests("other")

    def test_without_guests_nothing_is_open_to_them(self) -> None:
        """`[guest] enabled = false` is stronger than any policy."""
        judge = engine(ALLOW_ALL, guest=GUESTS.model_copy(update={"enabled": False}))

        assert not judge.open_to_guests("orders-read")
        assert not judge.decide(access(GUEST)).allowed
        assert judge.decide(access(PERSON)).allowed


class TestErrors:
    """Rule 3: errors are denials, wherever they are."""

    def test_an_allow_rule_that_fails_denies(self) -> None:
        """Even if a later one would allow."""
        decision = engine(rule("bad", FAILING) + rule("good")).decide(access())

        assert decision.reason is Reason.POLICY_ERROR
        assert not decision.allowed
        (fault,) = decision.faults
        assert fault.where.startswith("policies/orders.toml:9:")
        assert FAILING_AT in fault.message

    def test_a_rule_that_is_not_consulted_cannot_fail(self) -> None:
        """The first allow is enough."""
        assert engine(rule("good") + rule("bad", FAILING)).decide(access()).allowed

    def test_a_deny_rule_that_fails_denies(self) -> None:
        """Nobody knows what it would have said."""
        text = ALLOW_ALL + rule("bad", FAILING, effect="deny")

        decision = engine(text).decide(access())
        assert decision.reason is Reason.POLICY_ERROR
        assert len(decision.faults) == 1

    @pytest.mark.parametrize("first", [True, False])
    def test_a_deny_rule_that_matches_counts_more_than_one_that_fails(
        self, *, first: bool
    ) -> None:
        """Rule 4: the order never changes the result, down to its reason."""
        bad = rule("bad", FAILING, effect="deny")
        stop = rule("stop", "identity.id.startsWith('u') && true", effect="deny")
        texts = bad + stop if first else stop + bad

        decision = engine(texts + ALLOW_ALL).decide(access())
        assert decision.reason is Reason.DENIED_BY_RULE
        assert decision.rule == "orders/stop"

    def test_all_deny_rules_that_fail_are_told(self) -> None:
        """Who repairs a file wants the whole list."""
        text = rule("a", FAILING, effect="deny") + rule("b", FAILING, effect="deny")

        assert len(engine(text + ALLOW_ALL).decide(access()).faults) == 2

    def test_a_role_mapping_that_fails_denies(self) -> None:
        """Dropping the one role would not do: a deny rule may ask for it."""
        text = role("good") + role("bad", FAILING) + ALLOW_ALL

        decision = engine(text).decide(access())
        assert decision.reason is Reason.POLICY_ERROR
        assert decision.roles == ()

    def test_in_mode_first_a_role_behind_the_first_is_not_consulted(self) -> None:
        """What is not needed cannot fail; what stands before can."""
        mode = '\n[roles]\nmode = "first"\n'

        late = engine(mode + role("good") + role("bad", FAILING) + ALLOW_ALL)
        early = engine(mode + role("bad", FAILING) + role("good") + ALLOW_ALL)

        assert late.decide(access()).allowed
        assert early.decide(access()).reason is Reason.POLICY_ERROR

    def test_a_claim_that_fails_denies(self) -> None:
        """Rule 8: it is not dropped; the upstream may go by its absence."""
        decision = engine(ALLOW_ALL + mint(x="claims.nobody")).decide(access())

        assert decision.reason is Reason.POLICY_ERROR
        assert decision.claims == {}

    @pytest.mark.parametrize(
        ("value", "what"), [(b"x", "bytes"), ("\ud83d", "no valid Unicode")]
    )
    def test_a_claim_of_no_json_denies(self, value: object, what: str) -> None:
        """What `dyn` holds shows at run time."""
        text = ALLOW_ALL + mint(x="identity.attributes.x")

        decision = engine(text).decide(access(identity(attributes={"x": value})))
        assert decision.reason is Reason.POLICY_ERROR
        assert what in decision.faults[0].message

    def test_a_condition_that_is_neither_true_nor_false_denies(self) -> None:
        """`dyn` may be anything."""
        judge = engine(rule("x", "claims.x"))

        assert judge.decide(access(claims={"x": True})).allowed
        assert judge.decide(access(claims={"x": False})).reason is Reason.NO_ALLOW
        for value in (1, "true", None, [True]):
            decision = judge.decide(access(claims={"x": value}))
            assert decision.reason is Reason.POLICY_ERROR

    @pytest.mark.parametrize(
        ("when", "allowed"),
        [(f"{FAILING} || true", True), (f"!({FAILING} && false)", True)],
    )
    def test_authors_can_guard(self, when: str, *, allowed: bool) -> None:
        """`&&` and `||` keep CEL's own absorption."""
        assert engine(rule("x", when)).decide(access()).allowed == allowed

    def test_a_fault_holds_no_value_of_the_request(self) -> None:
        """It goes to the log."""
        judge = engine(rule("x", "int(identity.name) == 1"))

        (fault,) = judge.decide(access(identity(name="Ana Lopez"))).faults
        assert "Ana" not in fault.message


class TestTime:
    """A slower decision is a denial."""

    NO_TIME = timedelta(microseconds=-1)

    @pytest.mark.parametrize(
        "text",
        [
            ALLOW_ALL,
            role("staff") + ALLOW_ALL,
            rule("stop", effect="deny") + ALLOW_ALL,
        ],
    )
    def test_without_time_the_answer_is_no(self, text: str) -> None:
        """Whichever step it runs out in."""
        decision = engine(text, decision_time=self.NO_TIME).decide(access())

        assert not decision.allowed
        assert decision.reason is Reason.POLICY_TIMEOUT

    def test_the_time_is_that_of_the_whole_decision(self) -> None:
        """Not of each expression: what is read last finds it used up."""
        judge = engine(ALLOW_ALL + mint(x="identity.attributes.slow"))
        slow = identity(attributes=Slow())

        in_time = judge.decide(access(slow), budget=10)
        late = judge.decide(access(slow), budget=0.001)

        assert in_time.allowed
        assert late.reason is Reason.POLICY_TIMEOUT
        assert late.claims == {}

    def test_shadow_rules_do_not_make_it_longer(self) -> None:
        """Rule 7: they have what is left, which is nothing here. That is told."""
        text = ALLOW_ALL + rule("x", mode="shadow")

        decision = engine(text, decision_time=self.NO_TIME).decide(access())
        assert decision.shadow == (ShadowResult("orders/x", "allow", "skipped"),)


class TestRequire:
    """An allow rule may demand more than its condition."""

    STRONG = rule("strong", require={"acr": "mfa"})
    FRESH = rule("fresh", require={"auth_age": "15m"})

    def test_an_acr_has_to_be_exactly_the_one_asked_for(self) -> None:
        """Else, a step-up challenge says which."""
        judge = engine(self.STRONG)

        assert judge.decide(access(identity(acr="mfa"))).allowed
        decision = judge.decide(access(identity(acr="pwd")))
        assert decision.reason is Reason.STEP_UP
        assert decision.rule == "orders/strong"
        assert decision.challenge == Challenge(acr="mfa")

    def test_a_sign_in_may_be_as_old_as_said_and_not_older(self) -> None:
        """The last second that passes, and the first that does not."""
        judge = engine(self.FRESH)
        age = timedelta(minutes=15)
        second = timedelta(seconds=1)

        assert judge.decide(access(identity(auth_time=NOON - age))).allowed
        decision = judge.decide(access(identity(auth_time=NOON - age - second)))
        assert decision.challenge == Challenge(max_age=900)

    @pytest.mark.parametrize("when", [UNKNOWN_TIME, NOON + timedelta(minutes=2)])
    def test_a_sign_in_at_no_known_time_is_too_old(self, when: datetime) -> None:
        """As is one that is to come."""
        decision = engine(self.FRESH).decide(access(identity(auth_time=when)))

        assert decision.reason is Reason.STEP_UP

    def test_another_rule_may_allow_without(self) -> None:
        """Allows add: the order of the two does not matter."""
        for text in (self.STRONG + rule("weak"), rule("weak") + self.STRONG):
            decision = engine(text).decide(access())

            assert decision.rule == "orders/weak"

    def test_of_several_the_first_is_asked_for(self) -> None:
        """One challenge, not a list."""
        decision = engine(self.STRONG + self.FRESH).decide(access())

        assert decision.rule == "orders/strong"

    def test_a_rule_that_is_false_challenges_nobody(self) -> None:
        """Stepping up would not help."""
        text = rule("x", "false", require={"acr": "mfa"})

        assert engine(text).decide(access()).reason is Reason.NO_ALLOW

    def test_a_denial_is_not_cured_by_stepping_up(self) -> None:
        """Deny rules come first."""
        text = self.STRONG + rule("stop", effect="deny")

        assert engine(text).decide(access()).reason is Reason.DENIED_BY_RULE


class TestMint:
    """Rule 8: what the minted credential says."""

    TEXT = role("a") + ALLOW_ALL + mint(roles="roles", tenant="identity.tenant")

    def test_claims_are_minted_for_what_is_allowed(self) -> None:
        """In the types of JSON."""
        decision = engine(self.TEXT).decide(access(identity(tenant="acme")))

        assert decision.claims == {"roles": ["a"], "tenant": "acme"}

    def test_nothing_is_minted_for_what_is_denied(self) -> None:
        """Not even evaluated."""
        text = rule("no", "false") + mint(x="claims.nobody")

        decision = engine(text).decide(access())
        assert decision.claims == {}
        assert decision.faults == ()

    def test_claims_are_for_the_routes_that_are_named(self) -> None:
        """And for no other."""
        judge = engine(ALLOW_ALL + mint(["orders-read"], x="1"))

        assert judge.decide(access(to=READ)).claims == {"x": 1}
        assert judge.decide(access(to=ADMIN)).claims == {}

    def test_claims_have_a_size_together(self) -> None:
        """The last that passes and the first that does not, as UTF-8 and with names."""
        judge = engine(ALLOW_ALL + mint(x="identity.name", y="identity.tenant"))
        room = MAX_CLAIMS_BYTES - len('{"x":""}{"y":""}') - 4_000
        fits = identity(name="\N{GRINNING FACE}" * 1_000, tenant="t" * room)
        beyond = replace(fits, tenant=fits.tenant + "t")

        assert judge.decide(access(fits)).claims["y"] == fits.tenant
        decision = judge.decide(access(beyond))
        assert decision.reason is Reason.POLICY_ERROR
        assert decision.claims == {}
        (fault,) = decision.faults
        assert fault.message == "the claims are more than 8192 bytes of JSON"
        assert fault.where.startswith("policies/")

    def test_claims_of_all_files_join(self) -> None:
        """As long as they are different claims."""
        judge = engine(ALLOW_ALL + mint(x="1"), mint(y="2"))

        assert judge.decide(access()).claims == {"x": 1, "y": 2}


class TestShadow:
    """Rule 7: watched, not enforced."""

    def test_a_shadow_rule_changes_nothing_and_is_told(self) -> None:
        """Deny and allow alike."""
        text = (
            rule("no", "identity.id == 'u1'", effect="deny", mode="shadow")
            + rule("quiet", "false", effect="deny", mode="shadow")
            + rule("bad", FAILING, effect="deny", mode="shadow")
            + rule("more", mode="shadow")
        )
        shadow = (
            ShadowResult("orders/no", "deny", "true"),
            ShadowResult("orders/quiet", "deny", "false"),
            ShadowResult("orders/bad", "deny", "error"),
            ShadowResult("orders/more", "allow", "true"),
        )

        allowed = engine(text + ALLOW_ALL).decide(access())
        denied = engine(text).decide(access())

        assert allowed.allowed
        assert allowed.faults == ()
        assert not denied.allowed
        assert allowed.shadow == denied.shadow == shadow

    def test_what_it_would_require_counts(self) -> None:
        """It would not have allowed."""
        text = rule("x", mode="shadow", require={"acr": "mfa"})

        assert engine(text).decide(access()).shadow[0].outcome == "false"
        strong = engine(text).decide(access(identity(acr="mfa")))
        assert strong.shadow[0].outcome == "true"

    def test_without_roles_nothing_is_known_of_it(self) -> None:
        """A failed mapping ends the decision."""
        text = role("bad", FAILING) + rule("x", mode="shadow")

        assert engine(text).decide(access()).shadow == ()


def test_a_decision_names_the_policies_that_made_it() -> None:
    """Whatever it says."""
    judge = engine(ALLOW_ALL + rule("stop", "identity.disabled", effect="deny"))

    assert judge.decide(access()).digest == judge.digest
    assert judge.decide(access(identity(disabled=True))).digest == judge.digest
