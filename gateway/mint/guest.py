"""Guest tokens: what somebody without an account presents to be the same guest again.

They come back to the gateway and go nowhere else: issuer and audience are the gateway
itself, and their type is their own, so that no upstream takes one for an access token.

References: RFC 7519; RFC 8725 section 3.11 (explicit typing).
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.mint.minter import TOKEN_ID_BYTES
from gateway.mint.signer import Keys, Signer
from gateway.model.claims import TokenType


@dataclass(frozen=True, slots=True)
class GuestToken:
    """A guest token that has been made.

    Attributes:
        token: The token, in compact form.
        token_id: `jti`, for the logs.
        key_id: `kid` of the key that signed it.
        expires_at: `exp`, aware UTC.
    """

    token: str = field(repr=False)
    token_id: str
    key_id: str
    expires_at: datetime


class GuestMint:
    """Makes guest tokens."""

    def __init__(self, *, keys: Keys, issuer: str, lifetime: timedelta) -> None:
        """Mint for one issuer.

        Args:
            keys: The key ring. Its retired keys have to stay for as long as `lifetime`.
            issuer: `iss` and `aud`.
            lifetime: How long a guest can present the token.
        """
        self._signer = Signer(keys=keys)
        self._issuer = issuer
        self._lifetime = lifetime

    def mint(self, identity_id: str, *, now: datetime) -> GuestToken:
        """Return a token whose `sub` is the identity's id.

        Raises:
            MintError: The token does not verify.
        """
        issued_at = int(now.timestamp())
        expires_at = issued_at + int(self._lifetime.total_seconds())
        token_id = secrets.token_urlsafe(TOKEN_ID_BYTES)
        signed = self._signer.sign(
            {
                "iss": self._issuer,
                "sub": identity_id,
                "aud": self._issuer,
                "iat": issued_at,
                "exp": expires_at,
                "jti": token_id,
            },
            typ=TokenType.GUEST.value,
        )
        return GuestToken(
            token=signed.token,
            token_id=token_id,
            key_id=signed.key_id,
            expires_at=datetime.fromtimestamp(expires_at, UTC),
        )
