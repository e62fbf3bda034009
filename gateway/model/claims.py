"""What an issuer says about a subject, once that has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class TokenType(StrEnum):
    """What a verified token is for. One type is never accepted as another."""

    ID_TOKEN = "id_token"  # noqa: S105 - a name, not a secret
    ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a name, not a secret
    DEVELOPER = "jwt"
    GUEST = "guest+jwt"
    OPAQUE = "opaque"
    # A name of ours: on the wire it is an access token like any other.
    APP = "app"
    SAML = "saml2"


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """Claims whose signature, audience, type and lifetime have been checked.

    Only `gateway.authentication` constructs one: to hold a value of this type *is* the
    proof that the check took place.

    Attributes:
        provider: Id of the provider whose file vouches for the issuer.
        issuer: `iss`, exactly as configured.
        subject: `sub`, the issuer's name for somebody.
        token_type: What the token is for.
        expires_at: `exp`, aware UTC.
        claims: The whole verified payload.
        depends_on: What the claims hold for, as changes are heard
            (`gateway.storage.epochs.heard_as`); empty for the token alone.
        thumbprint: Of the key that whoever shows the token has to hold (RFC 7638); empty
            for whoever has it.
        scopes: What a token of our own was limited to; `None` where the provider's file
            says how scopes are read.
        actor: Who acts for the subject (RFC 8693 section 4.1); `None` for nobody.
    """

    provider: str
    issuer: str
    subject: str
    token_type: TokenType
    expires_at: datetime
    claims: Mapping[str, Any] = field(repr=False)
    depends_on: str = ""
    thumbprint: str = ""
    scopes: tuple[str, ...] | None = None
    actor: Mapping[str, Any] | None = None
