"""`[storage]`: where identities are kept, and the key that seals secrets at rest."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import unquote

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from gateway.config.settings.addresses import check_host
from gateway.config.settings.authorities import Authorities
from gateway.config.settings.door import door_of
from gateway.config.settings.references import Secret, store_key
from gateway.config.settings.section import Called, Section, flaw
from gateway.config.settings.values import Duration, is_loopback

TlsMode = Literal["disable", "require", "verify-ca", "verify-full"]

_SERVER_HINT = 'write "postgresql://user@db.example/database"'
_SERVER_SCHEMES = ("postgres", "postgresql")
_DEFAULT_PORT = 5432
_MAX_PORT = 65535

# The part before the "@" may hold a password, which must be found, to be refused.
_SERVER = re.compile(
    r"//(?:(?P<user>[^@/?#]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?/(?P<database>[^@/?#]+)"
)
# PostgreSQL's own limit.
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,63}")

# What only a server has, by its key.
_SERVER_ALONE: Final = ("password", "tls", "connect_timeout", "statement_timeout")


@dataclass(frozen=True, slots=True)
class SqliteUrl:
    """A database in one file.

    Attributes:
        path: The file; relative ones stand below the folder of `config.toml`.
    """

    path: Path

    @property
    def text(self) -> str:
        """The database as it is written in a file."""
        return f"sqlite:{self.path}"


@dataclass(frozen=True, slots=True)
class PostgresqlUrl:
    """A database of a PostgreSQL server. Holds no password.

    Attributes:
        host: Lower-case name or address, without brackets.
        port: The port, also where the text leaves it out.
        user: Who the gateway is there.
        database: Its name.
        text: As written.
    """

    host: str
    port: int
    user: str
    database: str
    text: str

    @property
    def loopback(self) -> bool:
        """Whether the server is this machine itself."""
        return is_loopback(self.host)


StorageUrl = SqliteUrl | PostgresqlUrl


def parse_storage_url(value: Any, info: ValidationInfo) -> StorageUrl:
    """Return the database that `"sqlite:state/gateway.db"` or a server's URL names."""
    if isinstance(value, SqliteUrl | PostgresqlUrl):
        return value
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    # "sqlite:///x" is how other programs spell it; three slashes would be a root folder.
    if kind == "sqlite" and name and not name.startswith("//") and "\0" not in name:
        return SqliteUrl(door_of(info).root / name)
    if kind in _SERVER_SCHEMES:
        return _parse_server(kind, name)
    raise flaw(
        "E105",
        "this names no database",
        hint=f'write "sqlite:path/of/the/file.db", or {_SERVER_HINT[6:]}',
    )


def _parse_server(scheme: str, name: str) -> PostgresqlUrl:
    # Before anything else is said about it: a password must not be quoted.
    if ":" in name.rpartition("@")[0] or "password" in name.partition("?")[2]:
        raise flaw(
            "E501",
            "a password is written into the URL, where only a reference may stand",
            hint='take it out, and write password = { env = "NAME" } or '
            '{ file = "path" } below it',
        )
    match = _SERVER.fullmatch(name)
    if match is None or not match["user"]:
        raise flaw(
            "E105",
            "this is no PostgreSQL URL of user, host, port and database",
            hint=_SERVER_HINT,
        )
    port = int(match["port"] or _DEFAULT_PORT)
    if not 0 < port <= _MAX_PORT:
        raise flaw("E106", f"a port is at least 1 and at most {_MAX_PORT}")
    return PostgresqlUrl(
        host=check_host(match["host"]),
        port=port,
        user=_name(match["user"], "user"),
        database=_name(match["database"], "database"),
        text=f"{scheme}:{name}",
    )


def _name(written: str, what: str) -> str:
    name = unquote(written, errors="surrogateescape")
    if _NAME.fullmatch(name) is None or not name.isprintable():
        raise flaw("E105", f"this is no name of a {what} in PostgreSQL")
    return name


class StorageTls(Section):
    """How the database's server proves itself."""

    mode: TlsMode = Field(
        default="verify-full",
        description="libpq's `sslmode`: what has to be right about the server's "
        "certificate. Less than `verify-full` is logged at each start.",
    )
    ca: Authorities | None = Field(
        default=None,
        description="Certificates, in PEM form, that sign the server's own. Needed for "
        "both `verify` modes.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        verifies = self.mode in {"verify-ca", "verify-full"}
        if verifies and self.ca is None:
            raise flaw("E104", f"`{self.mode}` needs `ca`", at=("ca",))
        if not verifies and self.ca is not None:
            raise flaw("E106", f"`{self.mode}` does not look at it", at=("ca",))
        return self


class StorageSettings(Section):
    """The database."""

    url: Annotated[
        StorageUrl, PlainValidator(parse_storage_url), Called("database")
    ] = Field(
        description="`sqlite:` and the path of the file, or "
        "`postgresql://user@host:port/database`."
    )
    encrypt_with: Annotated[Secret, AfterValidator(store_key)] = Field(
        description="Seals private keys and secrets at rest; at least 32 bytes."
    )
    password: Secret | None = Field(
        default=None, description="The user's password at the PostgreSQL server."
    )
    tls: StorageTls | None = Field(
        default=None,
        description="Needed for a PostgreSQL server on another machine.",
    )
    connections: int = Field(
        default=8,
        ge=1,
        le=100,
        description="Most connections of this instance at a time.",
    )
    busy_timeout: Duration = Field(
        default=timedelta(seconds=2),
        ge=timedelta(milliseconds=50),
        le=timedelta(seconds=30),
        description="How long to wait for a free connection, and for another's lock.",
    )
    connect_timeout: Duration = Field(
        default=timedelta(seconds=3),
        ge=timedelta(seconds=2),
        le=timedelta(seconds=30),
        description="How long a PostgreSQL server may take to accept a connection.",
    )
    statement_timeout: Duration = Field(
        default=timedelta(seconds=5),
        ge=timedelta(milliseconds=100),
        le=timedelta(minutes=1),
        description="How long a PostgreSQL server may work on one statement.",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        match self.url:
            case SqliteUrl():
                for key in _SERVER_ALONE:
                    if key in self.model_fields_set:
                        raise flaw("E106", "it has no effect on SQLite", at=(key,))
            case PostgresqlUrl(loopback=False) if self.tls is None:
                raise flaw(
                    "E104",
                    "a PostgreSQL server on another machine needs `tls`",
                    hint='write tls = { ca = { file = "path" } } with the certificates '
                    "that sign the server's",
                    at=("tls",),
                )
            case _:
                pass
        return self
