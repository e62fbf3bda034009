"""Tests beside policies, made for tests, and what runs them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from gateway.model.route import Route
from gateway.policy.expectations import Difference
from gateway.policy.fixtures import Fixtures
from gateway.policy.testing import PolicyTests, TestResult
from gateway.upstream.routes import RouteTable
from tests.policy.files import (
    NOON,
    PROVIDERS,
    ROUTES,
    engine,
    files,
    mint,
    role,
    rule,
)

POLICY = (
    role("staff", "'staff' in identity.groups")
    + role("person", "identity.authenticated")
    + rule("late", "now > timestamp('2026-05-04T20:00:00Z')", effect="deny")
    + rule("own", "route.params.order_id.startsWith(identity.id)", routes="*-read")
    + rule("strong", roles=["staff"], require={"acr": "mfa"}, routes="*-admin")
    + rule("near", "in_cidr(request.ip, ['10.0.0.0/8'])", routes="bills-read")
    + rule("visit", "request.query.c == ['x']", for_="guest", routes="*-feed")
    + rule(
        "closed", effect="deny", reason="closed", routes="orders-feed", roles=["staff"]
    )
    + mint(roles="roles", count="1", deep="{'a': [1, 2.5]}")
    + '\n[fixture.u1]\n[fixture.sam]\ngroups = ["staff"]\n'
)


def case(request: str, expect: str, identity: str = "u1", more: str = "") -> str:
    """One test."""
    return (
        f'\n[[test]]\nname = "a case"\nidentity = "{identity}"\n'
        f"request = {request}\nexpect = {expect}\n{more}\n"
    )


def run(
    *texts: str,
    routes: Sequence[Route] = ROUTES,
    clock: Callable[[], datetime] = lambda: NOON,
) -> list[TestResult]:
    """The results of all tests of these files."""
    return runner(*texts, routes=routes, clock=clock).run(files(*texts))


def runner(
    *texts: str,
    routes: Sequence[Route] = ROUTES,
    clock: Callable[[], datetime] = lambda: NOON,
) -> PolicyTests:
    """What runs the tests of these files."""
    return PolicyTests(
        engine=engine(*texts, routes=routes, decision_time=timedelta(0)),
        router=RouteTable(routes),
        routes=routes,
        fixtures=Fixtures(providers=PROVIDERS, region="us-east-1"),
        clock=clock,
    )


def differences(request: str, expect: str, identity: str = "u1") -> list[Difference]:
    """In what the answer to one test differs from what it expects."""
    (result,) = run(POLICY + case(request, expect, identity))
    return list(result.differences)


OWN = '{ path = "/v1/orders/u1-7" }'
OTHER = '{ path = "/v1/orders/u2-7" }'
ADMIN = '{ path = "/v1/admin/orders/9", method = "DELETE" }'
FEED = '{ path = "/v1/feed?c=x" }'
