"""Everything that a decision says can be expected, and what differs is told."""

from typing import Any

import pytest

from gateway.config.policies.tests import Expectation
from gateway.model.decision import (
    Challenge,
    Decision,
    PolicyFault,
    Reason,
    ShadowResult,
)
from gateway.policy.expectations import Difference, find_differences, full_name
from tests.policy.cases import ADMIN, FEED, OTHER, OWN, differences
from tests.policy.files import access


@pytest.mark.parametrize(
    ("request_", "expect", "identity"),
    [
        (OWN, "{ allow = true }", "u1"),
        (OWN, '{ allow = true, rule = "own" }', "u1"),
        (OWN, '{ allow = true, rule = "orders/own", status = 200 }', "u1"),
        (OWN, '{ allow = true, roles = ["person"], reason = "allowed" }', "u1"),
        (OWN, '{ allow = true, mint = { roles = ["person"], count = 1 } }', "u1"),
        (OWN, '{ allow = true, mint = { aud = "https://orders.internal" } }', "u1"),
        (OWN, "{ allow = true, mint = { deep = { a = [1, 2.5] } } }", "u1"),
        (OTHER, '{ allow = false, reason = "no_allow", status = 403 }', "u1"),
        (OTHER, '{ allow = false, roles = ["staff", "person"] }', "sam"),
        (ADMIN, '{ allow = false, reason = "no_allow" }', "u1"),
        (
            ADMIN,
            (
                '{ allow = false, rule = "strong", reason = "step_up", status = 401, '
                'challenge = "insufficient_user_authentication" }'
            ),
            "sam",
        ),
        (FEED, '{ allow = false, reason = "closed", status = 403 }', "sam"),
        (FEED, '{ allow = false, reason = "denied_by_rule" }', "sam"),
        (FEED, '{ allow = true, rule = "visit" }', "guest"),
        ('{ path = "/v1/feed?c=y" }', "{ allow = false, status = 401 }", "guest"),
        ('{ path = "/v1/feed?c=x&c=y" }', "{ allow = false }", "guest"),
    ],
)
def test_an_expectation_that_is_met_passes(
    request_: str, expect: str, identity: str
) -> None:
    """What is left out is not compared."""
    assert differences(request_, expect, identity) == []


@pytest.mark.parametrize(
    ("request_", "expect", "identity", "difference"),
    [
        (OWN, "{ allow = false }", "u1", ("allow", False, True)),
        (
            OWN,
            '{ allow = true, rule = "near" }',
            "u1",
            ("rule", "orders/near", "orders/own"),
        ),
        (OTHER, '{ allow = false, rule = "own" }', "u1", ("rule", "orders/own", "")),
        (OWN, "{ allow = true, roles = [] }", "u1", ("roles", [], ["person"])),
        (
            OWN,
            '{ allow = true, roles = ["staff", "person"] }',
            "u1",
            ("roles", ["person", "staff"], ["person"]),
        ),
        (OWN, "{ allow = true, status = 204 }", "u1", ("status", 204, 200)),
        (
            OTHER,
            '{ allow = false, reason = "closed" }',
            "u1",
            ("reason", "closed", "no_allow"),
        ),
        (
            OTHER,
            '{ allow = false, challenge = "x" }',
            "u1",
            ("challenge", "x", None),
        ),
        (
            OWN,
            '{ allow = true, mint = { roles = "person" } }',
            "u1",
            ("mint.roles", "person", ["person"]),
        ),
        (
            OWN,
            "{ allow = true, mint = { count = true } }",
            "u1",
            ("mint.count", True, 1),
        ),
        (OWN, "{ allow = true, mint = { x = 1 } }", "u1", ("mint.x", 1, None)),
        (
            OTHER,
            '{ allow = false, mint = { aud = "x" } }',
            "u1",
            ("mint.aud", "x", None),
        ),
    ],
)
def test_an_expectation_that_is_not_met_says_what_came_out(
    request_: str, expect: str, identity: str, difference: tuple[str, object, object]
) -> None:
    """Expected and got."""
    assert differences(request_, expect, identity) == [Difference(*difference)]


def test_everything_that_differs_is_told() -> None:
    """Not only the first."""
    found = differences(OWN, '{ allow = false, roles = [], reason = "no_allow" }')

    assert [each.what for each in found] == ["allow", "roles", "reason"]


STEP_UP = Decision(
    allowed=False,
    reason=Reason.STEP_UP,
    rule="orders/strong",
    challenge=Challenge(acr="mfa", max_age=900),
)
WATCHED = Decision(
    allowed=True,
    reason=Reason.ALLOWED,
    rule="orders/all",
    shadow=(
        ShadowResult("orders/dark", "deny", "true"),
        ShadowResult("second/dim", "allow", "error"),
    ),
)
FAILED = Decision(
    allowed=False,
    reason=Reason.POLICY_ERROR,
    faults=(
        PolicyFault("policies/orders.toml:9:4", "the map has no key `a`"),
        PolicyFault("policies/orders.toml:12:4", "the list has no such index"),
    ),
)


def compared(decision: Decision, **expected: Any) -> list[Difference]:
    expectation = Expectation(allow=decision.allowed, **expected)
    return list(
        find_differences(expectation, decision, policy="orders", access=access())
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (STEP_UP, {"challenge": "insufficient_user_authentication"}),
        (STEP_UP, {"challenge": {"acr": "mfa"}}),
        (STEP_UP, {"challenge": {"max_age": 900}}),
        (WATCHED, {"shadow": {"dark": True, "second/dim": "error"}}),
        (WATCHED, {"shadow": {"orders/dark": "true", "grey": "none"}}),
        (WATCHED, {"faults": []}),
        (FAILED, {"faults": ["no such index", "policies/orders.toml:9:4: the map"]}),
        (FAILED, {"rule": ""}),
    ],
)
def test_what_only_some_decisions_say_can_be_expected(
    decision: Decision, expected: dict[str, Any]
) -> None:
    """Each as far as the test says it."""
    assert compared(decision, **expected) == []


@pytest.mark.parametrize(
    ("decision", "expected", "what", "wanted", "got"),
    [
        (STEP_UP, {"challenge": "x"}, "challenge", "x", Challenge().error),
        (STEP_UP, {"challenge": {"acr": ""}}, "challenge.acr", "", "mfa"),
        (STEP_UP, {"challenge": {"sender": "dpop"}}, "challenge.sender", "dpop", ""),
        (STEP_UP, {"challenge": {"max_age": 60}}, "challenge.max_age", 60, 900),
        (FAILED, {"challenge": {"acr": "x"}}, "challenge", {"acr": "x"}, None),
        (WATCHED, {"shadow": {"dark": False}}, "shadow.dark", "false", "true"),
        (WATCHED, {"shadow": {"dark": "none"}}, "shadow.dark", "none", "true"),
        (WATCHED, {"shadow": {"grey": True}}, "shadow.grey", "true", "none"),
        (WATCHED, {"faults": ["x"]}, "faults", ["x"], []),
        (WATCHED, {"rule": ""}, "rule", "", "orders/all"),
    ],
)
def test_and_what_they_say_otherwise_is_told(
    decision: Decision, expected: dict[str, Any], what: str, wanted: Any, got: Any
) -> None:
    """With both."""
    assert compared(decision, **expected) == [Difference(what, wanted, got)]


@pytest.mark.parametrize(
    "expected", [[], ["no key"], ["no key", "9:4"], ["no key", "index", "index"]]
)
def test_every_failure_has_to_be_expected(expected: list[str]) -> None:
    """One that nobody thought of is news."""
    (found,) = compared(FAILED, faults=expected)

    assert found.what == "faults"
    assert found.got[0] == "policies/orders.toml:9:4: the map has no key `a`"


def test_a_rule_without_its_policy_is_of_the_same_file() -> None:
    """Others are named in full."""
    assert full_name("own", "orders") == "orders/own"
    assert full_name("second/own", "orders") == "second/own"
