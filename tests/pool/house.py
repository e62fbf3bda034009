"""A pool with everything that stands around it; only clock, messages and work are made up."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from gateway.keys.seal import Seal, StoreKey
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.clients import Clients
from gateway.pool.codes import Codes
from gateway.pool.credentials import Credentials
from gateway.pool.decoys import Decoys
from gateway.pool.limits import Limits
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.names import names_of, search_of
from gateway.pool.passwords.hashing import Parameters, Passwords
from gateway.pool.pool import Pool
from gateway.pool.pools import Pools
from gateway.pool.resource_servers import ResourceServers
from gateway.pool.settings import NoticeKind, PoolSettings
from gateway.pool.tools import PoolTools
from gateway.pool.tries import Tries
from gateway.pool.triggers.triggers import Triggers
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.epochs import ChangeReader
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import USER_TOPIC, Users
from tests.pool.leaks import KnownLeaks

T = TypeVar("T")

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
POOL_ID = "us-east-1_Ab3dEfGh9"
PASSWORD = "Correct horse 1!"


@dataclass
class Message:
    """What would have been sent."""

    sub: str
    kind: NoticeKind
    to: SentCode
    code: str


@dataclass
class Mailbox:
    """Takes messages instead of a mail server."""

    messages: list[Message] = field(default_factory=list)
    is_broken: bool = False

    def put(
        self, _connection: Connection, _pool: Pool, user: User, notice: Notice
    ) -> None:
        if self.is_broken:
            raise OSError("the queue is broken")
        self.messages.append(Message(user.sub, notice.kind, notice.to, notice.code))

    @property
    def code(self) -> str:
        """The code of the last message."""
        return self.messages[-1].code


class House:
    """Everything that the operations of a pool need."""

    def __init__(self, database: Database) -> None:
        self.now = NOON
        self.database = database
        self.mailbox = Mailbox()
        self._changes = ChangeReader(database=database)
        self.codes = Codes(secret=secrets.token_bytes(32))
        self.cursors = Cursors(secret=secrets.token_bytes(32))
        self.seal = Seal(key=StoreKey(secrets.token_bytes(32)))
        # For whoever believes for a while what was read; `pass_time` moves it too.
        self.seconds = 0.0
        self.pools = Pools(
            database=database,
            cursors=self.cursors,
            clock=self.clock,
            region="us-east-1",
            monotonic=self.monotonic,
        )
        self.clients = Clients(
            database=database,
            sealer=self.seal,
            cursors=self.cursors,
            clock=self.clock,
            monotonic=self.monotonic,
        )
        self.resource_servers = ResourceServers(database=database, cursors=self.cursors)
        self.tries = Tries(database=database, clock=self.clock)
        self.limits = Limits(database=database, clock=self.clock)
        self.decoys = Decoys(secret=secrets.token_bytes(32))
        self.triggers = Triggers()
        self.leaks = KnownLeaks()
        self.use(
            Passwords(at_once=4, parameters=Parameters(iterations=1, memory_kib=8))
        )

    def use(self, passwords: Passwords) -> None:
        """Hash passwords like this from now on."""
        self.passwords = passwords
        self.credentials = Credentials(
            passwords=passwords, sealer=self.seal, leaks=self.leaks
        )

    @property
    def tools(self) -> PoolTools:
        """What sign-ups, sign-ins and recoveries are made with."""
        return PoolTools(
            database=self.database,
            sealer=self.seal,
            credentials=self.credentials,
            passwords=self.passwords,
            codes=self.codes,
            messenger=self.mailbox,
            triggers=self.triggers,
            tries=self.tries,
            limits=self.limits,
            decoys=self.decoys,
            clock=self.clock,
        )

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def pass_time(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()

    def pool(
        self, settings: PoolSettings | None = None, pool_id: str = POOL_ID
    ) -> Pool:
        """Make a pool."""
        return self.pools.create(
            settings or PoolSettings(name="people"), pool_id=pool_id
        )

    def client(self, pool: Pool, **changed: object) -> Client:
        """Register a client: a public one, unless it is said to be otherwise."""
        client = replace(Client("", pool.id, "app"), **changed)  # type: ignore[arg-type]  # by the tests' own words
        return self.clients.create(client)[0]

    def person(self, pool: Pool, name: str = "ana", /, **attributes: str) -> User:
        """Make somebody who has confirmed."""
        user = self.person_of(pool, name, **attributes)
        settings = pool.settings.sign_in
        with self.database.writing() as connection:
            Users(connection).add(
                user, list(names_of(user, settings)), search=search_of(user, settings)
            )
        return user

    def person_of(self, pool: Pool, name: str, /, **attributes: str) -> User:
        """Return somebody who has confirmed, and is nowhere kept."""
        return User(
            pool_id=pool.id,
            sub=str(uuid4()),
            username=name,
            status=UserStatus.CONFIRMED,
            enabled=True,
            attributes=attributes,
            created_at=NOON,
            updated_at=NOON,
        )

    def user(self, pool: Pool, sub: str) -> User:
        """Return somebody as they are kept now."""
        user = self.read(lambda connection: Users(connection).find(pool.id, sub))
        assert user is not None
        return user

    def secrets(self, user: User) -> UserSecrets:
        """Return what proves somebody."""
        return self.read(
            lambda connection: AllSecrets(connection).find(user.pool_id, user.sub)
        )

    def news(self) -> frozenset[str]:
        """Return the keys of people of whom all gateways were told since last asked."""
        return self._changes.catch_up().keys.get(USER_TOPIC, frozenset())

    def read(self, work: Callable[[Connection], T]) -> T:
        with self.database.reading() as connection:
            return work(connection)
