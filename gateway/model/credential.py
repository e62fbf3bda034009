"""What a request presents, before anybody has looked at it closely."""

from dataclasses import dataclass, field
from enum import StrEnum


class Scheme(StrEnum):
    """How a credential was presented."""

    BEARER = "bearer"
    DPOP = "dpop"


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential as it came in, unverified.

    Attributes:
        scheme: The way it was presented.
        value: The credential itself: the token (RFC 6750 section 2.1, RFC 9449
            section 7.1).
        proofs: The values of the header `DPoP`, with the scheme of that name.
    """

    scheme: Scheme
    value: str = field(repr=False)
    proofs: tuple[str, ...] = field(default=(), repr=False)
