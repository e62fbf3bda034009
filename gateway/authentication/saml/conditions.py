"""What an assertion says, held against what is expected of it.

Each rule refuses rather than guesses. Libraries differ in what they let pass where something
is missing, is there twice or only begins as it should: here that is refused, and addresses
are compared byte for byte.

References: SAML Profiles 2.0 sections 4.1.4.2, 4.1.4.3 and 4.1.4.5; SAML Core 2.0 section 2.5.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.authentication.claim_rules import shown
from gateway.authentication.saml.assertion import (
    Assertion,
    Confirmation,
    read_issuer,
    read_time,
)
from gateway.authentication.saml.document import Element
from gateway.authentication.saml.errors import WrongRequestError
from gateway.authentication.saml.names import BEARER, NAME_ID_FORMATS, VERSION
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an assertion has to say.

    Attributes:
        issuer: The provider's entity id.
        audiences: Names that mean the gateway.
        recipient: The address that it came to.
        request_id: Of the request that it answers; `None` if nobody has asked.
        skew: How far the provider's clock may be from ours.
        max_validity: How long it is good for after it was issued.
        name_id_format: The one that was asked for; empty for any but transient ones.
        contexts: Ways to sign in, of which it has to be one; empty for any.
    """

    issuer: str
    audiences: Collection[str]
    recipient: str
    request_id: str | None
    skew: timedelta
    max_validity: timedelta
    name_id_format: str = ""
    contexts: Collection[str] = ()


def check_message(message: Element, expected: Expected, *, now: datetime) -> None:
    """Refuse a response whose own attributes are not those expected.

    Raises:
        UntrustedIssuerError: Somebody else has sent it.
        WrongAudienceError: It was sent to another address.
        WrongRequestError: It answers another request.
        CredentialError: It is too old, to come, or misshapen.
    """
    if message.get("Version") != VERSION or not message.get("ID"):
        raise MalformedCredentialError("a message without an ID or of SAML 1")
    issued_at = read_time(message, "IssueInstant")
    if issued_at is None:
        raise MalformedCredentialError("a message of no time")
    _check_age(issued_at, expected, now)
    if read_issuer(message) != expected.issuer:
        raise UntrustedIssuerError("the message is of another issuer")
    # SAML Bindings section 3.5.5.2 asks for it where the message is signed.
    if message.get("Destination") != expected.recipient:
        raise WrongAudienceError(f"Destination={shown(message.get('Destination'))}")
    if message.get("InResponseTo") != expected.request_id:
        raise WrongRequestError("the response is to another request")


def check_assertion(
    assertion: Assertion, expected: Expected, *, now: datetime
) -> datetime:
    """Return until when an assertion is good, once it is what is expected.

    Raises:
        UntrustedIssuerError: It is somebody else's.
        WrongAudienceError: It was made for somebody else.
        WrongRequestError: It answers another request.
        ExpiredCredentialError: It is too old.
        ImmatureCredentialError: Its time is still to come.
        CredentialError: It is not what is expected.
    """
    if assertion.issuer != expected.issuer:
        raise UntrustedIssuerError("the assertion is of another issuer")
    _check_audience(assertion, expected)
    _check_format(assertion.name_id_format, expected)
    _check_age(assertion.issued_at, expected, now)
    _check_times(assertion.begins_at, assertion.ends_at, expected, now)
    confirmed_until = _check_confirmations(assertion, expected, now)
    ends = [assertion.issued_at + expected.max_validity, confirmed_until]
    if assertion.ends_at is not None:
        ends.append(assertion.ends_at)
    return min(ends)


def check_sign_in(assertion: Assertion, expected: Expected, *, now: datetime) -> None:
    """Refuse an assertion that is about no sign-in, or not one as it was asked for.

    Raises:
        MalformedCredentialError: It says nothing of a sign-in.
        ExpiredCredentialError: The session at the provider has ended.
        ImmatureCredentialError: The sign-in is still to come.
        CredentialError: They have signed in in another way than was asked for.
    """
    sign_in = assertion.sign_in
    if sign_in is None:
        raise MalformedCredentialError("there is no AuthnStatement")
    if sign_in.at > now + expected.skew:
        raise ImmatureCredentialError("the sign-in is still to come")
    _check_times(None, sign_in.session_ends_at, expected, now)
    if expected.contexts and sign_in.context not in expected.contexts:
        raise CredentialError(f"signed in by {shown(sign_in.context)}")


def _check_audience(assertion: Assertion, expected: Expected) -> None:
    # Each restriction is a condition of its own (Core section 2.5.1.4).
    good = [
        any(audience in expected.audiences for audience in audiences)
        for audiences in assertion.audiences
    ]
    if not good or not all(good):
        raise WrongAudienceError(f"audiences {shown(assertion.audiences)}")


def _check_format(name_id_format: str, expected: Expected) -> None:
    if expected.name_id_format:
        if name_id_format != expected.name_id_format:
            raise CredentialError(f"a NameID of format {shown(name_id_format)}")
    elif name_id_format == NAME_ID_FORMATS["transient"]:
        raise CredentialError("a transient NameID, which is another one each time")


def _check_age(issued_at: datetime, expected: Expected, now: datetime) -> None:
    if issued_at > now + expected.skew:
        raise ImmatureCredentialError("issued in time to come")
    if now >= issued_at + expected.max_validity + expected.skew:
        raise ExpiredCredentialError("issued too long ago")


def _check_times(
    begins_at: datetime | None,
    ends_at: datetime | None,
    expected: Expected,
    now: datetime,
) -> None:
    if begins_at is not None and begins_at > now + expected.skew:
        raise ImmatureCredentialError("its time has not begun")
    if ends_at is not None and now >= ends_at + expected.skew:
        raise ExpiredCredentialError("its time is over")


def _check_confirmations(
    assertion: Assertion, expected: Expected, now: datetime
) -> datetime:
    """Return until when the first confirmation is good that is good at all."""
    refusal: CredentialError = MalformedCredentialError("no bearer may bring it")
    for confirmation in assertion.confirmations:
        if confirmation.method != BEARER:
            continue
        try:
            return _check_confirmation(confirmation, expected, now)
        except CredentialError as error:
            refusal = error
    raise refusal


def _check_confirmation(
    confirmation: Confirmation, expected: Expected, now: datetime
) -> datetime:
    if confirmation.ends_at is None:
        raise MalformedCredentialError("a confirmation without an end")
    if confirmation.recipient != expected.recipient:
        raise WrongAudienceError(f"Recipient={shown(confirmation.recipient)}")
    if confirmation.request_id != expected.request_id:
        raise WrongRequestError("the assertion is for another request")
    _check_times(confirmation.begins_at, confirmation.ends_at, expected, now)
    return confirmation.ends_at
