"""The device grant: a device asks, again and again, until a person has decided.

Reference: RFC 8628 sections 3.4 and 3.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from gateway.model.client import Client, GrantKind
from gateway.model.errors import GatewayError
from gateway.oauth.authorizing.devices import AskedDevice, Decision, Devices
from gateway.oauth.errors import (
    AccessDeniedError,
    AuthorizationPendingError,
    ExpiredDeviceCodeError,
    InvalidGrantError,
    MissingParameterError,
    SlowDownError,
)
from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.authorization import Authorization, ends_at
from gateway.oauth.issuing.person import Person, find_person
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.issuing.refresh_tokens import RefreshTokens
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.triggers.values import TokenSource
from gateway.storage.database import Database

DEVICE_CODE: Final = "device_code"

_REFUSALS: Final[Mapping[Decision, type[GatewayError]]] = {
    Decision.PENDING: AuthorizationPendingError,
    Decision.DENIED: AccessDeniedError,
}


@dataclass(frozen=True, slots=True)
class _LetIn:
    """A device that was let in."""

    person: Person
    granted: Authorization
    refresh_token: str | None


class DeviceCodeGrant:
    """Gives tokens to devices that a person has let in."""

    kind = GrantKind.DEVICE_CODE

    def __init__(
        self,
        *,
        database: Database,
        devices: Devices,
        refresh_tokens: RefreshTokens,
        tokens: PoolTokens,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._devices = devices
        self._refresh_tokens = refresh_tokens
        self._tokens = tokens
        self._clock = clock

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return the tokens of a device that was let in.

        Raises:
            MissingParameterError: There is no device code.
            AuthorizationPendingError: Nobody has decided yet.
            SlowDownError: The device has asked too soon.
            AccessDeniedError: The person has said no, or is let in no more.
            ExpiredDeviceCodeError: Nobody has decided in time.
            InvalidGrantError: It is none of the client's codes, or was used.
            UnavailableError: Nothing was decided by this.
        """
        client, code = request.client, request.parameters.get(DEVICE_CODE)
        if code is None:
            raise MissingParameterError("no device_code")

        def work(connection: Connection) -> _LetIn | GatewayError:
            asked = self._devices.ask(connection, client, code)
            refusal = _refusal(asked)
            if asked is None or refusal is not None:
                return refusal or InvalidGrantError("no device code of this client")
            person = find_person(connection, client.pool_id, asked.sub)
            if person is None:
                return AccessDeniedError("the person is not let in any more")
            granted = self._granted(asked, client, request.thumbprint)
            refresh_token = self._refresh_tokens.begin(connection, client, granted)
            return _LetIn(person, granted, refresh_token)

        done = self._database.write(work)
        if isinstance(done, GatewayError):
            # Raised out here: that the device has asked is to be kept.
            raise done
        issued = self._tokens.issue(
            done.person, client, done.granted, source=TokenSource.PAGES
        )
        return answer(issued, request.thumbprint, done.refresh_token)

    def _granted(
        self, asked: AskedDevice, client: Client, thumbprint: str
    ) -> Authorization:
        now = self._clock()
        return Authorization(
            id=str(uuid4()),
            pool_id=client.pool_id,
            sub=asked.sub,
            client_id=client.id,
            scopes=asked.scopes,
            authenticated_at=asked.authenticated_at,
            amr=asked.amr,
            created_at=now,
            expires_at=ends_at(client, now),
            resources=asked.resources,
            thumbprint=thumbprint,
        )


def _refusal(asked: AskedDevice | None) -> GatewayError | None:
    """Return why a device is told to wait, or to stop asking."""
    if asked is None:
        return None
    if asked.is_over:
        return ExpiredDeviceCodeError()
    if asked.is_hasty:
        return SlowDownError()
    kind = _REFUSALS.get(asked.decision)
    return None if kind is None else kind()
