"""The route of a target that may be read in two ways."""

import pytest

from gateway.model.errors import MalformedTargetError, RouteError
from gateway.model.route import Route
from gateway.model.routing import find_route
from gateway.model.target import TargetRules, parse_target
from gateway.upstream.routes import RouteTable

LAX = TargetRules(keep_encoded_slash=True, keep_matrix_params=True)


def route(id_: str, path: str, method: str = "GET") -> Route:
    return Route(
        id=id_,
        host="*",
        path=path,
        methods=frozenset({method}),
        upstream="w",
        audience="http://w",
        profile="api",
    )


TABLE = RouteTable(
    [
        route("open", "/w/**"),
        route("closed", "/w/admin/**"),
        route("page", "/pages/{name}"),
        route("page-part", "/pages/{name}/parts/**"),
        route("write", "/pages/secret/write", "POST"),
    ]
)


def found(raw: bytes) -> tuple[str, dict[str, str]]:
    match = find_route(TABLE, "h", parse_target(raw, LAX), "GET")
    return match.route.id, dict(match.params)


@pytest.mark.parametrize(
    ("raw", "id_"),
    [
        (b"/w/admin;x=1/u", "closed"),
        (b"/w;x/admin/u;y", "closed"),
        (b"/w/u;x=admin", "open"),
        (b"/w/a%2fb", "open"),
        (b"/w/a;x/b%2Fc;y", "open"),
        (b"/w/admin/a%2fb", "closed"),
    ],
)
def test_what_an_upstream_may_read_decides_on_the_route(raw: bytes, id_: str) -> None:
    """With parameters cut off, and whether or not slashes are decoded."""
    assert found(raw)[0] == id_


@pytest.mark.parametrize(
    "raw",
    [
        b"/w/;/admin/u",
        b"/w/;x=1/admin/u",
        b"/w/admin%2fu",
        b"/w/admin%2Fu",
        b"/w/admin%2fu/v",
        b"/w/%2fadmin/u",
        b"/w/%2f%2fadmin/u",
        b"/w%2fadmin/u",
        b"/w%2fadmin%2fu",
        b"/w/a;%2fadmin",
    ],
)
def test_no_spelling_leads_around_a_route(raw: bytes) -> None:
    """`/w/admin/**` is closed and `/w/**` is open."""
    with pytest.raises((MalformedTargetError, RouteError)):
        found(raw)


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"/w/admin%2fu", "route open is one of route closed"),
        (b"/pages/a%2fb", "leaves route page"),
        (b"/pages/secret%2fwrite", "leaves route page"),
        (b"/pages/a%2fparts%2fb/parts/c", "is one of route page-part"),
    ],
)
def test_a_second_reading_is_refused(raw: bytes, detail: str) -> None:
    """Another route, none, one for another method, or another parameter."""
    with pytest.raises(MalformedTargetError) as refused:
        found(raw)

    assert detail in refused.value.detail
