"""Responses and assertions of one SAML provider, as verified claims.

The way of a document: looked at as bytes and as a tree (`document`), opened by its
signatures (`envelope`), read from the signed bytes (`assertion`), held against what is
expected (`conditions`), and at last remembered, so that it is good once.

References: SAML Profiles 2.0 section 4.1; RFC 7522 section 3 (assertions at the token endpoint).
"""

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from gateway.authentication.saml.assertion import Assertion, read_assertion
from gateway.authentication.saml.conditions import (
    Expected,
    check_assertion,
    check_message,
    check_sign_in,
)
from gateway.authentication.saml.descriptions import Descriptions, trusting
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.envelope import Opener
from gateway.authentication.saml.errors import WrongRequestError
from gateway.authentication.saml.names import NAME_ID_FORMATS
from gateway.authentication.saml.signature import Trust
from gateway.config.providers.saml import SamlProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    MalformedCredentialError,
    OversizedCredentialError,
    ReplayedCredentialError,
)
from gateway.storage.digests import digest_of

T = TypeVar("T")

_PURPOSE: Final = "saml assertion"

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}", re.ASCII)


class OneTime(Protocol):
    """Remembers what was presented."""

    def is_first(self, digest: bytes, *, until: datetime) -> bool:
        """Return whether something is presented for the first time, and remember it.

        Raises:
            StorageError: Nobody knows.
        """
        ...


class SamlVerifier:
    """Checks the documents of one provider. Shared by threads, and blocks them.

    Args:
        settings: The provider's file.
        descriptions: Its certificates.
        decryptor: For encrypted assertions; `None` if the gateway has no key.
        presented: Which assertions were seen before.
        skew: How far its clock may be from ours.
    """

    def __init__(
        self,
        settings: SamlProvider,
        *,
        descriptions: Descriptions,
        decryptor: Decryptor | None,
        presented: OneTime,
        skew: timedelta,
    ) -> None:
        self.provider = settings.id
        self.issuers = frozenset(settings.issuers)
        self._settings = settings
        self._descriptions = descriptions
        self._opener = Opener(settings.strict, decryptor)
        self._presented = presented
        self._skew = skew

    def sign_in(
        self, response: str, *, request_id: str | None, now: datetime
    ) -> VerifiedClaims:
        """Return who has signed in, once the provider's response has been checked.

        Args:
            response: In base64, as the POST binding has it.
            request_id: Of the request that it answers; `None` if nobody has asked.
            now: The time, aware UTC.

        Raises:
            RefusedStatusError: Nobody has.
            CredentialError: The response is not acceptable, or was seen before.
            ProviderUnavailableError: The provider's certificates cannot be had.
            StorageError: Nobody knows whether it was seen before.
        """
        strict = self._settings.strict
        if request_id is None and not strict.allow_idp_initiated:
            raise WrongRequestError("nobody has asked for this response")
        raw = decode_base64(response, max_bytes=strict.max_bytes)
        opened = self._trusting(lambda trust: self._opener.response(raw, trust))
        expected = self._expected(self._settings.consumer_url, request_id)
        check_message(opened.response, expected, now=now)
        assertion = read_assertion(opened.assertion)
        ends_at = check_assertion(assertion, expected, now=now)
        check_sign_in(assertion, expected, now=now)
        self._use_up(assertion, ends_at)
        return self._claims(assertion, ends_at)

    def claims_for(self, assertion: str, *, now: datetime) -> VerifiedClaims:
        """Return what an assertion says that was made for the token endpoint.

        Args:
            assertion: In base64url (RFC 8693 section 3).
            now: The time, aware UTC.

        Raises:
            CredentialError: It is not acceptable, or was seen before.
            ProviderUnavailableError: The provider's certificates cannot be had.
            StorageError: Nobody knows whether it was seen before.

        Reference: RFC 7522 section 3.
        """
        max_bytes = self._settings.strict.max_bytes
        raw = _decode_base64url(assertion, max_bytes=max_bytes)
        element = self._trusting(lambda trust: self._opener.assertion(raw, trust))
        expected = self._expected(self._settings.token_url, None)
        read = read_assertion(element)
        ends_at = check_assertion(read, expected, now=now)
        if read.sign_in is not None:
            check_sign_in(read, expected, now=now)
        self._use_up(read, ends_at)
        return self._claims(read, ends_at)

    def _trusting(self, open_: Callable[[Trust], T]) -> T:
        """Return what was opened; with newer certificates, if those at hand are not it."""
        algorithms = self._settings.strict.algorithms
        return trusting(self._descriptions, algorithms, open_)

    def _expected(self, recipient: str, request_id: str | None) -> Expected:
        sp = self._settings.sp
        asked = "" if sp.name_id_format == "unspecified" else sp.name_id_format
        return Expected(
            issuer=self._settings.idp.entity_id,
            audiences=self._audiences(recipient),
            recipient=recipient,
            request_id=request_id,
            skew=self._skew,
            max_validity=self._settings.strict.max_validity,
            name_id_format=NAME_ID_FORMATS[asked] if asked else "",
            contexts=sp.authn_contexts,
        )

    def _audiences(self, recipient: str) -> tuple[str, ...]:
        # RFC 7522 section 3: the token endpoint's address is one of its names.
        own = self._settings.entity_id
        is_endpoint = recipient == self._settings.token_url
        return (own, recipient) if is_endpoint else (own,)

    def _use_up(self, assertion: Assertion, ends_at: datetime) -> None:
        name = f"{assertion.issuer} {assertion.id}"
        digest = digest_of(name, purpose=_PURPOSE)
        # As long as it would be good, and the clocks may differ.
        if not self._presented.is_first(digest, until=ends_at + 2 * self._skew):
            raise ReplayedCredentialError("the assertion was seen before")

    def _claims(self, assertion: Assertion, ends_at: datetime) -> VerifiedClaims:
        return VerifiedClaims(
            provider=self.provider,
            issuer=assertion.issuer,
            subject=assertion.name_id,
            token_type=TokenType.SAML,
            expires_at=ends_at,
            claims=_as_claims(assertion, ends_at),
        )


def _as_claims(assertion: Assertion, ends_at: datetime) -> dict[str, Any]:
    """Return an assertion as claims. Attributes are lists, also those with one value."""
    claims: dict[str, Any] = {
        "iss": assertion.issuer,
        "sub": assertion.name_id,
        "iat": int(assertion.issued_at.timestamp()),
        "exp": int(ends_at.timestamp()),
        "name_id": assertion.name_id,
        "name_id_format": assertion.name_id_format,
        "session_index": "",
        "attributes": {
            name: list(values) for name, values in assertion.attributes.items()
        },
    }
    if assertion.sign_in is not None:
        claims |= {
            "auth_time": int(assertion.sign_in.at.timestamp()),
            "acr": assertion.sign_in.context,
            "session_index": assertion.sign_in.session_index,
        }
    claims |= {
        name: text
        for name, text in (
            ("name_qualifier", assertion.name_qualifier),
            ("sp_name_qualifier", assertion.sp_name_qualifier),
        )
        if text
    }
    return claims


def decode_base64(text: str, *, max_bytes: int) -> bytes:
    """Return what a form field of the POST binding holds.

    Raises:
        OversizedCredentialError: It is longer than `max_bytes`.
        MalformedCredentialError: It is no base64.
    """
    # Four characters for three bytes, and the breaks of lines.
    if len(text) > max_bytes * 3 // 2:
        raise OversizedCredentialError(f"{len(text)} characters of base64")
    try:
        raw = text.encode("ascii")
        if _BASE64.fullmatch(raw):
            return b64decode(raw, validate=False)
    except (UnicodeEncodeError, Base64Error) as error:
        raise MalformedCredentialError("no base64") from error
    raise MalformedCredentialError("no base64")


def _decode_base64url(text: str, *, max_bytes: int) -> bytes:
    if len(text) > max_bytes * 3 // 2:
        raise OversizedCredentialError(f"{len(text)} characters of base64url")
    if _BASE64URL.fullmatch(text) is None:
        raise MalformedCredentialError("no base64url")
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except Base64Error as error:
        raise MalformedCredentialError("no base64url") from error
