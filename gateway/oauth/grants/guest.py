"""The guest grant: a stable id for somebody without an account.

An extension grant (RFC 6749 section 4.5) with the type
`urn:federation-gateway:grant:guest`. Without a parameter it makes a new guest. With
`guest_token`, a guest token that is still valid, it issues a fresh one for the same guest,
so that an app can keep its guest for as long as it comes back in time.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import CredentialError
from gateway.model.identity import IdentityKind
from gateway.oauth.errors import InvalidGuestTokenError
from gateway.oauth.tokens import IssuedToken, TokenRequest

GUEST_GRANT_TYPE = "urn:federation-gateway:grant:guest"
GUEST_TOKEN = "guest_token"  # noqa: S105 - a parameter's name, not a secret


class GuestIdentity(Protocol):
    """What is kept of a guest."""

    @property
    def id(self) -> str:
        """`region:uuid`."""

    @property
    def disabled(self) -> bool:
        """Whether an operator has switched it off."""

    @property
    def kind(self) -> IdentityKind:
        """What it became: a guest may have an account by now."""


class GuestIdentities(Protocol):
    """Keeps guests."""

    def find_or_create(
        self,
        provider: str,
        subject: str,
        *,
        kind: IdentityKind,
        now: datetime,
        new_id: str,
    ) -> GuestIdentity:
        """Return the guest, new or known; raise `StorageError` if that fails."""


class Verifier(Protocol):
    """Checks credentials."""

    def verify(self, credential: Credential) -> VerifiedClaims:
        """Return the claims, or raise `CredentialError`."""


class GuestToken(Protocol):
    """A guest token that has been made."""

    @property
    def token(self) -> str:
        """The token, in compact form."""

    @property
    def expires_at(self) -> datetime:
        """`exp`, aware UTC."""


class GuestMint(Protocol):
    """Makes guest tokens."""

    def mint(self, identity_id: str, *, now: datetime) -> GuestToken:
        """Return a token whose `sub` is the identity's id."""


class Limit(Protocol):
    """Bounds how often one address may ask."""

    def take(self, ip: str) -> None:
        """Count one, or raise `RateLimitedError`."""


class GuestGrant:
    """Makes guests, and renews their tokens."""

    grant_type = GUEST_GRANT_TYPE
    parameters = frozenset({GUEST_TOKEN})

    def __init__(  # noqa: PLR0913 - each stage that a guest goes through, once
        self,
        *,
        identities: GuestIdentities,
        verifier: Verifier,
        mint: GuestMint,
        limit: Limit,
        provider: str,
        region: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Offer the grant. Whoever builds this has seen that guests are enabled.

        Args:
            identities: Where guests are kept.
            verifier: Checks guest tokens.
            mint: Makes guest tokens.
            limit: Counts each request of an address, also one that fails.
            provider: Id of the guest provider.
            region: First part of the ids.
            clock: The time, aware UTC.
        """
        self._identities = identities
        self._verifier = verifier
        self._mint = mint
        self._limit = limit
        self._provider = provider
        self._region = region
        self._clock = clock

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return a guest token for a new guest, or for the one that comes back.

        Raises:
            RateLimitedError: The address has asked too often.
            InvalidGrantError: The presented guest token is not good, or not any more.
            UnavailableError: The guest cannot be kept, or no token can be signed.
        """
        self._limit.take(request.ip)
        now = self._clock()
        presented = request.parameters.get(GUEST_TOKEN)
        guest = self._new(now) if presented is None else self._known(presented, now)
        made = self._mint.mint(guest.id, now=now)
        return IssuedToken(
            access_token=made.token,
            expires_in=int((made.expires_at - now).total_seconds()),
            identity_id=guest.id,
        )

    def _new(self, now: datetime) -> GuestIdentity:
        return self._keep(f"{self._region}:{uuid.uuid4()}", now)

    def _known(self, token: str, now: datetime) -> GuestIdentity:
        try:
            claims = self._verifier.verify(Credential(Scheme.BEARER, token))
        except CredentialError as error:
            raise InvalidGuestTokenError(f"{error.code}: {error.detail}") from error
        # Whatever else the verifier may accept, only a guest is renewed here.
        if claims.token_type is not TokenType.GUEST:
            raise InvalidGuestTokenError(f"a token of type {claims.token_type}")
        guest = self._keep(claims.subject, now)
        if guest.disabled:
            raise InvalidGuestTokenError(f"guest {guest.id} is disabled")
        if guest.kind is not IdentityKind.GUEST:
            raise InvalidGuestTokenError(f"guest {guest.id} has an account now")
        return guest

    def _keep(self, identity_id: str, now: datetime) -> GuestIdentity:
        # A guest is called by its id from the start: no other name is known.
        return self._identities.find_or_create(
            self._provider,
            identity_id,
            kind=IdentityKind.GUEST,
            now=now,
            new_id=identity_id,
        )
