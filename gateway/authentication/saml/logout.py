"""What a provider says about signing out: its requests, and its answers to ours.

Both end something, so both have to be signed: in the document by the POST binding, beside it
by the Redirect binding. A document goes the same way as one that lets somebody in: looked at
as bytes and as a tree, opened by its signature, read from the bytes that were signed.

References: SAML Core 2.0 section 3.7; SAML Profiles 2.0 section 4.4; SAML Bindings 2.0 sections
3.4 and 3.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from gateway.authentication.saml.assertion import (
    get_time,
    read_issuer,
    read_name,
    read_time,
)
from gateway.authentication.saml.conditions import Expected, check_message
from gateway.authentication.saml.descriptions import Descriptions, trusting
from gateway.authentication.saml.document import (
    Element,
    children,
    find_child,
    get_child,
    name_of,
    parse_document,
    text_of,
)
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.envelope import Places, check_places, check_status
from gateway.authentication.saml.errors import MissingSignatureError
from gateway.authentication.saml.names import DS, SAML, SAMLP
from gateway.authentication.saml.redirect import read_query, verify_query
from gateway.authentication.saml.signature import Trust, verify
from gateway.authentication.saml.verifier import decode_base64
from gateway.config.providers.saml import SamlProvider
from gateway.model.errors import ExpiredCredentialError, MalformedCredentialError

_T = TypeVar("_T")

REQUEST: Final = "SAMLRequest"
RESPONSE: Final = "SAMLResponse"

_ROOTS: Final[Mapping[str, str]] = {
    REQUEST: name_of(SAMLP, "LogoutRequest"),
    RESPONSE: name_of(SAMLP, "LogoutResponse"),
}
_NAME_ID: Final = name_of(SAML, "NameID")

# What lets somebody in has no place here.
_PLACES: Final[Places] = {
    "LogoutRequest": (_ROOTS[REQUEST], (None,)),
    "LogoutResponse": (_ROOTS[RESPONSE], (None,)),
    "NameID": (_NAME_ID, (_ROOTS[REQUEST],)),
    "EncryptedID": (name_of(SAML, "EncryptedID"), (_ROOTS[REQUEST],)),
    "Signature": (name_of(DS, "Signature"), tuple(_ROOTS.values())),
    "Response": ("", ()),
    "Assertion": ("", ()),
    "EncryptedAssertion": ("", ()),
}

# Canonical XML is longer than what it was made from: it writes each namespace out.
_GROWTH: Final = 8
_MAX_INDEX: Final = 255
_MAX_INDEXES: Final = 64


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """Somebody signs out at the provider.

    Attributes:
        id: The request's own name.
        name_id: The provider's name for them.
        session_indexes: Its names for the sessions that end; none for all of them.
        good_until: From when on it would be refused for its age.
    """

    id: str
    name_id: str = field(repr=False)
    session_indexes: tuple[str, ...] = field(repr=False)
    good_until: datetime


class LogoutVerifier:
    """Checks what one provider says about signing out. Shared by threads, and blocks them.

    Args:
        settings: The provider's file.
        descriptions: Its certificates.
        decryptor: For encrypted names; `None` if the gateway has no key.
        skew: How far its clock may be from ours.
    """

    def __init__(
        self,
        settings: SamlProvider,
        *,
        descriptions: Descriptions,
        decryptor: Decryptor | None,
        skew: timedelta,
    ) -> None:
        self._settings = settings
        self._descriptions = descriptions
        self._decryptor = decryptor
        self._skew = skew

    def request(
        self, fields: Mapping[str, str], query: str, *, now: datetime
    ) -> LogoutRequest:
        """Return who signs out, once the provider's request has been checked.

        That it is good once is for the caller to see to.

        Args:
            fields: The parameters that came.
            query: As it came, by the Redirect binding; empty by the POST binding.
            now: The time, aware UTC.

        Raises:
            CredentialError: The request is not acceptable.
            ProviderUnavailableError: The provider's certificates cannot be had.
        """
        root = self._open(REQUEST, fields, query)
        check_message(root, self._expected(None), now=now)
        ends_at = read_time(root, "NotOnOrAfter")
        if ends_at is not None and now >= ends_at + self._skew:
            raise ExpiredCredentialError("the request's time is over")
        indexes = tuple(map(text_of, children(root, SAMLP, "SessionIndex")))
        if len(indexes) > _MAX_INDEXES or any(
            len(each) > _MAX_INDEX for each in indexes
        ):
            raise MalformedCredentialError("too many sessions, or too long names")
        age = self._settings.strict.max_validity
        return LogoutRequest(
            id=root.get("ID"),
            name_id=read_name(self._name_id(root)),
            session_indexes=indexes,
            # As long as it would be accepted, and the clocks may differ.
            good_until=get_time(root, "IssueInstant") + age + 2 * self._skew,
        )

    def response(
        self,
        fields: Mapping[str, str],
        query: str,
        *,
        request_id: str,
        now: datetime,
    ) -> None:
        """Return nothing, once the provider has said that somebody is signed out.

        Args:
            fields: The parameters that came.
            query: As it came, by the Redirect binding; empty by the POST binding.
            request_id: Of the request that it answers.
            now: The time, aware UTC.

        Raises:
            RefusedStatusError: They are not, or not everywhere.
            CredentialError: The answer is not acceptable.
            ProviderUnavailableError: The provider's certificates cannot be had.
        """
        root = self._open(RESPONSE, fields, query)
        check_message(root, self._expected(request_id), now=now)
        check_status(root)

    def _open(self, name: str, fields: Mapping[str, str], query: str) -> Element:
        """Return the root of a message, from what was signed."""
        strict = self._settings.strict
        if query:
            message = read_query(name, query, max_bytes=strict.max_bytes)
            self._trusting(lambda trust: verify_query(message, trust))
            return self._parse(message.document, name)
        raw = decode_base64(fields.get(name, ""), max_bytes=strict.max_bytes)
        root = self._parse(raw, name)

        def open_(trust: Trust) -> bytes:
            signed = verify(root, trust)
            if signed is None:
                raise MissingSignatureError("the message is not signed")
            return signed.signed_bytes()

        again = self._trusting(open_)
        return parse_document(again, max_bytes=_GROWTH * strict.max_bytes)

    def _parse(self, raw: bytes, name: str) -> Element:
        root = parse_document(raw, max_bytes=self._settings.strict.max_bytes)
        if root.tag != _ROOTS[name]:
            raise MalformedCredentialError("the document is of another kind")
        check_places(root, _PLACES)
        return root

    def _name_id(self, root: Element) -> Element:
        encrypted = find_child(root, SAML, "EncryptedID")
        if encrypted is None:
            return get_child(root, SAML, "NameID")
        if find_child(root, SAML, "NameID") is not None:
            raise MalformedCredentialError("more than one name")
        if self._decryptor is None:
            raise MalformedCredentialError("an encrypted name, and no key for it")
        raw = self._decryptor.decrypt(encrypted)
        name = parse_document(raw, max_bytes=self._settings.strict.max_bytes)
        if name.tag != _NAME_ID:
            raise MalformedCredentialError("another thing than a name was encrypted")
        return name

    def _trusting(self, open_: Callable[[Trust], _T]) -> _T:
        return trusting(self._descriptions, self._settings.strict.algorithms, open_)

    def _expected(self, request_id: str | None) -> Expected:
        return Expected(
            issuer=self._settings.idp.entity_id,
            audiences=(),
            recipient=self._settings.logout_url,
            request_id=request_id,
            skew=self._skew,
            max_validity=self._settings.strict.max_validity,
        )


def issuer_of(fields: Mapping[str, str], query: str, *, max_bytes: int) -> str:
    """Return who says that they have sent a request. Nothing of it is verified.

    Args:
        fields: The parameters that came.
        query: As it came, by the Redirect binding; empty by the POST binding.
        max_bytes: The longest document that is looked at.

    Raises:
        CredentialError: It is no request that could be verified.
    """
    if query:
        raw = read_query(REQUEST, query, max_bytes=max_bytes).document
    else:
        raw = decode_base64(fields.get(REQUEST, ""), max_bytes=max_bytes)
    root = parse_document(raw, max_bytes=max_bytes)
    if root.tag != _ROOTS[REQUEST]:
        raise MalformedCredentialError("the document is of another kind")
    return read_issuer(root)
