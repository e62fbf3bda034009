"""The token endpoint, apart from any wire: finds the grant and lets it answer.

Takes the steps that every grant must take, so that no grant can forget them: the type is
looked up in a closed table, and parameters that the grant does not know are refused. RFC
6749 section 3.2 would have them ignored; but a caller that asks for a `scope` and gets a
token without one has been misunderstood, and should learn so.

Reference: RFC 6749 sections 3.2, 4.5 and 5.2.
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.oauth.errors import (
    MissingParameterError,
    UnknownParameterError,
    UnsupportedGrantTypeError,
)
from gateway.oauth.tokens import IssuedToken, TokenRequest

GRANT_TYPE = "grant_type"


class Grant(Protocol):
    """One way to come to a token."""

    @property
    def grant_type(self) -> str:
        """Its name on the wire."""

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that it knows, beside `grant_type`."""

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return a token. May wait for the database: called in a thread."""


class TokenServer:
    """Answers requests for tokens."""

    def __init__(self, *, grants: Sequence[Grant]) -> None:
        """Offer these grants and no other.

        Raises:
            ValueError: Two of them have the same type.
        """
        self._grants = {grant.grant_type: grant for grant in grants}
        if len(self._grants) != len(grants):
            raise ValueError("two grants have the same type")

    @property
    def grant_types(self) -> tuple[str, ...]:
        """The types that are offered, for the discovery document."""
        return tuple(sorted(self._grants))

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return the token that the request asks for.

        Raises:
            RequestError: A parameter is missing, unknown or misshapen, or there is no
                grant of this type.
            InvalidGrantError: What was presented is not valid.
            RateLimitedError: The client has asked too often.
            UnavailableError: Something that the grant needs is down.
        """
        grant_type = request.parameters.get(GRANT_TYPE)
        if grant_type is None:
            raise MissingParameterError("no grant_type")
        grant = self._grants.get(grant_type)
        if grant is None:
            raise UnsupportedGrantTypeError("no such grant_type")
        if request.parameters.keys() - grant.parameters - {GRANT_TYPE}:
            raise UnknownParameterError("a parameter that the grant does not know")
        return grant.issue(request)
