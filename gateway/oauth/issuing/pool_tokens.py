"""Makes the tokens of a pool: ID tokens, access tokens, refresh tokens.

Signed with the pool's own keys, one ring for each kind. Keeps nothing: what has to be
remembered of a token is the business of the grants.

References: Amazon Cognito, "Using tokens with user pools"; RFC 9068; OpenID Connect Core
section 3.1.3.6 (`at_hash`).
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final, Protocol
from uuid import uuid4

from gateway.mint.pool_keys import KeyPurpose
from gateway.mint.signer import Signer
from gateway.model.client import ClaimsProfile, Client
from gateway.oauth.issuer import Issuers
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.claims import (
    access_claims,
    has_id_token,
    id_claims,
    service_claims,
)
from gateway.oauth.issuing.person import Person
from gateway.pool.triggers.values import Groups, TokenSource

# RFC 9068 section 2.1. Cognito's tokens have no type; a claim says what they are.
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a name
_ID_TOKEN_TYPE = "JWT"  # noqa: S105 - a name

_RANDOM_BYTES = 16

# What no trigger may touch (Amazon Cognito, "Pre token generation Lambda trigger"). Whom an
# access token is for may be changed, and by the pool's own trigger alone.
_FIXED: Final = frozenset(
    {
        *("acr", "amr", "at_hash", "auth_time", "azp", "exp", "iat", "iss", "jti"),
        *("nbf", "nonce", "origin_jti", "sub", "token_use", "event_id", "device_key"),
        *("client_id", "username", "version", "cognito:username", "identities", "cnf"),
    }
)


class Signers(Protocol):
    """Signs with the keys of pools."""

    def signer(self, pool_id: str, purpose: KeyPurpose) -> Signer:
        """Return what signs tokens of a pool."""


class TokenClaims(Protocol):
    """Has a say in what tokens claim: a pool's trigger."""

    def change(
        self,
        person: Person,
        client: Client,
        granted: Authorization,
        source: TokenSource,
    ) -> "ChangedClaims":
        """Return what to change. May take seconds; called outside of transactions."""

    def change_service(
        self, client: Client, scopes: Sequence[str], resources: Sequence[str]
    ) -> "ChangedClaims":
        """Return what to change for a client that acts for itself; likewise."""


@dataclass(frozen=True, slots=True)
class ChangedClaims:
    """What a trigger wants changed.

    Attributes:
        groups: What tokens tell of groups instead; `None` for the person's own.
        id_added: Put into the ID token, or replacing what is there.
        id_removed: Left out of the ID token.
        access_added: Put into the access token.
        access_removed: Left out of the access token.
        scopes: What the access token is good for; `None` for what was granted.
    """

    groups: Groups | None = None
    id_added: Mapping[str, Any] = field(default_factory=dict)
    id_removed: Sequence[str] = ()
    access_added: Mapping[str, Any] = field(default_factory=dict)
    access_removed: Sequence[str] = ()
    scopes: tuple[str, ...] | None = None


_NOTHING_CHANGED: Final = ChangedClaims()


class Unchanged:
    """Where no trigger has a say."""

    def change(
        self,
        person: Person,
        client: Client,
        granted: Authorization,
        source: TokenSource,
    ) -> ChangedClaims:
        """Return that nothing changes."""
        del person, client, granted, source
        return _NOTHING_CHANGED

    def change_service(
        self, client: Client, scopes: Sequence[str], resources: Sequence[str]
    ) -> ChangedClaims:
        """Return that nothing changes."""
        del client, scopes, resources
        return _NOTHING_CHANGED


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What a client is given.

    Attributes:
        access_token: In compact form.
        id_token: In compact form; `None` without the scope `openid`.
        expires_in: Whole seconds until the access token expires.
        scopes: What the access token is good for.
    """

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_in: int
    scopes: tuple[str, ...]


class PoolTokens:
    """Makes tokens. Burns a core for a millisecond; call it in a thread."""

    def __init__(
        self,
        *,
        keys: Signers,
        issuers: Issuers,
        clock: Callable[[], datetime],
        changes: TokenClaims | None = None,
    ) -> None:
        """Make tokens for all pools.

        Args:
            keys: Sign them.
            issuers: Name the pools.
            clock: The time, aware UTC.
            changes: Has a say in what they claim.
        """
        self._keys = keys
        self._issuers = issuers
        self._clock = clock
        self._changes = changes or Unchanged()

    def issue(
        self,
        person: Person,
        client: Client,
        granted: Authorization,
        *,
        source: TokenSource,
        with_id_token: bool = True,
    ) -> IssuedTokens:
        """Return tokens for what a person has granted a client.

        Args:
            person: Whom they are about.
            client: Who gets them.
            granted: What they are good for.
            source: What they are issued for, for the pool's trigger.
            with_id_token: Whether there is to be one, if it was granted.

        Raises:
            MintError: A token does not verify, or is too long.
            UnavailableError: The keys cannot be used.
        """
        changed = self._changes.change(person, client, granted, source)
        if changed.groups is not None:
            person = replace(person, instead=changed.groups)
        if changed.scopes is not None and changed.scopes != granted.scopes:
            granted = granted.narrowed(changed.scopes)
        access = _with(
            access_claims(person, client, granted),
            changed.access_added,
            changed.access_removed,
        )
        # RFC 9068 has no other place for what all of one origin have in common.
        plain = client.profile is ClaimsProfile.OIDC
        token_id = f"{granted.id}.{token_urlsafe(_RANDOM_BYTES)}" if plain else None
        access_token = self._sign_access(client, access, token_id)
        id_token = None
        if with_id_token and has_id_token(granted):
            added = {k: v for k, v in changed.id_added.items() if k != "aud"}
            claims = _with(
                id_claims(person, client, granted), added, changed.id_removed
            )
            if not granted.via_api:
                claims["at_hash"] = half_hash(access_token)
            id_token = self._sign_id(client, claims)
        return IssuedTokens(
            access_token=access_token,
            id_token=id_token,
            expires_in=int(client.lifetimes.access.total_seconds()),
            scopes=granted.scopes,
        )

    def issue_to_service(
        self,
        client: Client,
        scopes: Sequence[str],
        *,
        resources: Sequence[str] = (),
        thumbprint: str = "",
    ) -> IssuedTokens:
        """Return an access token for a client that acts for itself; raises as `issue`."""
        changed = self._changes.change_service(client, scopes, resources)
        if changed.scopes is not None:
            scopes = changed.scopes
        claims = _with(
            service_claims(client, scopes, resources, thumbprint),
            changed.access_added,
            changed.access_removed,
        )
        return IssuedTokens(
            access_token=self._sign_access(client, claims, None),
            id_token=None,
            expires_in=int(client.lifetimes.access.total_seconds()),
            scopes=tuple(scopes),
        )

    def _sign_access(
        self, client: Client, claims: dict[str, Any], token_id: str | None
    ) -> str:
        plain = client.profile is ClaimsProfile.OIDC
        common = self._common(client, client.lifetimes.access)
        if token_id is not None:
            common["jti"] = token_id
        signer = self._keys.signer(client.pool_id, KeyPurpose.ACCESS)
        typ = ACCESS_TOKEN_TYPE if plain else None
        return signer.sign({**claims, **common}, typ=typ).token

    def _sign_id(self, client: Client, claims: dict[str, Any]) -> str:
        common = self._common(client, client.lifetimes.id)
        signer = self._keys.signer(client.pool_id, KeyPurpose.ID)
        typ = _ID_TOKEN_TYPE if client.profile is ClaimsProfile.OIDC else None
        return signer.sign({**claims, **common}, typ=typ).token

    def _common(self, client: Client, lifetime: timedelta) -> dict[str, Any]:
        issued_at = int(self._clock().timestamp())
        return {
            "iss": self._issuers.of(client.pool_id),
            "iat": issued_at,
            "exp": issued_at + int(lifetime.total_seconds()),
            "jti": str(uuid4()),
        }


def half_hash(token: str) -> str:
    """Return `at_hash` of an access token, for ID tokens that RS256 signs."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


def _with(
    claims: dict[str, Any], added: Mapping[str, Any], removed: Sequence[str]
) -> dict[str, Any]:
    if not added and not removed:
        return claims
    gone = set(removed) - _FIXED
    kept = {name: value for name, value in claims.items() if name not in gone}
    return kept | {name: value for name, value in added.items() if name not in _FIXED}
