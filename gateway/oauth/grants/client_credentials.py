"""The client credentials grant: an access token for a client that acts for itself.

Nothing is kept, and no refresh token is given: the client can ask again. For clients that can
keep a secret, and for the scopes of resource servers; what is about a person is nobody's here.

References: RFC 6749 section 4.4; Amazon Cognito, "Client credentials grant".
"""

from typing import Final

from gateway.model.client import Client, GrantKind
from gateway.oauth.authorizing.request import read_resource, read_scopes
from gateway.oauth.errors import InvalidScopeError, UnauthorizedClientError
from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.tokens import ClientRequest, IssuedToken

SCOPE: Final = "scope"
RESOURCE: Final = "resource"


class ClientCredentialsGrant:
    """Issues access tokens to clients."""

    kind = GrantKind.CLIENT_CREDENTIALS

    def __init__(self, *, tokens: PoolTokens) -> None:
        self._tokens = tokens

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return an access token.

        Raises:
            UnauthorizedClientError: The client cannot keep a secret.
            InvalidScopeError: A scope is none of a resource server that it may use.
            InvalidTargetError: The resource is none that it may use.
            UnavailableError: The keys cannot be used.
        """
        client = request.client
        if client.is_public:
            raise UnauthorizedClientError(f"client {client.id} cannot keep a secret")
        issued = self._tokens.issue_to_service(
            client,
            _scopes(request.parameters.get(SCOPE), client),
            resources=read_resource(request.parameters.get(RESOURCE), client),
            thumbprint=request.thumbprint,
        )
        return answer(issued, request.thumbprint)


def _scopes(text: str | None, client: Client) -> tuple[str, ...]:
    """Return what is asked for; all of the client's that are of resource servers."""
    own = tuple(scope for scope in client.scopes if "/" in scope)
    scopes = own if text is None else read_scopes(text, client)
    if not scopes or not set(scopes) <= set(own):
        raise InvalidScopeError(f"client {client.id}: no scope of a resource server")
    return scopes
