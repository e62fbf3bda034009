"""Telling a service whether a token is good, and what it says.

For clients that can keep a secret: access tokens of their own pool, whoever they were issued
to, and refresh tokens of their own. Whatever is not good is not good for one reason only.

Reference: RFC 7662; RFC 9449 section 6.2.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.model.client import Client
from gateway.model.errors import CredentialError
from gateway.oauth.errors import MissingParameterError, UnauthorizedClientError
from gateway.oauth.issuing.refresh_tokens import RefreshTokens
from gateway.oauth.issuing.verification import AccessTokens, VerifiedAccess
from gateway.oauth.tokens import BEARER, DPOP
from gateway.storage.database import Database

INACTIVE: Final[Mapping[str, Any]] = {"active": False}

_TOLD: Final = (
    *("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "username"),
    *("cnf", "auth_time", "acr", "amr", "token_use", "origin_jti", "cognito:groups"),
)


class Introspections:
    """Tells what tokens are. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens

    def tell(self, client: Client, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what a token is.

        Args:
            client: Who asks, proven.
            parameters: Of the request.

        Raises:
            UnauthorizedClientError: The client cannot keep a secret: anybody could ask.
            MissingParameterError: There is no token.
            UnavailableError: Nobody knows.
        """
        if client.is_public:
            raise UnauthorizedClientError(f"client {client.id} cannot keep a secret")
        token = parameters.get("token")
        if token is None:
            raise MissingParameterError("no token")
        try:
            verified = self._access_tokens.verify(token)
        except CredentialError:
            return self._tell_refresh(client, token)
        return _active(verified) if verified.pool_id == client.pool_id else INACTIVE

    def _tell_refresh(self, client: Client, token: str) -> Mapping[str, Any]:
        with self._database.reading() as connection:
            granted = self._refresh_tokens.find_active(connection, client, token)
        if granted is None:
            return INACTIVE
        return {
            "active": True,
            "client_id": granted.client_id,
            "sub": granted.sub,
            "scope": " ".join(granted.scopes),
            "token_type": "refresh_token",
            "exp": int(granted.expires_at.timestamp()),
        }


def _active(verified: VerifiedAccess) -> Mapping[str, Any]:
    claims = verified.claims
    told = {name: claims[name] for name in _TOLD if name in claims}
    if verified.user is not None:
        told["username"] = verified.user.username
    kind = DPOP if verified.thumbprint else BEARER
    return {**told, "active": True, "token_type": kind}
