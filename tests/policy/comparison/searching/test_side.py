"""`gateway.policy.comparison.searching.side`."""

from dataclasses import replace

import pytest

from gateway.config.settings.guest import GuestSettings
from gateway.model.identity import IdentityKind
from gateway.policy.comparison.searching.inputs import METHOD, PROVIDER, Inputs
from gateway.policy.comparison.searching.side import ImpossibleError
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import side, somebody
from tests.policy.files import NOON

RULE = rule_of("true", routes="files")
SIDE = side(Files((RULE,)))
GUEST = IdentityKind.GUEST


def test_a_request_goes_through_the_router() -> None:
    """With the parameters of the route that serves it."""
    inputs = somebody().edited({("params", "owner"): "ann", METHOD: "PUT"})

    access = SIDE.access_of(inputs)

    assert access.route.id == "files"
    assert access.route.params == {"owner": "ann", "name": "x"}
    assert access.request.method == "PUT"
    assert access.now == access.request.time == NOON
    assert SIDE.route_of(inputs) == "files"


def test_a_request_that_no_route_serves_is_impossible() -> None:
    """Here; another side may have the route."""
    inputs = somebody().edited({METHOD: "PATCH"})

    assert SIDE.route_of(inputs) == ""
    with pytest.raises(ImpossibleError):
        SIDE.access_of(inputs)


def test_the_identity_is_that_of_its_provider() -> None:
    """Its kind and its issuer are not for an edit to choose."""
    inputs = somebody(issuer="https://evil.example", email="a@b.example", groups=["x"])
    inputs = inputs.edited({("identity", "attributes", "floor"): 3})

    identity = SIDE.access_of(inputs).subject.identity

    assert identity.provider == "corp"
    assert identity.provider_kind == "oidc"
    assert identity.issuer == "https://corp.example"
    assert identity.email == "a@b.example"
    assert identity.groups == ("x",)
    assert identity.attributes == {"floor": 3}
    assert identity.authenticated


def test_policies_see_the_claims_that_the_provider_shows() -> None:
    """And no others."""
    shown = somebody().edited({("claims", "hd"): "a", ("claims", "secret"): "b"})

    assert SIDE.access_of(shown).subject.claims == {"hd": "a"}
    assert SIDE.access_of(shown.edited({PROVIDER: "google"})).subject.claims == {}


def test_nobody_comes_from_a_provider_that_is_not_there() -> None:
    """Or that is switched off."""
    with pytest.raises(ImpossibleError, match="nowhere"):
        SIDE.access_of(somebody(provider="nowhere"))


def test_without_a_provider_somebody_is_made_up() -> None:
    """For kinds of which no provider has any."""
    inputs = Inputs(FILES, IdentityKind.SERVICE, values={METHOD: "GET"})

    identity = SIDE.access_of(inputs).subject.identity

    assert identity.kind is IdentityKind.SERVICE
    assert identity.provider == ""


def test_guests_are_there_if_they_are_enabled() -> None:
    """With a token of their own or without any."""
    anonymous = Inputs(
        FILES, GUEST, anonymous=True, values={METHOD: "GET", PROVIDER: "elsewhere"}
    )
    known = somebody(kind="guest", provider="guest")
    without = side(replace(Files((RULE,)), guest=GuestSettings(enabled=False)))

    subject = SIDE.access_of(anonymous).subject

    assert subject.anonymous
    assert subject.expires_at is None
    assert subject.identity.provider_kind == "guest"
    assert not subject.identity.authenticated
    assert SIDE.access_of(known).subject.identity.provider == "guest"
    with pytest.raises(ImpossibleError, match="guests"):
        without.access_of(anonymous)


def test_whose_kind_a_provider_says_is_of_that_kind() -> None:
    """On each side by itself; a test may say otherwise."""
    person = somebody(kind="service")
    program = person.edited({("identity", "kind"): "service"})

    assert SIDE.access_of(person).subject.identity.kind == "authenticated"
    assert SIDE.access_of(program).subject.identity.kind == "service"
