"""One public key of an issuer, together with the one algorithm that it verifies.

References: RFC 7517 (JSON Web Key), RFC 7518 section 3, RFC 8037, RFC 8725 section 3.1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import Algorithm, get_default_algorithms
from jwt.api_jwk import PyJWK
from jwt.exceptions import PyJWTError

from gateway.authentication.compact import one_name

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

# A shorter key can be factored (NIST SP 800-131A); a longer one only costs time, which
# whoever publishes it should not be able to make us spend.
_RSA_BITS = range(2048, 8192 + 1)

# What verifies in a fraction of a millisecond. A long public exponent makes RSA slow as
# well; all who make keys use 65537.
_QUICK_RSA_BITS = 4096
_QUICK_EXPONENT_BITS = 32
_QUICK_CURVE = "secp256r1"

_RSA = ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}

_ALGORITHMS: Mapping[str, Algorithm] = {
    name: algorithm
    for name, algorithm in get_default_algorithms().items()
    if name in {*_RSA, *_CURVES.values(), "EdDSA"}
}

# By the type of key, an algorithm whose reader takes it apart. What the key verifies is
# settled afterwards.
_READERS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}

# Every algorithm that a provider may be configured with. HMAC and `none` have no public
# key, so there is nothing that they could be here.
SUPPORTED_ALGORITHMS = frozenset(_ALGORITHMS)


class UnusableKeyError(ValueError):
    """A published key cannot, or should not, verify anything here."""


@dataclass(frozen=True, slots=True, eq=False)
class VerificationKey:
    """A public key that verifies one algorithm.

    Attributes:
        key_id: `kid`; `None` if the issuer gave it none.
        algorithm: The only algorithm it is used with.
        key: The key itself.
        issuers: Whom alone it signs for, with `{tenantid}` for a tenant; nobody for all
            that publish it.
        is_quick: Whether verifying takes a fraction of a millisecond.
    """

    key_id: str | None
    algorithm: str
    key: PublicKey = field(repr=False)
    issuers: frozenset[str] = frozenset()
    is_quick: bool = field(init=False)

    def __post_init__(self) -> None:
        if self.algorithm not in fitting_algorithms(self.key):
            raise UnusableKeyError(f"the key does not fit {self.algorithm!r}")
        object.__setattr__(self, "is_quick", _is_quick(self.key))

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Return whether a signature over some bytes was made with this key."""
        return _ALGORITHMS[self.algorithm].verify(signed, self.key, signature)


def fitting_algorithms(key: PublicKey) -> tuple[str, ...]:
    """Return the algorithms that a key may verify.

    Raises:
        UnusableKeyError: There is none, because the key is too small, too large, or of
            a kind or curve that is not supported.
    """
    match key:
        case RSAPublicKey():
            if key.key_size not in _RSA_BITS:
                raise UnusableKeyError(f"an RSA key of {key.key_size} bits")
            return _RSA
        case EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return (_CURVES[key.curve.name],)
        case Ed25519PublicKey():
            return ("EdDSA",)
        case _:
            raise UnusableKeyError("a kind of key that is not supported")


def _is_quick(key: PublicKey) -> bool:
    match key:
        case RSAPublicKey():
            exponent = key.public_numbers().e
            return (
                key.key_size <= _QUICK_RSA_BITS
                and exponent.bit_length() <= _QUICK_EXPONENT_BITS
            )
        case EllipticCurvePublicKey():
            return key.curve.name == _QUICK_CURVE
        case Ed25519PublicKey():
            return True
        case _:
            assert_never(key)


def load_key(jwk: Any, accepted: Collection[str]) -> VerificationKey:
    """Return a key as an issuer publishes it.

    Args:
        jwk: A member of a key set's `keys`, unchecked.
        accepted: The algorithms that are accepted from the issuer, the preferred first.

    Raises:
        UnusableKeyError: It is not a public key for verifying one of them.
    """
    if not isinstance(jwk, Mapping):
        raise UnusableKeyError("not an object")
    _check_purpose(jwk)
    key = _load(dict(jwk))
    stated = jwk.get("alg")
    fitting = fitting_algorithms(key)
    if isinstance(stated, str):
        usable = [name for name in (one_name(stated),) if name in fitting]
    else:
        # Entra leaves `alg` out. The key is then good for one algorithm all the same.
        usable = [name for name in accepted if name in fitting]
    if not usable or usable[0] not in accepted:
        raise UnusableKeyError("for an algorithm that is not accepted")
    # Microsoft says so of each key; the standard has no such member.
    issuer = jwk.get("issuer")
    return VerificationKey(
        key_id=jwk.get("kid"),
        algorithm=usable[0],
        key=key,
        issuers=frozenset([issuer] if isinstance(issuer, str) else []),
    )


def _check_purpose(jwk: Mapping[str, Any]) -> None:
    if not isinstance(jwk.get("kid", ""), str):
        raise UnusableKeyError("`kid` is no text")
    if not isinstance(jwk.get("alg", ""), str):
        raise UnusableKeyError("`alg` is no text")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKeyError("`use` is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKeyError("`key_ops` does not say verify")
    # A private key that anybody can read proves nothing about who signed.
    if not isinstance(kty := jwk.get("kty"), str) or kty not in _READERS or "d" in jwk:
        raise UnusableKeyError("not a public key")


def _load(jwk: dict[str, Any]) -> PublicKey:
    try:
        key = PyJWK(jwk, algorithm=_READERS[jwk["kty"]]).key
    except (
        PyJWTError,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:
        raise UnusableKeyError("a malformed key") from error
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        raise UnusableKeyError("a kind of key that is not supported")
    return key
