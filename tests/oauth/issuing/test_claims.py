"""What tokens say, claim by claim."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.federation.names import ToldLogin, identities_text
from gateway.model.client import ClaimsProfile, Client
from gateway.model.group import Group
from gateway.model.user import User, UserStatus
from gateway.oauth.issuing.authorization import ADMIN_SCOPE, Authorization
from gateway.oauth.issuing.claims import (
    access_claims,
    assurance,
    has_id_token,
    id_claims,
    service_claims,
)
from gateway.oauth.issuing.person import Person
from tests.oauth.house import NOON, POOL_ID

SUB = "11111111-2222-4333-8444-555555555555"
ORIGIN = "99999999-2222-4333-8444-555555555555"
ANA = User(
    pool_id=POOL_ID,
    sub=SUB,
    username="ana",
    status=UserStatus.CONFIRMED,
    enabled=True,
    attributes={
        "email": "ana@example.com",
        "email_verified": "true",
        "phone_number": "+14155552671",
        "phone_number_verified": "false",
        "address": "1 Main St",
        "updated_at": "1700000000",
        "custom:tier": "7",
    },
    created_at=NOON,
    updated_at=NOON,
)
CLIENT = Client("app", POOL_ID, "app", scopes=("openid", "email", "api/read"))
PLAIN = replace(CLIENT, profile=ClaimsProfile.OIDC)
GRANTED = Authorization(
    id=ORIGIN,
    pool_id=POOL_ID,
    sub=SUB,
    client_id="app",
    scopes=("openid", "email"),
    authenticated_at=NOON,
    amr=("pwd", "mfa"),
    created_at=NOON,
    expires_at=NOON + timedelta(days=30),
)
SECONDS = int(NOON.timestamp())


def group(name: str, precedence: int | None = None, role: str = "") -> Group:
    return Group(POOL_ID, name, "", precedence, role, NOON, NOON)


def person(*groups: Group) -> Person:
    return Person(ANA, groups)


def test_an_id_token_is_cognitos() -> None:
    """Flags are booleans, the address an object, and everything else is text."""
    assert id_claims(person(), CLIENT, replace(GRANTED, nonce="n")) == {
        "sub": SUB,
        "aud": "app",
        "token_use": "id",
        "auth_time": SECONDS,
        "origin_jti": ORIGIN,
        "event_id": ORIGIN,
        "cognito:username": "ana",
        "nonce": "n",
        "email": "ana@example.com",
        "email_verified": True,
        "phone_number": "+14155552671",
        "phone_number_verified": False,
        "address": {"formatted": "1 Main St"},
        "updated_at": "1700000000",
        "custom:tier": "7",
    }


def test_whoever_comes_from_a_provider_has_identities() -> None:
    """A list in the ID token, with texts for what the attribute has a number and a flag."""
    told = ToldLogin(
        kind="google",
        name="Google",
        subject="123",
        issuer="",
        is_primary=True,
        created_at=NOON,
    )
    text = identities_text([told])
    user = replace(ANA, attributes={"identities": text})

    claims = id_claims(Person(user), CLIENT, GRANTED)

    assert claims["identities"] == [
        {
            "userId": "123",
            "providerName": "Google",
            "providerType": "Google",
            "issuer": None,
            "primary": "true",
            "dateCreated": f"{SECONDS}000",
        }
    ]
    assert "identities" not in id_claims(Person(user), PLAIN, GRANTED)
    hidden = replace(CLIENT, readable=frozenset({"email"}))
    assert "identities" not in id_claims(Person(user), hidden, GRANTED)


def test_an_access_token_is_cognitos() -> None:
    """No attributes, no roles, no audience."""
    groups = group("admins", 1, "arn:admins"), group("staff")

    assert access_claims(person(*groups), CLIENT, GRANTED) == {
        "sub": SUB,
        "client_id": "app",
        "scope": "openid email",
        "token_use": "access",
        "username": "ana",
        "auth_time": SECONDS,
        "origin_jti": ORIGIN,
        "event_id": ORIGIN,
        "version": 2,
        "cognito:groups": ["admins", "staff"],
    }


def test_an_access_token_of_the_api_says_so() -> None:
    """By having no version; and it knows the device."""
    granted = replace(GRANTED, via_api=True, device_key="us-east-1_dev")

    claims = access_claims(person(), CLIENT, granted)

    assert "version" not in claims
    assert claims["device_key"] == "us-east-1_dev"


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((), {}),
        ((group("a"),), {"cognito:groups": ["a"]}),
        (
            (group("a", 1, "arn:1"), group("b", 2, "arn:2")),
            {
                "cognito:groups": ["a", "b"],
                "cognito:roles": ["arn:1", "arn:2"],
                "cognito:preferred_role": "arn:1",
            },
        ),
        (
            (group("a", 1, "arn:1"), group("b", 1, "arn:2")),
            {"cognito:groups": ["a", "b"], "cognito:roles": ["arn:1", "arn:2"]},
        ),
    ],
)
def test_groups_bring_roles(
    groups: tuple[Group, ...], expected: dict[str, Any]
) -> None:
    """Of two with the same precedence and different roles none is preferred."""
    claims = id_claims(person(*groups), CLIENT, GRANTED)

    found = {k: v for k, v in claims.items() if k.startswith("cognito:")}
    assert found == {**expected, "cognito:username": "ana"}


def test_what_a_client_may_not_read_is_left_out() -> None:
    client = replace(CLIENT, readable=frozenset({"email"}))

    claims = id_claims(person(), client, GRANTED)

    assert claims["email"] == "ana@example.com"
    assert "custom:tier" not in claims
    assert "email_verified" not in claims


def test_without_revocation_nothing_says_what_would_be_revoked() -> None:
    client = replace(CLIENT, revocable=False)

    assert "origin_jti" not in id_claims(person(), client, GRANTED)
    assert "origin_jti" not in access_claims(person(), client, GRANTED)


def test_the_plain_profile_is_openid_connects() -> None:
    """Attributes by scope, in the types of the standard; nothing of Cognito's."""
    granted = replace(GRANTED, scopes=("openid", "email", "profile"))

    assert id_claims(person(group("a")), PLAIN, granted) == {
        "sub": SUB,
        "aud": "app",
        "auth_time": SECONDS,
        "amr": ["pwd", "mfa"],
        "acr": "aal2",
        "email": "ana@example.com",
        "email_verified": True,
        "updated_at": 1700000000,
    }
    assert access_claims(person(group("a")), PLAIN, granted) == {
        "sub": SUB,
        "client_id": "app",
        "aud": "app",
        "scope": "openid email profile",
        "auth_time": SECONDS,
        "amr": ["pwd", "mfa"],
        "acr": "aal2",
    }


def test_a_resource_becomes_the_audience() -> None:
    """RFC 8707 section 2.2; one is text, several are a list."""
    one = replace(GRANTED, resources=("api",))
    two = replace(GRANTED, resources=("api", "b"))

    assert access_claims(person(), CLIENT, one)["aud"] == "api"
    assert access_claims(person(), PLAIN, one)["aud"] == "api"
    assert access_claims(person(), CLIENT, two)["aud"] == ["api", "b"]


def test_a_bound_token_names_its_key() -> None:
    """RFC 9449 section 6.1."""
    bound = replace(GRANTED, thumbprint="t")

    assert access_claims(person(), CLIENT, bound)["cnf"] == {"jkt": "t"}
    assert service_claims(CLIENT, (), (), "t")["cnf"] == {"jkt": "t"}


def test_a_client_that_acts_for_itself_is_its_own_subject() -> None:
    """No person, and nothing that could be taken back."""
    assert service_claims(CLIENT, ("api/read",), ("api",), "") == {
        "sub": "app",
        "client_id": "app",
        "scope": "api/read",
        "aud": "api",
        "token_use": "access",
        "version": 2,
    }
    assert "aud" not in service_claims(CLIENT, ("api/read",), (), "")
    assert service_claims(PLAIN, ("api/read",), (), "") == {
        "sub": "app",
        "client_id": "app",
        "scope": "api/read",
        "aud": "app",
    }


def test_who_gets_an_id_token() -> None:
    """With `openid`; Cognito's API gives one always."""
    without = replace(GRANTED, scopes=("api/read",))
    api = replace(GRANTED, scopes=(ADMIN_SCOPE,), via_api=True)

    assert has_id_token(GRANTED)
    assert has_id_token(api)
    assert not has_id_token(without)
    assert not has_id_token(replace(api, via_api=False))


def test_the_assurance_is_that_of_the_factors() -> None:
    assert assurance(("pwd",)) == "aal1"
    assert assurance(("pwd", "otp", "mfa")) == "aal2"
