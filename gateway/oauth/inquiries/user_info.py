"""Telling a client about the person who has signed in, for an access token.

A bound token is taken with a proof of its key, and a proof with a bound token: neither is
taken for the other.

References: OpenID Connect Core section 5.3; RFC 6750 section 3; RFC 9449 section 7; Amazon
Cognito, "The userInfo endpoint" (flags as text, and the user name).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from gateway.model.client import ClaimsProfile, Client
from gateway.model.errors import CredentialError, GatewayError, WrongTokenTypeError
from gateway.model.user import User
from gateway.oauth.errors import InvalidProofError
from gateway.oauth.issuing.authorization import OPENID
from gateway.oauth.issuing.claims import SCOPE_CLAIMS, attributes_of, visible
from gateway.oauth.issuing.verification import VerifiedAccess
from gateway.oauth.tokens import BEARER, DPOP

_SCHEMES: Final = {BEARER.lower(): BEARER, DPOP.lower(): DPOP}


class InsufficientScopeError(GatewayError):
    """The token is good, and not for this."""

    code = "insufficient_scope"
    public = "The access token is not good for this."


class AccessTokens(Protocol):
    """Checks access tokens."""

    def verify(self, token: str) -> VerifiedAccess:
        """Return what a good one says, or raise `CredentialError`."""


class Clients(Protocol):
    """Knows the clients of all pools."""

    def find(self, client_id: str) -> Client | None:
        """Return a client."""


class Proofs(Protocol):
    """Checks proofs of possession of a key."""

    def check(
        self, proofs: Sequence[str], *, method: str, uri: str, access_token: str
    ) -> str:
        """Return the thumbprint of the key that one proof was made with, or raise."""


@dataclass(frozen=True, slots=True)
class UserInfoRequest:
    """A request for what is known of a person.

    Attributes:
        authorization: The values of the header `Authorization`.
        proofs: The values of the header `DPoP`.
        method: Of the request.
    """

    authorization: Sequence[str] = field(repr=False)
    proofs: Sequence[str] = field(repr=False)
    method: str


class UserInfo:
    """Tells about people. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        access_tokens: AccessTokens,
        clients: Clients,
        proofs: Proofs,
        endpoint: str,
    ) -> None:
        """Tell about people at an address.

        Args:
            access_tokens: Checks what is presented.
            clients: Knows who may read what.
            proofs: Checks proofs of possession.
            endpoint: The address, which proofs are made for.
        """
        self._access_tokens = access_tokens
        self._clients = clients
        self._proofs = proofs
        self._endpoint = endpoint

    def tell(self, request: UserInfoRequest) -> Mapping[str, Any]:
        """Return what is known of the person of an access token.

        Raises:
            CredentialError: There is not one good access token.
            InvalidProofError: It is bound to a key, and that was not proven.
            ProofNonceError: The proof needs a nonce.
            InsufficientScopeError: It is not good for this.
            UnavailableError: Nobody knows.
        """
        scheme, token = _presented(request.authorization)
        verified = self._access_tokens.verify(token)
        self._check_binding(request, scheme, token, verified.thumbprint)
        if OPENID not in verified.scopes or verified.user is None:
            raise InsufficientScopeError("without openid")
        client = self._clients.find(verified.client_id)
        if client is None:
            raise CredentialError("the client is gone")
        return _told(verified.user, client, verified.scopes)

    def _check_binding(
        self, request: UserInfoRequest, scheme: str, token: str, thumbprint: str
    ) -> None:
        if (scheme == DPOP) != bool(thumbprint):
            raise WrongTokenTypeError("presented as what it is not")
        if not thumbprint:
            return
        proven = self._proofs.check(
            request.proofs,
            method=request.method,
            uri=self._endpoint,
            access_token=token,
        )
        if proven != thumbprint:
            raise InvalidProofError("the token is bound to another key")


def _presented(authorization: Sequence[str]) -> tuple[str, str]:
    if len(authorization) != 1:
        raise CredentialError(f"{len(authorization)} Authorization headers")
    scheme, _, token = authorization[0].strip(" \t").partition(" ")
    known = _SCHEMES.get(scheme.lower())
    if known is None:
        raise CredentialError("a scheme that is none of an access token")
    return known, token.strip(" \t")


def _told(user: User, client: Client, scopes: Sequence[str]) -> Mapping[str, Any]:
    plain = client.profile is ClaimsProfile.OIDC
    claims = attributes_of(user, client, plain=plain)
    if plain:
        return {**visible(claims, scopes), "sub": user.sub}
    if not SCOPE_CLAIMS.keys().isdisjoint(scopes):
        # `openid` alone shows everything; the others narrow it.
        claims = visible(claims, scopes)
    told = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in claims.items()
    }
    return {**told, "sub": user.sub, "username": user.username}
