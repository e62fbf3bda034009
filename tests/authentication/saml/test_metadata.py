"""What providers say about themselves, and what is not believed."""

from datetime import timedelta

import pytest
from lxml import etree

from gateway.authentication.saml.metadata import (
    Description,
    MetadataError,
    parse_metadata,
)
from gateway.authentication.saml.names import POST, REDIRECT
from tests.authentication.saml.idp import ENTITY, NOON, Pair, instant, pair, sign, tree

SSO = "https://idp.example.com/sso"
SLO = "https://idp.example.com/slo"


def key(by: Pair, use: str = ' use="signing"') -> str:
    raw = "".join(by.certificate_pem.decode().splitlines()[1:-1])
    return (
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{raw}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def service(
    name: str, binding: str = REDIRECT, location: str = SSO, more: str = ""
) -> str:
    return f'<md:{name} Binding="{binding}" Location="{location}" {more}/>'


def entity(
    *content: str,
    entity_id: str = ENTITY,
    ends: str = "",
    role: str = "IDPSSODescriptor",
    protocol: str = "urn:oasis:names:tc:SAML:2.0:protocol",
) -> str:
    inner = "".join(content) or key(pair("idp")) + service("SingleSignOnService")
    until = f'validUntil="{ends}"' if ends else ""
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        f'ID="_{len(entity_id)}" entityID="{entity_id}" {until}><!-- made by hand -->'
        f'<md:{role} protocolSupportEnumeration="{protocol}">{inner}</md:{role}>'
        "</md:EntityDescriptor>"
    )


def entities(*content: str, ends: str = "") -> str:
    until = f'validUntil="{ends}"' if ends else ""
    return (
        '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f"{until}>{''.join(content)}</md:EntitiesDescriptor>"
    )


def parse(
    xml: str | bytes, signer: Pair | None = None, *, plain: bool = False
) -> Description:
    return parse_metadata(
        xml if isinstance(xml, bytes) else xml.encode(),
        ENTITY,
        signer=signer.certificate if signer else None,
        allow_plain_http=plain,
        now=NOON,
    )


def signed(xml: str) -> bytes:
    root = tree(xml)
    sign(root)
    raw: bytes = etree.tostring(root)
    return raw


def test_a_provider_says_where_and_with_what() -> None:
    found = parse(
        entity(
            key(pair("idp")),
            key(pair("next"), ""),
            key(pair("secret"), ' use="encryption"'),
            key(pair("idp")),
            service("SingleSignOnService", "urn:soap", "https://idp.example.com/soap"),
            service("SingleSignOnService", REDIRECT, f"{SSO}?idpid=1"),
            service("SingleSignOnService", POST),
            service("SingleSignOnService", POST, "https://idp.example.com/second"),
            service("SingleLogoutService", POST, SLO, f'ResponseLocation="{SLO}/back"'),
            service("SingleLogoutService", REDIRECT, SLO),
        )
    )
    assert found.certificates == (pair("idp").certificate, pair("next").certificate)
    assert found.sso == {REDIRECT: f"{SSO}?idpid=1", POST: SSO}
    assert found.logout == {POST: SLO, REDIRECT: SLO}
    assert found.logout_answers == {POST: f"{SLO}/back", REDIRECT: SLO}
    assert found.ends_at is None


def test_one_of_many_is_found() -> None:
    soon, later = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    other = entity(entity_id="https://other.example")
    inner = entities(other, entity(ends=instant(later)))
    assert parse(entities(entities(inner), ends=instant(soon))).ends_at == soon


def test_signed_metadata_is_believed_for_its_signature() -> None:
    assert parse(signed(entity()), pair("idp")).sso == {REDIRECT: SSO}


def test_plain_addresses_have_to_be_allowed() -> None:
    xml = entity(
        key(pair("idp")),
        service("SingleSignOnService", REDIRECT, "http://127.0.0.1:9/s"),
    )
    assert parse(xml, plain=True).sso == {REDIRECT: "http://127.0.0.1:9/s"}
    with pytest.raises(MetadataError):
        parse(xml)


def keys(count: int) -> str:
    return "".join(key(pair(f"many-{n}", "p256")) for n in range(count))


BAD = {
    "another entity": entity(entity_id="https://other.example"),
    "twice the same": entities(
        entity(), entity(ends=instant(NOON)).replace("ID=", "Id=", 1)
    ),
    "no entity": "<x/>",
    "too deep": entities(entities(entities(entities(entities(entity()))))),
    "out of date": entity(ends=instant(NOON)),
    "a list out of date": entities(entity(), ends=instant(NOON)),
    "a service provider": entity(role="SPSSODescriptor"),
    "SAML 1.1": entity(protocol="urn:oasis:names:tc:SAML:1.1:protocol"),
    "no address": entity(key(pair("idp"))),
    "no key": entity(service("SingleSignOnService")),
    "a key for encryption": entity(
        key(pair("idp"), ' use="encryption"'), service("SingleSignOnService")
    ),
    "a weak key": entity(key(pair("idp", "weak")), service("SingleSignOnService")),
    "many keys": entity(keys(9), service("SingleSignOnService")),
    "a script": entity(
        key(pair("idp")),
        service("SingleSignOnService", REDIRECT, "javascript:alert(1)"),
    ),
    "a user in the address": entity(
        key(pair("idp")),
        service("SingleSignOnService", REDIRECT, "https://a@b.example/"),
    ),
    "a fragment": entity(
        key(pair("idp")), service("SingleSignOnService", REDIRECT, f"{SSO}?a#b")
    ),
    "a DOCTYPE": "<!DOCTYPE x>" + entity(),
    "no XML": "metadata",
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(MetadataError):
        parse(BAD[name])


def test_a_signature_has_to_be_there_and_by_the_signer() -> None:
    with pytest.raises(MetadataError, match="not signed"):
        parse(entity(), pair("idp"))
    with pytest.raises(MetadataError):
        parse(signed(entity()), pair("stranger"))
    with pytest.raises(MetadataError):
        parse(signed(entity()).replace(b"/sso", b"/evil"), pair("idp"))
