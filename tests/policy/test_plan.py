"""What the compiler hands to the engine: candidates by role, and requirements."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.decision import Challenge
from gateway.model.identity import UNKNOWN_TIME, IdentityKind
from gateway.policy.plan import Candidates, CompiledRule, Requirement
from tests.policy.files import ALLOW_ALL, NOON, access, engine, identity

MFA = identity(acr="mfa", auth_time=NOON)


def _rule(name: str, *roles: str) -> CompiledRule:
    plan = engine(ALLOW_ALL).plan_of("orders-read", IdentityKind.SERVICE)
    return replace(plan.allows.rules[0], name=name, roles=frozenset(roles))


class TestCandidates:
    """Rules are found by the roles that are held."""

    A, B, AB, OPEN = _rule("a", "a"), _rule("b", "b"), _rule("ab", "a", "b"), _rule("o")

    @pytest.mark.parametrize(
        ("roles", "names"),
        [
            ((), ["o"]),
            (("a",), ["a", "ab", "o"]),
            (("b",), ["b", "ab", "o"]),
            (("a", "b"), ["a", "b", "ab", "o"]),
            (("c",), ["o"]),
        ],
    )
    def test_they_come_in_order_and_each_once(
        self, roles: tuple[str, ...], names: list[str]
    ) -> None:
        """Whatever roles lead to them."""
        candidates = Candidates([self.A, self.B, self.AB, self.OPEN])

        assert [rule.name for rule in candidates.for_roles(roles)] == names

    def test_rules_without_roles_are_for_everybody(self) -> None:
        """The usual case costs nothing."""
        candidates = Candidates([self.OPEN])

        assert candidates.for_roles(("a",)) is candidates.rules

    def test_ten_thousand_rules_of_other_roles_are_not_looked_at(self) -> None:
        """Also on one route."""
        candidates = Candidates([_named(self.A, f"r{n}") for n in range(10_000)])

        assert [one.name for one in candidates.for_roles(("r7",))] == ["r7"]


def _named(rule: CompiledRule, name: str) -> CompiledRule:
    return replace(rule, name=name, roles=frozenset({name}))


class TestRequirement:
    """What a sign-in has to be."""

    @pytest.mark.parametrize(
        ("requirement", "met"),
        [
            (Requirement(), True),
            (Requirement(acr="mfa"), True),
            (Requirement(acr="MFA"), False),
            (Requirement(auth_age=timedelta(0)), True),
            (Requirement(acr="hwk", auth_age=timedelta(1)), False),
            (Requirement(sender="dpop"), False),
            (Requirement(acr="mfa", sender="dpop"), False),
        ],
    )
    def test_everything_that_is_asked_for_has_to_be_there(
        self, requirement: Requirement, *, met: bool
    ) -> None:
        """An `acr` is compared, not ordered: nobody says which is the stronger."""
        assert requirement.is_met(MFA, NOON) == met

    @pytest.mark.parametrize(
        ("age", "met"),
        [
            (timedelta(minutes=15), True),
            (timedelta(minutes=15, microseconds=1), False),
            (timedelta(seconds=-60), True),
            (timedelta(seconds=-60, microseconds=-1), False),
            (NOON - UNKNOWN_TIME, False),
        ],
    )
    def test_the_sign_in_is_recent_and_not_to_come(
        self, age: timedelta, *, met: bool
    ) -> None:
        """Two honest clocks may disagree by a minute."""
        requirement = Requirement(auth_age=timedelta(minutes=15))

        assert requirement.is_met(identity(auth_time=NOON - age), NOON) == met

    def test_an_unknown_time_is_never_recent_enough(self) -> None:
        """However much time is allowed."""
        requirement = Requirement(auth_age=timedelta(days=365 * 100))

        assert not requirement.is_met(identity(), NOON)

    def test_the_challenge_asks_for_all_of_it(self) -> None:
        """RFC 9470: signing in again must not lose what was met."""
        requirement = Requirement("mfa", timedelta(minutes=15))

        assert requirement.challenge() == Challenge(acr="mfa", max_age=900)
        assert Requirement().challenge() == Challenge()

    def test_a_credential_may_have_to_be_bound_to_its_sender(self) -> None:
        """If that alone is missing, it is the token that will not do (RFC 9449)."""
        requirement = Requirement(sender="dpop")

        assert requirement.is_met(identity(sender="dpop"), NOON)
        assert not requirement.is_met(identity(sender="mtls"), NOON)
        assert requirement.challenge() == Challenge("invalid_token", sender="dpop")
        both = Requirement("mfa", sender="dpop").challenge()
        assert both == Challenge(acr="mfa", sender="dpop")

    @pytest.mark.parametrize(
        ("requirement", "text"),
        [
            (Requirement(acr="mfa"), "requires acr mfa"),
            (
                Requirement("mfa", timedelta(minutes=1)),
                "requires acr mfa and a sign-in within the last 60 seconds",
            ),
            (Requirement(sender="dpop"), "requires a credential bound by dpop"),
            (Requirement(), "requires nothing"),
        ],
    )
    def test_it_can_be_told_to_people(
        self, requirement: Requirement, text: str
    ) -> None:
        """In explanations."""
        assert requirement.as_text() == text


def test_a_rule_without_requirement_is_met_by_everybody() -> None:
    """And has nothing to ask for."""
    rule = _rule("x")

    assert rule.is_met_by(access())
    assert rule.challenge is None


def test_a_rule_with_one_asks_for_it() -> None:
    """Of who does not meet it."""
    rule = replace(_rule("x"), require=Requirement(acr="mfa"))

    assert rule.is_met_by(access(MFA))
    assert not rule.is_met_by(access())
    assert rule.challenge == Challenge(acr="mfa")
