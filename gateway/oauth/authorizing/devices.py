"""Devices without a keyboard: they show a code, and a person types it elsewhere.

The code that is typed is short, so that only its keyed digest is kept, whoever types codes is
counted by address, and a code is good for ten minutes. The one that the device asks with is
256 random bits.

Reference: RFC 8628 sections 3.1 to 3.5, 5.1 and 6.1.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import Connection

from gateway.model.client import Client, GrantKind
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.request import Clients, read_resource, read_scopes
from gateway.oauth.errors import UnauthorizedClientError
from gateway.storage.database import Database
from gateway.storage.digests import MAX_CHARACTERS, digest_of, new_value
from gateway.storage.pools.device_requests import (
    StoredDeviceRequest,
    StoredDeviceRequests,
)

LIFETIME: Final = timedelta(minutes=10)
INTERVAL: Final = timedelta(seconds=5)
# How much longer a device has to wait that asked too soon (RFC 8628 section 3.5).
SLOWER: Final = timedelta(seconds=5)

# No vowels, so that no words come out; nothing that looks like something else.
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_GROUP: Final = 4
_MAX_TYPED: Final = 64
_PURPOSE: Final = "device code"
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Decision(StrEnum):
    """What a person has decided."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


class Limit(Protocol):
    """Bounds how often one address may type codes."""

    def take(self, ip: str) -> None:
        """Count one, or raise `RateLimitedError`."""


@dataclass(frozen=True, slots=True)
class StartedDevice:
    """What a device is told.

    Attributes:
        device_code: It asks with that.
        user_code: A person types that.
        expires_in: How many seconds both are good.
        interval: How many seconds it waits between two questions.
    """

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that waits for a person.

    Attributes:
        client: What it runs.
        scopes: What that asks for.
    """

    client: Client
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedDevice:
    """What came of a device's question.

    Attributes:
        decision: What the person has decided.
        is_hasty: Whether the device has asked too soon.
        is_over: Whether the time is over.
        sub: Who has decided; empty if nobody yet.
        scopes: What was asked for.
        resources: Whom the access token is for.
        authenticated_at: When that person had signed in; long ago if nobody has decided.
        amr: How.
    """

    decision: Decision
    is_hasty: bool = False
    is_over: bool = False
    sub: str = ""
    scopes: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    authenticated_at: datetime = _LONG_AGO
    amr: tuple[str, ...] = ()


class Devices:
    """Lets devices in. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        clients: Clients,
        secret: bytes,
        limit: Limit,
        clock: Callable[[], datetime],
    ) -> None:
        """Work with a key.

        Args:
            database: Remembers who waits.
            clients: Knows what they run.
            secret: 32 random bytes, the same for all gateways of a database.
            limit: Counts who types codes.
            clock: The time, aware UTC.
        """
        self._database = database
        self._clients = clients
        self._secret = secret
        self._limit = limit
        self._clock = clock

    def begin(self, client: Client, parameters: Mapping[str, str]) -> StartedDevice:
        """Let a device wait.

        Args:
            client: What it runs, proven.
            parameters: What that asks for.

        Raises:
            UnauthorizedClientError: The client may not do this.
            InvalidScopeError: It asks for a scope that it may not have.
            InvalidTargetError: It asks for a resource that it may not use.
            StorageError: Nothing was kept.
        """
        if GrantKind.DEVICE_CODE not in client.grants:
            raise UnauthorizedClientError(f"client {client.id}: no device code")
        scopes = read_scopes(parameters.get("scope"), client)
        resources = read_resource(parameters.get("resource"), client)
        device_code, user_code = new_value(), _new_user_code()
        request = StoredDeviceRequest(
            digest=digest_of(device_code, purpose=_PURPOSE),
            user_code_digest=self._typed(user_code),
            pool_id=client.pool_id,
            client_id=client.id,
            request={"scopes": list(scopes), "resources": list(resources)},
            state=Decision.PENDING,
            sub=None,
            signed_in=None,
            interval_seconds=int(INTERVAL.total_seconds()),
            polled_at=None,
            expires_at=self._clock() + LIFETIME,
        )
        self._database.write(lambda each: StoredDeviceRequests(each).add(request))
        return StartedDevice(
            device_code,
            user_code,
            int(LIFETIME.total_seconds()),
            request.interval_seconds,
        )

    def find(self, user_code: str, *, address: str) -> WaitingDevice | None:
        """Return what waits for a code that a person has typed.

        Args:
            user_code: As typed: in any case, with or without what separates.
            address: Where from; tries are counted for it.

        Raises:
            RateLimitedError: Too many codes were typed there.
            StorageError: Nobody knows.
        """
        self._limit.take(address)
        digest = self._typed(user_code)
        with self._database.reading() as connection:
            found = self._waiting(connection, digest)
        if found is None:
            return None
        client = self._clients.find(found.client_id)
        if client is None:
            return None
        return WaitingDevice(client, tuple(found.request["scopes"]))

    def decide(
        self, user_code: str, session: BrowserSession, *, approved: bool, address: str
    ) -> bool:
        """Let a device in, or not; return whether it was still waiting for that.

        Args:
            user_code: As typed.
            session: Who decides; of the pool of what the device runs, or it is not theirs.
            approved: What they say.
            address: Where from; tries are counted for it.

        Raises:
            RateLimitedError: Too many codes were typed there.
            StorageError: Nothing was decided.
        """
        self._limit.take(address)
        digest = self._typed(user_code)

        def work(connection: Connection) -> bool:
            found = self._waiting(connection, digest)
            if found is None or found.pool_id != session.user.pool_id:
                return False
            decision = Decision.APPROVED if approved else Decision.DENIED
            StoredDeviceRequests(connection).change(
                replace(
                    found,
                    state=decision,
                    sub=session.user.sub,
                    signed_in={
                        "auth_time": session.authenticated_at.timestamp(),
                        "amr": list(session.amr),
                    },
                )
            )
            return True

        return self._database.write(work)

    def ask(
        self, connection: Connection, client: Client, device_code: str
    ) -> AskedDevice | None:
        """Return what a person has decided, in the caller's transaction.

        An answer other than "not yet" is given once. `None` for what is none of the
        client's codes.
        """
        if len(device_code) > MAX_CHARACTERS:
            return None
        requests, now = StoredDeviceRequests(connection), self._clock()
        found = requests.find(digest_of(device_code, purpose=_PURPOSE))
        if found is None or found.client_id != client.id:
            return None
        if found.expires_at <= now:
            return AskedDevice(Decision.PENDING, is_over=True)
        interval = timedelta(seconds=found.interval_seconds)
        if found.polled_at is not None and now - found.polled_at < interval:
            slower = found.interval_seconds + int(SLOWER.total_seconds())
            requests.change(replace(found, interval_seconds=slower, polled_at=now))
            return AskedDevice(Decision.PENDING, is_hasty=True)
        if found.state == Decision.PENDING:
            requests.change(replace(found, polled_at=now))
            return AskedDevice(Decision.PENDING)
        requests.remove(found.digest)
        return _asked(found)

    def sweep(self, connection: Connection, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        return StoredDeviceRequests(connection).remove_expired(now)

    def _waiting(
        self, connection: Connection, digest: bytes
    ) -> StoredDeviceRequest | None:
        found = StoredDeviceRequests(connection).find_typed(digest)
        if found is None or found.expires_at <= self._clock():
            return None
        return found if found.state == Decision.PENDING else None

    def _typed(self, user_code: str) -> bytes:
        # Whatever somebody types between the letters (RFC 8628 section 6.1).
        letters = [each for each in user_code[:_MAX_TYPED].upper() if each in _LETTERS]
        return hmac.new(self._secret, "".join(letters).encode(), sha256).digest()


def _new_user_code() -> str:
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(2)
    )
    return "-".join(groups)


def _asked(found: StoredDeviceRequest) -> AskedDevice:
    signed_in = found.signed_in or {}
    return AskedDevice(
        decision=Decision(found.state),
        sub=found.sub or "",
        scopes=tuple(found.request["scopes"]),
        resources=tuple(found.request["resources"]),
        authenticated_at=datetime.fromtimestamp(signed_in["auth_time"], UTC),
        amr=tuple(signed_in["amr"]),
    )
