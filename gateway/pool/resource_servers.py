"""Resource servers: which scopes the services of a pool's owner know.

Reference: Amazon Cognito, CreateResourceServer; RFC 6749 section 3.3 (what a scope is made of).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from gateway.pool.errors import (
    NameTakenError,
    PoolNotFoundError,
    ResourceServerNotFoundError,
    TooManyError,
)
from gateway.pool.flaws.flaw import Flaw, refuse, text
from gateway.pool.json_form import from_json, to_json
from gateway.pool.listed import Listed
from gateway.pool.paging import PAGE, check_limit
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.pools.pools import StoredPools
from gateway.storage.pools.resource_servers import (
    StoredResourceServer,
    StoredResourceServers,
)

MAX_SERVERS: Final = 100
MAX_SCOPES: Final = 100

# What a scope may be made of; the last `/` in one parts the server from its scope.
_IDENTIFIER: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,256}")
_SCOPE: Final = re.compile(r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}")


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that a client may be allowed.

    Attributes:
        name: Without its server.
        description: For people who are asked for their consent.
    """

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """A service that takes a pool's access tokens.

    Attributes:
        pool_id: The pool.
        identifier: Its name in scopes, often an address.
        name: For people.
        scopes: What it knows.
    """

    pool_id: str
    identifier: str
    name: str
    scopes: tuple[Scope, ...] = ()

    @property
    def scope_names(self) -> Sequence[str]:
        """What clients ask for: `SERVER/SCOPE`."""
        return [f"{self.identifier}/{scope.name}" for scope in self.scopes]


def find_flaws(server: ResourceServer) -> Iterator[Flaw]:
    """Yield what is wrong with a resource server."""
    if _IDENTIFIER.fullmatch(server.identifier) is None:
        message = 'has to be 1 to 256 visible ASCII characters without `"` and `\\`'
        yield Flaw(("identifier",), message)
    yield from text(("name",), server.name, most=256)
    if len(server.scopes) > MAX_SCOPES:
        yield Flaw(("scopes",), f"has to have at most {MAX_SCOPES} entries")
    seen: set[str] = set()
    for number, scope in enumerate(server.scopes):
        if _SCOPE.fullmatch(scope.name) is None:
            message = 'has to be visible ASCII characters without `"`, `\\` and `/`'
            yield Flaw(("scopes", number, "name"), message)
        if scope.name in seen:
            yield Flaw(("scopes", number, "name"), "is there twice")
        seen.add(scope.name)
        path = ("scopes", number, "description")
        yield from text(path, scope.description, most=256)


class ResourceServers:
    """The resource servers of all pools. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    def find(self, pool_id: str, identifier: str) -> ResourceServer | None:
        """Return a resource server.

        Raises:
            StorageError: The database cannot be read.
        """
        with self._database.reading() as connection:
            stored = StoredResourceServers(connection).find(pool_id, identifier)
        return None if stored is None else _server(stored)

    def get(self, pool_id: str, identifier: str) -> ResourceServer:
        """Return a resource server.

        Raises:
            ResourceServerNotFoundError: The pool has none of that name.
            StorageError: The database cannot be read.
        """
        server = self.find(pool_id, identifier)
        if server is None:
            raise ResourceServerNotFoundError("no such resource server")
        return server

    def list(
        self, pool_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[ResourceServer]:
        """Return a page of a pool's resource servers, in the order of their identifiers.

        Raises:
            CursorError: The cursor is none of this list's.
            InvalidParameterError: The limit is none.
            StorageError: The database cannot be read.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            stored, end = StoredResourceServers(connection).page(
                self._cursors, pool_id, cursor=cursor, limit=limit
            )
        return Listed([_server(each) for each in stored], end)

    def scopes(self, pool_id: str) -> frozenset[str]:
        """Return all scopes that a pool's resource servers know, as `SERVER/SCOPE`.

        Raises:
            StorageError: The database cannot be read.
        """
        with self._database.reading() as connection:
            return scopes_in(connection, pool_id)

    def create(self, server: ResourceServer) -> None:
        """Make a resource server.

        Raises:
            InvalidParameterError: Its name or a scope is none.
            NameTakenError: The pool has one of that name.
            TooManyError: The pool has as many as it may have.
            PoolNotFoundError: There is no such pool.
            StorageError: Nothing was kept.
        """
        refuse(find_flaws(server))

        def work(connection: Connection) -> None:
            servers = StoredResourceServers(connection)
            if StoredPools(connection).find(server.pool_id) is None:
                raise PoolNotFoundError("no such pool")
            if servers.find(server.pool_id, server.identifier) is not None:
                raise NameTakenError("there is a resource server of that name")
            if servers.count(server.pool_id) >= MAX_SERVERS:
                raise TooManyError(f"{MAX_SERVERS} resource servers")
            servers.keep(_stored(server))

        self._database.write(work)

    def change(self, server: ResourceServer) -> None:
        """Replace a resource server. Scopes that are gone are given to nobody any more.

        Raises:
            InvalidParameterError: A scope is none.
            ResourceServerNotFoundError: The pool has none of that name.
            StorageError: Nothing was kept.
        """
        refuse(find_flaws(server))

        def work(connection: Connection) -> None:
            servers = StoredResourceServers(connection)
            if servers.find(server.pool_id, server.identifier) is None:
                raise ResourceServerNotFoundError("no such resource server")
            servers.keep(_stored(server))

        self._database.write(work)

    def delete(self, pool_id: str, identifier: str) -> None:
        """Delete a resource server; its scopes are given to nobody any more.

        Raises:
            ResourceServerNotFoundError: The pool has none of that name.
            StorageError: Nothing was deleted.
        """

        def work(connection: Connection) -> bool:
            return StoredResourceServers(connection).remove(pool_id, identifier)

        if not self._database.write(work):
            raise ResourceServerNotFoundError("no such resource server")


def scopes_in(connection: Connection, pool_id: str) -> frozenset[str]:
    """Return all scopes of a pool's resource servers, in somebody else's transaction."""
    servers = map(_server, StoredResourceServers(connection).all(pool_id))
    return frozenset(name for server in servers for name in server.scope_names)


def _stored(server: ResourceServer) -> StoredResourceServer:
    return StoredResourceServer(server.pool_id, server.identifier, to_json(server))


def _server(stored: StoredResourceServer) -> ResourceServer:
    return from_json(ResourceServer, stored.settings)
