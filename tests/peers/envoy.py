"""Envoy in front of a service: it lets pass what the gateway has signed, and no more.

Its filter `jwt_authn` fetches the gateway's keys by itself, so that an independent program
judges what the gateway mints.
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENVOY = Path(sys.executable).with_name("envoy")
START_SECONDS = 30
STOP_SECONDS = 10
# Envoy puts what it has verified into this header, in base64url.
VERIFIED = "x-verified-by-envoy"

_TYPE = "type.googleapis.com/envoy.extensions"
_HTTP = f"{_TYPE}.filters.http"


@dataclass(frozen=True)
class Guard:
    """What Envoy is told.

    Attributes:
        port: Where it listens.
        service: Port of the service behind it.
        gateway: Port of the gateway, for its keys.
        issuer: `iss` that a token has to have.
        audience: `aud` that a token has to have.
    """

    port: int
    service: int
    gateway: int
    issuer: str
    audience: str


@contextlib.contextmanager
def envoy(folder: Path, guard: Guard) -> Iterator[None]:
    """Run Envoy while the block lasts.

    Args:
        folder: For its files.
        guard: What it is told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration, log = folder / "envoy.json", folder / "envoy.log"
    configuration.write_text(json.dumps(_configuration(guard)))
    command = [str(ENVOY), "-c", str(configuration), "--use-dynamic-base-id"]
    command += ["--concurrency", "1", "--log-level", "warning"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the tests' own command
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait(guard.port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.02)
    raise AssertionError(f"Envoy does not answer: {log.read_text()[-3000:]}")


def _configuration(guard: Guard) -> dict[str, Any]:
    router = {"@type": f"{_HTTP}.router.v3.Router"}
    manager = {
        "@type": f"{_TYPE}.filters.network.http_connection_manager.v3"
        ".HttpConnectionManager",
        "stat_prefix": "in",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        {"match": {"prefix": "/"}, "route": {"cluster": "service"}}
                    ],
                }
            ]
        },
        "http_filters": [
            {"name": "jwt_authn", "typed_config": _jwt_authn(guard)},
            {"name": "router", "typed_config": router},
        ],
    }
    listener = {
        "address": _address(guard.port),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    clusters = [_cluster("service", guard.service), _cluster("keys", guard.gateway)]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def _jwt_authn(guard: Guard) -> dict[str, Any]:
    provider = {
        "issuer": guard.issuer,
        "audiences": [guard.audience],
        "forward": True,
        "forward_payload_header": VERIFIED,
        "clock_skew_seconds": 1,
        "remote_jwks": {
            "http_uri": {
                "uri": f"http://127.0.0.1:{guard.gateway}/.well-known/jwks.json",
                "cluster": "keys",
                "timeout": "5s",
            },
            # Envoy does not look again for a key that it does not know; it is the
            # gateway that has to publish a key for longer than this before it signs.
            "cache_duration": "1s",
        },
    }
    return {
        "@type": f"{_HTTP}.jwt_authn.v3.JwtAuthentication",
        "providers": {"gateway": provider},
        "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "gateway"}}],
    }


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(port)}}
    return {
        "name": name,
        "connect_timeout": "2s",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
