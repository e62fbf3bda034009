"""What a provider says about itself: its addresses and its certificates.

References: SAML Metadata 2.0 sections 2.3 to 2.4; SAML Metadata Interoperability Profile 1.0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.authentication.saml.assertion import read_time
from gateway.authentication.saml.certificates import (
    MAX_CERTIFICATES,
    Certificate,
    CertificateError,
    parse_base64,
)
from gateway.authentication.saml.document import (
    Element,
    children,
    find_child,
    name_of,
    parse_document,
    text_of,
)
from gateway.authentication.saml.names import (
    DS,
    METADATA,
    POST,
    REDIRECT,
    SAMLP,
    SIGNATURE_METHODS,
)
from gateway.authentication.saml.signature import Trust, verify
from gateway.config.settings.addresses import is_url
from gateway.model.errors import CredentialError

# A federation's list of everybody is many times longer; one provider's is a few kilobytes.
MAX_BYTES: Final = 1024 * 1024

_MAX_DEPTH: Final = 4
_ENTITY: Final = name_of(METADATA, "EntityDescriptor")
_ENTITIES: Final = name_of(METADATA, "EntitiesDescriptor")


class MetadataError(ValueError):
    """Metadata cannot be used. The text says why."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a provider.

    Attributes:
        certificates: With which it signs.
        sso: Where people sign in, by the binding.
        logout: Where people sign out, by the binding.
        logout_answers: Where answers about signing out go to, by the binding.
        ends_at: When it is no longer to be believed; `None` if that is not said.
    """

    certificates: tuple[Certificate, ...]
    sso: Mapping[str, str]
    logout: Mapping[str, str] = field(default_factory=dict)
    logout_answers: Mapping[str, str] = field(default_factory=dict)
    ends_at: datetime | None = None


def parse_metadata(
    raw: bytes,
    entity_id: str,
    *,
    signer: Certificate | None,
    allow_plain_http: bool,
    now: datetime,
) -> Description:
    """Return what metadata says about a provider.

    Args:
        raw: An `EntityDescriptor`, or an `EntitiesDescriptor` with it.
        entity_id: The provider's.
        signer: Who has signed the whole; `None` if that does not matter.
        allow_plain_http: Whether addresses may do without TLS.
        now: The time, aware UTC.

    Raises:
        MetadataError: It is not good, too old, or about somebody else.
    """
    try:
        root = parse_document(raw, max_bytes=MAX_BYTES, allow_comments=True)
        if signer is not None:
            root = _signed(root, signer)
        entity, ends_at = _find_entity(root, entity_id)
        if ends_at is not None and now >= ends_at:
            raise MetadataError("the metadata is out of date (validUntil)")
        return _describe(entity, ends_at, plain=allow_plain_http)
    except CredentialError as error:
        raise MetadataError(f"the metadata cannot be used: {error.detail}") from error


def _signed(root: Element, signer: Certificate) -> Element:
    trust = Trust([signer], frozenset(SIGNATURE_METHODS.values()))
    signed = verify(root, trust)
    if signed is None:
        raise MetadataError("the metadata is not signed")
    return parse_document(signed.signed_bytes(), max_bytes=8 * MAX_BYTES)


def _find_entity(root: Element, entity_id: str) -> tuple[Element, datetime | None]:
    """Return what is said about an entity, and until when."""
    found = [each for each in _entities(root, 0) if each.get("entityID") == entity_id]
    if len(found) != 1:
        raise MetadataError(f"the metadata describes {entity_id[:200]!r} not just once")
    entity = found[0]
    ends = [
        time
        for each in (entity, *entity.iterancestors())
        if (time := read_time(each, "validUntil")) is not None
    ]
    return entity, min(ends, default=None)


def _entities(element: Element, depth: int) -> Iterator[Element]:
    if element.tag == _ENTITY:
        yield element
    elif element.tag == _ENTITIES and depth < _MAX_DEPTH:
        for child in element:
            yield from _entities(child, depth + 1)


def _describe(entity: Element, ends_at: datetime | None, *, plain: bool) -> Description:
    role = find_child(entity, METADATA, "IDPSSODescriptor")
    if role is None or SAMLP not in role.get("protocolSupportEnumeration", "").split():
        raise MetadataError("the metadata is of no identity provider for SAML 2.0")
    sso = _addresses(role, "SingleSignOnService", plain=plain)
    if not sso:
        raise MetadataError("the metadata has no address to sign in that can be used")
    logout = _addresses(role, "SingleLogoutService", plain=plain)
    answers = _addresses(
        role, "SingleLogoutService", plain=plain, key="ResponseLocation"
    )
    return Description(
        certificates=_certificates(role),
        sso=sso,
        logout=logout,
        logout_answers={**logout, **answers},
        ends_at=ends_at,
    )


def _addresses(
    role: Element, name: str, *, plain: bool, key: str = "Location"
) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in children(role, METADATA, name):
        binding, location = each.get("Binding"), each.get(key, "")
        if binding in {REDIRECT, POST} and _is_usable(location, plain=plain):
            found.setdefault(binding, location)
    return found


def _is_usable(location: str, *, plain: bool) -> bool:
    path, _, query = location.partition("?")
    encrypted = location.startswith("https://") or plain
    return encrypted and is_url(path) and query.isprintable() and "#" not in query


def _certificates(role: Element) -> tuple[Certificate, ...]:
    found: dict[str, Certificate] = {}
    reason = "the metadata has no certificate for signatures"
    for descriptor in children(role, METADATA, "KeyDescriptor"):
        if descriptor.get("use", "signing") != "signing":
            continue
        for written in descriptor.iter(name_of(DS, "X509Certificate")):
            try:
                certificate = parse_base64(text_of(written))
            except CertificateError as error:
                reason = f"a certificate of the metadata cannot be used: {error}"
            else:
                found[certificate.fingerprint] = certificate
    if not found:
        raise MetadataError(reason)
    if len(found) > MAX_CERTIFICATES:
        raise MetadataError("the metadata has too many certificates")
    return tuple(found.values())
