"""Messages about signing out, as an honest provider sends them, and in any other shape."""

import zlib
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from gateway.authentication.saml.descriptions import FixedDescription
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.logout import LogoutVerifier
from tests.authentication.saml.idp import (
    ENTITY,
    LATER,
    NAMESPACES,
    NOON,
    REQUEST,
    SKEW,
    Pair,
    Signing,
    again,
    description,
    encoded,
    instant,
    pair,
    provider,
    sign,
    tree,
)

LOGOUT = "https://gw.example.com/saml2/logout"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
XMLNS = " ".join(f'xmlns:{k}="{NAMESPACES[k]}"' for k in ("saml", "samlp"))


@dataclass(frozen=True)
class Asked:
    """What a request is put together from."""

    head: str = f'Version="2.0" ID="_logout-1" IssueInstant="{instant(NOON)}"'
    destination: str = f'Destination="{LOGOUT}"'
    ends: str = f'NotOnOrAfter="{LATER}"'
    issuer: str = f"<saml:Issuer>{ENTITY}</saml:Issuer>"
    name: str = "<saml:NameID>ana</saml:NameID>"
    index: str = "<samlp:SessionIndex>_session-1</samlp:SessionIndex>"
    more: str = ""

    @property
    def root(self) -> Any:
        return tree(
            f"<samlp:LogoutRequest {XMLNS} {self.head} {self.destination} {self.ends}>"
            f"{self.issuer}{self.name}{self.index}{self.more}</samlp:LogoutRequest>"
        )


def answered(
    *,
    code: str = "Success",
    inner: str = "",
    answers: str = REQUEST,
    destination: str = LOGOUT,
    issuer: str = ENTITY,
) -> Any:
    """Return the tree of an answer."""
    below = f'<samlp:StatusCode Value="{STATUS}{inner}"/>' if inner else ""
    return tree(
        f'<samlp:LogoutResponse {XMLNS} Version="2.0" ID="_answer-1" '
        f'IssueInstant="{instant(NOON)}" Destination="{destination}" '
        f'InResponseTo="{answers}"><saml:Issuer>{issuer}</saml:Issuer><samlp:Status>'
        f'<samlp:StatusCode Value="{STATUS}{code}">{below}</samlp:StatusCode>'
        "</samlp:Status></samlp:LogoutResponse>"
    )


def signed(root: Any, signing: Signing | None = None) -> Any:
    """Return a tree as it comes, with its signature."""
    sign(root, signing)
    return again(root)


def posted(root: Any, name: str = "SAMLRequest") -> dict[str, str]:
    """Return the form of a message by the POST binding."""
    return {name: encoded(root)}


def packed(raw: bytes) -> str:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return b64encode(packer.compress(raw) + packer.flush()).decode()


def query(
    root: Any,
    name: str = "SAMLRequest",
    *,
    by: Pair | None = None,
    relay: str = "r&1",
    algorithm: str = "",
    der: bool = False,
) -> str:
    """Return the signed query of a message by the Redirect binding."""
    signer = by or pair("idp")
    is_rsa = not isinstance(signer.private, ec.EllipticCurvePrivateKey)
    said = {
        name: packed(root if isinstance(root, bytes) else etree.tostring(root)),
        **({"RelayState": relay} if relay else {}),
        "SigAlg": algorithm or (RSA if is_rsa else ECDSA),
    }
    octets = urlencode(said)
    if is_rsa:
        signature = signer.private.sign(octets.encode(), PKCS1v15(), SHA256())
    else:
        signature = signer.private.sign(octets.encode(), ec.ECDSA(SHA256()))
        if not der:
            numbers = decode_dss_signature(signature)
            signature = b"".join(each.to_bytes(32, "big") for each in numbers)
    return f"{octets}&{urlencode({'Signature': b64encode(signature)})}"


def judge(
    *, certificates: tuple[Any, ...] = (), has_key: bool = True, **tables: Any
) -> LogoutVerifier:
    """Return what judges the provider's messages."""
    return LogoutVerifier(
        provider(**tables),
        descriptions=FixedDescription(description(*certificates), lambda: NOON),
        decryptor=Decryptor(pair("sp").private) if has_key else None,
        skew=SKEW,
    )
