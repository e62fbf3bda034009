"""What somebody is called in the pool who comes from a provider.

Reference: Amazon Cognito, "User pool sign-in with third party identity providers"
(`Google_123`, the group `us-east-1_Ab3dEfGh9_Google`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.pool.attributes.addresses import is_email, is_phone
from gateway.pool.names import is_username

# Cognito's words for the kinds that it knows; what else there is, is one of OpenID Connect.
_TYPES: Final[Mapping[str, str]] = {
    "google": "Google",
    "facebook": "Facebook",
    "amazon": "LoginWithAmazon",
    "apple": "SignInWithApple",
    "saml": "SAML",
}


# What people call those whose files have no label.
_LABELS: Final[Mapping[str, str]] = {
    "google": "Google",
    "facebook": "Facebook",
    "amazon": "Amazon",
    "apple": "Apple",
    "microsoft": "Microsoft",
    "twitter": "X",
    "github": "GitHub",
    "gitlab": "GitLab",
}


def default_label(kind: str, name: str) -> str:
    """Return what people call a provider whose file has no label.

    Args:
        kind: Of the provider.
        name: What Cognito's clients call it.
    """
    return _LABELS.get(kind, name)


def provider_type(kind: str) -> str:
    """Return Cognito's word for a kind of provider."""
    return _TYPES.get(kind, "OIDC")


def default_name(kind: str, provider_id: str) -> str:
    """Return what Cognito's clients call a provider that has no name of its own.

    Args:
        kind: Of the provider.
        provider_id: Its id.
    """
    known = _TYPES.get(kind)
    return provider_id if known is None or kind == "saml" else known


def username_of(provider: str, subject: str) -> str:
    """Return what somebody new is called.

    A name that could be taken for an address, or that nobody could be called, has the
    digest of the subject in its place.

    Args:
        provider: The provider's name.
        subject: Its name for somebody.
    """
    name = f"{provider}_{subject}"
    if is_username(name) and not is_email(name) and not is_phone(name):
        return name
    return spare_username(provider, subject)


def spare_username(provider: str, subject: str) -> str:
    """Return what somebody is called whose name is taken: nobody else has this one."""
    return f"{provider}_{hashlib.sha256(subject.encode()).hexdigest()}"


def group_of(pool_id: str, provider: str) -> str:
    """Return the name of the group that a provider's people are in."""
    return f"{pool_id}_{provider}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLogin:
    """One login of somebody, as it is told.

    Attributes:
        kind: Of the provider.
        name: What Cognito's clients call it.
        subject: Its name for somebody.
        issuer: Of a SAML provider, its entity id.
        is_primary: Whether it has made the profile.
        created_at: Since when it leads there.
    """

    kind: str
    name: str
    subject: str
    issuer: str
    is_primary: bool
    created_at: datetime


def identities_text(logins: Iterable[ToldLogin]) -> str:
    """Return the attribute `identities` of somebody with these logins."""
    told = [
        {
            "userId": each.subject,
            "providerName": each.name,
            "providerType": provider_type(each.kind),
            "issuer": each.issuer if each.kind == "saml" else None,
            "primary": each.is_primary,
            "dateCreated": int(each.created_at.timestamp() * 1000),
        }
        for each in logins
    ]
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)
