"""The token endpoint, apart from any wire: finds the grant and lets it answer.

Takes the steps that every grant must take, so that no grant can forget them. Grants of nobody
in particular (guests) take parameters that they know and no other: a caller that asks for a
`scope` and gets a token without one has been misunderstood, and should learn so. Grants of
clients have the client prove itself, look whether it may use them, and have it prove the key
that its tokens will be bound to; parameters that they do not know are ignored, as RFC 6749
section 3.2 has it.

Reference: RFC 6749 sections 3.2, 4.5 and 5.2; RFC 9449 section 5.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.oauth.errors import (
    InvalidClientError,
    InvalidProofError,
    MissingParameterError,
    UnauthorizedClientError,
    UnknownParameterError,
    UnsupportedGrantTypeError,
)
from gateway.oauth.tokens import ClientRequest, IssuedToken, TokenRequest

GRANT_TYPE = "grant_type"


class Grant(Protocol):
    """One way to come to a token, for anybody."""

    @property
    def grant_type(self) -> str:
        """Its name on the wire."""

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that it knows, beside `grant_type`."""

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return a token. May wait for the database: called in a thread."""


class ClientGrant(Protocol):
    """One way to come to a token, for clients."""

    @property
    def kind(self) -> GrantKind:
        """Its name on the wire, and what a client needs to use it."""

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return a token. May wait for the database: called in a thread."""


class Authenticator(Protocol):
    """Finds out which client asks."""

    def authenticate(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> Client:
        """Return the client that has proven itself, or raise."""

    def is_named(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> bool:
        """Return whether a client is named, or something is shown as if by one."""


class Proofs(Protocol):
    """Checks proofs of possession of a key."""

    def check(self, proofs: Sequence[str], *, method: str, uri: str) -> str:
        """Return the thumbprint of the key that one proof was made with, or raise."""


class ClientGrants:
    """The grants of clients, and the steps that all of them have in common."""

    def __init__(
        self,
        *,
        grants: Sequence[ClientGrant],
        authenticator: Authenticator,
        proofs: Proofs,
        endpoint: str,
    ) -> None:
        """Offer these grants and no other.

        Args:
            grants: One of each kind.
            authenticator: Finds out which client asks.
            proofs: Checks proofs of possession.
            endpoint: The address of the token endpoint, which proofs are made for.
        """
        self._grants: dict[str, ClientGrant] = {each.kind: each for each in grants}
        self._authenticator = authenticator
        self._proofs = proofs
        self._endpoint = endpoint

    @property
    def grant_types(self) -> tuple[str, ...]:
        """The types that are offered."""
        return tuple(self._grants)

    def is_asked_by_one(self, request: TokenRequest) -> bool:
        """Return whether a client of a pool asks, or whoever claims to be one.

        Raises:
            UnavailableError: Nobody knows.
        """
        return self._authenticator.is_named(request.parameters, request.authorization)

    def issue(self, grant_type: str, request: TokenRequest) -> IssuedToken:
        """Return the token that a client asks for; raises as `TokenServer.issue`."""
        grant = self._grants[grant_type]
        client = self._authenticator.authenticate(
            request.parameters, request.authorization
        )
        if grant.kind not in client.grants:
            raise UnauthorizedClientError(f"client {client.id}: no {grant.kind}")
        thumbprint = self._prove(client, request.proofs)
        return grant.issue(ClientRequest(client, request.parameters, thumbprint))

    def _prove(self, client: Client, proofs: Sequence[str]) -> str:
        if client.proof is ProofOfPossession.OFF:
            return ""
        if not proofs:
            if client.proof is ProofOfPossession.REQUIRED:
                raise InvalidProofError(f"client {client.id}: no proof")
            return ""
        return self._proofs.check(proofs, method="POST", uri=self._endpoint)


class TokenServer:
    """Answers requests for tokens."""

    def __init__(
        self,
        *,
        grants: Sequence[Grant],
        clients: ClientGrants | None = None,
        exchange: Grant | None = None,
    ) -> None:
        """Offer these grants and no other.

        Args:
            grants: For anybody.
            clients: For clients; `None` where there are no pools.
            exchange: For anybody who is no client of a pool, although clients have a grant
                of the same type.

        Raises:
            ValueError: Two of them have the same type.
        """
        self._exchange = exchange
        self._grants = {grant.grant_type: grant for grant in grants}
        self._clients = clients
        offered = clients.grant_types if clients else ()
        self._for_clients = frozenset(offered)
        if len(self._grants) != len(grants) or self._grants.keys() & self._for_clients:
            raise ValueError("two grants have the same type")

    @property
    def grant_types(self) -> tuple[str, ...]:
        """The types that anybody may use, for the discovery document."""
        exchange = {self._exchange.grant_type} if self._exchange else set()
        return tuple(sorted(self._grants.keys() | exchange))

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return the token that the request asks for.

        Raises:
            RequestError: A parameter is missing, unknown or misshapen, or there is no
                grant of this type.
            OAuthError: The client is not proven, or what was presented is not valid.
            RateLimitedError: The client has asked too often.
            UnavailableError: Something that the grant needs is down.
        """
        grant_type = request.parameters.get(GRANT_TYPE)
        if grant_type is None:
            raise MissingParameterError("no grant_type")
        if self._is_for_anybody(grant_type, request):
            return _issue(self._exchange, request)
        if self._clients is not None and grant_type in self._for_clients:
            return self._clients.issue(grant_type, request)
        grant = self._grants.get(grant_type)
        if grant is None and not request.authorization:
            raise UnsupportedGrantTypeError("no such grant_type")
        return _issue(grant, request)

    def _is_for_anybody(self, grant_type: str, request: TokenRequest) -> bool:
        """Return whether an exchange is asked for, and not by a client of a pool."""
        exchange = self._exchange
        if exchange is None or grant_type != exchange.grant_type:
            return False
        return self._clients is None or not self._clients.is_asked_by_one(request)


def _issue(grant: Grant | None, request: TokenRequest) -> IssuedToken:
    """Return the token that somebody asks for who is no client."""
    if grant is None or request.authorization:
        # Not ignored: whoever authenticates expects to be somebody afterwards.
        raise InvalidClientError("an Authorization header, and no grant of clients")
    if request.parameters.keys() - grant.parameters - {GRANT_TYPE}:
        raise UnknownParameterError("a parameter that the grant does not know")
    return grant.issue(request)
