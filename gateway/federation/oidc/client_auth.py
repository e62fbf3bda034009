"""How the gateway proves to a provider that it is the client it says it is.

References: RFC 6749 section 2.3.1; RFC 7523 sections 2.2 and 3; OpenID Connect Core 1.0
section 9.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, assert_never

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.authentication.opaque.api import basic
from gateway.config.providers.oidc_client import ClientSettings
from gateway.keys.signing import PrivateKey, find_algorithm

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# It is used at once, and by nobody else.
_LIFETIME: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ClientProof:
    """What goes with a request, for the provider to know whose it is.

    Attributes:
        form: Into its body.
        headers: Into its head.
    """

    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class ClientAuthentication(Protocol):
    """Proves who the client is. Shared by threads."""

    def proof_for(self, url: str) -> ClientProof:
        """Return what goes with a request to one endpoint."""
        ...


@dataclass(frozen=True, slots=True)
class NoSecret:
    """A public client, which says who it is and cannot prove it."""

    client_id: str

    def proof_for(self, _url: str) -> ClientProof:
        """Return the client's id."""
        return ClientProof({"client_id": self.client_id})


@dataclass(frozen=True, slots=True)
class SecretInHeader:
    """`client_secret_basic`."""

    client_id: str
    secret: str = field(repr=False)

    def proof_for(self, _url: str) -> ClientProof:
        """Return the header."""
        return ClientProof(headers=basic(self.client_id, self.secret.encode("utf-8")))


@dataclass(frozen=True, slots=True)
class SecretInForm:
    """`client_secret_post`."""

    client_id: str
    secret: str = field(repr=False)

    def proof_for(self, _url: str) -> ClientProof:
        """Return both parts, as they are."""
        return ClientProof({"client_id": self.client_id, "client_secret": self.secret})


@dataclass(frozen=True, slots=True)
class KeyAssertion:
    """`private_key_jwt`.

    Attributes:
        client_id: Who signs.
        key: What with.
        key_id: By what name the provider knows the key; may be empty.
        clock: The time, aware UTC.
    """

    client_id: str
    key: PrivateKey = field(repr=False)
    key_id: str
    clock: Callable[[], datetime] = field(repr=False)

    def proof_for(self, url: str) -> ClientProof:
        """Return an assertion that is good for this endpoint, once, and for a minute.

        Its audience is the very place that it is sent to: no other provider could use it,
        whatever that one says its endpoints are.
        """
        now = self.clock()
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": url,
            "jti": secrets.token_urlsafe(24),
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFETIME).timestamp()),
        }
        return ClientProof(
            {
                "client_id": self.client_id,
                "client_assertion_type": _ASSERTION,
                "client_assertion": signed(claims, self.key, key_id=self.key_id),
            }
        )


def client_authentication(
    client: ClientSettings, *, clock: Callable[[], datetime]
) -> ClientAuthentication:
    """Return how a client proves itself, as its settings say.

    Raises:
        ValueError: Its key is none that can be used.
    """
    secret = client.secret.reveal().decode("utf-8") if client.secret else ""
    match client.method:
        case "client_secret_basic":
            return SecretInHeader(client.id, secret)
        case "client_secret_post":
            return SecretInForm(client.id, secret)
        case "private_key_jwt":
            raw = client.key.reveal() if client.key else b""
            return KeyAssertion(
                client.id, load_private_key(raw), client.key_id or "", clock
            )
        case "none":
            return NoSecret(client.id)
        case _:
            assert_never(client.method)


def load_private_key(pem: bytes) -> PrivateKey:
    """Return a private key that can sign here.

    Raises:
        ValueError: It is none in PEM form, is encrypted, or of a kind that signs nothing
            here.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("this is no private key in PEM form") from error
    if find_algorithm(key.public_key()) is None:
        raise ValueError("a key is RSA, P-256 or Ed25519")
    return key  # type: ignore[return-value]  # of the three kinds, as was just found


def signed(claims: Mapping[str, object], key: PrivateKey, *, key_id: str) -> str:
    """Return claims as a JWT, signed with the one algorithm that fits the key."""
    algorithm = find_algorithm(key.public_key())
    headers = {"kid": key_id} if key_id else None
    return jwt.encode(dict(claims), key, algorithm=algorithm, headers=headers)
