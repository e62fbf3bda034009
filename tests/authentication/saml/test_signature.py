"""Signatures of the one shape, and all others."""

from collections.abc import Callable
from typing import Any

import pytest
import xmlsec

from gateway.authentication.errors import WrongAlgorithmError, WrongSignatureError
from gateway.authentication.saml.errors import ForbiddenMarkupError
from gateway.authentication.saml.names import SIGNATURE_METHODS
from gateway.authentication.saml.signature import Signed, Trust, canonical, verify
from gateway.model.errors import CredentialError
from tests.authentication.saml.idp import (
    NAMESPACES,
    Pair,
    Parts,
    Signing,
    again,
    pair,
    sign,
    tree,
)

DS = f"{{{NAMESPACES['ds']}}}"
ALL = frozenset(SIGNATURE_METHODS.values())
C = xmlsec.constants


def trust(*pairs: Pair) -> Trust:
    return Trust([each.certificate for each in pairs or (pair("idp"),)], ALL)


def assertion(xml: str | None = None) -> Any:
    return tree(xml or Parts().assertion())


def signed(signing: Signing | None = None, **how: Any) -> Any:
    element = assertion()
    sign(element, signing, **how)
    return again(element)


def test_what_is_not_signed_has_no_signature() -> None:
    assert verify(assertion(), trust()) is None


@pytest.mark.parametrize(
    ("method", "digest", "kind"),
    [
        (C.TransformRsaSha256, C.TransformSha256, "rsa"),
        (C.TransformRsaSha384, C.TransformSha384, "rsa"),
        (C.TransformRsaSha512, C.TransformSha512, "rsa"),
        (C.TransformEcdsaSha256, C.TransformSha256, "p256"),
    ],
    ids=["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256"],
)
def test_good_signatures_pass(method: Any, digest: Any, kind: str) -> None:
    by = pair("idp", kind)
    element = signed(Signing(by=by, method=method, digest=digest))
    found = verify(element, trust(pair("other"), by))
    assert found is not None
    assert found.signed_bytes() == canonical(assertion())


@pytest.mark.parametrize(
    "issuer", [Parts().assertion_issuer, ""], ids=["behind", "first"]
)
def test_text_around_a_signature_is_signed_with_the_rest(issuer: str) -> None:
    # As somebody has laid the document out whose signer counted the line breaks.
    xml = Parts(assertion_issuer=issuer).assertion()
    element = assertion(xml.replace("<saml:Subject>", "\n\t<saml:Subject>", 1))
    signature = sign(element)
    before = signature.getprevious()
    # The break stands behind the signature now, and nothing else has changed.
    signature.tail = "\n\t"
    if before is not None:
        before.tail = None
    else:
        element.text = None
    found = verify(again(element), trust())
    assert found is not None
    assert b"\n\t" in found.signed_bytes()


def test_prefixes_of_types_stay_with_what_is_signed() -> None:
    parts = Parts(
        xmlns=dict(Parts().xmlns) | {"xs": "urn:xs", "xsi": "urn:xsi"},
        attributes='<saml:AttributeStatement><saml:Attribute Name="a">'
        '<saml:AttributeValue xsi:type="xs:string">x</saml:AttributeValue>'
        "</saml:Attribute></saml:AttributeStatement>",
    )
    root = tree(parts.response())
    element = root.find("saml:Assertion", NAMESPACES)
    sign(element, Signing(prefixes="xs"))
    found = verify(again(root).find("saml:Assertion", NAMESPACES), trust())
    assert found is not None
    assert b'xmlns:xs="urn:xs"' in found.signed_bytes()


def insert(path: str, xml: str) -> Any:
    element = signed()
    element.find(f"ds:Signature{path}", NAMESPACES).append(tree(xml))
    return element


def without(path: str) -> Any:
    element = signed()
    found = element.find(f".//ds:{path}", NAMESPACES)
    found.getparent().remove(found)
    return element


def algorithm(path: str, value: str) -> Any:
    element = signed()
    element.find(f".//ds:{path}", NAMESPACES).set("Algorithm", value)
    return element


XSLT = (
    f'<ds:Transform xmlns:ds="{NAMESPACES["ds"]}" '
    'Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
    '<xsl:template match="/"><xsl:for-each select="//. | //@*">'
    '<xsl:value-of select="count(//.)"/></xsl:for-each></xsl:template>'
    "</xsl:stylesheet></ds:Transform>"
)
XPATH = (
    f'<ds:Transform xmlns:ds="{NAMESPACES["ds"]}" '
    'Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>count(//. | //@* | //namespace::*) > 0</ds:XPath></ds:Transform>"
)
TRANSFORMS = "/ds:SignedInfo/ds:Reference/ds:Transforms"
OBJECT = f'<ds:Object xmlns:ds="{NAMESPACES["ds"]}"><x/></ds:Object>'
REFERENCE = f'<ds:Reference xmlns:ds="{NAMESPACES["ds"]}" URI="#_other"/>'
LENGTH = f'<ds:HMACOutputLength xmlns:ds="{NAMESPACES["ds"]}">1</ds:HMACOutputLength>'


def turned() -> Any:
    element = signed()
    transforms = element.find(".//ds:Transforms", NAMESPACES)
    transforms.append(transforms[0])
    return element


def with_prefixes(prefixes: str) -> Any:
    element = signed(Signing(prefixes="xs"))
    element.find(".//{*}InclusiveNamespaces").set("PrefixList", prefixes)
    return element


def with_more_than_prefixes() -> Any:
    element = signed(Signing(prefixes="xs"))
    found = element.find(".//{*}InclusiveNamespaces")
    found.getparent().append(tree("<x/>"))
    return element


SHAPES: dict[str, Callable[[], Any]] = {
    "XSLT": lambda: insert(TRANSFORMS, XSLT),
    "XPath": lambda: insert(TRANSFORMS, XPATH),
    "a transform more": lambda: insert(
        TRANSFORMS, f'<ds:Transform xmlns:ds="{NAMESPACES["ds"]}"/>'
    ),
    "XSLT instead": lambda: algorithm(
        "Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116"
    ),
    "base64 instead": lambda: algorithm("Transform", f"{NAMESPACES['ds']}base64"),
    "one transform alone": lambda: without("Transform"),
    "no transforms": lambda: without("Transforms"),
    "the wrong order": turned,
    "inclusive canonical XML": lambda: signed(Signing(canonical=C.TransformInclC14N)),
    "inclusive canonical XML of the whole": lambda: signed(
        Signing(transforms=(C.TransformEnveloped, C.TransformInclC14N))
    ),
    "canonical XML with comments": lambda: signed(
        Signing(transforms=(C.TransformEnveloped, C.TransformExclC14NWithComments))
    ),
    "an object": lambda: insert("", OBJECT),
    "two references": lambda: insert("/ds:SignedInfo", REFERENCE),
    "no reference": lambda: without("Reference"),
    "no digest": lambda: without("DigestValue"),
    "no value": lambda: without("SignatureValue"),
    "the whole document": lambda: signed(uri=""),
    "another's URI": lambda: signed_elsewhere("#_other"),
    "an XPointer": lambda: signed_elsewhere("#xpointer(/)"),
    "a URI outside": lambda: signed_elsewhere("http://evil.example/"),
    "many prefixes": lambda: with_prefixes(" ".join(f"a{n}" for n in range(40))),
    "no prefix": lambda: with_prefixes("a:b"),
    "more than prefixes": with_more_than_prefixes,
    "a digest of something": lambda: with_text("DigestValue", "?"),
}


def signed_elsewhere(uri: str) -> Any:
    element = signed()
    element.find(".//ds:Reference", NAMESPACES).set("URI", uri)
    return element


def with_text(path: str, value: str) -> Any:
    element = signed()
    element.find(f".//ds:{path}", NAMESPACES).text = value
    return element


@pytest.mark.parametrize("name", SHAPES)
def test_signatures_of_another_shape_are_refused(name: str) -> None:
    with pytest.raises(ForbiddenMarkupError):
        verify(SHAPES[name](), trust())


def test_an_element_without_an_id_cannot_be_signed() -> None:
    element = signed()
    del element.attrib["ID"]
    with pytest.raises(ForbiddenMarkupError):
        verify(element, trust())


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(Signing(method=C.TransformRsaSha1)),
        lambda: signed(Signing(digest=C.TransformSha1)),
        lambda: algorithm("SignatureMethod", f"{NAMESPACES['ds']}hmac-sha1"),
        lambda: algorithm(
            "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#md5"
        ),
        lambda: algorithm("DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        lambda: algorithm("SignatureMethod", ""),
        lambda: insert("/ds:SignedInfo/ds:SignatureMethod", LENGTH),
        lambda: insert("/ds:SignedInfo/ds:Reference/ds:DigestMethod", LENGTH),
    ],
    ids=[
        "RSA with SHA-1",
        "digest SHA-1",
        "HMAC",
        "MD5",
        "digest MD5",
        "none",
        "HMAC of one bit",
        "a digest with more",
    ],
)
def test_weak_algorithms_are_refused(make: Any) -> None:
    with pytest.raises(WrongAlgorithmError):
        verify(make(), trust())


def test_algorithms_are_those_that_the_file_accepts() -> None:
    some = Trust([pair("idp").certificate], frozenset({"rsa-sha512"}))
    with pytest.raises(WrongAlgorithmError):
        verify(signed(), some)


def tampered() -> Any:
    element = signed()
    element.find(".//saml:NameID", NAMESPACES).text = "root"
    return element


def signed_with_its_own_certificate() -> Any:
    """Return what names the certificate of its signer, whom nobody trusts."""
    element = signed(Signing(by=pair("stranger")))
    raw = "".join(pair("stranger").certificate_pem.decode().splitlines()[1:-1])
    about = tree(
        f'<ds:KeyInfo xmlns:ds="{NAMESPACES["ds"]}"><ds:X509Data><ds:X509Certificate>'
        f"{raw}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )
    element.find("ds:Signature", NAMESPACES).append(about)
    return element


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(Signing(by=pair("stranger"))),
        signed_with_its_own_certificate,
        tampered,
        lambda: with_text("SignatureValue", "AAAA"),
        lambda: with_text("SignatureValue", ""),
        lambda: with_text("DigestValue", "AAAA"),
    ],
    ids=["wrong key", "own key", "changed", "short value", "no value", "wrong digest"],
)
def test_signatures_of_others_are_refused(make: Any) -> None:
    with pytest.raises(WrongSignatureError):
        verify(make(), trust())


def test_bytes_are_held_against_the_signed_digest_once_more() -> None:
    # As if a library had verified something else than what stands there.
    element = signed()
    found = verify(element, trust())
    assert found is not None
    element.find(".//saml:NameID", NAMESPACES).text = "root"
    with pytest.raises(WrongSignatureError):
        found.signed_bytes()


def test_two_signatures_are_refused() -> None:
    element = signed()
    sign(element)
    with pytest.raises(CredentialError):
        verify(again(element), trust())


def test_xml_without_a_canonical_form_is_refused() -> None:
    many = " ".join(f'xmlns:a{n}="u"' for n in range(9000))
    with pytest.raises(ForbiddenMarkupError):
        canonical(tree(f"<r {many}/>"))


def test_a_signed_element_is_a_value() -> None:
    found = verify(signed(), trust())
    assert isinstance(found, Signed)
    assert found.digest_name == "sha256"
