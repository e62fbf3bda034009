"""What people of providers are called here: as Cognito's clients know it."""

import json

import pytest

from gateway.federation.names import (
    ToldLogin,
    default_label,
    default_name,
    group_of,
    identities_text,
    provider_type,
    spare_username,
    username_of,
)
from tests.pool.house import NOON, POOL_ID


@pytest.mark.parametrize(
    ("kind", "name", "type_"),
    [
        ("google", "Google", "Google"),
        ("facebook", "Facebook", "Facebook"),
        ("amazon", "LoginWithAmazon", "LoginWithAmazon"),
        ("apple", "SignInWithApple", "SignInWithApple"),
        ("saml", "corp", "SAML"),
        ("oidc", "corp", "OIDC"),
        ("github", "corp", "OIDC"),
    ],
)
def test_providers_are_called_as_cognito_calls_them(
    kind: str, name: str, type_: str
) -> None:
    assert default_name(kind, "corp") == name
    assert provider_type(kind) == type_


def test_people_call_a_provider_by_its_own_name() -> None:
    assert default_label("apple", "SignInWithApple") == "Apple"
    assert default_label("oidc", "corp") == "corp"


def test_a_person_is_called_by_provider_and_subject() -> None:
    assert username_of("Google", "123") == "Google_123"
    assert group_of(POOL_ID, "Google") == f"{POOL_ID}_Google"


@pytest.mark.parametrize(
    "subject", ["ana@example.com", "of two words", "x" * 200, "\N{SOFT HYPHEN}"]
)
def test_what_could_be_an_address_or_no_name_is_a_digest(subject: str) -> None:
    """Whoever is called like somebody's address would be signed in to in their place."""
    assert username_of("Corp", subject) == spare_username("Corp", subject)
    assert len(spare_username("x" * 32, subject)) < 128
    assert spare_username("Corp", subject) != spare_username("Corp", f"{subject}2")


@pytest.mark.parametrize(
    ("kind", "issuer"), [("saml", "urn:idp"), ("google", None)], ids=["saml", "google"]
)
def test_identities_are_told_as_cognito_tells_them(
    kind: str, issuer: str | None
) -> None:
    """The attribute: `primary` and `dateCreated` are no texts in it."""
    told = ToldLogin(
        kind=kind,
        name="Name",
        subject="1\N{SNOWMAN}",
        issuer="urn:idp",
        is_primary=True,
        created_at=NOON,
    )

    text = identities_text([told])

    assert json.loads(text) == [
        {
            "userId": "1\N{SNOWMAN}",
            "providerName": "Name",
            "providerType": provider_type(kind),
            "issuer": issuer,
            "primary": True,
            "dateCreated": int(NOON.timestamp()) * 1000,
        }
    ]
