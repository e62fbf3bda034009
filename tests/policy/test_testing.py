"""The tests beside the policies decide as the gateway does, and say what differs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from gateway.model.route import Route
from gateway.policy.testing import TestResult, cases_of, find_untested
from tests.policy.cases import OTHER, OWN, POLICY, case, differences, run
from tests.policy.files import ALLOW_ALL, NOON, files, marked, route, rule


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


def test_all_tests_that_say_no_time_have_the_same() -> None:
    """A clock that runs would let a test pass and its neighbour fail."""

    def running() -> Iterator[datetime]:
        yield NOON
        yield NOON + timedelta(days=1)

    ticks = running()
    text = POLICY + case(OWN, "{ allow = true }") + case(OWN, "{ allow = true }")

    assert all(result.passed for result in run(text, clock=lambda: next(ticks)))


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
