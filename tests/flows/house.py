"""A whole gateway over ASGI: real files, keys, database and policies.

Only the clock and the network are ours: callers come over ASGI, and the upstream is a
small class that remembers what it was sent.
"""

import base64
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.app.loading import load
from gateway.app.snapshot import Snapshot, build_snapshot
from gateway.app.tools import Tools
from gateway.endpoints.front import Front
from gateway.endpoints.proxy.app import ProxyApp
from gateway.model.errors import UpstreamError
from gateway.upstream.exchange import BodySource
from gateway.upstream.forwarder import Forwarder, Outbound

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ISSUER = "https://gw.example.com"
AUDIENCE = "http://orders.internal"
# Made for each run: a key that stands in a file is none.
STORE_KEY = base64.b64encode(os.urandom(32)).decode()

CONFIG = f"""
schema = 1
[server]
public_url = "{ISSUER}"
[server.limits]
body = "16B"
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = {{ file = "state/store.key" }}
[tokens.profiles.api]
ttl = "60s"
[guest]
enabled = true
rate = {{ per_ip = "3/h" }}
[log]
level = "error"
access = {{ sink = "file:state/access.jsonl" }}
decisions = {{ sink = "file:state/decisions.jsonl" }}
[upstreams.orders]
targets = ["http://127.0.0.1:1"]
audience = "{AUDIENCE}"
[[routes]]
id = "order"
path = "/v1/orders/{{order_id}}"
methods = ["GET", "PUT"]
upstream = "orders"
[[routes]]
id = "feed"
path = "/v1/feed"
methods = ["GET"]
upstream = "orders"
[[routes]]
id = "broken"
path = "/v1/broken"
methods = ["GET"]
upstream = "orders"
"""

BACKEND = f"""
kind = "developer"
id = "backend"
owner = "team@example.com"
keys = [{{ file = "state/backend.jwks" }}]
algorithms = ["ES256"]
audiences = ["{ISSUER}"]
[map]
groups = "claim('groups', [])"
"""

GUEST = """
kind = "guest"
id = "guest"
owner = "team@example.com"
"""

POLICY = """
[policy]
id = "orders"
owner = "team@example.com"
[[role]]
id = "customer"
for = "authenticated"
when = "true"
[[role]]
id = "guest"
for = "guest"
when = "true"
[[rule]]
id = "read-own"
effect = "allow"
routes = ["order"]
for = ["authenticated"]
roles = ["customer"]
when = "route.params.order_id.startsWith(identity.subject + '-')"
[[rule]]
id = "feed"
effect = "allow"
routes = ["feed"]
for = ["authenticated", "guest"]
when = "true"
[[rule]]
id = "no-banned"
effect = "deny"
routes = ["feed", "order"]
for = ["authenticated"]
when = "'banned' in identity.groups"
reason = "account suspended"
[[rule]]
id = "broken"
effect = "allow"
routes = ["broken"]
for = ["authenticated"]
when = "int(request.id + 'x') == 1"
[[mint]]
routes = ["order", "feed"]
[mint.claims]
roles = "roles"
"""


@dataclass
class Received:
    """What the upstream was sent."""

    upstream: str
    outbound: Outbound
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name; a doubled one fails the test."""
        found: dict[str, str] = {}
        for name, value in (*self.outbound.headers, *self.outbound.injected):
            assert name.decode().lower() not in found
            found[name.decode().lower()] = value.decode()
        return found


@dataclass
class FakeUpstream:
    """Answers everything, or fails as it is told to."""

    status: int = 200
    pieces: list[bytes] = field(default_factory=lambda: [b"hel", b"lo"])
    failure: Exception | None = None
    broken_after: int | None = None
    received: list[Received] = field(default_factory=list)

    async def forward(
        self, upstream: str, outbound: Outbound, body: BodySource | None = None
    ) -> "FakeResponse":
        taken = b""
        while body is not None and (piece := await body.read()):
            taken += piece
        self.received.append(Received(upstream, outbound, taken))
        if self.failure is not None:
            raise self.failure
        return FakeResponse(self)


class FakeResponse:
    """The upstream's answer, piece by piece."""

    def __init__(self, upstream: FakeUpstream) -> None:
        self.status = upstream.status
        self.headers = [(b"content-type", b"text/plain")]
        self.closed = False
        self._pieces = list(upstream.pieces)
        self._upstream = upstream
        self._given = 0

    @property
    def ended(self) -> bool:
        return not self._pieces

    async def read(self) -> bytes:
        if self._upstream.broken_after == self._given:
            raise UpstreamError("broken off")
        self._given += 1
        return self._pieces.pop(0) if self._pieces else b""

    async def close(self) -> None:
        self.closed = True


class House:
    """A gateway in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON
        self.upstream = FakeUpstream()
        self.snapshot: Snapshot
        self.tools: Tools
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._write_files()

    def _write_files(self) -> None:
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        jwk = {**public, "kid": "k", "alg": "ES256", "use": "sig"}
        files = {
            "config.toml": CONFIG,
            "providers/backend.toml": BACKEND,
            "providers/guest.toml": GUEST,
            "policies/orders.toml": POLICY,
            "state/store.key": STORE_KEY,
            "state/backend.jwks": json.dumps({"keys": [jwk]}),
        }
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    @asynccontextmanager
    async def open(
        self, *, ip: str = "203.0.113.9"
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Start, and give a caller at an address."""
        loaded = load(self.folder / "config.toml")
        self.tools = Tools.open(loaded.configuration.settings, clock=lambda: self.now)
        try:
            self.snapshot = await build_snapshot(loaded, tools=self.tools, before=None)
            self.tools.pools.reconciler.reconcile(loaded.configuration.providers)
            async with self.caller(ip=ip) as caller:
                yield caller
        finally:
            self.tools.close()

    def caller(self, *, ip: str = "203.0.113.9") -> httpx.AsyncClient:
        """Return a caller at an address."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", self.front()), client=(ip, 4000)),
            base_url=ISSUER,
        )

    def front(self) -> Front:
        """Return what a listener hands its requests to."""
        tools = self.tools
        plane = replace(self.snapshot.plane, forwarder=cast("Forwarder", self.upstream))
        return Front(
            proxy=ProxyApp(
                current=lambda: plane,
                access_log=tools.logs.access,
                decision_log=tools.logs.decisions,
                logger=tools.logs.logger,
                ids=tools.ids,
                clock=tools.clock,
            ),
            control=cast("Any", self.snapshot.control),
            own_host="gw.example.com",
        )

    def token(self, subject: str = "ana", **claims: Any) -> str:
        """Return an assertion of the backend; `None` takes a claim out."""
        content = {
            "iss": "backend",
            "sub": subject,
            "aud": ISSUER,
            "iat": int(self.now.timestamp()),
            "exp": int((self.now + timedelta(minutes=2)).timestamp()),
            **claims,
        }
        return jwt.encode(
            {name: value for name, value in content.items() if value is not None},
            self._key,
            algorithm="ES256",
            headers={"kid": "k"},
        )

    def bearer(self, subject: str = "ana", **claims: Any) -> dict[str, str]:
        """Return the header that presents such an assertion."""
        return {"authorization": f"Bearer {self.token(subject, **claims)}"}

    def verified(self, authorization: str) -> Mapping[str, Any]:
        """Return the claims of a minted token, checked as an upstream would."""
        token = authorization.removeprefix("Bearer ")
        keys = jwt.PyJWKSet.from_dict(self.tools.keyring.public_jwks())
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[jwt.get_unverified_header(token)["kid"]],
            algorithms=["ES256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        return claims

    def logged(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a log, once everything is written."""
        self.tools.logs.writers[name].flush()
        path = self.folder / "state" / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]
