"""What a browser says after it has asked an authenticator: read, and checked.

Pure: what was asked, by whom, and what is kept of a passkey comes from whoever calls
(`gateway.pool.factors.passkeys`). No attestation is asked for: which model somebody uses is
theirs to choose.

Reference: Web Authentication level 3, sections 7.1 and 7.2.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import (
    VerifiedAuthentication,
)
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_authenticator_data,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential
from webauthn.registration.verify_registration_response import VerifiedRegistration

from gateway.pool.errors import (
    PasskeyError,
    PasskeyHostError,
    PasskeyNotProvenError,
    PasskeyOriginError,
)

T = TypeVar("T", AuthenticationCredential, RegistrationCredential)

# A whole answer in JSON: ten times that of a usual authenticator, and room for the
# certificates of one that sends them without having been asked.
MAX_ANSWER: Final = 16_384

# WebAuthn section 5.8.3.
MAX_CREDENTIAL_ID: Final = 1023

# What authenticators of all makers have between them (WebAuthn section 5.4).
ALGORITHMS: Final = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are good, and what they have to show there.

    Attributes:
        host: The relying party's id.
        origins: The pages on which they may be used.
        demands_verification: Whether the authenticator has to make sure who holds it.
    """

    host: str
    origins: tuple[str, ...]
    demands_verification: bool


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a browser says. Nothing of it is proven yet.

    Attributes:
        credential: In the library's form.
        challenge: What it claims to have been asked.
        origin: The page on which it was used, as the browser has it.
        is_framed: Whether the page was inside one of another origin.
    """

    credential: T
    challenge: bytes
    origin: str
    is_framed: bool


def read_registration(text: str) -> Answer[RegistrationCredential]:
    """Return what a browser says about a new passkey (RegistrationResponseJSON).

    Raises:
        PasskeyError: It is none, or too long.
    """
    return _read(text, parse_registration_credential_json)


def read_assertion(text: str) -> Answer[AuthenticationCredential]:
    """Return what a browser says that somebody has proven (AuthenticationResponseJSON).

    Raises:
        PasskeyError: It is none, or too long.
    """
    return _read(text, parse_authentication_credential_json)


def verify_registration(
    answer: Answer[RegistrationCredential], place: Place
) -> VerifiedRegistration:
    """Return a new passkey that may be kept.

    Args:
        answer: Its challenge was asked, and is answered now for the first time.
        place: Where it has to be good.

    Raises:
        PasskeyOriginError: It was made on another page.
        PasskeyHostError: It is good for another host.
        PasskeyError: It is malformed, or of a kind that is not taken.
    """
    _check_origin(answer, place)
    try:
        attestation = parse_attestation_object(
            answer.credential.response.attestation_object
        )
        found = attestation.auth_data.rp_id_hash
    except Exception as error:  # see `_read`
        raise PasskeyError("the attestation is malformed") from error
    _check_host(found, place)
    try:
        verified = verify_registration_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
            require_user_presence=True,
            require_user_verification=place.demands_verification,
            supported_pub_key_algs=list(ALGORITHMS),
        )
        # A key that is none would be found out at the first sign-in.
        key = decode_credential_public_key(verified.credential_public_key)
        decoded_public_key_to_cryptography(key)
    except Exception as error:  # see `_read`
        raise PasskeyError(f"not taken: {_told(error)}") from error
    if len(verified.credential_id) > MAX_CREDENTIAL_ID:
        raise PasskeyError("its id is too long")
    return verified


def verify_assertion(
    answer: Answer[AuthenticationCredential], place: Place, *, public_key: bytes
) -> VerifiedAuthentication:
    """Return what a passkey has signed.

    Whether its counter went on is for the caller to see: the library looks at it before
    the signature, when anybody could have written it.

    Args:
        answer: Its challenge was asked, and is answered now for the first time.
        place: Where it has to be good.
        public_key: Of the passkey that it names.

    Raises:
        PasskeyOriginError: It was used on another page.
        PasskeyHostError: It is good for another host.
        PasskeyNotProvenError: It proves nobody.
    """
    _check_origin(answer, place)
    try:
        found = parse_authenticator_data(
            answer.credential.response.authenticator_data
        ).rp_id_hash
    except Exception as error:  # see `_read`
        raise PasskeyError("the authenticator's part is malformed") from error
    _check_host(found, place)
    try:
        return verify_authentication_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=place.demands_verification,
        )
    except Exception as error:  # see `_read`
        raise PasskeyNotProvenError(_told(error)) from error


# As much of a library's words as a log needs.
_MAX_DETAIL: Final = 300


def _read(text: str, parse: Callable[[dict[str, Any]], T]) -> Answer[T]:
    if len(text) > MAX_ANSWER:
        raise PasskeyError(f"{len(text)} characters")
    try:
        credential = parse(json.loads(text))
        said = parse_client_data_json(credential.response.client_data_json)
        # Which need not be text.
        origin = str(said.origin)
    except Exception as error:
        # Its own errors are not all that the library lets out: its parsers hand on what
        # JSON, base64, CBOR and certificates make of whatever they meet.
        raise PasskeyError("malformed") from error
    return Answer(credential, said.challenge, origin, bool(said.cross_origin))


def _told(error: Exception) -> str:
    """Return what an error says. Of foreign ones only the kind: the rest is the caller's."""
    if isinstance(error, WebAuthnException):
        return str(error)[:_MAX_DETAIL]
    return type(error).__name__


def _check_origin(answer: Answer[T], place: Place) -> None:
    if answer.origin not in place.origins:
        raise PasskeyOriginError(f"used at {answer.origin[:_MAX_DETAIL]!r}")
    if answer.is_framed:
        # Our pages are never framed; somebody else's frame may show anything around it.
        raise PasskeyOriginError("used inside a page of another origin")


def _check_host(found: bytes, place: Place) -> None:
    if found != hashlib.sha256(place.host.encode()).digest():
        raise PasskeyHostError("good for another host")
