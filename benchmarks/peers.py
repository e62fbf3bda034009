"""Configurations of the peers that are measured beside the gateway.

Each peer does what its row says and no more; access logs are off except ours. All listen
on loopback, speak HTTP/1.1 without TLS, and keep connections alive on both sides.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# 203 bytes, as in the measurements that the bar was made from.
ANSWER = "x" * 203

_HTTP_FILTERS = "envoy.extensions.filters.http"


@dataclass(frozen=True)
class Places:
    """Who listens where.

    Attributes:
        proxy: Port of the measured program.
        upstream: Port of the service behind it.
        decider: Port of the decision service, for ext_authz.
    """

    proxy: int
    upstream: int
    decider: int


@dataclass(frozen=True)
class Trust:
    """Whose tokens are good."""

    issuer: str
    audience: str
    jwks: Mapping[str, Any]


def nginx_upstream(folder: Path, port: int) -> Path:
    """Write the service behind every proxy: a fixed short answer."""
    return _nginx(
        folder,
        f'server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 "{ANSWER}"; }} }}',
    )


def nginx_plain(folder: Path, places: Places) -> Path:
    """Write nginx as a reverse proxy that checks nothing."""
    return _nginx(
        folder,
        f"""upstream app {{ server 127.0.0.1:{places.upstream}; keepalive 64; }}
  server {{ listen 127.0.0.1:{places.proxy} backlog=1024;
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}""",
    )


def _nginx(folder: Path, servers: str) -> Path:
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"""daemon off; pid {folder}/pid; error_log {folder}/error.log crit;
worker_processes 1; events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; {temporary}
  {servers} }}
"""
    )
    return path


def envoy(
    folder: Path, places: Places, *filters: Mapping[str, Any], decides: bool = False
) -> Path:
    """Write Envoy with HTTP filters before its router.

    Args:
        folder: Where the file goes.
        places: Who listens where.
        filters: From the functions below, in order.
        decides: Whether the decision service is needed.
    """
    clusters = [_cluster("app", places.upstream)]
    if decides:
        clusters.append(_cluster("decider", places.decider))
    manager = {
        **_typed(
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
        ),
        "stat_prefix": "in",
        "generate_request_id": False,
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "app"}}],
                }
            ]
        },
        "http_filters": [
            *filters,
            {
                "name": "router",
                "typed_config": _typed(f"{_HTTP_FILTERS}.router.v3.Router"),
            },
        ],
    }
    listener = {
        "address": _address(places.proxy),
        "filter_chains": [
            {"filters": [{"name": "http", "typed_config": manager}]},
        ],
    }
    document = {"static_resources": {"listeners": [listener], "clusters": clusters}}
    path = folder / "envoy.json"
    path.write_text(json.dumps(document))
    return path


def jwt_authn(trust: Trust, *, cached: bool) -> dict[str, Any]:
    """Return Envoy's JWT filter, with or without its cache of verified tokens."""
    provider: dict[str, Any] = {
        "issuer": trust.issuer,
        "audiences": [trust.audience],
        "local_jwks": {"inline_string": json.dumps(trust.jwks)},
        "payload_in_metadata": "claims",
    }
    if cached:
        provider["jwt_cache_config"] = {"jwt_cache_size": 1000}
    return {
        "name": "jwt_authn",
        "typed_config": {
            **_typed(f"{_HTTP_FILTERS}.jwt_authn.v3.JwtAuthentication"),
            "providers": {"issuer": provider},
            "rules": [
                {"match": {"prefix": "/"}, "requires": {"provider_name": "issuer"}}
            ],
        },
    }


def rbac_cel() -> dict[str, Any]:
    """Return Envoy's RBAC filter with one CEL condition of two terms.

    `request.path.startsWith("/v1/") && request.method == "GET"`, written as the syntax
    tree that Envoy takes.
    """
    starts = _call("startsWith", _string("/v1/"), target=_select("request", "path"))
    equals = _call("_==_", _select("request", "method"), _string("GET"))
    return {
        "name": "rbac",
        "typed_config": {
            **_typed(f"{_HTTP_FILTERS}.rbac.v3.RBAC"),
            "rules": {
                "action": "ALLOW",
                "policies": {
                    "read": {
                        "permissions": [{"any": True}],
                        "principals": [{"any": True}],
                        "condition": _call("_&&_", starts, equals),
                    }
                },
            },
        },
    }


def ext_authz(places: Places) -> dict[str, Any]:
    """Return Envoy's filter that asks a service over HTTP about each request."""
    return {
        "name": "ext_authz",
        "typed_config": {
            **_typed(f"{_HTTP_FILTERS}.ext_authz.v3.ExtAuthz"),
            "transport_api_version": "V3",
            "allowed_headers": {"patterns": [{"exact": "authorization"}]},
            "http_service": {
                "server_uri": {
                    "uri": f"http://127.0.0.1:{places.decider}",
                    "cluster": "decider",
                    "timeout": "2s",
                },
                "authorization_response": {
                    "allowed_upstream_headers": {
                        "patterns": [{"exact": "authorization"}]
                    }
                },
            },
        },
    }


def _typed(name: str) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/{name}"}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _cluster(name: str, port: int) -> dict[str, Any]:
    return {
        "name": name,
        "connect_timeout": "2s",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}
            ],
        },
    }


def _call(
    function: str, *args: Mapping[str, Any], target: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    call: dict[str, Any] = {"function": function, "args": list(args)}
    if target is not None:
        call["target"] = target
    return {"call_expr": call}


def _select(name: str, field: str) -> dict[str, Any]:
    return {"select_expr": {"operand": {"ident_expr": {"name": name}}, "field": field}}


def _string(value: str) -> dict[str, Any]:
    return {"const_expr": {"string_value": value}}
