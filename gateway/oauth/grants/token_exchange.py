"""The exchange of a pool's access token: for one of a service that acts for the same person.

The service proves who it is, and gets no more than the token that it was handed was good for
and than it may have itself. The new token comes of the same authorization: whatever takes that
back takes back both.

Reference: RFC 8693 sections 2.1, 2.2 and 3.
"""

from dataclasses import replace
from typing import Final, Protocol

from gateway.model.client import GrantKind
from gateway.model.errors import CredentialError
from gateway.oauth.authorizing.request import read_resource, read_scopes
from gateway.oauth.errors import (
    InvalidGrantError,
    InvalidProofError,
    InvalidScopeError,
    MalformedParameterError,
    MissingParameterError,
    UnauthorizedClientError,
)
from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.person import Person, find_person
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.issuing.verification import VerifiedAccess
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.triggers.values import TokenSource
from gateway.storage.database import Database

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105

# Of somebody who acts for the person, and of another audience: nobody would read them.
_UNSUPPORTED: Final = ("actor_token", "actor_token_type", "audience")


class AccessTokens(Protocol):
    """Checks access tokens."""

    def verify(self, token: str) -> VerifiedAccess:
        """Return what a good one says, or raise `CredentialError`."""


class TokenExchangeGrant:
    """Exchanges access tokens."""

    kind = GrantKind.TOKEN_EXCHANGE

    def __init__(
        self, *, database: Database, access_tokens: AccessTokens, tokens: PoolTokens
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._tokens = tokens

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return an access token of the client, for the person of another one.

        Raises:
            UnauthorizedClientError: The client cannot keep a secret.
            MissingParameterError: There is no token, or nobody says what it is.
            MalformedParameterError: Something is asked for that is not done here.
            InvalidGrantError: The token is not good, or not about a person of the pool.
            InvalidProofError: It is bound to a key, and that was not proven.
            InvalidScopeError: It would be good for more than the one before.
            UnavailableError: Nothing was issued.
        """
        client = request.client
        if client.is_public:
            raise UnauthorizedClientError(f"client {client.id} cannot keep a secret")
        verified = self._verify(request)
        if verified.thumbprint and verified.thumbprint != request.thumbprint:
            raise InvalidProofError("the token is bound to another key")
        person, before = self._find(verified)
        granted = replace(
            before,
            client_id=client.id,
            scopes=_scopes(request, verified),
            resources=read_resource(request.parameters.get("resource"), client),
            thumbprint=request.thumbprint,
            nonce="",
        )
        issued = self._tokens.issue(
            person, client, granted, source=TokenSource.PAGES, with_id_token=False
        )
        return answer(issued, request.thumbprint, issued_token_type=ACCESS_TOKEN)

    def _verify(self, request: ClientRequest) -> VerifiedAccess:
        parameters = request.parameters
        token, kind = (
            parameters.get("subject_token"),
            parameters.get("subject_token_type"),
        )
        if token is None or kind is None:
            raise MissingParameterError("no subject_token, or no subject_token_type")
        wanted = parameters.get("requested_token_type", ACCESS_TOKEN)
        if kind != ACCESS_TOKEN or wanted != ACCESS_TOKEN:
            raise MalformedParameterError("only access tokens are exchanged")
        if any(name in parameters for name in _UNSUPPORTED):
            raise MalformedParameterError("a parameter that is not supported")
        try:
            verified = self._access_tokens.verify(token)
        except CredentialError as error:
            raise InvalidGrantError(f"the subject_token: {error.detail}") from error
        if verified.pool_id != request.client.pool_id:
            raise InvalidGrantError("the subject_token is of another pool")
        return verified

    def _find(self, verified: VerifiedAccess) -> tuple[Person, Authorization]:
        granted = verified.granted
        if granted is None:
            raise InvalidGrantError("the subject_token is about no person")
        with self._database.reading() as connection:
            person = find_person(connection, granted.pool_id, granted.sub)
        if person is None:
            raise InvalidGrantError("the person is not let in any more")
        return person, granted


def _scopes(request: ClientRequest, verified: VerifiedAccess) -> tuple[str, ...]:
    """Return what both tokens may be good for, or as much of it as is asked for."""
    client = request.client
    asked = request.parameters.get("scope")
    if asked is None:
        scopes = tuple(each for each in verified.scopes if each in client.scopes)
    else:
        scopes = read_scopes(asked, client)
    if not scopes or not set(scopes) <= set(verified.scopes):
        raise InvalidScopeError("more than the subject_token is good for")
    return scopes
