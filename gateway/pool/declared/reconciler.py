"""Brings the database in line with the pools that files declare: all of them, or nothing.

What a file says wins over what is there. What it does not name and was made otherwise stays:
clients, resource servers, groups, and attributes of the pool's own, which people may have.
"""

import hmac
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.pool.provider import PoolProvider
from gateway.model.group import Group
from gateway.pool.attributes.schema import Schema
from gateway.pool.clients import MAX_CLIENTS
from gateway.pool.credentials import Sealer
from gateway.pool.declared.faults import fault_of, written_path
from gateway.pool.declared.values import DeclaredClient, DeclaredPool, declared
from gateway.pool.flaws.clients import find_flaws as find_client_flaws
from gateway.pool.flaws.flaw import Flaw
from gateway.pool.flaws.settings import find_change_flaws, find_flaws
from gateway.pool.groups import MAX_GROUPS, GroupText
from gateway.pool.json_form import from_json, to_json
from gateway.pool.pools import POOL_TOPIC
from gateway.pool.resource_servers import MAX_SERVERS, scopes_in
from gateway.pool.settings import PoolSettings
from gateway.storage.database import Database
from gateway.storage.epochs import note_change
from gateway.storage.pools.client_tables import POOL_CLIENT
from gateway.storage.pools.clients import StoredClient, StoredClients
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.pools import StoredPool, StoredPools
from gateway.storage.pools.resource_servers import (
    StoredResourceServer,
    StoredResourceServers,
)
from gateway.storage.sealed import SealedColumn


class Reconciler:
    """Tells pools what files say of them. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, sealer: Sealer, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._secrets = SealedColumn(POOL_CLIENT.c.secret, seal=sealer)
        self._clock = clock

    def reconcile(self, providers: Sequence[ProviderFile]) -> None:
        """Make, or change, what the files declare. Does nothing if it is there as it is.

        Args:
            providers: Of any kinds; those that are no pools are passed over. They have no
                faults of their own (`gateway.pool.declared.faults`).

        Raises:
            ConfigError: A pool that is there cannot become what its file says. Nothing was
                changed, of no pool.
            StorageError: Nothing was changed.
            SealError: A client's secret was sealed with another key.
        """
        pools = [
            (file, declared(file.settings))
            for file in providers
            if isinstance(file.settings, PoolProvider)
        ]
        if not pools:
            return
        now = self._clock()

        def work(connection: Connection) -> None:
            faults: list[Fault] = []
            for file, pool in pools:
                turn = _Turn(connection, self._secrets, pool, now)
                faults += [fault_of(file, flaw, code="E340") for flaw in turn.take()]
            if faults:
                # In here, so that nothing is kept.
                raise ConfigError(faults)

        self._database.write(work)


class _Turn:
    """One pool, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        secrets: SealedColumn,
        pool: DeclaredPool,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._secrets = secrets
        self._pool = pool
        self._now = now

    def take(self) -> Iterator[Flaw]:
        """Tell the pool what is declared; yield why it cannot be."""
        settings = self._pool.settings
        stored = StoredPools(self._connection).find(self._pool.id)
        if stored is None:
            form = to_json(settings)
            made = StoredPool(self._pool.id, form, self._now, self._now)
            StoredPools(self._connection).add(made)
        else:
            settings = yield from self._change(stored)
        yield from self._servers()
        scopes = scopes_in(self._connection, self._pool.id)
        for number, each in enumerate(self._pool.clients):
            flaws = [
                Flaw(("client", number, *flaw.path), flaw.message)
                for flaw in find_client_flaws(each.client, settings, scopes)
            ]
            yield from flaws or self._client(number, each)
        yield from self._groups()

    def _change(self, stored: StoredPool) -> Generator[Flaw, None, PoolSettings]:
        before = from_json(PoolSettings, stored.settings)
        after = _with_attributes_of(before, self._pool.settings)
        flaws = [*find_change_flaws(before, after), *find_flaws(after)]
        for flaw in flaws:
            yield Flaw(written_path(flaw.path), flaw.message)
        if not flaws and after != before:
            StoredPools(self._connection).change(stored.id, to_json(after), self._now)
            note_change(self._connection, POOL_TOPIC, stored.id)
        return after

    def _servers(self) -> Iterator[Flaw]:
        servers = StoredResourceServers(self._connection)
        for server in self._pool.servers:
            kept = StoredResourceServer(
                server.pool_id, server.identifier, to_json(server)
            )
            if servers.find(server.pool_id, server.identifier) != kept:
                servers.keep(kept)
        if servers.count(self._pool.id) > MAX_SERVERS:
            message = f"with those that are there, they are more than {MAX_SERVERS}"
            yield Flaw(("resource_server",), message)

    def _client(self, number: int, each: DeclaredClient) -> Iterator[Flaw]:
        clients = StoredClients(self._connection)
        client, form = each.client, to_json(each.client)
        stored = clients.find(client.id)
        if stored is None:
            if clients.count(client.pool_id) >= MAX_CLIENTS:
                message = f"with those that are there, they are more than {MAX_CLIENTS}"
                yield Flaw(("client", number), message)
                return
            stored = StoredClient(
                client.id, client.pool_id, {}, None, self._now, self._now
            )
            clients.add(stored)
        if stored.pool_id != client.pool_id:
            message = f"there is such a client in pool {stored.pool_id}"
            yield Flaw(("client", number, "id"), message)
            return
        sealed = self._sealed(stored, each.secret)
        if (stored.settings, stored.secret) != (form, sealed):
            clients.change(
                replace(stored, settings=form, secret=sealed, updated_at=self._now)
            )

    def _sealed(self, stored: StoredClient, secret: str | None) -> str | None:
        """Return a secret as it is to be kept: as it is, if it is the same."""
        if secret is None:
            return None
        raw = secret.encode()
        if stored.secret is not None:
            known = self._secrets.open(stored.secret, stored.id)
            if hmac.compare_digest(known, raw):
                return stored.secret
        return self._secrets.seal(raw, stored.id)

    def _groups(self) -> Iterator[Flaw]:
        groups, pool_id = AllGroups(self._connection), self._pool.id
        for number, (name, told) in enumerate(self._pool.groups):
            group = groups.find(pool_id, name)
            if group is None:
                if groups.count(pool_id) >= MAX_GROUPS:
                    message = (
                        f"with those that are there, they are more than {MAX_GROUPS}"
                    )
                    yield Flaw(("group", number), message)
                    return
                groups.add(self._group(name, told, self._now))
            elif (group.description, group.precedence, group.role) != (
                told.description,
                told.precedence,
                told.role,
            ):
                groups.change(self._group(name, told, group.created_at))

    def _group(self, name: str, told: GroupText, created_at: datetime) -> Group:
        return Group(
            self._pool.id,
            name,
            told.description,
            told.precedence,
            told.role,
            created_at,
            self._now,
        )


def _with_attributes_of(before: PoolSettings, after: PoolSettings) -> PoolSettings:
    """Return what is declared, with the attributes that are there beside it."""
    attributes = {**before.schema.attributes, **after.schema.attributes}
    return replace(after, schema=Schema(attributes))
