"""The refresh grant: new tokens for what was granted before, and maybe the next refresh token.

References: RFC 6749 section 6; RFC 9449 section 5; RFC 9700 section 4.14; Amazon Cognito,
"Refresh token rotation".
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import GrantKind
from gateway.oauth.errors import (
    InvalidGrantError,
    InvalidProofError,
    InvalidScopeError,
    MissingParameterError,
    ReusedRefreshTokenError,
)
from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.issuing.refresh_tokens import Refreshed, RefreshTokens, Refusal
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.triggers.values import TokenSource
from gateway.storage.database import Database

REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - a parameter's name
SCOPE: Final = "scope"


class RefreshTokenGrant:
    """Exchanges refresh tokens."""

    kind = GrantKind.REFRESH_TOKEN

    def __init__(
        self,
        *,
        database: Database,
        refresh_tokens: RefreshTokens,
        tokens: PoolTokens,
    ) -> None:
        self._database = database
        self._refresh_tokens = refresh_tokens
        self._tokens = tokens

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return new tokens.

        Raises:
            MissingParameterError: There is no refresh token.
            ReusedRefreshTokenError: It was replaced long ago; all of its kind are revoked.
            InvalidGrantError: It is unknown, too old, revoked, or another client's.
            InvalidProofError: It is bound to a key, and that was not proven.
            InvalidScopeError: More is asked for than was granted.
            UnavailableError: Nothing was kept; the token is still good.
        """
        token = request.parameters.get(REFRESH_TOKEN)
        if token is None:
            raise MissingParameterError("no refresh_token")

        def work(connection: Connection) -> tuple[Refreshed, Authorization] | Refusal:
            found = self._refresh_tokens.use(connection, request.client, token)
            if isinstance(found, Refusal):
                return found
            # Raised in here, so that the token stays good for whoever asks rightly.
            return found, _granted(found.granted, request)

        done = self._database.write(work)
        if isinstance(done, Refusal):
            detail = f"client {request.client.id}: {done.value}"
            if done is Refusal.REUSED:
                raise ReusedRefreshTokenError(detail)
            raise InvalidGrantError(detail)
        refreshed, granted = done
        issued = self._tokens.issue(
            refreshed.person, request.client, granted, source=TokenSource.REFRESH
        )
        return answer(issued, granted.thumbprint, refreshed.successor)


def _granted(granted: Authorization, request: ClientRequest) -> Authorization:
    """Return what is issued now: what was granted, or less."""
    is_bound = request.client.is_public and granted.thumbprint
    if is_bound and request.thumbprint != granted.thumbprint:
        # Nothing else keeps a stolen one from being used (RFC 9449 section 5).
        raise InvalidProofError("the refresh token is bound to another key")
    asked = request.parameters.get(SCOPE)
    scopes = granted.scopes if asked is None else tuple(dict.fromkeys(asked.split(" ")))
    if not set(scopes) <= set(granted.scopes):
        raise InvalidScopeError("more than was granted")
    # OpenID Connect Core section 12.2: no nonce, since nobody has just signed in.
    return replace(granted, thumbprint=request.thumbprint, nonce="", scopes=scopes)
