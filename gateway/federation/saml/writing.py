"""What the gateway says to a SAML provider: requests, and its own metadata.

References: SAML Core 2.0 sections 3.4 and 3.7; SAML Bindings 2.0 sections 3.4 and 3.5; SAML Metadata 2.0
section 2.4.4.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import xmlsec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from gateway.authentication.saml.names import (
    DS,
    METADATA,
    NAME_ID_FORMATS,
    POST,
    REDIRECT,
    SAML,
    SAMLP,
    SUCCESS,
    VERSION,
)
from gateway.config.providers.saml import SamlProvider

_RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

# A browser takes it there at once.
_LOGOUT_VALIDITY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sign-in is asked for.

    Attributes:
        request_id: The request's own name, an XML id.
        destination: Where it goes.
        force: Whether they are to prove it anew.
        at: When it is made, aware UTC.
    """

    request_id: str
    destination: str
    force: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What every message about signing out has.

    Attributes:
        id: The message's own name, an XML id.
        destination: Where it goes.
        at: When it is made, aware UTC.
    """

    id: str
    destination: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parting:
    """Who signs out at the provider.

    Attributes:
        letter: What the request has in common with others.
        name_id: The provider's name for them.
        qualities: The attributes that the name had in the assertion; some may be empty.
        session_index: Its name for the session; empty for all of theirs.
    """

    letter: Letter
    name_id: str = field(repr=False)
    qualities: Mapping[str, str]
    session_index: str = field(repr=False)


def authentication_request(provider: SamlProvider, wish: Wish) -> Any:
    """Return the tree of a request that somebody signs in."""
    root = etree.Element(
        f"{{{SAMLP}}}AuthnRequest",
        nsmap={"samlp": SAMLP, "saml": SAML},
        attrib={
            "ID": wish.request_id,
            "Version": VERSION,
            "IssueInstant": _instant(wish.at),
            "Destination": wish.destination,
            "AssertionConsumerServiceURL": provider.consumer_url,
            "ProtocolBinding": POST,
        },
    )
    if wish.force:
        root.set("ForceAuthn", "true")
    issuer = etree.SubElement(root, f"{{{SAML}}}Issuer")
    issuer.text = provider.entity_id
    policy = etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy")
    policy.set("Format", NAME_ID_FORMATS[provider.sp.name_id_format])
    policy.set("AllowCreate", "true")
    if provider.sp.authn_contexts:
        asked = etree.SubElement(root, f"{{{SAMLP}}}RequestedAuthnContext")
        asked.set("Comparison", "exact")
        for name in provider.sp.authn_contexts:
            etree.SubElement(asked, f"{{{SAML}}}AuthnContextClassRef").text = name
    return root


def logout_request(provider: SamlProvider, parting: Parting) -> Any:
    """Return the tree of a request that somebody signs out (Core section 3.7.1)."""
    root = _message(provider, "LogoutRequest", parting.letter)
    ends_at = parting.letter.at + _LOGOUT_VALIDITY
    root.set("NotOnOrAfter", _instant(ends_at))
    name = etree.SubElement(root, f"{{{SAML}}}NameID")
    for attribute, value in parting.qualities.items():
        if value:
            name.set(attribute, value)
    name.text = parting.name_id
    if parting.session_index:
        index = etree.SubElement(root, f"{{{SAMLP}}}SessionIndex")
        index.text = parting.session_index
    return root


def logout_response(provider: SamlProvider, letter: Letter, request_id: str) -> Any:
    """Return the tree of the answer that somebody is signed out (Core section 3.7.2)."""
    root = _message(provider, "LogoutResponse", letter)
    root.set("InResponseTo", request_id)
    status = etree.SubElement(root, f"{{{SAMLP}}}Status")
    etree.SubElement(status, f"{{{SAMLP}}}StatusCode").set("Value", SUCCESS)
    return root


def _message(provider: SamlProvider, name: str, letter: Letter) -> Any:
    root = etree.Element(
        f"{{{SAMLP}}}{name}",
        nsmap={"samlp": SAMLP, "saml": SAML},
        attrib={
            "ID": letter.id,
            "Version": VERSION,
            "IssueInstant": _instant(letter.at),
            "Destination": letter.destination,
        },
    )
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = provider.entity_id
    return root


def as_query(
    root: Any,
    relay_state: str,
    key: RSAPrivateKey | None,
    *,
    name: str = "SAMLRequest",
) -> str:
    """Return the query of a message by the Redirect binding.

    Args:
        root: Its tree.
        relay_state: What comes back with the answer; empty for nothing.
        key: Signs it; `None` for no signature.
        name: Of its parameter.
    """
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(etree.tostring(root)) + packer.flush()
    said = {name: base64.b64encode(packed).decode("ascii")}
    if relay_state:
        said["RelayState"] = relay_state
    if key is None:
        return urlencode(said)
    query = urlencode(said | {"SigAlg": _RSA_SHA256})
    # The octets of the query, in this order (SAML Bindings section 3.4.4.1).
    signature = key.sign(query.encode("ascii"), PKCS1v15(), SHA256())
    return f"{query}&{urlencode({'Signature': base64.b64encode(signature)})}"


def as_form(
    root: Any,
    relay_state: str,
    key: RSAPrivateKey | None,
    *,
    name: str = "SAMLRequest",
) -> Mapping[str, str]:
    """Return the form of a message by the POST binding; the arguments as for `as_query`."""
    if key is not None:
        _sign(root, key)
    text = base64.b64encode(etree.tostring(root)).decode("ascii")
    return {name: text} | ({"RelayState": relay_state} if relay_state else {})


def own_metadata(provider: SamlProvider) -> bytes:
    """Return what a provider is told about the gateway, as XML."""
    root = etree.Element(f"{{{METADATA}}}EntityDescriptor", nsmap={None: METADATA})
    root.set("entityID", provider.entity_id)
    sp, strict = provider.sp, provider.strict
    role = etree.SubElement(
        root,
        f"{{{METADATA}}}SPSSODescriptor",
        attrib={
            "AuthnRequestsSigned": _boolean(sp.key is not None),
            "WantAssertionsSigned": _boolean(strict.want_assertions_signed),
            "protocolSupportEnumeration": SAMLP,
        },
    )
    if sp.cert is not None:
        certificate = load_pem_x509_certificate(sp.cert.content)
        text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
        for use in ("signing", "encryption"):
            described = etree.SubElement(role, f"{{{METADATA}}}KeyDescriptor", use=use)
            key_info = etree.SubElement(described, f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
            data = etree.SubElement(key_info, f"{{{DS}}}X509Data")
            etree.SubElement(data, f"{{{DS}}}X509Certificate").text = text
    # Whoever cannot sign has nothing to say about signing out.
    for binding in (REDIRECT, POST) if sp.key is not None else ():
        logout = etree.SubElement(role, f"{{{METADATA}}}SingleLogoutService")
        logout.set("Binding", binding)
        logout.set("Location", provider.logout_url)
    name = etree.SubElement(role, f"{{{METADATA}}}NameIDFormat")
    name.text = NAME_ID_FORMATS[sp.name_id_format]
    etree.SubElement(
        role,
        f"{{{METADATA}}}AssertionConsumerService",
        attrib={
            "Binding": POST,
            "Location": provider.consumer_url,
            "index": "0",
            "isDefault": "true",
        },
    )
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _sign(root: Any, key: RSAPrivateKey) -> None:
    """Sign a message in place, behind its issuer."""
    constants = xmlsec.constants
    signature = xmlsec.template.create(
        root, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds"
    )
    reference = xmlsec.template.add_reference(
        signature, constants.TransformSha256, uri=f"#{root.get('ID')}"
    )
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    root.insert(1, signature)
    context = xmlsec.SignatureContext()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, constants.KeyDataFormatPem)
    context.register_id(root, "ID")
    context.sign(signature)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _boolean(value: bool) -> str:  # noqa: FBT001 - what is written
    return "true" if value else "false"
