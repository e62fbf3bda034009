"""What goes into the token endpoint and what comes out, whatever the wire.

Reference: RFC 6749 sections 4.5 (extension grants) and 5.1 (the answer).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.model.client import Client

BEARER, DPOP = "Bearer", "DPoP"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for a token, parsed.

    Attributes:
        parameters: Each name with its one value, `grant_type` included. None is empty.
        ip: The client's address; empty if there is none.
        authorization: The values of the header `Authorization`.
        proofs: The values of the header `DPoP`.
    """

    parameters: Mapping[str, str] = field(repr=False)
    ip: str
    authorization: tuple[str, ...] = field(default=(), repr=False)
    proofs: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A request of a client that has proven who it is.

    Attributes:
        client: The client; it may use the grant.
        parameters: As they were sent.
        thumbprint: Of the key that the client has proven to hold; empty for none.
    """

    client: Client
    parameters: Mapping[str, str] = field(repr=False)
    thumbprint: str = ""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token that has been issued.

    Attributes:
        access_token: The token itself.
        expires_in: Whole seconds until it expires.
        identity_id: `region:uuid` of whom it stands for; empty for tokens of pools.
        token_type: How it is presented.
        refresh_token: To be exchanged for the next one.
        id_token: Who has signed in.
        scope: What the access token is good for, with a space between two.
        issued_token_type: Where a token was exchanged, what for.
    """

    access_token: str = field(repr=False)
    expires_in: int
    identity_id: str = ""
    token_type: str = BEARER
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    scope: str | None = None
    issued_token_type: str | None = None
