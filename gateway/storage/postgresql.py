"""PostgreSQL: a server that several gateways share.

Nothing waits without end: not for a connection, a lock or an answer. The server ends what
takes too long; if the server itself no longer answers (a machine that is frozen, a network
that swallows), the connection is given up here. A connection is asked whether it is alive
before it is used, so a server that comes back is found again without a restart.

Reference: https://www.postgresql.org/docs/current/transaction-iso.html,
https://www.postgresql.org/docs/current/libpq-connect.html.
"""

import contextlib
import math
import os
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from gateway.config.settings.storage import PostgresqlUrl, StorageSettings
from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.errors import ConflictError, DuplicateError

RV = TypeVar("RV")

# Any number, the same for all gateways: who holds it migrates.
MIGRATION_LOCK = 0x67_61_74_65_77_61_79
MIGRATION_TIMEOUT = timedelta(minutes=10)
_MIGRATION_LOCK_TIMEOUT = timedelta(minutes=1)

# How much longer than the server itself this side waits for it to end a statement.
_GRACE = timedelta(seconds=2)

# How long a process that stands still in a transaction may keep others from writing.
_IDLE_IN_TRANSACTION = timedelta(seconds=30)

# A name may lead to another server by now.
_RECYCLE = timedelta(minutes=30)

# After a failed attempt nobody tries again for as long as it took, within these bounds:
# or all threads would wait for a server that is not there.
_SHORTEST_PAUSE = timedelta(milliseconds=100)
_LONGEST_PAUSE = timedelta(seconds=3)

_LOOK_EVERY_SECONDS = 0.1

# The server keeps what it was told a moment later; a crash of it loses that moment.
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit TO off")

# Who writes to a standby is told either, by how it was asked.
_STANDBY = frozenset({"25006", "0A000"})


class PostgresqlDatabase(Database):
    """An open database of a server.

    Attributes:
        OLDEST: Version of the server that has all that is used here.
    """

    OLDEST: ClassVar[int] = 13

    # A duplicate may be one of a writer that was let in beside this one: asked again, the
    # work sees the other's row, as it would with SQLite.
    REPEATABLE: ClassVar[tuple[type[StorageError], ...]] = (
        ConflictError,
        DuplicateError,
    )
    _READ: ClassVar[Mapping[str, Any]] = {
        "isolation_level": "REPEATABLE READ",
        "postgresql_readonly": True,
    }
    _WRITE: ClassVar[Mapping[str, Any]] = {"isolation_level": "SERIALIZABLE"}
    # So that what is read after the lock is what stands there then.
    _MIGRATE: ClassVar[Mapping[str, Any]] = {"isolation_level": "READ COMMITTED"}

    @classmethod
    def open(cls, settings: StorageSettings) -> Self:
        """Return the database on its server, with its tables made or brought up to date.

        Args:
            settings: With the URL of a PostgreSQL server.

        Raises:
            StorageError: The server cannot be reached, is too old, does not let the user
                in, or the database is of a later version of this program.
        """
        database = cls(
            engine=_make_engine(settings),
            name=settings.url.text,
            busy_timeout=settings.busy_timeout,
        )
        try:
            database._check_server()
            database.migrate()
        except StorageError:
            database.close()
            raise
        return database

    @override
    @contextlib.contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a connection that may write, while no other process migrates."""
        with self._translated(), self._engine.connect() as connection:
            connection.execution_options(**self._MIGRATE)
            driver = cast("PatientConnection", connection.connection.dbapi_connection)
            with driver.waiting_for(MIGRATION_TIMEOUT), connection.begin():
                limits = {
                    "statement_timeout": MIGRATION_TIMEOUT,
                    "lock_timeout": _MIGRATION_LOCK_TIMEOUT,
                }
                for name, limit in limits.items():
                    connection.execute(
                        text("SELECT set_config(:name, :value, true)"),
                        {"name": name, "value": str(_milliseconds(limit))},
                    )
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:lock)"),
                    {"lock": MIGRATION_LOCK},
                )
                yield connection

    @override
    @contextlib.contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection that may write; the rest is `Database.writing`'s."""
        with super().writing(lasting=lasting) as connection:
            if not lasting:
                connection.execute(_DO_NOT_WAIT)
            yield connection

    @override
    def _prepare(
        self, connection: Connection, *, writes: bool, lasting: bool = True
    ) -> None:
        del lasting
        connection.execution_options(**(self._WRITE if writes else self._READ))

    def _check_server(self) -> None:
        with self.reading() as connection:
            encoding = connection.scalar(text("SHOW server_encoding"))
            version = int(str((connection.dialect.server_version_info or "0")[0]))
        if version < self.OLDEST:
            raise StorageError(
                f"{self._name}: the server is PostgreSQL {version}; "
                f"{self.OLDEST} or later is needed"
            )
        if encoding != "UTF8":
            raise StorageError(
                f"{self._name}: the database's encoding is {encoding}; UTF8 is needed"
            )


def _make_engine(settings: StorageSettings) -> Engine:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=Connector(settings).connect,
        poolclass=QueuePool,
        pool_size=settings.connections,
        max_overflow=0,
        pool_timeout=settings.busy_timeout.total_seconds(),
        pool_pre_ping=True,
        pool_recycle=int(_RECYCLE.total_seconds()),
        # Values in statements are people's names at their providers.
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", _leave_standby)
    return engine


def _leave_standby(context: ExceptionContext) -> None:
    # It was the server until a moment ago, and answers still; who writes is elsewhere.
    if getattr(context.original_exception, "sqlstate", None) in _STANDBY:
        context.is_disconnect = True


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for its server, but not for ever.

    Attributes:
        patience: How long it waits for one answer.
    """

    patience = _GRACE

    @override
    def wait(
        self,
        gen: PQGen[RV],
        interval: float = _LOOK_EVERY_SECONDS,
        timeout: float | None = None,
    ) -> RV:
        """Return what the server answers.

        Raises:
            OperationalError: It does not, and the connection has been given up.
        """
        limit = self.patience.total_seconds()
        try:
            return super().wait(
                gen, interval, limit if timeout is None else min(limit, timeout)
            )
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - it has no other name
            # Whatever comes still is an answer to a question that nobody asks any more.
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from None

    @contextlib.contextmanager
    def waiting_for(self, patience: timedelta) -> Iterator[None]:
        """Wait longer while the block lasts."""
        usual = self.patience
        self.patience = patience
        try:
            yield
        finally:
            self.patience = usual


class Connector:
    """Makes connections to one server."""

    def __init__(self, settings: StorageSettings) -> None:
        """Prepare; nothing is opened yet.

        Raises:
            StorageError: The password cannot be sent.
        """
        if not isinstance(settings.url, PostgresqlUrl):
            raise TypeError("the URL is not one of a PostgreSQL server")
        self._parameters = _parameters(settings, settings.url)
        self._patience = max(settings.statement_timeout, settings.busy_timeout) + _GRACE
        self._absent_until = 0.0

    def connect(self) -> PatientConnection:
        """Return a new connection.

        Raises:
            OperationalError: None can be made, or the last attempt failed just now.
        """
        began = time.monotonic()
        if began < self._absent_until:
            raise psycopg.OperationalError("the last attempt has failed just now")
        try:
            connection = PatientConnection.connect(**self._parameters)
        except psycopg.Error:
            now = time.monotonic()
            pause = max(now - began, _SHORTEST_PAUSE.total_seconds())
            self._absent_until = now + min(pause, _LONGEST_PAUSE.total_seconds())
            raise
        connection.patience = self._patience
        return connection


def _parameters(settings: StorageSettings, url: PostgresqlUrl) -> dict[str, Any]:
    """Return libpq's parameters; also those whose defaults come from elsewhere."""
    tls = settings.tls
    limits = {
        "statement_timeout": settings.statement_timeout,
        "lock_timeout": settings.busy_timeout,
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION,
    }
    parameters = {
        "host": url.host,
        "port": url.port,
        "user": url.user,
        "dbname": url.database,
        "application_name": "federation-gateway",
        "connect_timeout": math.ceil(settings.connect_timeout.total_seconds()),
        "options": " ".join(
            f"-c {name}={_milliseconds(limit)}" for name, limit in limits.items()
        ),
        "sslmode": tls.mode if tls else "disable",
        "gssencmode": "disable",
        "passfile": os.devnull,
        "client_encoding": "UTF8",
        # Not a standby, which a name may lead to for a moment after a fail-over.
        "target_session_attrs": "read-write",
        "keepalives_idle": 10,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
    if tls is not None and tls.ca is not None:
        parameters["sslrootcert"] = str(tls.ca.path)
    if settings.password is not None:
        parameters["password"] = _password(settings.password.reveal())
    return parameters


def _password(secret: bytes) -> str:
    try:
        password = secret.decode()
    except UnicodeDecodeError as error:
        raise StorageError("the password of the database is not UTF-8") from error
    if "\0" in password:
        raise StorageError("the password of the database holds a NUL")
    return password


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
