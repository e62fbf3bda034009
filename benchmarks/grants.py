"""How many grants a second one core gives: refresh tokens, and client credentials.

Each beside its floor, what it cannot do without: the signatures of what is issued, and one
transaction that changes a row and adds one. Over SQLite on this disk, by way of the token
endpoint as the wire sees it, form in and JSON out, without sockets. On the loop that the
gateway runs on, and with what was built at its start kept from the collector, as it does. The
rows take turns, `ROUNDS` times; medians, with the best and the worst round.

    python benchmarks/grants.py [SECONDS]
"""

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import uvloop
from sqlalchemy import text

from gateway.app.oauth import Ground, OAuthServices
from gateway.endpoints.oauth.token import TokenEndpoint
from gateway.keys.seal import Seal, StoreKey
from gateway.mint.pool_keys import KeyPurpose
from gateway.model.client import Client, ClientAuthentication, GrantKind
from gateway.model.user import User, UserStatus
from gateway.oauth.authorizing.authorizations import Redirect
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.oauth.server import TokenServer
from gateway.oauth.tokens import TokenRequest
from gateway.pool.clients import Clients
from gateway.pool.pool import Pool
from gateway.pool.pools import Pools
from gateway.pool.resource_servers import ResourceServer, ResourceServers, Scope
from gateway.pool.settings import PoolSettings
from gateway.storage.cursors import Cursors
from gateway.storage.pools.users import Users
from gateway.storage.sqlite import SqliteDatabase
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.sinks import StreamSink

URL = "https://gw.example.com"
CALLBACK = "https://app.example.com/callback"
VERIFIER = "v" * 64
ROUNDS = 5
KEY = StoreKey(bytes(range(32)))


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Bench:
    """A pool with an app, a service and a person, in a file."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteDatabase.open(
            folder / "gateway.db", busy_timeout=timedelta(seconds=10)
        )
        cursors = Cursors(secret=KEY.secret)
        pools = Pools(
            database=self.database, cursors=cursors, clock=now, region="us-east-1"
        )
        self.clients = Clients(
            database=self.database, sealer=Seal(key=KEY), cursors=cursors, clock=now
        )
        self.oauth = OAuthServices(
            Ground(self.database, KEY, now, URL, pools, self.clients)
        )
        writer = LineWriter(sink=StreamSink(sys.stderr.buffer))
        self.endpoint = TokenEndpoint(
            server=TokenServer(grants=[], clients=self.oauth.grants),
            logger=build_logger(writer=writer, level="error", clock=now),
        )
        self.pool = pools.create(PoolSettings(name="people"))
        servers = ResourceServers(database=self.database, cursors=cursors)
        servers.create(ResourceServer(self.pool.id, "api", "API", (Scope("r", "r"),)))
        self.app = self._register(
            redirect_uris=(CALLBACK,), scopes=("openid", "email")
        )[0]
        self.service, self.secret = self._register(
            authentication=ClientAuthentication.POST,
            grants=frozenset({GrantKind.CLIENT_CREDENTIALS}),
            scopes=("api/r",),
        )

    def _register(self, **settings: Any) -> tuple[Client, str | None]:
        client = replace(Client("", self.pool.id, "app"), **settings)
        return self.clients.create(client)

    def first_refresh_token(self) -> str:
        """Return that of somebody who has just signed in."""
        user = _person(self.pool)
        with self.database.writing() as connection:
            Users(connection).add(user, [], search={"by_username": user.username})
        sessions = self.oauth.sessions
        handle = sessions.create(user, authenticated_at=now(), amr=("pwd",))
        asked = {
            "client_id": self.app.id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        step = self.oauth.authorizations.begin(asked, sessions.find(handle))
        if not isinstance(step, Redirect):
            raise TypeError(f"not signed in: {step}")
        code = step.uri.partition("code=")[2].partition("&")[0]
        exchange = {
            "grant_type": "authorization_code",
            "client_id": self.app.id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        issued = self.oauth.grants.issue(
            "authorization_code", TokenRequest(exchange, "")
        )
        return issued.refresh_token or ""

    async def post(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Return what the token endpoint answers."""
        sent: list[bytes] = []
        scope = {
            "type": "http",
            "method": "POST",
            "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
            "client": ("192.0.2.1", 1),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": urlencode(form).encode()}

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        await self.endpoint(scope, receive, send)
        answer: dict[str, Any] = json.loads(b"".join(sent))
        return answer


def _person(pool: Pool) -> User:
    return User(
        pool_id=pool.id,
        sub=str(uuid4()),
        username=str(uuid4()),
        status=UserStatus.CONFIRMED,
        enabled=True,
        attributes={"email": "ana@example.com", "email_verified": "true"},
        created_at=now(),
        updated_at=now(),
    )


async def refreshes(bench: Bench, seconds: float) -> float:
    """Return the CPU seconds of one refresh."""
    token = bench.first_refresh_token()

    async def one() -> None:
        nonlocal token
        answer = await bench.post(
            {
                "grant_type": "refresh_token",
                "client_id": bench.app.id,
                "refresh_token": token,
            }
        )
        token = answer["refresh_token"]

    return await _measured(one, seconds)


async def credentials(bench: Bench, seconds: float) -> float:
    """Return the CPU seconds of one client credentials grant."""
    form = {
        "grant_type": "client_credentials",
        "client_id": bench.service.id,
        "client_secret": bench.secret or "",
    }

    async def one() -> None:
        answer = await bench.post(form)
        if "access_token" not in answer:
            raise ValueError(answer)

    return await _measured(one, seconds)


async def _measured(one: Callable[[], Any], seconds: float) -> float:
    for _ in range(20):
        await one()
    count, end, began = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        await one()
        count += 1
    return (time.process_time() - began) / count


def floor(bench: Bench, seconds: float, *, tokens: int, writes: bool) -> float:
    """Return the CPU seconds of signatures alone, and of one small transaction."""
    key = bench.oauth.keys.signing_key(bench.pool.id, KeyPurpose.ACCESS)
    from cryptography.hazmat.primitives.asymmetric.padding import (  # noqa: PLC0415
        PKCS1v15,
    )
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    private: Any = key.private_key
    with bench.database.writing() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS floor (a BLOB, b INT)"))
        connection.execute(text("INSERT INTO floor VALUES (x'00', 0)"))
    count, end, began = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        if writes:
            with bench.database.writing() as connection:
                connection.execute(text("UPDATE floor SET b = b + 1 WHERE rowid = 1"))
                connection.execute(text("INSERT INTO floor VALUES (x'00', 0)"))
        for _ in range(tokens):
            private.sign(b"x" * 700, PKCS1v15(), SHA256())
        count += 1
    return (time.process_time() - began) / count


async def main(seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        gc.freeze()
        costs: dict[str, list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            costs.setdefault("refresh (ID and access token)", []).append(
                (
                    await refreshes(bench, seconds),
                    floor(bench, seconds, tokens=2, writes=True),
                )
            )
            costs.setdefault("client credentials", []).append(
                (
                    await credentials(bench, seconds),
                    floor(bench, seconds, tokens=1, writes=False),
                )
            )
        sys.stdout.write("grant | a second a core | ms | floor ms | of the floor\n")
        for name, rounds in costs.items():
            cost = [each[0] for each in rounds]
            least = statistics.median(each[1] for each in rounds)
            share = statistics.median(floor / cost for cost, floor in rounds)
            median = statistics.median(cost)
            sys.stdout.write(
                f"{name} | {1 / median:.0f} ({1 / max(cost):.0f} to {1 / min(cost):.0f})"
                f" | {median * 1e3:.2f} | {least * 1e3:.2f} | {share:.2f}\n"
            )
        bench.database.close()


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
