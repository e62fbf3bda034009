"""What an assertion says, read from the bytes that were signed.

Says what is there; whether that is good is for `conditions` to say. Whatever stands twice
where SAML has it once, or is of another form, ends it.

Reference: SAML Core 2.0 sections 2.2 to 2.7.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from gateway.authentication.saml.document import (
    Element,
    children,
    find_child,
    get_child,
    name_of,
    text_of,
)
from gateway.authentication.saml.names import ENTITY, SAML, VERSION
from gateway.model.errors import MalformedCredentialError
from gateway.model.identity import MAX_SUBJECT_CHARACTERS

# SAML Core section 1.3.3: in UTC, "and MUST be expressed in UTC form, with no time zone".
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,12})?Z",
    re.ASCII,
)

_MAX_NAME: Final = 255
_MAX_QUALIFIER: Final = 1024
_MAX_VALUE: Final = 4096
_MAX_VALUES: Final = 4096
_MAX_AUDIENCES: Final = 64
_MAX_CONFIRMATIONS: Final = 8

_KNOWN_CONDITIONS: Final = frozenset(
    name_of(SAML, name)
    for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How the bearer shows that the assertion is theirs to bring."""

    method: str
    recipient: str
    request_id: str | None
    begins_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """When and how somebody has signed in at the provider."""

    at: datetime
    context: str
    session_index: str
    session_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an assertion says.

    Attributes:
        audiences: Of each restriction; all of them apply.
        attributes: In the order of the document; none without a value.
        name_qualifier: Within what the name stands for somebody; mostly empty.
        sp_name_qualifier: For whom it was made; mostly empty.
    """

    id: str
    issuer: str
    issued_at: datetime
    name_id: str = field(repr=False)
    name_id_format: str
    confirmations: tuple[Confirmation, ...]
    begins_at: datetime | None
    ends_at: datetime | None
    audiences: tuple[tuple[str, ...], ...]
    sign_in: SignIn | None
    attributes: Mapping[str, tuple[str, ...]] = field(repr=False)
    name_qualifier: str = ""
    sp_name_qualifier: str = ""


def read_assertion(element: Element) -> Assertion:
    """Return what an assertion says.

    Raises:
        MalformedCredentialError: Something is missing, doubled or misshapen.
    """
    identifier = element.get("ID")
    if not identifier or element.get("Version") != VERSION:
        raise MalformedCredentialError("an assertion without an ID or of SAML 1")
    subject = get_child(element, SAML, "Subject")
    name_id = get_child(subject, SAML, "NameID")
    conditions = get_child(element, SAML, "Conditions")
    confirmations = children(subject, SAML, "SubjectConfirmation")
    if len(confirmations) > _MAX_CONFIRMATIONS:
        raise MalformedCredentialError("too many confirmations")
    return Assertion(
        id=identifier,
        issuer=read_issuer(element),
        issued_at=get_time(element, "IssueInstant"),
        name_id=read_name(name_id),
        name_id_format=name_id.get("Format", ""),
        confirmations=tuple(map(_read_confirmation, confirmations)),
        begins_at=read_time(conditions, "NotBefore"),
        ends_at=read_time(conditions, "NotOnOrAfter"),
        audiences=_read_audiences(conditions),
        sign_in=_read_sign_in(element),
        attributes=_read_attributes(element),
        name_qualifier=name_id.get("NameQualifier", "")[:_MAX_QUALIFIER],
        sp_name_qualifier=name_id.get("SPNameQualifier", "")[:_MAX_QUALIFIER],
    )


def read_issuer(element: Element) -> str:
    """Return who has issued a message or an assertion.

    Raises:
        MalformedCredentialError: Nobody has, or nobody that could be an entity.
    """
    issuer = get_child(element, SAML, "Issuer")
    text = text_of(issuer)
    if not text or issuer.get("Format", ENTITY) != ENTITY:
        raise MalformedCredentialError("no issuer")
    return text


def read_time(element: Element, name: str) -> datetime | None:
    """Return a time, aware UTC; `None` if there is none.

    Raises:
        MalformedCredentialError: It is no time in UTC.
    """
    text = element.get(name)
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    try:
        if match is not None:
            return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedCredentialError(f"{name} is no time") from error
    raise MalformedCredentialError(f"{name} is no time in UTC")


def read_name(name_id: Element) -> str:
    """Return a provider's name for somebody.

    Raises:
        MalformedCredentialError: It is empty, too long or not printable.
    """
    text = text_of(name_id)
    if not 0 < len(text) <= MAX_SUBJECT_CHARACTERS or not text.isprintable():
        raise MalformedCredentialError("a NameID that is empty, long or not printable")
    return text


def get_time(element: Element, name: str) -> datetime:
    """Return a time, aware UTC.

    Raises:
        MalformedCredentialError: There is none, or none in UTC.
    """
    time = read_time(element, name)
    if time is None:
        raise MalformedCredentialError(f"there is no {name}")
    return time


def _read_confirmation(element: Element) -> Confirmation:
    about = find_child(element, SAML, "SubjectConfirmationData")
    method = element.get("Method", "")
    if about is None:
        return Confirmation(method, "", None, None, None)
    return Confirmation(
        method=method,
        recipient=about.get("Recipient", ""),
        request_id=about.get("InResponseTo"),
        begins_at=read_time(about, "NotBefore"),
        ends_at=read_time(about, "NotOnOrAfter"),
    )


def _read_audiences(conditions: Element) -> tuple[tuple[str, ...], ...]:
    # Core section 2.5.1: with a condition that is not understood, nothing can be said.
    if any(each.tag not in _KNOWN_CONDITIONS for each in conditions):
        raise MalformedCredentialError("a condition that is not known here")
    restrictions = tuple(
        tuple(map(text_of, children(each, SAML, "Audience")))
        for each in children(conditions, SAML, "AudienceRestriction")
    )
    if sum(map(len, restrictions)) > _MAX_AUDIENCES:
        raise MalformedCredentialError("too many audiences")
    return restrictions


def _read_sign_in(element: Element) -> SignIn | None:
    statement = find_child(element, SAML, "AuthnStatement")
    if statement is None:
        return None
    context = get_child(statement, SAML, "AuthnContext")
    reference = find_child(context, SAML, "AuthnContextClassRef")
    return SignIn(
        at=get_time(statement, "AuthnInstant"),
        context="" if reference is None else text_of(reference)[:_MAX_NAME],
        session_index=statement.get("SessionIndex", "")[:_MAX_NAME],
        session_ends_at=read_time(statement, "SessionNotOnOrAfter"),
    )


def _read_attributes(element: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    count = 0
    for statement in children(element, SAML, "AttributeStatement"):
        for attribute in children(statement, SAML, "Attribute"):
            name = attribute.get("Name", "")
            if not 0 < len(name) <= _MAX_NAME or not name.isprintable():
                raise MalformedCredentialError("an attribute without a usable name")
            values = list(_read_values(attribute))
            count += len(values) + 1
            if count > _MAX_VALUES:
                raise MalformedCredentialError("too many values of attributes")
            if values:
                found.setdefault(name, []).extend(values)
    return {name: tuple(values) for name, values in found.items()}


def _read_values(attribute: Element) -> Iterator[str]:
    for value in children(attribute, SAML, "AttributeValue"):
        # eduPersonTargetedID is a NameID inside of the value; any other XML is no text.
        inner = find_child(value, SAML, "NameID") if len(value) == 1 else value
        if inner is None or len(inner):
            continue
        text = text_of(inner)
        if len(text) > _MAX_VALUE:
            raise MalformedCredentialError("a value of an attribute is too long")
        if text:
            yield text
