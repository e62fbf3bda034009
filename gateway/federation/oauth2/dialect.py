"""How a provider's OAuth differs from everybody else's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class ClientAuth(Enum):
    """How the client shows its secret (RFC 6749 section 2.3.1)."""

    BASIC = auto()
    FORM = auto()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an OAuth client has to know about one provider.

    Attributes:
        authorize_url: Where browsers go.
        token_url: Where codes become tokens.
        client_id: Of our app.
        secret: Of our app.
        scopes: What people are asked to allow.
        auth: How the secret is shown.
        pkce: Whether the code is bound to the browser that left (RFC 7636).
        scope_separator: What stands between scopes where the standard has a space.
        extra: Further parameters of the authorization request.
        forced: Those that make people prove anew who they are.
        issuer: `iss` of the answer, if there is one (RFC 9207); empty if none is known.
    """

    authorize_url: str
    token_url: str
    client_id: str
    secret: bytes = field(repr=False)
    scopes: tuple[str, ...]
    auth: ClientAuth = ClientAuth.FORM
    pkce: bool = True
    scope_separator: str = " "
    extra: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    forced: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    issuer: str = ""
