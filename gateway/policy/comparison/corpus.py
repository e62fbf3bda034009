"""Requests that people have written down, and the plainest ones for each route.

The tests of both sides are asked as they stand; the fixtures of both sides ask for every
route that decides otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, Final

from gateway.config.policies.tests import FixtureUse
from gateway.model.access import AccessRequest
from gateway.model.errors import GatewayError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from gateway.policy.comparison.searching.inputs import (
    KIND,
    METHOD,
    NOW,
    PATH,
    PROVIDER,
    Inputs,
)
from gateway.policy.comparison.searching.side import Side
from gateway.policy.fixtures import GUEST, Fixtures
from gateway.policy.testing import PolicyTests, UnroutedError, cases_of

_MOST_PROVIDERS: Final = 8
_NOT_SET: Final = frozenset({"kind", "authenticated", "provider_kind", "attributes"})


@dataclass(frozen=True, slots=True)
class Place:
    """Requests that each side decides by one plan.

    Attributes:
        route: Whose template makes the path.
        methods: Those that lead to the same routes.
        kind: Who asks.
        old: Id of the route that serves them there; empty if none does.
        new: The same for the other side.
    """

    route: Route
    methods: tuple[str, ...]
    kind: IdentityKind
    old: str
    new: str


def methods_of(route: Route) -> frozenset[str]:
    """Return the methods that a route serves: `HEAD` too where it serves `GET`."""
    head = {"HEAD"} if "GET" in route.methods else set()
    return route.methods | head


def plain(place: Place, sides: Sequence[Side]) -> Iterator[Inputs]:
    """Yield the plainest request of a place, from each provider of its kind."""
    route, kind = place.route, place.kind
    names: dict[str, None] = {}
    for side in sides:
        for name, settings in side.provider_settings.items():
            if settings.for_ == kind:
                names[name] = None
    first = {METHOD: place.methods[0]}
    for name in list(names)[:_MOST_PROVIDERS]:
        yield Inputs(route, kind, values={**first, PROVIDER: name})
    if kind is IdentityKind.GUEST:
        name = next(iter(names), GUEST)
        yield Inputs(route, kind, anonymous=True, values={**first, PROVIDER: name})
    elif not names:
        yield Inputs(route, kind, values=first)


def places(old: Side, new: Side) -> list[Place]:
    """Return all places of two sides, those of the new side first."""
    homes: dict[tuple[str, str, str], Route] = {}
    for route in (*new.routes, *old.routes):
        for method in sorted(methods_of(route)):
            homes.setdefault((route.host, route.path, method), route)
    found: dict[tuple[str, ...], tuple[Route, list[str]]] = {}
    for (host, path, method), route in homes.items():
        served = (_serving(old, route, method), _serving(new, route, method))
        key = (host, path, *served)
        found.setdefault(key, (route, []))[1].append(method)
    return [
        Place(route, tuple(methods), kind, key[-2], key[-1])
        for (key, (route, methods)), kind in product(found.items(), IdentityKind)
    ]


def _serving(side: Side, route: Route, method: str) -> str:
    """Return the id of the route that serves a template's plainest request."""
    return side.route_of(Inputs(route, IdentityKind.SERVICE, values={METHOD: method}))


def asked_by_tests(side: Side) -> Iterator[Inputs]:
    """Yield the requests of a side's tests."""
    fixtures = Fixtures(providers=side.providers, region=side.region)
    tests = PolicyTests(
        engine=side.engine,
        router=side.router,
        routes=side.routes,
        fixtures=fixtures,
        clock=lambda: side.now,
        rules=side.rules,
    )
    routes = {route.id: route for route in side.routes}
    for policy in side.policies:
        for case in cases_of(policy):
            try:
                access = tests.access_of(case)
            except (GatewayError, UnroutedError):
                # `gateway test` tells of it.
                continue
            yield _inputs_of(access, routes[access.route.id], side)


def fixtures_of(side: Side) -> Iterator[tuple[IdentityKind, Mapping[Any, Any]]]:
    """Yield what each fixture of a side says of an identity."""
    fixtures = Fixtures(providers=side.providers, region=side.region)
    for policy in side.policies:
        declared = policy.settings.fixture
        for name in declared:
            use = FixtureUse(fixture=name)
            subject = fixtures.subject(use, declared, now=side.now)
            yield subject.identity.kind, dict(_values_of(subject, side))


def _inputs_of(access: AccessRequest, route: Route, side: Side) -> Inputs:
    request = access.request
    values: dict[Any, Any] = dict(_values_of(access.subject, side))
    values |= {METHOD: request.method, NOW: access.now, PATH: request.path}
    for name in ("scheme", "host", "ip"):
        values["request", name] = getattr(request, name)
    for part in ("query", "headers"):
        for name, listed in getattr(request, part).items():
            values["request", part, name] = list(listed)
    identity = access.subject.identity
    return Inputs(route, identity.kind, access.subject.anonymous, values)


def _values_of(subject: Subject, side: Side) -> Iterator[tuple[Any, Any]]:
    identity = subject.identity
    yield PROVIDER, identity.provider
    provider = side.provider_settings.get(identity.provider)
    if provider is not None and provider.for_ != identity.kind:
        # A test may say otherwise than the provider's file.
        yield KIND, str(identity.kind)
    for each in fields(Identity):
        value = getattr(identity, each.name)
        if each.name not in _NOT_SET and each.name != PROVIDER[1]:
            yield ("identity", each.name), value
    for name, value in identity.attributes.items():
        yield ("identity", "attributes", name), value
    for name, value in subject.claims.items():
        yield ("claims", name), value
