"""What a request presents, before anybody has looked at it closely."""

from dataclasses import dataclass, field
from enum import StrEnum


class Scheme(StrEnum):
    """How a credential was presented."""

    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential as it came in, unverified.

    Attributes:
        scheme: The way it was presented.
        value: The credential itself; for bearer, the token (RFC 6750 section 2.1).
    """

    scheme: Scheme
    value: str = field(repr=False)
