"""What goes into the token endpoint and what comes out, whatever the wire.

Reference: RFC 6749 sections 4.5 (extension grants) and 5.1 (the answer).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for a token, parsed.

    Attributes:
        parameters: Each name with its one value, `grant_type` included. None is empty.
        ip: The client's address; empty if there is none.
    """

    parameters: Mapping[str, str] = field(repr=False)
    ip: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token that has been issued.

    Attributes:
        access_token: The token itself.
        expires_in: Whole seconds until it expires.
        identity_id: `region:uuid` of whom it stands for.
    """

    access_token: str = field(repr=False)
    expires_in: int
    identity_id: str
