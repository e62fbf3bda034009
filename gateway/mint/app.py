"""App tokens: access tokens that the token endpoint hands out for those of providers.

Like those for upstreams they never outlive what was shown for them. Those for the gateway
itself are credentials here, and carry what they came of (`gateway.authentication.app_token`).

References: RFC 9068 section 2.2; RFC 8693 sections 2.2.1 and 4.1; RFC 9449 section 6.1.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.config.settings.tokens import JwtProfile
from gateway.mint.minter import (
    TOKEN_ID_BYTES,
    checked_claims,
    lifetime_of,
    sign_in_claims,
)
from gateway.mint.signer import Keys, Signer
from gateway.model.decision import Decision
from gateway.model.errors import MintError
from gateway.model.identity import Subject
from gateway.model.route import Route


@dataclass(frozen=True, slots=True)
class AppGrant:
    """What an app token is good for.

    Attributes:
        scopes: As they were granted.
        thumbprint: Of the key that it is bound to; empty for none.
        via: What it came of, for a token that comes back; `None` for any other.
    """

    scopes: tuple[str, ...] = ()
    thumbprint: str = ""
    via: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AppToken:
    """An app token that has been made.

    Attributes:
        token: The token, in compact form.
        token_id: `jti`, for the logs.
        expires_in: Whole seconds until it expires.
    """

    token: str = field(repr=False)
    token_id: str
    expires_in: int


class AppMint:
    """Makes app tokens."""

    def __init__(
        self, *, keys: Keys, issuer: str, profiles: Mapping[str, JwtProfile]
    ) -> None:
        """Mint for the profiles of one configuration.

        Args:
            keys: The key ring.
            issuer: `iss`.
            profiles: The kinds of token, by the name that exchanges use.
        """
        self._signer = Signer(keys=keys)
        self._issuer = issuer
        self._profiles = profiles

    def mint(
        self,
        decision: Decision,
        subject: Subject,
        route: Route,
        grant: AppGrant,
        *,
        now: datetime,
    ) -> AppToken:
        """Return a token that stands for the subject.

        Args:
            decision: The policies' answer, which allows, with the claims to add.
            subject: Whom it stands for, and who acts for them.
            route: The exchange, as policies see it.
            grant: What it is good for.
            now: When it begins.

        Raises:
            ExpiredCredentialError: What was shown has ended.
            MintError: The decision denies or sets a claim of the gateway's own, the
                profile does not exist, or the token does not verify.
        """
        profile = self._profiles.get(route.profile)
        if not decision.allowed or profile is None or "scope" in decision.claims:
            raise MintError(f"exchange {route.id}: denied, or misconfigured")
        issued_at, expires_at = lifetime_of(profile.ttl, subject, now)
        token_id = secrets.token_urlsafe(TOKEN_ID_BYTES)
        claims = {
            **sign_in_claims(subject.identity),
            **checked_claims(decision.claims),
            "iss": self._issuer,
            "sub": subject.identity.id,
            "aud": route.audience,
            "client_id": subject.identity.provider,
            "iat": issued_at,
            "exp": expires_at,
            "jti": token_id,
        }
        if grant.scopes:
            claims["scope"] = " ".join(grant.scopes)
        if grant.thumbprint:
            claims["cnf"] = {"jkt": grant.thumbprint}
        if subject.actor is not None:
            claims["act"] = subject.actor
        if grant.via is not None:
            claims["via"] = grant.via
        signed = self._signer.sign(claims, typ=profile.typ)
        return AppToken(signed.token, token_id, expires_at - issued_at)
