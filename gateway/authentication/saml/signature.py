"""Enveloped XML signatures, and the bytes that they are about.

One shape of signature is accepted, the one that SAML prescribes: a single reference to the
element around it, two transforms, exclusive canonical XML. It is held against that shape
before python3-saml sees it, so that no transform runs that a stranger chose. After that has
verified it, the signed bytes are made here once more and held against the signed digest;
whoever reads values, reads them from these bytes and from nothing else.

References: SAML Core 2.0 section 5.4; XML Signature 1.1; Somorovsky et al., "On Breaking
SAML" (2012).
"""

import binascii
import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import xmlsec
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from gateway.authentication.errors import WrongAlgorithmError, WrongSignatureError
from gateway.authentication.saml.certificates import Certificate
from gateway.authentication.saml.document import (
    Element,
    find_child,
    get_child,
    name_of,
    text_of,
)
from gateway.authentication.saml.errors import ForbiddenMarkupError
from gateway.authentication.saml.names import (
    DIGESTS,
    DS,
    ENVELOPED,
    EXC_C14N,
    SIGNATURE_METHODS,
)

_PREFIX: Final = re.compile(r"#default|[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)
_MAX_PREFIXES: Final = 32
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Trust:
    """With what signatures are checked.

    Attributes:
        certificates: One of them has signed.
        algorithms: Names of signature methods that are accepted.
    """

    certificates: Sequence[Certificate]
    algorithms: Collection[str]


@dataclass(frozen=True, slots=True)
class Signed:
    """An element whose signature has been verified.

    Attributes:
        element: As it stands in the document; nobody reads values from it.
        signature: Its signature.
        digest: What the signed bytes have to give.
        digest_name: By `hashlib`'s name.
        prefixes: For exclusive canonical XML.
    """

    element: Element
    signature: Element
    digest: bytes
    digest_name: str
    prefixes: Sequence[str]

    def signed_bytes(self) -> bytes:
        """Take the signature out of the document, and return what was signed.

        Raises:
            WrongSignatureError: These are not the bytes that were signed.
        """
        _take_out(self.signature)
        signed = canonical(self.element, self.prefixes)
        found = hashlib.new(self.digest_name, signed).digest()
        if not hmac.compare_digest(found, self.digest):
            raise WrongSignatureError("the bytes that were read are not those signed")
        return signed


def verify(element: Element, trust: Trust) -> Signed | None:
    """Return a signed element, once its signature has been verified; `None` if it has none.

    Args:
        element: Whose child the signature is.
        trust: With what it is checked.

    Raises:
        ForbiddenMarkupError: The signature is not of the one shape.
        WrongAlgorithmError: It is made with an algorithm that is not accepted.
        WrongSignatureError: It is not one by any of the certificates.
    """
    signature = find_child(element, DS, "Signature")
    if signature is None:
        return None
    signed = _read(element, signature, trust)
    # Which element a reference means; no other has its ID (`document.py`).
    xmlsec.tree.add_ids(element, ["ID"])
    for certificate in trust.certificates:
        if OneLogin_Saml2_Utils.validate_node_sign(
            signature, element, cert=certificate.pem
        ):
            return signed
    raise WrongSignatureError("the signature is by none of the certificates")


def canonical(element: Element, prefixes: Sequence[str] = ()) -> bytes:
    """Return an element in exclusive canonical XML, without comments.

    Raises:
        ForbiddenMarkupError: It has no such form.
    """
    try:
        written: bytes = etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes),
        )
    except (etree.LxmlError, ValueError) as error:
        raise ForbiddenMarkupError("XML without a canonical form") from error
    return written


def _read(element: Element, signature: Element, trust: Trust) -> Signed:
    parts = _only(signature, "SignedInfo", "SignatureValue", may_end_with="KeyInfo")
    method, signing, reference = _only(
        parts[0], "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _check_exclusive(method)
    name = SIGNATURE_METHODS.get(signing.get("Algorithm", ""))
    if name is None or name not in trust.algorithms or len(signing):
        raise WrongAlgorithmError("a signature method that is not accepted")
    identifier = element.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise ForbiddenMarkupError("a signature of something else than around it")
    transforms, digesting, value = _only(
        reference, "Transforms", "DigestMethod", "DigestValue"
    )
    digest_name = DIGESTS.get(digesting.get("Algorithm", ""))
    if digest_name is None or len(digesting):
        raise WrongAlgorithmError("a digest that is not accepted")
    return Signed(
        element=element,
        signature=signature,
        digest=_decode(text_of(value)),
        digest_name=digest_name,
        prefixes=_read_transforms(transforms),
    )


def _read_transforms(transforms: Element) -> tuple[str, ...]:
    """Return the prefixes of the canonical form, once the transforms are the two of SAML."""
    enveloped, exclusive = _only(transforms, "Transform", "Transform")
    if enveloped.get("Algorithm") != ENVELOPED or len(enveloped):
        raise ForbiddenMarkupError("another transform than enveloped-signature")
    return _check_exclusive(exclusive)


def _check_exclusive(method: Element) -> tuple[str, ...]:
    """Return the prefixes of a method, once it is exclusive canonical XML."""
    if method.get("Algorithm") != EXC_C14N:
        raise ForbiddenMarkupError("another canonical form than exclusive XML")
    if not len(method):
        return ()
    inclusive = get_child(method, EXC_C14N, "InclusiveNamespaces")
    prefixes = tuple((inclusive.get("PrefixList") or "").split())
    if len(method) > 1 or len(inclusive) or len(prefixes) > _MAX_PREFIXES:
        raise ForbiddenMarkupError("a canonical form with more than prefixes")
    if not all(_PREFIX.fullmatch(prefix) for prefix in prefixes):
        raise ForbiddenMarkupError("a prefix that is none")
    return prefixes


def _only(parent: Element, *names: str, may_end_with: str = "") -> list[Element]:
    """Return the children of an element of a signature, which are these and no others."""
    found = list(parent)
    expected = [name_of(DS, name) for name in names]
    tags = [child.tag for child in found]
    ending = [*expected, name_of(DS, may_end_with)] if may_end_with else expected
    if tags not in (expected, ending):
        raise ForbiddenMarkupError("a signature of another shape")
    return found


def _decode(text: str) -> bytes:
    try:
        return b64decode(_BLANK.sub("", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ForbiddenMarkupError("a digest that is no base64") from error


def _take_out(element: Element) -> None:
    # lxml takes the text behind an element away with it; it belongs to what was signed.
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
