"""The credential that an upstream sees: a short-lived access token for it alone.

What the caller presented never goes further; what goes further is made here, for one
audience, and never outlives what the caller presented. Whether to mint was decided by
`gateway.policy`, which also said which claims to add.

References: RFC 9068 (profile for access tokens as JWT), RFC 7519.
"""

import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.config.policies.policy import RESERVED_CLAIMS
from gateway.config.settings.tokens import JwtProfile
from gateway.keys.signing import SigningKey
from gateway.mint.cache import DEFAULT_ENTRIES, MintCache
from gateway.mint.frozen import freeze_claims
from gateway.mint.signer import Keys, Signer
from gateway.model.decision import Decision
from gateway.model.errors import ExpiredCredentialError, MintError
from gateway.model.identity import UNKNOWN_TIME, Identity, Subject
from gateway.model.minted import MintedCredential
from gateway.model.route import Route

# 128 bits: no two tokens share an id, and none can be guessed.
TOKEN_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Profile:
    """A token profile, ready for use."""

    typ: str
    ttl: timedelta
    header: bytes
    prefix: bytes
    reuse: float


class Minter:
    """Makes access tokens, and uses them again for a part of their life."""

    def __init__(
        self,
        *,
        keys: Keys,
        issuer: str,
        profiles: Mapping[str, JwtProfile],
        max_cached: int = DEFAULT_ENTRIES,
    ) -> None:
        """Mint for the profiles of one configuration.

        Args:
            keys: The key ring.
            issuer: `iss`.
            profiles: The kinds of token, by the name that routes use.
            max_cached: How many tokens are remembered.
        """
        self._keys = keys
        self._signer = Signer(keys=keys)
        self._issuer = issuer
        self._profiles = {name: _prepare(each) for name, each in profiles.items()}
        self._cache = MintCache(max_entries=max_cached)

    def mint(
        self, decision: Decision, subject: Subject, route: Route, *, now: datetime
    ) -> MintedCredential:
        """Return a credential for the route's audience that stands for the subject.

        Args:
            decision: The policies' answer, which allows, with the claims to add.
            subject: Whom it stands for.
            route: Whom it is for, and of which profile.
            now: When it begins.

        Raises:
            ExpiredCredentialError: What the caller presented has ended.
            MintError: The decision denies or sets a claim of the gateway's own, the
                profile does not exist, or the token does not verify.

        Reference: RFC 9068 section 2.
        """
        if not decision.allowed:
            raise MintError("nothing is minted for a request that was denied")
        signing = self._keys.signing_key()
        key = _cache_key(decision, subject, route, signing.kid)
        entry = self._cache.find(key)
        if entry is not None and now < entry[1]:
            minted = entry[0]
            # The same identity may come with a credential that ends sooner.
            if subject.expires_at is None or minted.expires_at <= subject.expires_at:
                return minted
        return self._mint(decision, subject, route, now=now, signing=signing, key=key)

    def _mint(
        self,
        decision: Decision,
        subject: Subject,
        route: Route,
        *,
        now: datetime,
        signing: SigningKey,
        key: Hashable,
    ) -> MintedCredential:
        profile = self._profiles.get(route.profile)
        if profile is None:
            raise MintError(
                f"route {route.id} names the unknown profile {route.profile!r}"
            )
        issued_at, expires_at = lifetime_of(profile.ttl, subject, now)
        token_id = secrets.token_urlsafe(TOKEN_ID_BYTES)
        claims = {**sign_in_claims(subject.identity), **checked_claims(decision.claims)}
        if subject.actor is not None:
            # Whoever acts for somebody acts for them at the upstream too.
            claims["act"] = subject.actor
        claims |= {
            "iss": self._issuer,
            "sub": subject.identity.id,
            "aud": route.audience,
            "client_id": subject.identity.provider,
            "iat": issued_at,
            "exp": expires_at,
            "jti": token_id,
        }
        signed = self._signer.sign(claims, typ=profile.typ, key=signing)
        minted = MintedCredential(
            header=profile.header,
            value=profile.prefix + signed.token.encode("ascii"),
            token_id=token_id,
            key_id=signed.key_id,
            expires_at=datetime.fromtimestamp(expires_at, UTC),
        )
        if profile.reuse > 0:
            reuse_until = now + (minted.expires_at - now) * profile.reuse
            self._cache.keep(key, (minted, reuse_until), now=now)
        return minted


def _prepare(profile: JwtProfile) -> _Profile:
    return _Profile(
        typ=profile.typ,
        ttl=profile.ttl,
        header=profile.header.encode("ascii"),
        prefix=b"Bearer " if profile.header == "authorization" else b"",
        reuse=profile.reuse,
    )


def _cache_key(
    decision: Decision, subject: Subject, route: Route, kid: str
) -> Hashable:
    """Return everything that a token depends on, but its times.

    What is added to the token must be added here, or one caller gets the token of
    another; a test changes each part in turn.
    """
    identity = subject.identity
    return (
        identity.id,
        identity.provider,
        identity.acr,
        identity.amr,
        identity.auth_time,
        route.audience,
        route.profile,
        kid,
        decision.digest,
        freeze_claims(decision.claims),
        subject.actor and freeze_claims(subject.actor),
    )


def lifetime_of(ttl: timedelta, subject: Subject, now: datetime) -> tuple[int, int]:
    """Return `iat` and `exp` in whole seconds, both rounded down.

    Raises:
        ExpiredCredentialError: Nothing is left of the life of what was presented.
    """
    ends = now + ttl
    if subject.expires_at is not None:
        ends = min(ends, subject.expires_at)
    expires_at = int(ends.timestamp())
    if expires_at <= now.timestamp():
        raise ExpiredCredentialError("the credential ended before one could be minted")
    return int(now.timestamp()), expires_at


def sign_in_claims(identity: Identity) -> dict[str, Any]:
    """Return what is known about the sign-in.

    Reference: RFC 9068 section 2.2.1.
    """
    claims: dict[str, Any] = {}
    if identity.auth_time != UNKNOWN_TIME:
        claims["auth_time"] = int(identity.auth_time.timestamp())
    if identity.acr:
        claims["acr"] = identity.acr
    if identity.amr:
        claims["amr"] = list(identity.amr)
    return claims


def checked_claims(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the policies' claims, if none of them is the gateway's own.

    `acr`, `amr` and `auth_time` may be set: a policy can translate them for an upstream.
    """
    taken = RESERVED_CLAIMS.intersection(claims)
    if taken:
        raise MintError(f"a policy sets the reserved claims {sorted(taken)}")
    return claims
