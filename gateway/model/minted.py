"""A credential that the gateway has made."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MintedCredential:
    """One short-lived credential and the header it travels in.

    Attributes:
        header: Lower-case name of the header that carries it to the upstream.
        value: The header's whole value, as bytes on the wire.
        token_id: `jti`, for the logs.
        key_id: `kid` of the key that signed it.
        expires_at: `exp`, aware UTC.
    """

    header: bytes
    value: bytes = field(repr=False)
    token_id: str
    key_id: str
    expires_at: datetime
