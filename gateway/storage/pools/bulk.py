"""Many people at a time: for imports and exports, which would take hours one by one.

Works inside a transaction of somebody else's. A batch has a few hundred people: what is
asked for names them all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, select, text

from gateway.model.user import User
from gateway.storage.loading import Loader
from gateway.storage.pools.factor_tables import (
    POOL_DEVICE,
    POOL_PASSKEY,
    POOL_RECOVERY_CODE,
)
from gateway.storage.pools.federation_tables import FEDERATED_LOGIN
from gateway.storage.pools.group_tables import POOL_MEMBERSHIP
from gateway.storage.pools.secrets import UserSecrets, secrets_of
from gateway.storage.pools.secrets import row_of as secrets_row_of
from gateway.storage.pools.tables import POOL_NAME, POOL_SECRET, POOL_USER
from gateway.storage.pools.users import Name, row_of

_TAKEN_NAMES: Final = select(POOL_NAME.c.name).where(
    POOL_NAME.c.pool_id == bindparam("pool_id"),
    POOL_NAME.c.name == bindparam("name"),
)
_TAKEN_SUBS: Final = select(POOL_USER.c.sub).where(
    POOL_USER.c.pool_id == bindparam("pool_id"), POOL_USER.c.sub == bindparam("sub")
)
_SECRETS: Final = select(POOL_SECRET).where(
    POOL_SECRET.c.pool_id == bindparam("pool_id"),
    POOL_SECRET.c.sub.between(bindparam("first"), bindparam("last")),
)
_GROUPS: Final = (
    select(POOL_MEMBERSHIP.c.sub, POOL_MEMBERSHIP.c.name)
    .where(
        POOL_MEMBERSHIP.c.pool_id == bindparam("pool_id"),
        POOL_MEMBERSHIP.c.sub.between(bindparam("first"), bindparam("last")),
    )
    .order_by(POOL_MEMBERSHIP.c.name)
)


def _range(table: Table, *order: str) -> Select[Any]:
    """Return the statement for rows of people who stand beside each other in a list."""
    return (
        select(table)
        .where(
            table.c.pool_id == bindparam("pool_id"),
            table.c.sub.between(bindparam("first"), bindparam("last")),
        )
        .order_by(*(table.c[name] for name in order))
    )


_PASSKEYS: Final = _range(POOL_PASSKEY, "created_at")
_DEVICES: Final = _range(POOL_DEVICE, "created_at", "key")
_CODES: Final = _range(POOL_RECOVERY_CODE, "digest")
_LOGINS: Final = _range(FEDERATED_LOGIN, "provider", "subject")
_COUNT_ANEW: Final = text("ANALYZE pool_user, pool_name, pool_secret, pool_membership")


# In the order in which they need each other.
_LOADERS: Final = {
    table: Loader(table)
    for table in (
        *(POOL_USER, POOL_SECRET, POOL_NAME, POOL_MEMBERSHIP, POOL_PASSKEY),
        *(POOL_DEVICE, POOL_RECOVERY_CODE, FEDERATED_LOGIN),
    )
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A person with all that is theirs.

    Attributes:
        user: The profile.
        names: What leads to them.
        search: The comparable forms that lists are filtered by, by column.
        secrets: What proves them.
        groups: Which groups they are in.
        passkeys: Rows of `pool_passkey`, without the pool and the person.
        devices: Likewise, of `pool_device`.
        recovery_codes: Their digests.
        logins: Rows of `federated_login`, without the pool and the person.
    """

    user: User
    names: Sequence[Name] = ()
    search: Mapping[str, str | None] = field(default_factory=dict)
    secrets: UserSecrets = field(default_factory=UserSecrets)
    groups: Sequence[str] = ()
    passkeys: Sequence[Mapping[str, Any]] = ()
    devices: Sequence[Mapping[str, Any]] = ()
    recovery_codes: Sequence[bytes] = ()
    logins: Sequence[Mapping[str, Any]] = ()


class Bulk:
    """Many people of one pool, in one transaction."""

    def __init__(self, connection: Connection, pool_id: str) -> None:
        self._connection = connection
        self._pool_id = pool_id

    def taken_names(self, names: Collection[str]) -> set[str]:
        """Return which of these names are somebody's."""
        return {name for name in names if self._has(_TAKEN_NAMES, name=name)}

    def taken_subs(self, subs: Collection[str]) -> set[str]:
        """Return which of these ids are somebody's."""
        return {sub for sub in subs if self._has(_TAKEN_SUBS, sub=sub)}

    def _has(self, statement: Select[Any], **asked: str) -> bool:
        # One by one: of a server that has not counted its rows yet, a list of thousands
        # makes one comparison of each with each.
        found = self._connection.execute(statement, {"pool_id": self._pool_id, **asked})
        return found.first() is not None

    def add(self, entries: Sequence[Entry]) -> None:
        """Add people.

        Raises:
            DuplicateError: A name, an id or a passkey is somebody's. (Of the transaction
                nothing is kept.)
            StorageError: There is no such group.
        """
        # In the order of most indexes: in a large pool each page is then come to once.
        entries = sorted(entries, key=lambda each: each.user.sub)
        whose = [{"pool_id": self._pool_id, "sub": each.user.sub} for each in entries]
        pairs = list(zip(entries, whose, strict=True))
        tables: Mapping[Table, Sequence[Mapping[str, Any]]] = {
            POOL_USER: [row_of(each.user, each.search) for each in entries],
            POOL_SECRET: [
                secrets_row_of(self._pool_id, each.user.sub, each.secrets)
                for each in entries
            ],
            POOL_NAME: [
                {**who, "name": name.name, "kind": name.kind}
                for each, who in pairs
                for name in each.names
            ],
            POOL_MEMBERSHIP: [
                {**who, "name": name} for each, who in pairs for name in each.groups
            ],
            POOL_PASSKEY: [
                {**passkey, **who} for each, who in pairs for passkey in each.passkeys
            ],
            POOL_DEVICE: [
                {**device, **who} for each, who in pairs for device in each.devices
            ],
            POOL_RECOVERY_CODE: [
                {**who, "digest": digest}
                for each, who in pairs
                for digest in each.recovery_codes
            ],
            FEDERATED_LOGIN: [
                {**login, **who} for each, who in pairs for login in each.logins
            ],
        }
        for table, loader in _LOADERS.items():
            loader.load(self._connection, tables[table])

    def count_anew(self) -> None:
        """Let a server know how many there are now; else it goes through all of them.

        It would find out by itself, a minute later. A file needs no such thing.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_COUNT_ANEW)

    def with_all(self, users: Sequence[User]) -> Sequence[Entry]:
        """Return people with all that is theirs, but for names and comparable forms.

        Args:
            users: A page of a list in the order of `sub`: what is theirs is one range.
        """
        subs = [user.sub for user in users] or [""]
        asked = {"pool_id": self._pool_id, "first": min(subs), "last": max(subs)}
        secrets = {
            row.sub: secrets_of(row)
            for row in self._connection.execute(_SECRETS, asked)
        }
        groups: dict[str, list[str]] = {}
        for row in self._connection.execute(_GROUPS, asked):
            groups.setdefault(row.sub, []).append(row.name)
        passkeys = self._rows(_PASSKEYS, asked)
        devices = self._rows(_DEVICES, asked)
        codes = self._rows(_CODES, asked)
        logins = self._rows(_LOGINS, asked)
        return [
            Entry(
                user=user,
                secrets=secrets.get(user.sub, UserSecrets()),
                groups=groups.get(user.sub, ()),
                passkeys=passkeys.get(user.sub, ()),
                devices=devices.get(user.sub, ()),
                recovery_codes=[row["digest"] for row in codes.get(user.sub, ())],
                logins=logins.get(user.sub, ()),
            )
            for user in users
        ]

    def _rows(
        self, statement: Select[Any], asked: Mapping[str, str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the rows of people, by their `sub`, without that and the pool."""
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._connection.execute(statement, dict(asked)):
            found = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
            del found["pool_id"]
            rows.setdefault(found.pop("sub"), []).append(found)
        return rows
