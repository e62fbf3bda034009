"""Policies, routes and requests, made for tests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gateway.config.configuration import PolicyFile, ProviderFile
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.policies.policy import PolicySettings
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.door import Door
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.section import Section
from gateway.config.validation import Reader
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from gateway.model.target import parse_target
from gateway.policy.compiler import compile_policies
from gateway.policy.engine import Engine

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DECISION_TIME = timedelta(seconds=20)


def route(name: str, path: str = "", **fields: Any) -> Route:
    """A route; `fields` replace what is usual."""
    usual = Route(
        id=name,
        host="api.example.com",
        path=path or f"/{name}",
        methods=frozenset({"GET"}),
        upstream="orders",
        audience="https://orders.internal",
        profile="api",
    )
    return replace(usual, **fields)


READ = route("orders-read", "/v1/orders/{order_id}", tags=("pii",))
ADMIN = route("orders-admin", "/v1/admin/orders/**", methods=frozenset({"DELETE"}))
FEED = route("orders-feed", "/v1/feed")
BILLS = route("bills-read", "/v1/bills", host="bills.example.com")
ROUTES = (READ, ADMIN, FEED, BILLS)

GUESTS = GuestSettings(enabled=True, ceiling=("guest", "trial"))

HEAD = """\
[policy]
id = "orders"
"""

ALLOW_ALL = """
[[rule]]
id = "all"
effect = "allow"
routes = ["*"]
for = ["authenticated", "guest", "service"]
when = "true"
"""


def rule(name: str, when: str = "true", **fields: Any) -> str:
    """A rule that allows everybody everything; `fields` replace what is usual."""
    usual = {
        "id": name,
        "effect": "allow",
        "routes": ["*"],
        "for": ["authenticated", "guest", "service"],
        "when": when,
    }
    return f"\n[[rule]]\n{_lines(usual | _named(fields))}"


def role(name: str, when: str = "true", **fields: Any) -> str:
    """A role for those who signed in; `fields` replace what is usual."""
    usual = {"id": name, "for": "authenticated", "when": when}
    return f"\n[[role]]\n{_lines(usual | _named(fields))}"


def mint(routes: Sequence[str] = ("*",), **claims: str) -> str:
    """Claims to mint."""
    return f"\n[[mint]]\nroutes = {list(routes)}\n[mint.claims]\n{_lines(claims)}"


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in fields.items()}


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def read(model: type[Section], text: str, name: str) -> tuple[Document, Section]:
    """The settings in a text, which has to be without fault."""
    document = Document(path=Path(name), name=name, raw=text.encode())
    reader = Reader(document, Door(environ={}))
    settings = reader.read(model, document.data)
    assert settings is not None, reader.faults
    return document, settings


def policy(text: str, name: str = "orders") -> PolicyFile:
    """A policy file; `[policy]` is added if there is none."""
    if "[policy]" not in text:
        text = f'[policy]\nid = "{name}"\n{text}'
    document, settings = read(PolicySettings, text, f"policies/{name}.toml")
    assert isinstance(settings, PolicySettings)
    return PolicyFile(document, settings)


def provider(name: str, **fields: Any) -> ProviderFile:
    """An OIDC provider; `guest` is the one for guests."""
    guest = fields.get("kind", name) == "guest"
    usual: dict[str, Any] = {"kind": "guest" if guest else "oidc", "id": name}
    if not guest:
        usual |= {"issuer": f"https://{name}.example", "audiences": ["gateway"]}
    text = _lines(usual | _named(fields))
    model = GuestProvider if guest else OidcProvider
    document, settings = read(model, text, f"providers/{name}.toml")
    assert isinstance(settings, OidcProvider | GuestProvider)
    return ProviderFile(document, (), settings)


PROVIDERS = (
    provider("corp", export_claims=["hd"]),
    provider("robots", for_="service"),
    provider("guest"),
)


def engine(
    *texts: str,
    routes: Sequence[Route] = ROUTES,
    guest: GuestSettings = GUESTS,
    decision_time: timedelta = DECISION_TIME,
    providers: Sequence[ProviderFile] = PROVIDERS,
) -> Engine:
    """The engine of one file for each text; named `orders`, `second`, `third`."""
    return compile_policies(
        files(*texts),
        routes=routes,
        guest=guest,
        decision_time=decision_time,
        providers=providers,
    )


def files(*texts: str) -> list[PolicyFile]:
    """One policy file for each text; named `orders`, `second`, `third`."""
    names = ("orders", "second", "third")
    return [policy(text, name) for text, name in zip(texts, names, strict=False)]


def faults(*texts: str, **settings: Any) -> tuple[Fault, ...]:
    """What keeps the texts from being compiled."""
    with pytest.raises(ConfigError) as caught:
        engine(*texts, **settings)
    return caught.value.faults


def marked(fault: Fault) -> str:
    """The part of the source that a fault points at."""
    return fault.source[fault.column - 1 : fault.column - 1 + fault.length]


def identity(**fields: Any) -> Identity:
    """Somebody who signed in; `fields` replace what is usual."""
    usual = Identity(
        id="u1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
    )
    return replace(usual, **fields)


PERSON = identity()
GUEST = identity(
    id="g1",
    kind=IdentityKind.GUEST,
    authenticated=False,
    provider="guest",
    provider_kind="guest",
)
ROBOT = identity(id="r1", kind=IdentityKind.SERVICE, provider="robots")


def access(
    who: Identity = PERSON,
    to: Route = READ,
    *,
    target: bytes = b"/v1/orders/u1-7",
    params: Mapping[str, str] = MappingProxyType({"order_id": "u1-7"}),
    claims: Mapping[str, Any] = MappingProxyType({}),
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> AccessRequest:
    """A question to the policies."""
    return AccessRequest(
        subject=Subject(who, claims=claims),
        request=RequestView(
            id="request-1",
            method="GET",
            scheme="https",
            host=to.host,
            target=parse_target(target),
            raw_headers=headers,
            ip="192.0.2.7",
            time=NOON,
        ),
        route=RouteView(to.id, to.upstream, params, to.tags, to.audience),
        now=NOON,
    )
