"""How many exchanges a second one core gives: an RS256 token in, an ES256 token out.

From the form to the JSON, on the loop that the gateway runs on, by way of the control plane as a
snapshot builds it: tokens verified, mapped and resolved, policies asked, the decision logged, the
token minted and checked. Keys are warm, and so are the people; each token is a new one. Beside
the floor, what it cannot do without: one RSA signature of 2048 bits checked, one P-256 signature
made and checked.

    python benchmarks/exchange.py [SECONDS]
"""

import base64
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import uvloop
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.app.loading import load
from gateway.app.snapshot import Snapshot, build_snapshot
from gateway.app.tools import Tools

ROUNDS = 5
PEOPLE = 200
TOKENS = 2_000
URL = "https://gw.example.com"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVELOPER = "urn:federation-gateway:token-type:developer"

FILES = {
    "config.toml": f"""
schema = 1
[server]
public_url = "{URL}"
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = {{ file = "state/store.key" }}
[log]
level = "error"
access = {{ sink = "file:state/access.jsonl" }}
decisions = {{ sink = "file:state/decisions.jsonl" }}
[tokens.profiles.app]
ttl = "10m"
[[exchanges]]
id = "app"
scopes = ["read"]
rate = {{ per_ip = "1000000/s" }}
""",
    "providers/backend.toml": f"""
kind = "developer"
id = "backend"
owner = "team@example.com"
keys = [{{ file = "state/backend.jwks" }}]
algorithms = ["RS256"]
audiences = ["{URL}"]
max_lifetime = "1h"
[accept]
flows = ["exchange"]
""",
    "policies/exchanges.toml": """
[policy]
id = "exchanges"
owner = "team@example.com"
[[role]]
id = "member"
for = "authenticated"
when = "identity.email_verified"
[[rule]]
id = "members"
effect = "allow"
routes = ["app"]
for = ["authenticated"]
roles = ["member"]
when = "identity.provider == 'backend' && 'read' in request.query['scope']"
""",
}


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Bench:
    """A gateway in a folder, and a backend's key."""

    def __init__(self, folder: Path) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        jwk = {**public, "kid": "k", "alg": "RS256", "use": "sig"}
        files = FILES | {
            "state/store.key": base64.b64encode(os.urandom(32)).decode(),
            "state/backend.jwks": json.dumps({"keys": [jwk]}),
        }
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        self.loaded = load(folder / "config.toml")
        self.tools = Tools.open(self.loaded.configuration.settings, clock=now)
        self.snapshot: Snapshot

    def forms(self) -> Iterator[bytes]:
        """Yield requests for ever, each of another token until all were shown."""
        return cycle([self._form(number) for number in range(TOKENS)])

    def _form(self, number: int) -> bytes:
        at = int(time.time())
        claims = {
            "iss": "backend",
            "sub": f"person-{number % PEOPLE}",
            "aud": URL,
            "iat": at,
            "exp": at + 3000,
            "jti": str(number),
            "name": "Ana Lima",
            "email": f"person-{number % PEOPLE}@example.com",
            "email_verified": True,
        }
        headers = {"kid": "k"}
        token = jwt.encode(claims, self.key, algorithm="RS256", headers=headers)
        form = {
            "grant_type": GRANT,
            "subject_token": token,
            "subject_token_type": DEVELOPER,
            "scope": "read",
        }
        return urlencode(form).encode()

    async def post(self, body: bytes) -> None:
        """Exchange a token, or raise."""
        sent: list[Any] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "https",
            "path": "/oauth2/token",
            "raw_path": b"/oauth2/token",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"gw.example.com"),
                (b"content-type", b"application/x-www-form-urlencoded"),
            ],
            "client": ("192.0.2.1", 1),
            "server": ("127.0.0.1", 8080),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.snapshot.control(scope, receive, send)
        if sent[0]["status"] != 200:
            raise ValueError(sent)


async def exchanges(bench: Bench, forms: Iterator[bytes], seconds: float) -> float:
    """Return the CPU seconds of one exchange."""
    count, end, began = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        await bench.post(next(forms))
        count += 1
    return (time.process_time() - began) / count


def floor(bench: Bench, seconds: float) -> float:
    """Return the CPU seconds of the signatures alone."""
    content = b"x" * 700
    signature = bench.key.sign(content, padding.PKCS1v15(), SHA256())
    rsa_key = bench.key.public_key()
    own = ec.generate_private_key(ec.SECP256R1())
    public = own.public_key()
    count, end, began = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        rsa_key.verify(signature, content, padding.PKCS1v15(), SHA256())
        public.verify(
            own.sign(content, ec.ECDSA(SHA256())), content, ec.ECDSA(SHA256())
        )
        count += 1
    return (time.process_time() - began) / count


async def main(seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.snapshot = await build_snapshot(
            bench.loaded, tools=bench.tools, before=None
        )
        forms = bench.forms()
        for _ in range(PEOPLE):
            await bench.post(next(forms))
        gc.freeze()
        rounds = [
            (await exchanges(bench, forms, seconds), floor(bench, seconds))
            for _ in range(ROUNDS)
        ]
        costs = [cost for cost, _ in rounds]
        median = statistics.median(costs)
        least = statistics.median(each for _, each in rounds)
        sys.stdout.write(
            f"exchanges a second a core: {1 / median:.0f} "
            f"({1 / max(costs):.0f} to {1 / min(costs):.0f}); "
            f"{median * 1e3:.2f} ms, floor {least * 1e3:.2f} ms\n"
        )
        bench.tools.close()


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
