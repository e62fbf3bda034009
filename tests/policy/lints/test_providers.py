"""W214: a provider that no policy has in mind."""

import pytest

from gateway.config.faults import Fault
from tests.policy.files import marked, provider, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, only

CORP = rule("corp", "identity.provider == 'corp'", **FOR_PEOPLE)
PROVIDERS = (provider("corp"), provider("other"), provider("guest"))

TEST = """
[[test]]
name = "t"
identity = { fixture = "guest", provider = "other" }
request = { path = "/v1/feed" }
expect = { allow = false }
"""


def told(*texts: str) -> list[Fault]:
    return only("W214", *texts, providers=PROVIDERS)


def test_a_provider_that_nothing_names_is_told() -> None:
    """Where its id stands."""
    (found,) = told(CORP)

    assert found.file == "providers/other.toml"
    assert marked(found) == '"other"'


@pytest.mark.parametrize(
    "more",
    [
        rule("x", "identity.provider in ['other']", **FOR_PEOPLE),
        rule("x", "identity.issuer == 'https://other.example'", **FOR_PEOPLE),
        "[vars]\nx = \"identity.provider == 'other'\"\n" + rule("x", "vars.x"),
        '[const]\nx = ["other"]\ny = 1\n' + rule("x", "identity.provider in const.x"),
        '[fixture.o]\nprovider = "other"\n',
        TEST,
        rule("x", "request.tls", **FOR_PEOPLE),
        role("a", "request.tls") + rule("x", "request.tls", roles=["a"], **FOR_PEOPLE),
        role("a", "request.tls") + rule("x", "request.tls", **FOR_PEOPLE),
    ],
)
def test_a_provider_that_is_meant_is_fine(more: str) -> None:
    """By name, in a test, or by a rule that is for all of them."""
    assert told(CORP + more) == []


@pytest.mark.parametrize(
    "more",
    [
        rule("x", "request.tls", effect="deny", **FOR_PEOPLE),
        rule("x", "request.tls", mode="shadow", **FOR_PEOPLE),
        rule("x", "request.tls", for_="service"),
        role("a", "identity.provider == 'corp'")
        + rule("x", "request.tls", roles=["a"], **FOR_PEOPLE),
    ],
)
def test_other_rules_do_not_let_it_in(more: str) -> None:
    """Those that deny, that are watched, for others, or for a role that looks."""
    assert len(told(CORP + more)) == 1


def test_policies_that_tell_no_providers_apart_mean_all() -> None:
    """Then there is nothing to name."""
    assert told(rule("x", "identity.email_verified", **FOR_PEOPLE)) == []


def test_one_that_is_switched_off_is_left_alone() -> None:
    """Somebody is about to remove it."""
    off = (provider("corp"), provider("other", enabled=False))

    assert only("W214", CORP, providers=off) == []
