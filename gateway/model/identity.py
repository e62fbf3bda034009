"""Who somebody is here, whatever they signed in with.

The fields are those of the CEL variable `identity`, environment version 1: closed, each
always present, empty when unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

# What `auth_time` and `created` say when nobody knows; `fresh()` is never true for it.
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)

# OpenID Connect allows 255 characters (Core section 2), a SAML NameID more.
MAX_SUBJECT_CHARACTERS = 1024

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


class IdentityKind(StrEnum):
    """Who a rule may be `for`. There is no "any"."""

    AUTHENTICATED = "authenticated"
    GUEST = "guest"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Identity:
    """The normalised somebody or something.

    Attributes:
        id: `region:uuid`, stable for one (provider, subject).
        kind: Which rules may apply.
        authenticated: Whether a credential of a person or service was verified.
        provider: Id of the provider's file.
        provider_kind: `oidc`, `google`, `developer`, `guest`, ...
        issuer: The issuer's URL; empty for an anonymous guest.
        subject: The issuer's name for the identity.
        email_verified: True only if the provider vouches for `email`.
        auth_time: When the person last proved who they are; `UNKNOWN_TIME` if not said.
        created: When the identity was first seen here.
        linked: Ids of the other providers that lead to the same identity.
        sender: How the credential is bound to whoever shows it: `dpop`, or empty.
        attributes: What the provider's `[map] attributes` produced.
    """

    id: str
    kind: IdentityKind
    authenticated: bool
    provider: str
    provider_kind: str
    issuer: str = ""
    subject: str = ""
    username: str = ""
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
    phone_verified: bool = False
    tenant: str = ""
    groups: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    acr: str = ""
    auth_time: datetime = UNKNOWN_TIME
    created: datetime = UNKNOWN_TIME
    disabled: bool = False
    linked: tuple[str, ...] = ()
    sender: str = ""
    attributes: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Subject:
    """An identity together with what its credential allows to be known and done.

    Attributes:
        identity: Who it is.
        claims: The verified claims that the provider's file exports to policies.
        expires_at: When the credential behind it ends; no minted token outlives it.
            `None` for an anonymous guest, who showed no credential.
        anonymous: Nothing was presented at all.
        depends_on: What else has to stand, as changes are heard: a person of a pool.
        thumbprint: Of the key that the credential is bound to; empty for none.
        actor: Who acts for the identity (`act`, RFC 8693 section 4.1); `None` for nobody.
    """

    identity: Identity
    claims: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    expires_at: datetime | None = None
    anonymous: bool = False
    depends_on: str = ""
    thumbprint: str = ""
    actor: Mapping[str, Any] | None = field(default=None, repr=False)
