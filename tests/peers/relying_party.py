"""A relying party that nobody here wrote (npm `openid-client`), and an app's pool for it."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from gateway.app.oauth import Ground, OAuthServices
from gateway.keys.seal import Seal, StoreKey
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.clients import Clients
from gateway.pool.names import names_of, search_of
from gateway.pool.pool import Pool
from gateway.pool.pools import Pools
from gateway.pool.settings import PoolSettings
from gateway.storage.cursors import Cursors
from gateway.storage.pools.users import Users
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.running_gateway import RunningGateway

PROGRAM = Path(__file__).parent / "programs/oauth/relying_party.mjs"
CALLBACK = "http://127.0.0.1:9/callback"
BYE = "http://127.0.0.1:9/bye"


class RelyingParty:
    """The program, asked one line at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: Any) -> dict[str, Any]:
        """Return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def relying_party() -> Iterator[RelyingParty]:
    """Give one, and end it."""
    with subprocess.Popen(  # noqa: S603 - the tests' own command
        ["node", str(PROGRAM)],  # noqa: S607 - as it is found
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield RelyingParty(process)
        process.terminate()


@dataclass
class PoolOfGateway:
    """A pool of a running gateway, worked on by way of its database."""

    gateway: RunningGateway
    database: SqliteDatabase
    clients: Clients
    oauth: OAuthServices
    pool: Pool

    @classmethod
    def open(cls, gateway: RunningGateway) -> Self:
        """Make a pool in the database that the gateway uses."""
        folder = gateway.site.folder / "state"
        store_key = StoreKey.parse((folder / "store.key").read_text())
        database = SqliteDatabase.open(
            folder / "gateway.db", busy_timeout=timedelta(seconds=10)
        )
        cursors = Cursors(secret=store_key.secret)
        pools = Pools(
            database=database, cursors=cursors, clock=_now, region="us-east-1"
        )
        clients = Clients(
            database=database,
            sealer=Seal(key=store_key),
            cursors=cursors,
            clock=_now,
        )
        url = gateway.site.url
        ground = Ground(database, store_key, _now, url, pools, clients)
        pool = pools.create(PoolSettings(name="people"))
        return cls(gateway, database, clients, OAuthServices(ground), pool)

    @property
    def issuer(self) -> str:
        return f"{self.gateway.site.url}/{self.pool.id}"

    def client(self, **changed: Any) -> tuple[Client, str | None]:
        """Register a client."""
        settings = {
            "redirect_uris": (CALLBACK,),
            "logout_uris": (BYE,),
            "scopes": ("openid", "email"),
            **changed,
        }
        return self.clients.create(replace(Client("", self.pool.id, "app"), **settings))

    def person(self) -> User:
        """Make somebody who has confirmed."""
        now, settings = _now(), self.pool.settings.sign_in
        user = User(
            pool_id=self.pool.id,
            sub=str(uuid4()),
            username=f"ana{uuid4()}",
            status=UserStatus.CONFIRMED,
            enabled=True,
            attributes={"email": "ana@example.com", "email_verified": "true"},
            created_at=now,
            updated_at=now,
        )
        with self.database.writing() as connection:
            Users(connection).add(
                user, list(names_of(user, settings)), search=search_of(user, settings)
            )
        return user

    def cookie(self, user: User) -> str:
        """Return the cookie of a browser in which somebody has just signed in."""
        handle = self.oauth.sessions.create(user, authenticated_at=_now(), amr=("pwd",))
        return f"gateway-session={handle}"


def _now() -> datetime:
    return datetime.now(UTC)
