"""Taking tokens back, when a client asks for it.

A refresh token ends with all that came from the same authorization, and nothing else of the
person. Access and ID tokens cannot be taken back by themselves, as in Cognito.

References: RFC 7009; Amazon Cognito, "Revoke endpoint".
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.oauth.errors import (
    InvalidGrantError,
    MalformedParameterError,
    MissingParameterError,
    UnsupportedTokenTypeError,
)
from gateway.oauth.issuing.refresh_tokens import RefreshTokens
from gateway.storage.database import Database
from gateway.storage.pools.origins import Origins

TOKEN: Final = "token"  # noqa: S105 - a parameter's name
_JWT_DOTS: Final = 2


class Revocations:
    """Takes tokens back. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        refresh_tokens: RefreshTokens,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._refresh_tokens = refresh_tokens
        self._clock = clock

    def revoke(self, client: Client, parameters: Mapping[str, str]) -> None:
        """Take a token back. That there is no such token is no fault: it is not good.

        Args:
            client: Who asks, proven.
            parameters: Of the request.

        Raises:
            MissingParameterError: There is no token.
            MalformedParameterError: The client's tokens cannot be revoked.
            UnsupportedTokenTypeError: It is an access token or an ID token.
            InvalidGrantError: It is a token of another client.
            StorageError: It was not taken back.
        """
        token = parameters.get(TOKEN)
        if token is None:
            raise MissingParameterError("no token")
        if not client.revocable:
            raise MalformedParameterError(f"client {client.id}: nothing is revocable")
        if token.count(".") == _JWT_DOTS:
            raise UnsupportedTokenTypeError("an access token or an ID token")
        now = self._clock()

        def work(connection: Connection) -> None:
            found = self._refresh_tokens.find(connection, token)
            if found is None:
                return
            if found.client_id != client.id:
                raise InvalidGrantError("a token of another client")
            Origins(connection).revoke(found.id, now)

        self._database.write(work)
