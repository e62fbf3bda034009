"""Where recorded requests lead now."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.model.route import Route
from gateway.policy.replaying.routing import Destination, Lead, Routing
from gateway.upstream.overlaps import share_requests
from tests.policy.files import FEED, READ, ROUTES, route

UNKNOWN = Destination(Lead.UNKNOWN)
NOWHERE = Destination(Lead.NOWHERE)


def followed(old: Route, after: Sequence[Route]) -> Destination:
    """Where the requests of a route lead with other routes; asked twice."""
    routing = Routing(before=ROUTES, after=after, share_requests=share_requests)
    first = routing.follow(old.id)
    assert routing.follow(old.id) is first
    return first


def without(*gone: Route) -> list[Route]:
    """The routes but for some."""
    return [each for each in ROUTES if each not in gone]


def test_a_route_that_is_left_alone_is_found_again() -> None:
    """Also if other things about it change, or other routes do."""
    tagged = replace(READ, tags=("open",), upstream="bills")

    assert followed(READ, ROUTES) == Destination(Lead.SAME, READ)
    assert followed(READ, [tagged]) == Destination(Lead.SAME, tagged)
    assert followed(READ, [*ROUTES, route("new")]) == Destination(Lead.SAME, READ)
    assert followed(READ, [READ]) == Destination(Lead.SAME, READ)


def test_a_route_that_is_gone_leads_nowhere() -> None:
    """If nothing else could serve its requests."""
    assert followed(READ, without(READ)) == NOWHERE
    assert followed(READ, [replace(READ, path="/v2/orders")]) == NOWHERE
    assert followed(READ, [replace(READ, methods=frozenset({"PUT"}))]) == NOWHERE


def test_a_route_that_may_be_another_one_is_unknown() -> None:
    """The record does not hold enough of the request to find out."""
    wider = replace(READ, methods=frozenset({"GET", "PUT"}))

    assert followed(READ, [wider]) == UNKNOWN
    assert followed(READ, [replace(READ, id="renamed")]) == UNKNOWN
    assert followed(READ, [*ROUTES, route("one", "/v1/orders/1")]) == UNKNOWN
    assert followed(READ, [route("all", "/**")]) == UNKNOWN
    assert followed(FEED, [*ROUTES, route("all", "/**")]) == UNKNOWN
    assert followed(route("never-heard-of"), ROUTES) == UNKNOWN
