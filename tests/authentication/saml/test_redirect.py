"""Messages of the Redirect binding."""

import tracemalloc
from base64 import b64decode, b64encode
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.authentication.errors import WrongAlgorithmError, WrongSignatureError
from gateway.authentication.saml.errors import (
    ForbiddenMarkupError,
    MissingSignatureError,
)
from gateway.authentication.saml.names import SIGNATURE_METHODS
from gateway.authentication.saml.redirect import read_query, verify_query
from gateway.authentication.saml.signature import Trust
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
)
from tests.authentication.saml.idp import Pair, pair
from tests.authentication.saml.partings import RSA, packed, query

ALL = frozenset(SIGNATURE_METHODS.values())
MOST = 64 * 1024
XML = b"<a/>"
GOOD = query(XML)


def check(text: str, *signers: Pair, algorithms: frozenset[str] = ALL) -> bytes:
    message = read_query("SAMLRequest", text, max_bytes=MOST)
    certificates = [each.certificate for each in signers or (pair("idp"),)]
    verify_query(message, Trust(certificates, algorithms))
    return message.document


@pytest.mark.parametrize("relay", ["", "r&1 ä"])
def test_a_signed_message_is_read(relay: str) -> None:
    """By the second of two certificates as well."""
    assert check(query(XML, relay=relay), pair("old"), pair("idp")) == XML


def test_the_octets_are_those_that_came() -> None:
    """Small letters in escapes, as Microsoft's providers write them, in any order."""
    octets = urlencode({"SAMLRequest": packed(XML), "SigAlg": RSA}).replace(
        "%3A", "%3a"
    )
    signature = pair("idp").private.sign(octets.encode(), PKCS1v15(), SHA256())
    turned = [f"Signature={quote(b64encode(signature))}", *octets.split("&")[::-1]]

    assert check("&".join(turned)) == XML
    with pytest.raises(WrongSignatureError):
        check("&".join(turned).replace("%3a", "%3A"))


@pytest.mark.parametrize("der", [False, True])
def test_elliptic_curves_sign_in_two_forms(*, der: bool) -> None:
    """Two numbers, as the standard has it, or Java's DER."""
    curve = pair("idp", "p256")

    assert check(query(XML, by=curve, der=der), pair("idp"), curve) == XML
    with pytest.raises(WrongSignatureError):
        check(query(XML, by=curve, der=der), pair("another", "p256"))


def other_method(name: str) -> str:
    """Return the good query, saying that it was signed in another way."""
    return GOOD.replace(quote(RSA, safe=""), quote(name, safe=""))


BOMB = urlencode({"SAMLRequest": packed(b" " * (64 * 1024 * 1024 // 16))})
PACKED = b64decode(packed(XML))
SIGNED = f"&SigAlg={quote(RSA)}&Signature=AAAA"

HOSTILE: dict[str, tuple[str, type[CredentialError]]] = {
    "nothing": ("", MissingSignatureError),
    "no signature": (GOOD.partition("&Signature=")[0], MissingSignatureError),
    "no algorithm": (
        f"SAMLRequest={packed(XML)}&Signature=AAAA",
        MissingSignatureError,
    ),
    "another key": (query(XML, by=pair("stranger")), WrongSignatureError),
    "another relay state": (
        GOOD.replace("RelayState=r", "RelayState=x"),
        WrongSignatureError,
    ),
    "without its relay state": (
        GOOD.replace("RelayState=r%261&", ""),
        WrongSignatureError,
    ),
    "a signature that is empty": (
        GOOD.partition("&Signature=")[0] + "&Signature=",
        WrongSignatureError,
    ),
    "SHA-1": (
        other_method("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        WrongAlgorithmError,
    ),
    "a curve's method with an RSA key": (
        other_method("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
        WrongSignatureError,
    ),
    "no method": (other_method(""), WrongAlgorithmError),
    "a message twice": (f"{GOOD}&SAMLRequest=x", ForbiddenMarkupError),
    "a signature twice": (f"{GOOD}&Signature=x", ForbiddenMarkupError),
    "a name in escapes": (f"{GOOD}&SAML%52equest=x", ForbiddenMarkupError),
    "a name with a blank": (f"{GOOD}&+SAMLRequest=x", ForbiddenMarkupError),
    "a request and an answer": (f"{GOOD}&SAMLResponse=x", ForbiddenMarkupError),
    "many parameters": (
        GOOD + "".join(f"&a{n}" for n in range(16)),
        ForbiddenMarkupError,
    ),
    "letters of no address": (f"{GOOD}&ä=1", ForbiddenMarkupError),
    "another encoding": (f"{GOOD}&SAMLEncoding=urn:other", MalformedCredentialError),
    "no base64": (f"SAMLRequest=%21{SIGNED}", MalformedCredentialError),
    "not compressed": (
        f"SAMLRequest={quote(b64encode(bytes([255, 255])))}{SIGNED}",
        MalformedCredentialError,
    ),
    "no message": (f"RelayState=x{SIGNED}", MalformedCredentialError),
    "cut off": (
        f"SAMLRequest={quote(b64encode(PACKED[:-2]))}{SIGNED}",
        MalformedCredentialError,
    ),
    "something behind it": (
        f"SAMLRequest={quote(b64encode(PACKED + b'more'))}{SIGNED}",
        MalformedCredentialError,
    ),
    "a bomb": (BOMB + SIGNED, OversizedCredentialError),
    "a long query": ("SAMLRequest=" + "A" * 20_000, OversizedCredentialError),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_honest_provider_sends_is_refused(name: str) -> None:
    text, error = HOSTILE[name]

    with pytest.raises(error):
        check(text)


def test_only_methods_of_the_file_are_accepted() -> None:
    with pytest.raises(WrongAlgorithmError):
        check(GOOD, algorithms=frozenset({"rsa-sha512"}))


def test_a_bomb_takes_no_memory() -> None:
    """It would be 4 MiB, of 4 KiB."""
    tracemalloc.start()
    try:
        with pytest.raises(OversizedCredentialError):
            check(BOMB + SIGNED)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 512 * 1024
