"""Tokens that are shown to be exchanged: each of the type that it is said to be.

What a token is follows from the token, and has to be what whoever shows it believes it to be.
Nothing is tried: a type that is not known is refused, and so is a token of another one.

Reference: RFC 8693 sections 2.1 and 3.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import UntrustedIssuerError, WrongTokenTypeError

ID_TOKEN: Final = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
OURS: Final = "urn:federation-gateway:token-type:"
GUEST: Final = f"{OURS}guest"
DEVELOPER: Final = f"{OURS}developer"
POOL: Final = f"{OURS}pool"
SAML2: Final = "urn:ietf:params:oauth:token-type:saml2"

_SIGNED: Final = frozenset(
    {TokenType.ID_TOKEN, TokenType.ACCESS_TOKEN, TokenType.DEVELOPER, TokenType.APP}
)

# What a signed token has to be, by the type that it is said to be.
_ACCEPTED: Final[Mapping[str, frozenset[TokenType]]] = {
    ID_TOKEN: frozenset({TokenType.ID_TOKEN}),
    ACCESS_TOKEN: frozenset({TokenType.ACCESS_TOKEN, TokenType.APP}),
    JWT: _SIGNED,
    GUEST: frozenset({TokenType.GUEST}),
    DEVELOPER: frozenset({TokenType.DEVELOPER}),
    POOL: frozenset({TokenType.ID_TOKEN, TokenType.ACCESS_TOKEN}),
}

# What checks a token that is not one of ours to read: what it says, or `CredentialError`.
Reader = Callable[[str], VerifiedClaims]


def type_of(kind: str) -> str:
    """Return what tokens of a kind of provider are called that a reader checks."""
    return SAML2 if kind == "saml" else f"{OURS}{kind}"


class Verifier(Protocol):
    """Checks signed tokens."""

    def verify(self, credential: Credential) -> VerifiedClaims:
        """Return the claims, or raise `CredentialError`."""
        ...


class SubjectTokens:
    """Checks tokens that are shown to be exchanged. Blocks; call it in a thread.

    Args:
        verifier: Checks signed tokens, of providers that are for exchange.
        kinds: The kind of each provider, by its id.
        readers: What checks other tokens: by their type, and the provider's id.
    """

    def __init__(
        self,
        *,
        verifier: Verifier,
        kinds: Mapping[str, str],
        readers: Mapping[str, Mapping[str, Reader]],
    ) -> None:
        self._verifier = verifier
        self._kinds = kinds
        self._readers = readers

    @property
    def types(self) -> frozenset[str]:
        """Every type that a token may be said to be."""
        return frozenset(_ACCEPTED) | self._readers.keys()

    def verify(self, token: str, token_type: str, provider: str = "") -> VerifiedClaims:
        """Return what a token says, once it has been checked.

        Args:
            token: As it was shown.
            token_type: What it is said to be; one of `types`.
            provider: Whose it is said to be; empty if the token tells.

        Raises:
            WrongTokenTypeError: It is something else.
            UntrustedIssuerError: It is of another provider than is said, or nobody can
                tell of which.
            CredentialError: It is not good.
            UnavailableError: That cannot be found out.
        """
        if token_type in self._readers:
            return self._reader(token_type, provider)(token)
        claims = self._verifier.verify(Credential(Scheme.BEARER, token))
        accepted = _ACCEPTED.get(token_type, frozenset())
        is_pool = self._kinds.get(claims.provider) == "pool"
        if claims.token_type not in accepted or (token_type == POOL and not is_pool):
            raise WrongTokenTypeError(f"{claims.token_type}, and not {token_type}")
        if provider not in {"", claims.provider}:
            raise UntrustedIssuerError(f"of provider {claims.provider!r}")
        return claims

    def _reader(self, token_type: str, provider: str) -> Reader:
        readers = self._readers[token_type]
        if not provider and len(readers) == 1:
            return next(iter(readers.values()))
        found = readers.get(provider)
        if found is None:
            raise UntrustedIssuerError("nobody says of which provider it is")
        return found
