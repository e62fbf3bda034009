"""The tests beside the policies decide as the gateway does, and say what differs."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from gateway.model.route import Route
from gateway.policy.fixtures import Fixtures
from gateway.policy.testing import (
    Difference,
    PolicyTests,
    TestResult,
    cases_of,
    find_untested,
)
from gateway.upstream.routes import RouteTable
from tests.policy.files import (
    ALLOW_ALL,
    NOON,
    PROVIDERS,
    ROUTES,
    engine,
    files,
    marked,
    mint,
    role,
    route,
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
    return (
        f'\n[[test]]\nname = "a case"\nidentity = "{identity}"\n'
        f"request = {request}\nexpect = {expect}\n{more}\n"
    )


def run(*texts: str, routes: Sequence[Route] = ROUTES) -> list[TestResult]:
    policies = files(*texts)
    tests = PolicyTests(
        engine=engine(*texts, routes=routes, decision_time=timedelta(0)),
        router=RouteTable(routes),
        routes=routes,
        fixtures=Fixtures(providers=PROVIDERS, region="us-east-1"),
        clock=lambda: NOON,
    )
    return tests.run(policies)


def differences(request: str, expect: str, identity: str = "u1") -> list[Difference]:
    (result,) = run(POLICY + case(request, expect, identity))
    return list(result.differences)


OWN = '{ path = "/v1/orders/u1-7" }'
OTHER = '{ path = "/v1/orders/u2-7" }'
ADMIN = '{ path = "/v1/admin/orders/9", method = "DELETE" }'
FEED = '{ path = "/v1/feed?c=x" }'


@pytest.mark.parametrize(
    ("request_", "expect", "identity"),
    [
        (OWN, "{ allow = true }", "u1"),
        (OWN, '{ allow = true, rule = "own" }', "u1"),
        (OWN, '{ allow = true, rule = "orders/own", status = 200 }', "u1"),
        (OWN, '{ allow = true, roles = ["person"], reason = "allowed" }', "u1"),
        (OWN, '{ allow = true, mint = { roles = ["person"], count = 1 } }', "u1"),
        (OWN, '{ allow = true, mint = { aud = "https://orders.internal" } }', "u1"),
        (OWN, "{ allow = true, mint = { deep = { a = [1, 2.5] } } }", "u1"),
        (OTHER, '{ allow = false, reason = "no_allow", status = 403 }', "u1"),
        (OTHER, '{ allow = false, roles = ["staff", "person"] }', "sam"),
        (ADMIN, '{ allow = false, reason = "no_allow" }', "u1"),
        (
            ADMIN,
            (
                '{ allow = false, rule = "strong", reason = "step_up", status = 401, '
                'challenge = "insufficient_user_authentication" }'
            ),
            "sam",
        ),
        (FEED, '{ allow = false, reason = "closed", status = 403 }', "sam"),
        (FEED, '{ allow = false, reason = "denied_by_rule" }', "sam"),
        (FEED, '{ allow = true, rule = "visit" }', "guest"),
        ('{ path = "/v1/feed?c=y" }', "{ allow = false, status = 401 }", "guest"),
        ('{ path = "/v1/feed?c=x&c=y" }', "{ allow = false }", "guest"),
    ],
)
def test_an_expectation_that_is_met_passes(
    request_: str, expect: str, identity: str
) -> None:
    """What is left out is not compared."""
    assert differences(request_, expect, identity) == []


@pytest.mark.parametrize(
    ("request_", "expect", "identity", "difference"),
    [
        (OWN, "{ allow = false }", "u1", ("allow", False, True)),
        (
            OWN,
            '{ allow = true, rule = "near" }',
            "u1",
            ("rule", "orders/near", "orders/own"),
        ),
        (OTHER, '{ allow = false, rule = "own" }', "u1", ("rule", "orders/own", "")),
        (OWN, "{ allow = true, roles = [] }", "u1", ("roles", [], ["person"])),
        (
            OWN,
            '{ allow = true, roles = ["staff", "person"] }',
            "u1",
            ("roles", ["person", "staff"], ["person"]),
        ),
        (OWN, "{ allow = true, status = 204 }", "u1", ("status", 204, 200)),
        (
            OTHER,
            '{ allow = false, reason = "closed" }',
            "u1",
            ("reason", "closed", "no_allow"),
        ),
        (
            OTHER,
            '{ allow = false, challenge = "x" }',
            "u1",
            ("challenge", "x", None),
        ),
        (
            OWN,
            '{ allow = true, mint = { roles = "person" } }',
            "u1",
            ("mint.roles", "person", ["person"]),
        ),
        (
            OWN,
            "{ allow = true, mint = { count = true } }",
            "u1",
            ("mint.count", True, 1),
        ),
        (OWN, "{ allow = true, mint = { x = 1 } }", "u1", ("mint.x", 1, None)),
        (
            OTHER,
            '{ allow = false, mint = { aud = "x" } }',
            "u1",
            ("mint.aud", "x", None),
        ),
    ],
)
def test_an_expectation_that_is_not_met_says_what_came_out(
    request_: str, expect: str, identity: str, difference: tuple[str, object, object]
) -> None:
    """Expected and got."""
    assert differences(request_, expect, identity) == [Difference(*difference)]


def test_everything_that_differs_is_told() -> None:
    """Not only the first."""
    found = differences(OWN, '{ allow = false, roles = [], reason = "no_allow" }')

    assert [each.what for each in found] == ["allow", "roles", "reason"]


def test_a_result_has_a_name_and_a_place() -> None:
    """Editors jump there."""
    (result,) = run(POLICY + case(OWN, "{ allow = true }"))

    assert result.passed
    assert result.name == "a case"
    assert result.policy == "orders"
    assert result.where.startswith("policies/orders.toml:")
    assert result.decision is not None
    assert result.decision.rule == "orders/own"


def test_a_table_is_one_case_for_each_row() -> None:
    """With the number of the row, and its own place."""
    table = (
        '\n[[test]]\nname = "rows"\nidentity = "u1"\ntable = [\n'
        f"  {{ request = {OWN}, allow = true }},\n"
        f"  {{ request = {OTHER}, allow = true }},\n]\n"
    )

    good, bad = run(POLICY + table)
    assert (good.name, good.passed) == ("rows (1)", True)
    assert (bad.name, bad.passed) == ("rows (2)", False)
    assert good.where != bad.where


def test_tests_of_all_files_are_run_in_their_order() -> None:
    """Each against the policies of all files."""
    first = POLICY + case(OTHER, '{ allow = true, rule = "second/open" }')
    second = rule("open", for_="authenticated") + case(
        OTHER, '{ allow = true, rule = "open" }', "guest"
    )

    one, two = run(first, second)
    assert one.passed
    assert (two.policy, two.passed) == ("second", False)


@pytest.mark.parametrize(
    ("now", "allow"),
    [("2026-05-04T20:00:00Z", "true"), ("2026-05-04T20:00:01Z", "false")],
)
def test_a_test_may_stop_the_clock(now: str, allow: str) -> None:
    """For all expressions at once; else it is the clock that was handed in."""
    stopped = case(OWN, f"{{ allow = {allow} }}", more=f'now = "{now}"')
    running = case(OWN, "{ allow = true }")

    assert all(result.passed for result in run(POLICY + stopped + running))


def test_a_request_has_what_the_test_says() -> None:
    """Method, host, scheme, headers, address."""
    text = rule(
        "x",
        "request.headers['x-a'] == ['1', '2'] && request.ip == '10.1.1.1' "
        "&& !request.tls && request.host == 'bills.example.com' "
        "&& request.time == now && request.method == 'GET'",
    ) + case(
        '{ path = "/v1/bills", scheme = "http", ip = "10.1.1.1", '
        'headers = { X-A = ["1", "2"] } }',
        "{ allow = true }",
        "guest",
    )

    (result,) = run(text)
    assert result.passed, result.decision


class TestHosts:
    """A test need not name the host that everybody knows."""

    def _request(self, request: str, *routes: Route) -> TestResult:
        text = ALLOW_ALL + case(request, "{ allow = true }", "guest")
        (result,) = run(text, routes=routes)
        return result

    def test_the_one_host_with_the_path_is_meant(self) -> None:
        """Other hosts do not have it, or not for the method."""
        routes = (
            route("a", "/x", host="a.example"),
            route("b", "/x", host="b.example", methods=frozenset({"PUT"})),
        )

        assert self._request('{ path = "/x" }', *routes).passed

    def test_two_hosts_with_the_path_have_to_be_told_apart(self) -> None:
        """Guessing would test something else."""
        routes = (
            route("a", "/x", host="a.example"),
            route("b", "/x", host="b.example"),
        )

        bare = self._request('{ path = "/x" }', *routes)
        assert [each.what for each in bare.differences] == ["request"]
        assert "a.example and b.example" in bare.differences[0].got
        assert bare.decision is None
        named = self._request('{ path = "/x", host = "b.example" }', *routes)
        assert named.passed

    def test_a_route_for_every_host_is_found_without(self) -> None:
        """Any host will do."""
        assert self._request('{ path = "/x" }', route("a", "/x", host="*")).passed


@pytest.mark.parametrize(
    "request_",
    [
        '{ path = "/nowhere" }',
        '{ path = "/v1/feed", method = "PUT" }',
        '{ path = "/v1/../x" }',
        '{ path = "/v1//feed" }',
    ],
)
def test_a_request_that_leads_nowhere_fails_its_test(request_: str) -> None:
    """Whatever was expected: nothing was decided."""
    (found,) = differences(request_, "{ allow = false }")

    assert found.what == "request"
    assert found.got


def test_rules_that_no_test_is_decided_by_are_told() -> None:
    """Shadow rules decide nothing, so they are not asked for."""
    text = POLICY + rule("dark", mode="shadow") + case(OWN, "{ allow = true }")
    policies = files(text)

    found = find_untested(policies, run(text))
    assert {fault.code for fault in found} == {"W208"}
    assert [marked(fault) for fault in found] == [
        '"late"',
        '"strong"',
        '"near"',
        '"visit"',
        '"closed"',
    ]


def test_a_case_can_be_asked_for_alone() -> None:
    """To be explained, for instance."""
    (policy,) = files(POLICY + case(OWN, "{ allow = true }"))

    (only,) = cases_of(policy)
    assert only.name == "a case"
    assert only.expected.allow
