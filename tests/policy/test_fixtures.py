"""A fixture says little, and what it leaves out is as for a real identity."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.config.policies.policy import PolicySettings
from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind, Subject
from gateway.policy.fixtures import Fixtures
from tests.policy.files import NOON, PROVIDERS, policy, provider

TEXT = """
[fixture.ana]

[fixture.sam]
id = "s1"
provider = "corp"
email = "sam@corp.example"
groups = ["staff"]
auth_time = "2026-05-04T08:00:00Z"
claims = { hd = "corp.example" }

[fixture.robot]
provider = "robots"

[fixture.visitor]
provider = "guest"

[fixture.odd]
provider = "corp"
kind = "service"
authenticated = false
provider_kind = "saml"
issuer = "https://elsewhere.example"
subject = "sub-1"
"""


def subject(identity: str, providers: Any = PROVIDERS) -> Subject:
    test = (
        f'\n[[test]]\nname = "t"\nidentity = {identity}\n'
        'request = { path = "/" }\nexpect = { allow = true }\n'
    )
    settings: PolicySettings = policy(TEXT + test).settings
    fixtures = Fixtures(providers=providers, region="eu-west-1")
    return fixtures.subject(settings.test[0].identity, settings.fixture, now=NOON)


def test_nothing_said_is_nothing_known() -> None:
    """But a name, and that somebody signed in."""
    assert subject('"ana"') == Subject(
        Identity(
            id="ana",
            subject="ana",
            kind=IdentityKind.AUTHENTICATED,
            authenticated=True,
            provider="",
            provider_kind="",
        ),
        claims={},
        expires_at=NOON + timedelta(hours=1),
    )


def test_what_is_said_is_so() -> None:
    """And the provider's file says the rest."""
    sam = subject('"sam"')

    assert sam.identity.id == "s1"
    assert sam.identity.kind is IdentityKind.AUTHENTICATED
    assert sam.identity.provider_kind == "oidc"
    assert sam.identity.issuer == "https://corp.example"
    assert sam.identity.groups == ("staff",)
    assert sam.identity.auth_time == NOON - timedelta(hours=4)
    assert sam.identity.created == UNKNOWN_TIME
    assert sam.claims == {"hd": "corp.example"}
    assert not sam.anonymous


@pytest.mark.parametrize(
    ("name", "kind", "authenticated"),
    [
        ("robot", IdentityKind.SERVICE, True),
        ("visitor", IdentityKind.GUEST, False),
        ("odd", IdentityKind.SERVICE, False),
    ],
)
def test_the_kind_is_the_providers_unless_it_is_said(
    name: str, kind: IdentityKind, *, authenticated: bool
) -> None:
    """A guest with an id is not anonymous."""
    found = subject(f'"{name}"')

    assert found.identity.kind is kind
    assert found.identity.authenticated == authenticated
    assert not found.anonymous


def test_what_is_said_wins() -> None:
    """Whatever the provider's file says."""
    odd = subject('"odd"').identity

    assert odd.provider_kind == "saml"
    assert odd.issuer == "https://elsewhere.example"
    assert odd.subject == "sub-1"


def test_a_test_may_differ_from_its_fixture() -> None:
    """In the fields that it names, and in no other."""
    sam = subject('{ fixture = "sam", groups = [], claims = { hd = "x" } }')

    assert sam.identity.groups == ()
    assert sam.identity.email == "sam@corp.example"
    assert sam.claims == {"hd": "x"}


class TestGuest:
    """`guest` is somebody who shows nothing."""

    def test_is_nobody_known(self) -> None:
        """The same for everybody who shows nothing."""
        guest = subject('"guest"')

        assert guest.anonymous
        assert guest.expires_at is None
        assert guest.identity == Identity(
            id="eu-west-1:00000000-0000-0000-0000-000000000000",
            kind=IdentityKind.GUEST,
            authenticated=False,
            provider="guest",
            provider_kind="guest",
        )

    def test_has_the_id_of_the_provider_for_guests(self) -> None:
        """If there is one."""
        named = provider("visitors", kind="guest")

        assert subject('"guest"', [named]).identity.provider == "visitors"
        assert subject('"guest"', []).identity.provider == "guest"

    def test_may_differ_as_well(self) -> None:
        """To see what a rule makes of a label."""
        guest = subject('{ fixture = "guest", labels = ["suspended"] }')

        assert guest.identity.labels == ("suspended",)
        assert guest.anonymous
