"""Tests with what they ask."""

from tests.policy.assurance.proving import assess, expect
from tests.policy.files import ALLOW_ALL


def test_a_trial_is_a_test_with_its_question() -> None:
    """Made once, decided often."""
    (trial,) = assess(ALLOW_ALL + "[fixture.u1]\n" + expect("allow = true")).trials

    assert trial.name == "orders/a case"
    assert trial.access.subject.identity.id == "u1"
    assert trial.access.route.id == "orders-read"


def test_a_request_that_leads_nowhere_asks_nothing() -> None:
    """Its test fails elsewhere."""
    nowhere = expect("allow = false", '{ path = "/nowhere" }', '"guest"')
    twice = expect("allow = false", '{ path = "/v1//feed" }', '"guest"')
    feed = expect("allow = true", '{ path = "/v1/feed" }', '"guest"')

    (trial,) = assess(ALLOW_ALL + nowhere + twice + feed).trials

    assert trial.access.route.id == "orders-feed"
