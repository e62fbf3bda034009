"""What the tokens of a pool say, in each of the two profiles.

`cognito` is Cognito's, claim by claim, so that whatever reads its tokens reads ours. `oidc` is
OpenID Connect's ID token and RFC 9068's access token, without anything of Cognito's.

References: Amazon Cognito, "Understanding the identity (ID) token", "... the access token";
OpenID Connect Core sections 2 and 5.1; RFC 9068 section 2.2; RFC 9449 section 6.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.model.client import ClaimsProfile, Client
from gateway.model.user import User
from gateway.oauth.issuing.authorization import ADMIN_SCOPE, OPENID, Authorization
from gateway.oauth.issuing.person import Person
from gateway.pool.triggers.values import Groups

# OpenID Connect Core section 5.4: what a scope shows.
SCOPE_CLAIMS: Final[Mapping[str, tuple[str, ...]]] = {
    "profile": (
        *("name", "family_name", "given_name", "middle_name", "nickname"),
        *("preferred_username", "profile", "picture", "website", "gender"),
        *("birthdate", "zoneinfo", "locale", "updated_at"),
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
}

# Of whoever signs in elsewhere; the gateway alone writes it.
_IDENTITIES: Final = "identities"

_FLAGS: Final = frozenset({"email_verified", "phone_number_verified"})

# NIST SP 800-63B's words: one factor, or two.
ONE_FACTOR, TWO_FACTORS = "aal1", "aal2"


def assurance(amr: Sequence[str]) -> str:
    """Return `acr` for the ways in which somebody signed in."""
    return TWO_FACTORS if "mfa" in amr else ONE_FACTOR


def groups_of(told: Groups) -> dict[str, Any]:
    """Return what Cognito's ID tokens say of groups and their roles."""
    claims: dict[str, Any] = {}
    if told.names:
        claims["cognito:groups"] = list(told.names)
    if told.roles:
        claims["cognito:roles"] = list(told.roles)
    if told.preferred_role:
        claims["cognito:preferred_role"] = told.preferred_role
    return claims


def attributes_of(user: User, client: Client, *, plain: bool) -> dict[str, Any]:
    """Return the attributes of somebody that a client may read, as claims.

    Args:
        user: Whom.
        client: Who reads.
        plain: OpenID Connect's types; else Cognito's, where nearly everything is text.
    """
    claims: dict[str, Any] = {}
    for name, value in user.attributes.items():
        if client.readable is not None and name not in client.readable:
            continue
        if name in _FLAGS:
            claims[name] = value == "true"
        elif name == "address":
            claims[name] = {"formatted": value}
        elif name == "updated_at" and plain and value.isdigit():
            claims[name] = int(value)
        else:
            claims[name] = value
    return claims


def visible(claims: Mapping[str, Any], scopes: Sequence[str]) -> dict[str, Any]:
    """Return what scopes show of attributes: OpenID Connect Core section 5.4."""
    shown = {name for scope in scopes for name in SCOPE_CLAIMS.get(scope, ())}
    return {name: value for name, value in claims.items() if name in shown}


def id_claims(person: Person, client: Client, granted: Authorization) -> dict[str, Any]:
    """Return what an ID token says, without what every token says."""
    signed_in = int(granted.authenticated_at.timestamp())
    claims: dict[str, Any] = {"sub": granted.sub, "aud": granted.client_id}
    if granted.nonce:
        claims["nonce"] = granted.nonce
    if client.profile is ClaimsProfile.OIDC:
        attributes = attributes_of(person.user, client, plain=True)
        return {
            **visible(attributes, granted.scopes),
            **claims,
            "auth_time": signed_in,
            "amr": list(granted.amr),
            "acr": assurance(granted.amr),
        }
    return {
        **_with_identities(attributes_of(person.user, client, plain=False)),
        **groups_of(person.told),
        **claims,
        **_origin(client, granted),
        "token_use": "id",
        "auth_time": signed_in,
        "event_id": granted.id,
        "cognito:username": person.user.username,
    }


def _with_identities(claims: dict[str, Any]) -> dict[str, Any]:
    """Return the claims with `identities` as ID tokens have it; elsewhere it is text.

    Reference: Amazon Cognito, "Understanding the identity (ID) token": in the token, unlike
    in the attribute, `primary` and `dateCreated` are texts too.
    """
    if _IDENTITIES not in claims:
        return claims
    told = [
        {
            **entry,
            "primary": "true" if entry["primary"] else "false",
            "dateCreated": str(entry["dateCreated"]),
        }
        for entry in json.loads(claims[_IDENTITIES])
    ]
    return {**claims, _IDENTITIES: told}


def access_claims(
    person: Person, client: Client, granted: Authorization
) -> dict[str, Any]:
    """Return what an access token says, without what every token says."""
    signed_in = int(granted.authenticated_at.timestamp())
    claims: dict[str, Any] = {
        "sub": granted.sub,
        "client_id": granted.client_id,
        "scope": " ".join(granted.scopes),
        "auth_time": signed_in,
    }
    if granted.thumbprint:
        claims["cnf"] = {"jkt": granted.thumbprint}
    if client.profile is ClaimsProfile.OIDC:
        return {
            **claims,
            "aud": _audience(granted, client),
            "amr": list(granted.amr),
            "acr": assurance(granted.amr),
        }
    if person.told.names:
        claims["cognito:groups"] = list(person.told.names)
    if granted.device_key:
        claims["device_key"] = granted.device_key
    if granted.resources:
        claims["aud"] = _audience(granted, client)
    if not granted.via_api:
        claims["version"] = 2
    return {
        **claims,
        **_origin(client, granted),
        "token_use": "access",
        "event_id": granted.id,
        "username": person.user.username,
    }


def service_claims(
    client: Client, scopes: Sequence[str], resources: Sequence[str], thumbprint: str
) -> dict[str, Any]:
    """Return what the access token of a client says that acts for itself."""
    claims: dict[str, Any] = {
        "sub": client.id,
        "client_id": client.id,
        "scope": " ".join(scopes),
    }
    if thumbprint:
        claims["cnf"] = {"jkt": thumbprint}
    if client.profile is ClaimsProfile.OIDC:
        return {**claims, "aud": _named(resources) or client.id}
    if resources:
        claims["aud"] = _named(resources)
    return {**claims, "token_use": "access", "version": 2}


def has_id_token(granted: Authorization) -> bool:
    """Return whether an ID token is issued; Cognito's API issues one always."""
    return OPENID in granted.scopes or (
        granted.via_api and ADMIN_SCOPE in granted.scopes
    )


def _audience(granted: Authorization, client: Client) -> str | list[str]:
    return _named(granted.resources) or client.id


def _named(resources: Sequence[str]) -> str | list[str]:
    return resources[0] if len(resources) == 1 else list(resources)


def _origin(client: Client, granted: Authorization) -> dict[str, str]:
    # Where nothing can be revoked, nothing says what would be.
    return {"origin_jti": granted.id} if client.revocable else {}
