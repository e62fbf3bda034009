"""From the bytes of a response to the one assertion in it that was signed.

What a signature is about is found by where it stands, never by searching: a response is the
root, an assertion its child, a signature the child of either. A document with any of them in
another place is refused whole, whatever namespace it hides them in. That leaves no room for
signature wrapping: there is nothing else that could be read.

References: SAML Core 2.0 section 5.4.2; Somorovsky et al., "On Breaking SAML" (2012).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.authentication.saml.document import (
    Element,
    find_child,
    get_child,
    name_of,
    parse_document,
)
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.errors import (
    ForbiddenMarkupError,
    MissingSignatureError,
    RefusedStatusError,
)
from gateway.authentication.saml.names import DS, SAML, SAMLP, STATUS, SUCCESS
from gateway.authentication.saml.signature import Trust, verify
from gateway.config.providers.saml import StrictSettings
from gateway.model.errors import MalformedCredentialError

RESPONSE: Final = name_of(SAMLP, "Response")
ASSERTION: Final = name_of(SAML, "Assertion")
_ENCRYPTED: Final = name_of(SAML, "EncryptedAssertion")
_SIGNATURE: Final = name_of(DS, "Signature")

# Canonical XML is longer than what it was made from: it writes each namespace out.
_GROWTH: Final = 8

_MAX_STATUS: Final = 100

# By an element's name without its namespace: its whole name, and below which parents it may
# stand; `None` is the document itself.
Places: TypeAlias = Mapping[str, tuple[str, Collection[str | None]]]

_PLACES: Final[Places] = {
    "Response": (RESPONSE, (None,)),
    "Assertion": (ASSERTION, (None, RESPONSE)),
    "EncryptedAssertion": (_ENCRYPTED, (RESPONSE,)),
    "Signature": (_SIGNATURE, (RESPONSE, ASSERTION)),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a response holds.

    Attributes:
        response: Of the signed bytes if it is signed; otherwise as it came, and only to
            be held against what is expected.
        assertion: Of bytes that are covered by a signature.
    """

    response: Element
    assertion: Element


class Opener:
    """Opens responses of one provider.

    Args:
        strict: What has to be signed, and how large it may be.
        decryptor: For encrypted assertions; `None` if the gateway has no key.
    """

    def __init__(self, strict: StrictSettings, decryptor: Decryptor | None) -> None:
        self._strict = strict
        self._decryptor = decryptor

    def response(self, raw: bytes, trust: Trust) -> Opened:
        """Return what a response holds, once its signatures have been verified.

        Raises:
            RefusedStatusError: The provider says that nobody has signed in.
            MissingSignatureError: Something is not signed that has to be.
            CredentialError: The document is not acceptable.
        """
        root = self._parse(raw, RESPONSE)
        plain = find_child(root, SAML, "Assertion")
        signed_response = verify(root, trust)
        signed_plain = None if plain is None else verify(plain, trust)
        # Both are verified before anything is taken out of the document.
        response = root
        if signed_response is not None:
            response = self._parse_again(signed_response.signed_bytes())
        check_status(response)
        if self._strict.want_response_signed and signed_response is None:
            raise MissingSignatureError("the response is not signed")
        if plain is None:
            assertion, signed = self._decrypted(response, trust)
        elif self._strict.want_assertions_encrypted:
            raise MissingSignatureError("the assertion is not encrypted")
        elif signed_plain is not None:
            assertion, signed = self._parse_again(signed_plain.signed_bytes()), True
        else:
            assertion, signed = get_child(response, SAML, "Assertion"), False
        if not signed:
            self._check_covered(response_signed=signed_response is not None)
        return Opened(response, assertion)

    def assertion(self, raw: bytes, trust: Trust) -> Element:
        """Return an assertion that came by itself, once its signature has been verified.

        Raises:
            MissingSignatureError: It is not signed.
            CredentialError: The document is not acceptable.
        """
        signed = verify(self._parse(raw, ASSERTION), trust)
        if signed is None:
            raise MissingSignatureError("the assertion is not signed")
        return self._parse_again(signed.signed_bytes())

    def _decrypted(self, response: Element, trust: Trust) -> tuple[Element, bool]:
        """Return an encrypted assertion, and whether it is signed itself."""
        encrypted = get_child(response, SAML, "EncryptedAssertion")
        if self._decryptor is None:
            raise MalformedCredentialError("an encrypted assertion, and no key for it")
        root = self._parse(self._decryptor.decrypt(encrypted), ASSERTION)
        signed = verify(root, trust)
        if signed is None:
            return root, False
        return self._parse_again(signed.signed_bytes()), True

    def _check_covered(self, *, response_signed: bool) -> None:
        if self._strict.want_assertions_signed or not response_signed:
            raise MissingSignatureError("the assertion is not signed")

    def _parse(self, raw: bytes, name: str) -> Element:
        root = parse_document(raw, max_bytes=self._strict.max_bytes)
        if root.tag != name:
            raise MalformedCredentialError("the document is of another kind")
        check_places(root)
        return root

    def _parse_again(self, signed: bytes) -> Element:
        return parse_document(signed, max_bytes=_GROWTH * self._strict.max_bytes)


def check_places(root: Element, known: Places = _PLACES) -> None:
    """Refuse a document in which something stands where it must not.

    Args:
        root: The document.
        known: Where what may stand.

    Raises:
        ForbiddenMarkupError: An assertion, a response or a signature is in a wrong place,
            or there is more than one where one belongs.
    """
    seen: set[tuple[str, str | None]] = set()
    for element in root.iter():
        local = element.tag.rpartition("}")[2]
        if local not in known:
            continue
        name, places = known[local]
        parent = element.getparent()
        place = None if parent is None else parent.tag
        # There is one response and one assertion, encrypted or not; so the parents of
        # signatures are told apart by their names.
        one = (local.removeprefix("Encrypted"), place if local == "Signature" else None)
        if element.tag != name or place not in places or one in seen:
            raise ForbiddenMarkupError(f"{local} in a place where none belongs")
        seen.add(one)


def check_status(response: Element) -> None:
    """Refuse a response that says no.

    Raises:
        RefusedStatusError: Its status is another than success.
        MalformedCredentialError: It has none.
    """
    code = get_child(get_child(response, SAMLP, "Status"), SAMLP, "StatusCode")
    value = code.get("Value", "")
    if value == SUCCESS and not len(code):
        return
    if not value:
        raise MalformedCredentialError("an empty status")
    inner = find_child(code, SAMLP, "StatusCode")
    codes = [value] if inner is None else [value, inner.get("Value", "")]
    short = (each.removeprefix(STATUS)[:_MAX_STATUS] for each in codes if each)
    raise RefusedStatusError("/".join(short))
