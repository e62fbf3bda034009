"""Messages of the Redirect binding: compressed into a query, with the signature beside them.

The signature is about octets of the query as its sender has written them, so the query is
read here as it came: whoever decodes and encodes it anew verifies something else. A name that
is there twice, or is written with escapes, is refused, and what is compressed grows no
further than to the longest document that is looked at.

Reference: SAML Bindings 2.0 sections 3.4.4 and 3.4.4.1.
"""

import binascii
import zlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import (
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)

from gateway.authentication.errors import WrongAlgorithmError, WrongSignatureError
from gateway.authentication.saml.certificates import Certificate
from gateway.authentication.saml.errors import (
    ForbiddenMarkupError,
    MissingSignatureError,
)
from gateway.authentication.saml.names import DEFLATE, SIGNATURE_METHODS
from gateway.authentication.saml.signature import Trust
from gateway.model.errors import MalformedCredentialError, OversizedCredentialError

# A sealed step of a page travels in no such query; 16 KiB hold every honest message.
_MAX_QUERY: Final = 16 * 1024
_MAX_PARAMETERS: Final = 16

_HASHES: Final[Mapping[str, type[HashAlgorithm]]] = {
    "sha256": SHA256,
    "sha384": SHA384,
    "sha512": SHA512,
}


@dataclass(frozen=True, slots=True)
class Redirected:
    """A message that came in a query.

    Attributes:
        document: Its XML; read nothing from it before `verify_query`.
        octets: What the signature is about.
        algorithm: URI of the signature's method.
        signature: The signature.
    """

    document: bytes = field(repr=False)
    octets: bytes = field(repr=False)
    algorithm: str
    signature: bytes = field(repr=False)


def read_query(name: str, query: str, *, max_bytes: int) -> Redirected:
    """Return the message of a query.

    Args:
        name: Its parameter: `SAMLRequest` or `SAMLResponse`.
        query: As it came, without the question mark.
        max_bytes: The longest document that is looked at.

    Raises:
        OversizedCredentialError: The query is too long, or grows beyond `max_bytes`.
        MissingSignatureError: It is not signed.
        ForbiddenMarkupError: It can be read in two ways.
        MalformedCredentialError: It holds no such message.
    """
    if len(query) > _MAX_QUERY:
        raise OversizedCredentialError(f"{len(query)} characters of a query")
    written = _written(query)
    if not {"SigAlg", "Signature"} <= written.keys():
        raise MissingSignatureError("the query is not signed")
    encoding = _decoded(written.get("SAMLEncoding", DEFLATE))
    if encoding not in {DEFLATE.encode(), b""}:
        raise MalformedCredentialError("another encoding than DEFLATE")
    # In this order, whatever the order in the query.
    parts = [each for each in (name, "RelayState", "SigAlg") if each in written]
    octets = "&".join(f"{each}={written[each]}" for each in parts)
    return Redirected(
        document=_inflate(_base64(written.get(name, "")), max_bytes=max_bytes),
        octets=octets.encode(),
        algorithm=_decoded(written["SigAlg"]).decode("utf-8", "replace"),
        signature=_base64(written["Signature"]),
    )


def verify_query(message: Redirected, trust: Trust) -> None:
    """Refuse a message whose signature is none of the provider's.

    Raises:
        WrongAlgorithmError: It is made with an algorithm that is not accepted.
        WrongSignatureError: It is not one by any of the certificates.
    """
    name = SIGNATURE_METHODS.get(message.algorithm)
    if name is None or name not in trust.algorithms:
        raise WrongAlgorithmError("a signature method that is not accepted")
    kind, _, hash_name = name.partition("-")
    for certificate in trust.certificates:
        if _is_by(certificate, kind, _HASHES[hash_name](), message):
            return
    raise WrongSignatureError("the signature is by none of the certificates")


def _written(query: str) -> dict[str, str]:
    """Return the parameters as they are written."""
    pairs = [pair for pair in query.split("&") if pair]
    if len(pairs) > _MAX_PARAMETERS or not query.isascii():
        raise ForbiddenMarkupError("a query that no provider writes")
    written: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name in written or "%" in name or "+" in name:
            raise ForbiddenMarkupError("a parameter that can be read in two ways")
        written[name] = value
    if {"SAMLRequest", "SAMLResponse"} <= written.keys():
        raise ForbiddenMarkupError("a request and an answer at once")
    return written


def _decoded(value: str) -> bytes:
    return unquote_to_bytes(value)


def _base64(value: str) -> bytes:
    try:
        return b64decode(_decoded(value), validate=True)
    except binascii.Error as error:
        raise MalformedCredentialError("no base64") from error


def _inflate(packed: bytes, *, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        document = unpacker.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise MalformedCredentialError("the message is not compressed") from error
    if len(document) > max_bytes:
        raise OversizedCredentialError(f"more than {max_bytes} bytes of XML")
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedCredentialError("the compressed message has another end")
    return document


def _is_by(
    certificate: Certificate, kind: str, hash_: HashAlgorithm, message: Redirected
) -> bool:
    key = certificate.public_key
    if isinstance(key, RSAPublicKey):
        return kind == "rsa" and _is_rsa(key, hash_, message)
    return kind == "ecdsa" and _is_ecdsa(key, hash_, message)


def _is_rsa(key: RSAPublicKey, hash_: HashAlgorithm, message: Redirected) -> bool:
    try:
        key.verify(message.signature, message.octets, PKCS1v15(), hash_)
    except InvalidSignature:
        return False
    return True


def _is_ecdsa(
    key: EllipticCurvePublicKey, hash_: HashAlgorithm, message: Redirected
) -> bool:
    signature = message.signature
    # RFC 6931 section 2.3.6 has two numbers of the curve's size; Java's providers send DER.
    size = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * size:
        numbers = (signature[:size], signature[size:])
        signature = encode_dss_signature(*(int.from_bytes(n, "big") for n in numbers))
    try:
        key.verify(signature, message.octets, ECDSA(hash_))
    except InvalidSignature:
        return False
    return True
