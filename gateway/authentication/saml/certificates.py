"""The certificates of a provider, as keys that signatures are checked with.

A certificate is trusted because it stands in the provider's file or in its metadata. When it
ends, and who signed it, means nothing in SAML: providers publish certificates that they
signed themselves and let them run out (SAML Metadata Interoperability Profile 1.0, section
2.6.1).
"""

import hashlib
import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

_MIN_RSA_BITS: Final = 2048
_CURVES: Final = (SECP256R1, SECP384R1, SECP521R1)

# Of one provider: the present one, the next one, and those of its other machines.
MAX_CERTIFICATES: Final = 8

_MAX_BYTES: Final = 16 * 1024
_BLANK: Final = re.compile(r"\s+")


class CertificateError(ValueError):
    """A certificate cannot be used. The text says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A provider's certificate.

    Attributes:
        fingerprint: SHA-256 of its DER form, in hex.
        public_key: For signatures beside documents.
        pem: The certificate, for signatures in documents.
    """

    fingerprint: str
    public_key: RSAPublicKey | EllipticCurvePublicKey = field(repr=False, compare=False)
    pem: str = field(repr=False, compare=False)


def parse_pem(content: bytes) -> Certificate:
    """Return the certificate of a PEM file.

    Raises:
        CertificateError: There is none in it, or one whose key is weak or of a kind that
            signs no SAML.
    """
    try:
        return _use(x509.load_pem_x509_certificate(content))
    except (ValueError, TypeError) as error:
        raise CertificateError(_reason(error, "no certificate in PEM form")) from error


def parse_base64(text: str) -> Certificate:
    """Return the certificate of a `ds:X509Certificate`.

    Raises:
        CertificateError: It is none, or one whose key is weak or of a kind that signs no
            SAML.
    """
    if len(text) > _MAX_BYTES:
        raise CertificateError("a certificate that is too long")
    try:
        der = b64decode(_BLANK.sub("", text), validate=True)
        return _use(x509.load_der_x509_certificate(der))
    except (ValueError, TypeError, Base64Error) as error:
        raise CertificateError(_reason(error, "no certificate in base64")) from error


def _reason(error: Exception, otherwise: str) -> str:
    return str(error) if isinstance(error, CertificateError) else otherwise


def _use(certificate: x509.Certificate) -> Certificate:
    public_key = certificate.public_key()
    if isinstance(public_key, RSAPublicKey):
        if public_key.key_size < _MIN_RSA_BITS:
            raise CertificateError(f"an RSA key of {public_key.key_size} bits")
    elif not isinstance(public_key, EllipticCurvePublicKey) or not isinstance(
        public_key.curve, _CURVES
    ):
        raise CertificateError("neither an RSA key nor one of P-256, P-384 or P-521")
    return Certificate(
        fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        public_key=public_key,
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )
