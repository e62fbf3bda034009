"""A gateway as its users run it: a folder of files, `gateway serve`, real sockets.

A `Site` is the folder with what belongs to it; `serving` runs the gateway there.
"""

import base64
import contextlib
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.peers.processes import free_port

GATEWAY = Path(sys.executable).with_name("gateway")
AUDIENCE = "http://orders.internal"
FEED = "/v1/feed"
CLOSED = "/v1/closed"
BROKEN = "/v1/broken"

# On a busy machine; a start takes a second or two.
START_SECONDS = 60
STOP_SECONDS = 30
LOOK_EVERY = 0.02

# Programs are started again and again: what has been compiled is kept between them, also
# where the environment forbids to keep it beside the sources.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": str(
        Path(__file__).parents[2] / ".pytest_cache" / "compiled"
    ),
}

# Everything here is plain HTTP; a client would load all of the system's certificates.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_CONFIG = """
schema = 1
[server]
public_url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
admin_listen = "127.0.0.1:{admin_port}"
{server}
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = {{ file = "state/store.key" }}
[keys]
{keys}
[tokens.profiles.api]
ttl = "60s"
[guest]
enabled = true
rate = {{ per_ip = "{guests}" }}
[log]
level = "info"
access = {{ sink = "file:state/access.jsonl" }}
decisions = {{ sink = "file:state/decisions.jsonl" }}
[upstreams.orders]
targets = ["http://127.0.0.1:{upstream}"]
audience = "{audience}"
timeout = {{ {timeout} }}
[[routes]]
id = "feed"
path = "/v1/feed"
methods = ["GET"]
upstream = "orders"
[[routes]]
id = "closed"
path = "/v1/closed/**"
methods = ["GET", "POST", "PUT"]
upstream = "orders"
limits = {{ body = "2GiB" }}
[[routes]]
id = "broken"
path = "/v1/broken"
methods = ["GET"]
upstream = "orders"
"""

_BACKEND = """
kind = "developer"
id = "{id}"
owner = "team@example.com"
keys = [{{ file = "state/{id}.jwks" }}]
algorithms = ["ES256"]
audiences = ["http://127.0.0.1:{port}"]
max_lifetime = "1h"
[map]
groups = "claim('groups', [])"
"""

_GUEST = """
kind = "guest"
id = "guest"
owner = "team@example.com"
"""

_POLICY = """
[policy]
id = "main"
owner = "team@example.com"
[[rule]]
id = "feed"
effect = "allow"
routes = ["feed"]
for = ["authenticated", "guest"]
when = "true"
[[rule]]
id = "closed"
effect = "allow"
routes = ["closed"]
for = ["authenticated"]
when = "true"
[[rule]]
id = "no-banned"
effect = "deny"
routes = ["closed"]
for = ["authenticated"]
when = "'banned' in identity.groups"
reason = "account suspended"
[[rule]]
id = "broken"
effect = "allow"
routes = ["broken"]
for = ["authenticated"]
when = "int(request.id + 'x') == 1"
[fixture.ana]
provider = "backend"
subject = "ana"
[[test]]
name = "whoever is known passes"
identity = "ana"
request = { path = "/v1/closed/1" }
expect = { allow = true, rule = "closed" }
"""


@dataclass(frozen=True)
class Choices:
    """What a test's gateway has of its own.

    Attributes:
        server: Lines of `[server]`.
        keys: Lines of `[keys]`.
        guests: How many guest ids one address may have.
        timeout: Of the upstream.
        providers: Files beside those of the backend and of guests, by their names.
    """

    server: str = 'drain = "5s"'
    keys: str = ""
    guests: str = "10000/h"
    timeout: str = 'connect = "1s", first_byte = "10s", idle = "10s", total = "2m"'
    providers: Mapping[str, str] = field(default_factory=dict)


class Backend:
    """A service that vouches for its users: a provider of the kind `developer`."""

    def __init__(self, name: str, audience: str) -> None:
        self.name = name
        self._audience = audience
        self._key = ec.generate_private_key(ec.SECP256R1())

    def jwks(self) -> str:
        """Return the public key, as the provider's file refers to it."""
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        jwk = {**public, "kid": self.name, "alg": "ES256", "use": "sig"}
        return json.dumps({"keys": [jwk]})

    def token(
        self,
        subject: str = "ana",
        *,
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a new assertion; `None` takes a claim out."""
        now = int(time.time())
        content = {
            "iss": self.name,
            "sub": subject,
            "aud": self._audience,
            "iat": now,
            "exp": now + 1800,
            "jti": secrets.token_hex(8),
            **claims,
        }
        return jwt.encode(
            {name: value for name, value in content.items() if value is not None},
            self._key,
            algorithm="ES256",
            headers={"kid": self.name, **(header or {})},
        )


class Site:
    """A folder with the files of one gateway.

    Attributes:
        folder: Where they are.
        port: Of the public listener.
        admin_port: Of the admin listener.
        backend: Vouches for whomever a test needs.
    """

    def __init__(
        self, folder: Path, *, upstream: int, choices: Choices | None = None
    ) -> None:
        """Write the files.

        Args:
            folder: Made if it is missing.
            upstream: Port of the service behind the gateway.
            choices: What is different here.
        """
        wanted = choices or Choices()
        self.folder = folder
        self.port = free_port()
        self.admin_port = free_port()
        config = _CONFIG.format(
            port=self.port,
            admin_port=self.admin_port,
            upstream=upstream,
            audience=AUDIENCE,
            server=wanted.server,
            keys=wanted.keys,
            guests=wanted.guests,
            timeout=wanted.timeout,
        )
        self.write("config.toml", config)
        self.write("providers/guest.toml", _GUEST)
        self.write("policies/main.toml", _POLICY)
        for name, text in wanted.providers.items():
            self.write(f"providers/{name}.toml", text)
        store_key = self.folder / "state" / "store.key"
        store_key.parent.mkdir(mode=0o700)
        store_key.touch(mode=0o600)
        store_key.write_text(base64.b64encode(os.urandom(32)).decode())
        self.backend = self.add_backend("backend")

    @property
    def url(self) -> str:
        """Where callers find the gateway."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        """Where its operators find it."""
        return f"http://127.0.0.1:{self.admin_port}"

    def add_backend(self, name: str) -> Backend:
        """Return one more provider, with its files written."""
        backend = Backend(name, self.url)
        self.write(f"state/{name}.jwks", backend.jwks())
        text = _BACKEND.format(id=name, port=self.port)
        self.write(f"providers/{name}.toml", text)
        return backend

    def write(self, name: str, text: str) -> None:
        """Write a file in one step, as editors and operators' tools do."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_text(text)
        new.replace(path)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a part of a file."""
        text = (self.folder / name).read_text()
        assert text.count(old) == 1, f"{old!r} in {name}"
        self.write(name, text.replace(old, new))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the gateway to its end."""
        return subprocess.run(  # noqa: S603 - the tests' own command
            [GATEWAY, *arguments],
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def logged(self, name: str) -> list[dict[str, Any]]:
        """Return the whole lines of a log: `access`, `decisions` or `program`."""
        path = self.folder / "state" / f"{name}.jsonl"
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]


class RunningGateway:
    """A gateway that answers.

    Attributes:
        site: Its folder.
        process: Its process.
    """

    def __init__(self, site: Site, process: "subprocess.Popen[bytes]") -> None:
        self.site = site
        self.process = process

    def caller(self, token: str = "") -> httpx.Client:
        """Return a client of the public listener, with a token if there is one."""
        return client(self.site.url, headers=bearer(token) if token else {})

    def get(self, path: str, token: str = "", **options: Any) -> httpx.Response:
        """Send one request on a connection of its own."""
        with self.caller(token) as caller:
            return caller.get(path, **options)

    def operator(self) -> httpx.Client:
        """Return a client of the admin listener."""
        return client(self.site.admin_url)

    def status(self) -> Any:
        """Return what `/status` tells."""
        with self.operator() as operator:
            return operator.get("/status").raise_for_status().json()

    def jwks(self) -> dict[str, Any]:
        """Return the published keys."""
        answer = self.get("/.well-known/jwks.json").raise_for_status()
        keys: dict[str, Any] = answer.json()
        return keys

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """End it as its operator would, and return its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
            raise


def client(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Return an HTTP client of something on this machine."""
    return httpx.Client(
        base_url=url,
        headers=headers,
        timeout=30,
        trust_env=False,
        verify=_NO_CERTIFICATES,
    )


def bearer(token: str) -> dict[str, str]:
    """Return the header that presents a token."""
    return {"authorization": f"Bearer {token}"}


def launch(site: Site, *, command: Sequence[str | Path] = ()) -> RunningGateway:
    """Return a gateway once it is ready.

    Args:
        site: Its folder. What it writes to its standard streams goes to
            `state/program.jsonl` there.
        command: How it is started; by default, as its users do.
    """
    log = site.folder / "state" / "program.jsonl"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the tests' own command
            command or [GATEWAY, "serve"],
            cwd=site.folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    gateway = RunningGateway(site, process)
    try:
        wait_for(lambda: _is_ready(gateway), "the gateway", within=START_SECONDS)
    except AssertionError as error:
        process.kill()
        process.wait()
        raise AssertionError(f"{error}: {log.read_text()[-3000:]}") from error
    return gateway


@contextlib.contextmanager
def serving(site: Site) -> Iterator[RunningGateway]:
    """Run a gateway while the block lasts."""
    gateway = launch(site)
    try:
        yield gateway
    finally:
        gateway.stop()


def _is_ready(gateway: RunningGateway) -> bool:
    assert gateway.process.poll() is None, "the gateway has ended"
    try:
        with gateway.operator() as operator:
            return operator.get("/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def wait_for(
    condition: Callable[[], object],
    what: str = "it",
    *,
    within: float = 20,
    every: float = LOOK_EVERY,
) -> None:
    """Return once a condition is true; fail if that takes too long."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {within} seconds"
        time.sleep(every)


class Memory:
    """How much memory a process takes beyond what it took at first (Linux)."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        # Lets the highest mark begin anew, at what is resident now.
        (self._folder / "clear_refs").write_text("5")
        self._before = self._resident("VmRSS")

    def growth(self) -> int:
        """Return by how many bytes the process has been larger at most, since then."""
        return self._resident("VmHWM") - self._before

    def _resident(self, name: str) -> int:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"{self._folder} has no {name}")
