"""A SAML provider for tests: responses of any shape, signed with keys of its own."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from lxml import etree

from gateway.authentication.saml.certificates import Certificate, parse_pem
from gateway.authentication.saml.descriptions import FixedDescription
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.metadata import Description
from gateway.authentication.saml.names import REDIRECT
from gateway.authentication.saml.verifier import SamlVerifier
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.door import Door

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SKEW = timedelta(seconds=60)

ENTITY = "https://idp.example.com/metadata"
SP = "https://gw.example.com/saml2/metadata/partner"
CONSUMER = "https://gw.example.com/saml2/idpresponse"
TOKEN = "https://gw.example.com/oauth2/token"
REQUEST = "_request-1"

EXC = xmlsec.constants.TransformExclC14N
SHA256 = xmlsec.constants.TransformSha256
RSA_SHA256 = xmlsec.constants.TransformRsaSha256

NAMESPACES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


@dataclass(frozen=True)
class Pair:
    """A private key with its certificate."""

    private: Any
    certificate_pem: bytes

    @property
    def key_pem(self) -> bytes:
        written: bytes = self.private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        return written

    @property
    def certificate(self) -> Certificate:
        return parse_pem(self.certificate_pem)


@cache
def pair(name: str, kind: str = "rsa") -> Pair:
    """Return the key of somebody, the same one each time."""
    private: Any
    if kind == "rsa":
        private = rsa.generate_private_key(65537, 2048)
    elif kind == "weak":
        private = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too weak, to be refused
    else:
        curves = {"p256": ec.SECP256R1(), "k256": ec.SECP256K1()}
        private = ec.generate_private_key(curves[kind])
    common = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(common)
        .issuer_name(common)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(NOON - timedelta(days=1))
        .not_valid_after(NOON + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    return Pair(private, made.public_bytes(Encoding.PEM))


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


LATER = instant(NOON + timedelta(minutes=5))

ATTRIBUTES = (
    '<saml:AttributeStatement><saml:Attribute Name="mail">'
    "<saml:AttributeValue>ana@partner.example</saml:AttributeValue></saml:Attribute>"
    '<saml:Attribute Name="memberOf"><saml:AttributeValue>staff</saml:AttributeValue>'
    "<saml:AttributeValue>admin</saml:AttributeValue></saml:Attribute>"
    "</saml:AttributeStatement>"
)


@dataclass(frozen=True)
class Parts:
    """What a response is put together from."""

    id: str = "_response-1"
    issued: str = instant(NOON)
    destination: str = f'Destination="{CONSUMER}"'
    answers: str = f'InResponseTo="{REQUEST}"'
    issuer: str = f"<saml:Issuer>{ENTITY}</saml:Issuer>"
    status: str = (
        '<samlp:Status><samlp:StatusCode Value="'
        'urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
    )
    assertion_id: str = "_assertion-1"
    assertion_issued: str = instant(NOON)
    assertion_issuer: str = f"<saml:Issuer>{ENTITY}</saml:Issuer>"
    name_id: str = "<saml:NameID>ana</saml:NameID>"
    confirmation: str = (
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<saml:SubjectConfirmationData Recipient="{CONSUMER}" '
        f'InResponseTo="{REQUEST}" NotOnOrAfter="{LATER}"/></saml:SubjectConfirmation>'
    )
    conditions: str = (
        f'<saml:Conditions NotBefore="{instant(NOON)}" NotOnOrAfter="{LATER}">'
        f"<saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience>"
        "</saml:AudienceRestriction></saml:Conditions>"
    )
    statement: str = (
        f'<saml:AuthnStatement AuthnInstant="{instant(NOON)}" SessionIndex="_session-1">'
        "<saml:AuthnContext><saml:AuthnContextClassRef>"
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
    )
    attributes: str = ATTRIBUTES
    more: str = ""
    xmlns: Mapping[str, str] = field(
        default_factory=lambda: {k: v for k, v in NAMESPACES.items() if k != "ds"}
    )

    def assertion(self) -> str:
        return (
            f'<saml:Assertion xmlns:saml="{NAMESPACES["saml"]}" Version="2.0" '
            f'ID="{self.assertion_id}" IssueInstant="{self.assertion_issued}">'
            f"{self.assertion_issuer}<saml:Subject>{self.name_id}{self.confirmation}"
            f"</saml:Subject>{self.conditions}{self.statement}{self.attributes}"
            "</saml:Assertion>"
        )

    def response(self, assertion: str | None = None) -> str:
        inner = self.assertion() if assertion is None else assertion
        names = " ".join(f'xmlns:{k}="{v}"' for k, v in self.xmlns.items())
        return (
            f'<samlp:Response {names} Version="2.0" ID="{self.id}" '
            f'IssueInstant="{self.issued}" {self.destination} {self.answers}>'
            f"{self.issuer}{self.status}{inner}{self.more}</samlp:Response>"
        )


def tree(xml: str | bytes) -> Any:
    return etree.fromstring(xml)


def text(root: Any) -> str:
    written: str = etree.tostring(root, encoding="unicode")
    return written


@dataclass(frozen=True)
class Signing:
    """How something is signed."""

    by: Pair = field(default_factory=lambda: pair("idp"))
    method: Any = RSA_SHA256
    digest: Any = SHA256
    canonical: Any = EXC
    transforms: tuple[Any, ...] = (xmlsec.constants.TransformEnveloped, EXC)
    prefixes: str = ""


def again(root: Any) -> Any:
    """Return a tree as whoever gets it sees it: written, and parsed."""
    # xmlsec's own elements have names that lxml does not find.
    return tree(etree.tostring(root))


def sign(
    element: Any, signing: Signing | None = None, *, uri: str | None = None
) -> Any:
    """Sign an element of a tree in place, behind its issuer, and return the signature."""
    how = signing or Signing()
    signature = xmlsec.template.create(element, how.canonical, how.method, ns="ds")
    target = f"#{element.get('ID')}" if uri is None else uri
    reference = xmlsec.template.add_reference(signature, how.digest, uri=target)
    for transform in how.transforms:
        added = xmlsec.template.add_transform(reference, transform)
        if how.prefixes and transform is EXC:
            xmlsec.template.transform_add_c14n_inclusive_namespaces(added, how.prefixes)
    issuer = element.find("saml:Issuer", NAMESPACES)
    element.insert(0 if issuer is None else 1, signature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        how.by.key_pem, xmlsec.constants.KeyDataFormatPem
    )
    for each in element.getroottree().iter():
        if each.get("ID"):
            context.register_id(each, "ID")
    context.sign(signature)
    return signature


def signed_response(
    parts: Parts | None = None,
    *,
    response: Signing | bool = True,
    assertion: Signing | bool = True,
) -> Any:
    """Return a response's tree, with its assertion and itself signed."""
    root = tree((parts or Parts()).response())
    inner = root.find("saml:Assertion", NAMESPACES)
    if assertion and inner is not None:
        sign(inner, assertion if isinstance(assertion, Signing) else None)
    if response:
        sign(root, response if isinstance(response, Signing) else None)
    return again(root)


def encoded(root: Any) -> str:
    """Return a document as a form field of the POST binding."""
    raw = root if isinstance(root, bytes) else etree.tostring(root)
    return b64encode(raw).decode()


def url_encoded(root: Any) -> str:
    return urlsafe_b64encode(etree.tostring(root)).rstrip(b"=").decode()


class Seen:
    """What was presented, in memory."""

    def __init__(self) -> None:
        self.digests: dict[bytes, datetime] = {}

    def is_first(self, digest: bytes, *, until: datetime) -> bool:
        if digest in self.digests:
            return False
        self.digests[digest] = until
        return True


def provider(**tables: Any) -> SamlProvider:
    """Return a provider's settings."""
    idp = {
        "entity_id": ENTITY,
        "metadata": {"url": "https://idp.example.com/metadata"},
    }
    table = {"kind": "saml", "id": "partner", "idp": idp, **tables}
    door = Door(public_url="https://gw.example.com", follows=False)
    return SamlProvider.model_validate(table, context=door)


def description(*certificates: Certificate) -> Description:
    sso = {REDIRECT: "https://idp.example.com/sso"}
    return Description(certificates or (pair("idp").certificate,), sso)


def verifier(
    *,
    strict: Mapping[str, Any] | None = None,
    certificates: tuple[Certificate, ...] = (),
    seen: Seen | None = None,
    **tables: Any,
) -> SamlVerifier:
    """Return a verifier of the provider's documents."""
    settings = provider(strict=dict(strict or {}), **tables)
    return SamlVerifier(
        settings,
        descriptions=FixedDescription(description(*certificates), lambda: NOON),
        decryptor=Decryptor(
            pair("sp").private, allow_cbc=settings.strict.allow_cbc_encryption
        ),
        presented=seen or Seen(),
        skew=SKEW,
    )


GCM = xmlsec.constants.TransformAes256Gcm
OAEP = xmlsec.constants.TransformRsaOaep


def encrypt(assertion: Any, *, cipher: Any = GCM, wrap: Any = OAEP) -> Any:
    """Return an `EncryptedAssertion` for the gateway."""
    data = xmlsec.template.encrypted_data_create(
        assertion, cipher, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    about = xmlsec.template.encrypted_data_ensure_key_info(data, ns="dsig")
    key = xmlsec.template.add_encrypted_key(about, wrap)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    manager.add_key(
        xmlsec.Key.from_memory(
            pair("sp").certificate_pem, xmlsec.constants.KeyDataFormatCertPem
        )
    )
    context = xmlsec.EncryptionContext(manager)
    lengths = {"128": 128, "192": 192, "256": 256}
    bits = next(bits for name, bits in lengths.items() if name in cipher.name)
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes, bits, xmlsec.constants.KeyDataTypeSession
    )
    sealed = context.encrypt_xml(data, assertion)
    outer = tree(f'<saml:EncryptedAssertion xmlns:saml="{NAMESPACES["saml"]}"/>')
    outer.append(sealed)
    return again(outer)


def encrypted_response(
    parts: Parts | None = None,
    *,
    response: bool = True,
    assertion: bool = True,
    cipher: Any = GCM,
    wrap: Any = OAEP,
) -> Any:
    """Return a response whose assertion is encrypted."""
    made = parts or Parts()
    inner = tree(made.assertion())
    if assertion:
        sign(inner)
    outer = encrypt(again(inner), cipher=cipher, wrap=wrap)
    root = tree(made.response(text(outer)))
    if response:
        sign(root)
    return again(root)
