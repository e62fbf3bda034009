"""Authorization requests that a client sends ahead, so that no browser can change them.

The name of one is 256 random bits, kept as a digest. It is good until a code was given for
it, or until it is too old: a person may need a page or two in between.

Reference: RFC 9126.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.oauth.authorizing.request import Clients, RefusedRequestError, read_request
from gateway.oauth.errors import (
    InvalidRequestUriError,
    MalformedParameterError,
    UntrustedRequestError,
)
from gateway.storage.database import Database
from gateway.storage.digests import MAX_CHARACTERS, digest_of, new_value
from gateway.storage.pools.pushed_requests import (
    StoredPushedRequest,
    StoredPushedRequests,
)

LIFETIME: Final = timedelta(minutes=10)
PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
REQUEST_URI: Final = "request_uri"
_PURPOSE: Final = "pushed authorization request"

# How a client proves itself is nothing that it asks for.
_NOT_KEPT: Final = frozenset(
    {"client_secret", "client_assertion", "client_assertion_type"}
)


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that was taken.

    Attributes:
        request_uri: Its name, for the browser.
        expires_in: How many seconds it is good.
    """

    request_uri: str
    expires_in: int


class PushedRequests:
    """Keeps requests. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, clients: Clients, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock

    def push(
        self, client: Client, parameters: Mapping[str, str], *, thumbprint: str = ""
    ) -> PushedRequest:
        """Keep a request that would be met.

        Args:
            client: The client, proven.
            parameters: What it asks for.
            thumbprint: Of the key that it has proven to hold; empty if it has not.

        Raises:
            RequestError: The request could not be met.
            OAuthError: Likewise, for a reason that has a code of its own.
            StorageError: Nothing was kept.
        """
        if REQUEST_URI in parameters:
            raise MalformedParameterError("a request_uri in a pushed request")
        kept = {
            name: value for name, value in parameters.items() if name not in _NOT_KEPT
        }
        kept["client_id"] = client.id
        if thumbprint and kept.setdefault("dpop_jkt", thumbprint) != thumbprint:
            raise MalformedParameterError("dpop_jkt is not the key of the proof")
        try:
            read_request(kept, clients=self._clients)
        except RefusedRequestError as refused:
            raise refused.error from refused
        name = new_value()
        stored = StoredPushedRequest(
            client.pool_id, client.id, kept, self._clock() + LIFETIME
        )
        digest = digest_of(name, purpose=_PURPOSE)
        self._database.write(
            lambda connection: StoredPushedRequests(connection).add(digest, stored)
        )
        return PushedRequest(f"{PREFIX}{name}", int(LIFETIME.total_seconds()))

    def resolve(self, parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Return what was pushed, or the parameters as they are if nothing was.

        Raises:
            InvalidRequestUriError: It is not good, or not this client's.
            StorageError: Nobody knows.
        """
        digest = _digest(parameters)
        if digest is None:
            return parameters
        with self._database.reading() as connection:
            stored = StoredPushedRequests(connection).find(digest)
        if stored is None or stored.expires_at <= self._clock():
            raise InvalidRequestUriError("no such pushed request, or an old one")
        if stored.client_id != parameters.get("client_id"):
            raise InvalidRequestUriError("a pushed request of another client")
        return stored.parameters

    def use(self, connection: Connection, parameters: Mapping[str, str]) -> None:
        """Let a pushed request be good for nothing more, in the caller's transaction.

        Raises:
            InvalidRequestUriError: It was used meanwhile.
        """
        digest = _digest(parameters)
        if digest is not None and not StoredPushedRequests(connection).remove(digest):
            raise InvalidRequestUriError("a pushed request that was used already")

    def sweep(self, connection: Connection, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        return StoredPushedRequests(connection).remove_expired(now)


def _digest(parameters: Mapping[str, str]) -> bytes | None:
    """Return what to look for, if a browser comes with the name of one of ours."""
    name = parameters.get(REQUEST_URI, "")
    if not name.startswith(PREFIX):
        return None
    if len(name) > MAX_CHARACTERS:
        raise UntrustedRequestError("a request_uri that is too long")
    return digest_of(name.removeprefix(PREFIX), purpose=_PURPOSE)
