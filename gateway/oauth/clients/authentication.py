"""How a client proves itself: by a secret, by a signed assertion, or not at all.

The method is settled by what was registered, never by what was sent: a client that has a
secret is not let in without it. A secret may stand in the header or in the form, whichever of
the two was registered; libraries differ, and both show the same.

References: RFC 6749 section 2.3; RFC 7523 section 2.2; RFC 9700 section 2.5.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from gateway.model.client import Client, ClientAuthentication
from gateway.model.errors import RequestError
from gateway.oauth.clients.assertions import unverified_subject
from gateway.oauth.errors import InvalidClientError

CLIENT_ID: Final = "client_id"
CLIENT_SECRET: Final = "client_secret"  # noqa: S105 - a parameter's name
ASSERTION: Final = "client_assertion"
ASSERTION_TYPE: Final = "client_assertion_type"
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_MAX_HEADER: Final = 4096
_BASIC: Final = re.compile(r"basic +([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Clients(Protocol):
    """Knows the clients of all pools."""

    def find(self, client_id: str) -> Client | None:
        """Return a client."""

    def proves(self, client_id: str, secret: str) -> bool:
        """Return whether a secret is the client's, in the same time for each answer."""


class Assertions(Protocol):
    """Checks assertions that clients have signed."""

    def check(self, client: Client, assertion: str) -> None:
        """Raise `InvalidClientError` unless the client has signed it, for us, just now."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a client shows of itself."""

    client_id: str
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)


class ClientAuthenticator:
    """Finds out which client asks. Blocks; call it in a thread."""

    def __init__(self, *, clients: Clients, assertions: Assertions) -> None:
        self._clients = clients
        self._assertions = assertions

    def authenticate(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> Client:
        """Return the client that has proven itself.

        Args:
            parameters: Of the request.
            authorization: The values of the header `Authorization`.

        Raises:
            RequestError: It proves itself in two ways at once.
            InvalidClientError: It is unknown, or has not proven itself.
            UnavailableError: Nobody knows.
        """
        shown = _shown(parameters, authorization)
        client = self._clients.find(shown.client_id)
        if client is None:
            raise InvalidClientError("there is no such client")
        self._check(client, shown)
        return client

    def is_named(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> bool:
        """Return whether a client is named, or something is shown as if by one.

        Raises:
            UnavailableError: Nobody knows.
        """
        if authorization or CLIENT_SECRET in parameters or ASSERTION in parameters:
            return True
        named = parameters.get(CLIENT_ID)
        return named is not None and self._clients.find(named) is not None

    def _check(self, client: Client, shown: _Shown) -> None:
        match client.authentication:
            case ClientAuthentication.NONE:
                # Whoever shows a secret believes to be somebody else.
                proven = shown.secret is None and shown.assertion is None
            case ClientAuthentication.PRIVATE_KEY_JWT:
                proven = shown.assertion is not None
            case _:
                proven = shown.secret is not None and self._clients.proves(
                    client.id, shown.secret
                )
        if not proven:
            raise InvalidClientError(
                f"client {client.id}: not proven by {client.authentication}"
            )
        if shown.assertion is not None:
            self._assertions.check(client, shown.assertion)


def _shown(parameters: Mapping[str, str], authorization: Sequence[str]) -> _Shown:
    ways = [bool(authorization), CLIENT_SECRET in parameters, ASSERTION in parameters]
    if sum(ways) > 1 or len(authorization) > 1:
        # RFC 6749 section 2.3: "MUST NOT use more than one".
        raise RequestError("a client proves itself in two ways")
    named = parameters.get(CLIENT_ID, "")
    if authorization:
        shown = _basic(authorization[0])
    elif ASSERTION in parameters:
        shown = _asserted(parameters, named)
    else:
        shown = _Shown(named, parameters.get(CLIENT_SECRET))
    if named not in {"", shown.client_id}:
        raise InvalidClientError("two clients are named")
    return shown


def _basic(header: str) -> _Shown:
    """Return what stands in the header, each part decoded as a form would be.

    Reference: RFC 6749 section 2.3.1.
    """
    match = _BASIC.fullmatch(header[:_MAX_HEADER].strip(" \t"))
    if match is None:
        raise InvalidClientError("the header Authorization is not Basic")
    try:
        client_id, separator, secret = (
            b64decode(match[1]).decode("utf-8").partition(":")
        )
        if not separator:
            raise InvalidClientError("the header Authorization has no colon")
        return _Shown(_decode(client_id), _decode(secret))
    except (Base64Error, UnicodeDecodeError) as error:
        raise InvalidClientError("the header Authorization cannot be read") from error


def _decode(text: str) -> str:
    """Return a part of the header as the client meant it.

    Not all clients encode. No id and no secret holds a space, so `+` can only mean itself,
    and an escape that is none only that nothing was encoded.
    """
    if _BAD_ESCAPE.search(text):
        return text
    return unquote_to_bytes(text).decode("utf-8")


def _asserted(parameters: Mapping[str, str], named: str) -> _Shown:
    if parameters.get(ASSERTION_TYPE) != JWT_BEARER:
        raise InvalidClientError("the client_assertion_type is not supported")
    assertion = parameters[ASSERTION]
    return _Shown(named or unverified_subject(assertion), assertion=assertion)
