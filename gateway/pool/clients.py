"""The OAuth clients of pools: registered, changed, proven by their secrets.

A secret is sealed and not digested: Cognito's protocol has clients sign with it, and shows it
to administrators.

References: Amazon Cognito, CreateUserPoolClient; RFC 6749 section 2.3.1 (client password).
"""

import hmac
import re
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client, ClientAuthentication
from gateway.pool.credentials import Sealer
from gateway.pool.errors import (
    ClientNotFoundError,
    InvalidParameterError,
    NameTakenError,
    PoolNotFoundError,
    TooManyError,
)
from gateway.pool.flaws.clients import find_flaws
from gateway.pool.flaws.flaw import refuse
from gateway.pool.json_form import from_json, to_json
from gateway.pool.listed import Listed
from gateway.pool.paging import PAGE, check_limit
from gateway.pool.remembered import Remembered
from gateway.pool.resource_servers import scopes_in
from gateway.pool.settings import PoolSettings
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.client_tables import POOL_CLIENT
from gateway.storage.pools.clients import StoredClient, StoredClients
from gateway.storage.pools.pools import StoredPools
from gateway.storage.sealed import SealedColumn

# Of one pool.
MAX_CLIENTS: Final = 10_000

_LETTERS: Final = string.ascii_lowercase + string.digits
_ID_LETTERS: Final = 26
_SECRET_LETTERS: Final = 51

# What an operator may bring along: nothing that a header or a form would have to escape.
_OWN_SECRET: Final = re.compile(r"[A-Za-z0-9._~+/=-]{24,128}")
_WITH_SECRET: Final = frozenset({ClientAuthentication.BASIC, ClientAuthentication.POST})


def is_client_secret(text: str) -> bool:
    """Whether a client may have that for its secret: 24 characters at least."""
    return _OWN_SECRET.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class _Known:
    """A client with its secret, which is sealed."""

    client: Client
    secret: str | None = field(repr=False)


class Clients:
    """The clients of all pools. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        sealer: Sealer,
        cursors: Cursors,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._column = SealedColumn(POOL_CLIENT.c.secret, seal=sealer)
        self._cursors = cursors
        self._clock = clock
        self._remembered: Remembered[_Known] = Remembered(monotonic=monotonic)

    def find(self, client_id: str, *, pool_id: str | None = None) -> Client | None:
        """Return a client, as it was at most a second ago.

        Args:
            client_id: Which.
            pool_id: The pool that it has to belong to; `None` for any.

        Raises:
            StorageError: The database cannot be read.
        """
        known = self._known(client_id)
        if known is None or pool_id not in {None, known.client.pool_id}:
            return None
        return known.client

    def get(self, client_id: str, *, pool_id: str | None = None) -> Client:
        """Return a client, as it was at most a second ago; the arguments are `find`'s.

        Raises:
            ClientNotFoundError: There is none of that id.
            StorageError: The database cannot be read.
        """
        client = self.find(client_id, pool_id=pool_id)
        if client is None:
            raise ClientNotFoundError("no such client")
        return client

    def list(
        self, pool_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[Client]:
        """Return a page of a pool's clients, in the order of their ids.

        Raises:
            CursorError: The cursor is none of this list's.
            InvalidParameterError: The limit is none.
            StorageError: The database cannot be read.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            stored, end = StoredClients(connection).page(
                self._cursors, pool_id, cursor=cursor, limit=limit
            )
        return Listed([from_json(Client, each.settings) for each in stored], end)

    def create(
        self, client: Client, *, secret: str | None = None
    ) -> tuple[Client, str | None]:
        """Register a client, and return it with its secret.

        Args:
            client: As it is to be; without an id it gets a new one.
            secret: One that it has already; by default, a new one if it needs any.

        Raises:
            InvalidParameterError: A setting is not one, or the secret is too short.
            NameTakenError: There is a client with that id, in whatever pool.
            TooManyError: The pool has as many as it may have.
            PoolNotFoundError: There is no such pool.
            StorageError: Nothing was kept.
        """
        client = client if client.id else replace(client, id=_random(_ID_LETTERS))
        chosen = _secret_for(client, secret)
        now = self._clock()
        stored = StoredClient(
            id=client.id,
            pool_id=client.pool_id,
            settings=to_json(client),
            secret=self._sealed(client.id, chosen),
            created_at=now,
            updated_at=now,
        )

        def work(connection: Connection) -> None:
            _check(connection, client)
            clients = StoredClients(connection)
            if clients.count(client.pool_id) >= MAX_CLIENTS:
                raise TooManyError(f"{MAX_CLIENTS} clients")
            clients.add(stored)

        try:
            self._database.write(work)
        except DuplicateError as error:
            raise NameTakenError("there is a client with that id") from error
        self._remembered.forget(client.id)
        return client, chosen

    def change(self, client_id: str, revise: Callable[[Client], Client]) -> Client:
        """Change a client. One that needs a secret from now on gets a new one.

        Args:
            client_id: Which.
            revise: From the present settings to the new ones; may be called several times.
                Neither the id nor the pool can change.

        Raises:
            ClientNotFoundError: There is none of that id.
            InvalidParameterError: A setting is not one.
            StorageError: Nothing was kept.
        """
        now = self._clock()

        def work(connection: Connection) -> Client:
            stored = _stored(connection, client_id)
            client = replace(
                revise(from_json(Client, stored.settings)),
                id=stored.id,
                pool_id=stored.pool_id,
            )
            _check(connection, client)
            sealed = stored.secret
            if sealed is None or client.authentication not in _WITH_SECRET:
                sealed = self._sealed(client.id, _secret_for(client, None))
            StoredClients(connection).change(
                replace(stored, settings=to_json(client), secret=sealed, updated_at=now)
            )
            return client

        try:
            return self._database.write(work)
        finally:
            self._remembered.forget(client_id)

    def set_secret(self, client_id: str, secret: str | None = None) -> str:
        """Give a client another secret, and return it; the one before is good no more.

        Args:
            client_id: Which.
            secret: One that it has already; by default, a new one.

        Raises:
            ClientNotFoundError: There is none of that id.
            InvalidParameterError: It proves itself otherwise, or the secret is too short.
            StorageError: Nothing was kept.
        """
        now = self._clock()

        def work(connection: Connection) -> str:
            stored = _stored(connection, client_id)
            chosen = _secret_for(from_json(Client, stored.settings), secret)
            if chosen is None:
                raise InvalidParameterError("authentication: is without a secret")
            sealed = self._sealed(client_id, chosen)
            StoredClients(connection).change(
                replace(stored, secret=sealed, updated_at=now)
            )
            return chosen

        try:
            return self._database.write(work)
        finally:
            self._remembered.forget(client_id)

    def delete(self, client_id: str) -> None:
        """Delete a client.

        Raises:
            ClientNotFoundError: There is none of that id.
            StorageError: Nothing was deleted.
        """

        def work(connection: Connection) -> bool:
            return StoredClients(connection).remove(client_id)

        try:
            if not self._database.write(work):
                raise ClientNotFoundError("no such client")
        finally:
            self._remembered.forget(client_id)

    def secret_of(self, client_id: str) -> str | None:
        """Return a client's secret; `None` if it has none, or there is no such client.

        Raises:
            SealError: It was sealed with another key.
            StorageError: The database cannot be read.
        """
        known = self._known(client_id)
        if known is None or known.secret is None:
            return None
        return self._column.open(known.secret, client_id).decode()

    def proves(self, client_id: str, secret: str) -> bool:
        """Whether a secret is a client's. Takes as long where there is no such client.

        Raises:
            SealError: It was sealed with another key.
            StorageError: The database cannot be read.
        """
        known = self.secret_of(client_id)
        # What a caller sends need not be text that can be written.
        typed = secret.encode("utf-8", "surrogatepass")
        kept = (known or _random(_SECRET_LETTERS)).encode()
        return hmac.compare_digest(typed, kept) and known is not None

    def _known(self, client_id: str) -> _Known | None:
        return self._remembered.get(client_id, lambda: self._read(client_id))

    def _read(self, client_id: str) -> _Known | None:
        if "\0" in client_id or not client_id.isascii():
            return None
        with self._database.reading() as connection:
            stored = StoredClients(connection).find(client_id)
        if stored is None:
            return None
        return _Known(from_json(Client, stored.settings), stored.secret)

    def _sealed(self, client_id: str, secret: str | None) -> str | None:
        return None if secret is None else self._column.seal(secret.encode(), client_id)


def _check(connection: Connection, client: Client) -> None:
    pool = StoredPools(connection).find(client.pool_id)
    if pool is None:
        raise PoolNotFoundError("no such pool")
    settings = from_json(PoolSettings, pool.settings)
    refuse(find_flaws(client, settings, scopes_in(connection, client.pool_id)))


def _stored(connection: Connection, client_id: str) -> StoredClient:
    stored = StoredClients(connection).find(client_id)
    if stored is None:
        raise ClientNotFoundError("no such client")
    return stored


def _secret_for(client: Client, secret: str | None) -> str | None:
    """Return the secret of a client: its own, or a new one if it needs any."""
    if client.authentication not in _WITH_SECRET:
        if secret is not None:
            raise InvalidParameterError("secret: is not for clients that have none")
        return None
    if secret is None:
        return _random(_SECRET_LETTERS)
    if not is_client_secret(secret):
        raise InvalidParameterError(
            "secret: has to be 24 to 128 letters, digits or `._~+/=-`"
        )
    return secret


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
