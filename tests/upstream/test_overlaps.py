"""Which routes share a request although neither is the more specific."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.route import Route
from gateway.model.target import parse_target
from gateway.upstream.overlaps import (
    MAX_OVERLAPS,
    find_overlaps,
    share_requests,
)
from gateway.upstream.routes import RouteTable

HOST = "api.example.com"


def _route(path: str, methods: str = "GET", *, host: str = HOST) -> Route:
    return Route(
        id=f"{methods} {host}{path}",
        host=host,
        path=path,
        methods=frozenset(methods.split()),
        upstream="orders",
        audience="https://orders.internal",
        profile="api",
    )


@pytest.mark.parametrize(
    ("one", "other", "witness"),
    [
        ("/a", "/a", "/a"),
        ("/a/{x}", "/a/{y}", "/a/x"),
        ("/a/**", "/a/**", "/a/x"),
        ("/a/{x}/c", "/a/b/{y}", "/a/b/c"),
        ("/{x}/b/**", "/a/**", "/a/b/x"),
        ("/{x}/b", "/a/**", "/a/b"),
        ("/{x}/b/", "/a/{y}/", "/a/b/"),
        ("/{x}/b/", "/a/**", "/a/b/"),
        ("/{x}/é", "/a/{y}", "/a/%C3%A9"),
        ("/x/{a}/z", "/{b}/xx/{c}", "/x/xx/z"),
        ("/x/{a}/{p}", "/{b}/y/{c}", "/x/y/xx"),
    ],
)
def test_routes_of_which_neither_is_narrower_overlap(
    one: str, other: str, witness: str
) -> None:
    """With a request that both match, so that nobody has to believe it."""
    routes = [_route(one, "GET POST"), _route(other, "GET")]

    (overlap,) = find_overlaps(routes)

    assert (overlap.first, overlap.second) == tuple(routes)
    assert overlap.witness == f"GET https://{HOST}{witness}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/b", "/a/{x}"),
        ("/a/b", "/**"),
        ("/a/{x}", "/a/**"),
        ("/a/{x}/c", "/a/**"),
        ("/a/{x}/**", "/a/**"),
        ("/a/b/c", "/{x}/b/{y}"),
        ("/a/{x}", "/b/{y}"),
        ("/a/{x}", "/a/{x}/{y}"),
        ("/a/**", "/a"),
        ("/a/{x}/", "/a/{x}"),
    ],
)
def test_a_narrower_route_and_places_apart_are_in_order(one: str, other: str) -> None:
    """A special case beside the general one is what people write all the time."""
    assert not find_overlaps([_route(one), _route(other)])
    assert not find_overlaps([_route(other), _route(one)])


def test_methods_keep_routes_apart() -> None:
    """A request has one method."""
    assert not find_overlaps([_route("/a", "GET"), _route("/a", "POST DELETE")])


def test_get_includes_head() -> None:
    """RFC 9110 section 9.3.2: so the two are the same request's routes."""
    (overlap,) = find_overlaps([_route("/a", "GET"), _route("/a", "HEAD")])

    assert overlap.witness == f"HEAD https://{HOST}/a"


def test_the_hosts_keep_routes_apart() -> None:
    """And one host is narrower than all hosts."""
    own, other = _route("/a"), _route("/a", host="b.example")
    every = _route("/a", host="*")

    assert not find_overlaps([own, other, every])


def test_a_narrower_host_does_not_make_up_for_a_wider_path() -> None:
    """Nobody can tell which of the two was meant."""
    (overlap,) = find_overlaps([_route("/health", host="*"), _route("/**")])

    assert overlap.witness == f"GET https://{HOST}/health"


def test_a_route_for_what_two_share_takes_it_from_both() -> None:
    """So there is always a way out: say what is meant."""
    both = [_route("/a/{x}/c"), _route("/a/b/{y}")]

    assert find_overlaps(both)
    assert not find_overlaps([*both, _route("/a/b/c")])
    assert find_overlaps([*both, _route("/a/b/c", "POST")])


def test_two_routes_for_what_two_share_are_an_overlap_themselves() -> None:
    """Being the shared part is no excuse among equals."""
    routes = [_route("/a/{x}/c"), _route("/a/b/{y}"), _route("/a/b/c", "GET")]

    overlaps = find_overlaps([*routes, _route("/a/b/c", "GET PUT")])

    assert [overlap.first for overlap in overlaps] == [routes[2]]


def test_a_pair_is_reported_once_and_pairs_in_the_order_of_the_file() -> None:
    """A report that is read from top to bottom."""
    routes = [_route("/{a}", "GET POST PUT") for _ in range(3)]

    overlaps = find_overlaps(routes)

    assert [
        (routes.index(overlap.first), overlap.second is routes[2])
        for overlap in overlaps
    ] == [(0, False), (0, True), (0, True)]


def test_no_more_than_the_limit_is_reported() -> None:
    """Nobody reads a million lines, and nobody should wait for them."""
    routes = [_route(f"/{{x}}/a{i}") for i in range(2000)]
    routes += [_route(f"/b{i}/{{y}}") for i in range(2000)]

    start = time.process_time()
    overlaps = find_overlaps(routes)

    assert len(overlaps) == MAX_OVERLAPS
    assert time.process_time() - start < 20
    assert len(find_overlaps(routes, limit=3)) == 3


@pytest.mark.parametrize(
    "routes",
    [
        [_route(f"/v1/s{i // 10}/r{i % 10}/{{id}}") for i in range(10_000)],
        [_route(f"/{{t}}/a{i}") for i in range(5_000)]
        + [_route(f"/t{i}/b{i}") for i in range(5_000)],
        [_route(f"/{{t}}/a{i}") for i in range(5_000)]
        + [_route(f"/t{i}/{{x}}", "POST") for i in range(5_000)],
        [_route("/**", host=f"h{i}.example") for i in range(5_000)]
        + [_route(f"/s{i}", "POST", host="*") for i in range(5_000)],
    ],
    ids=["services", "apart", "methods", "hosts"],
)
def test_ten_thousand_routes_are_checked_in_a_moment(routes: list[Route]) -> None:
    """Also where half of them could share a request with each of the other half."""
    start = time.process_time()

    assert not find_overlaps([*routes, _route("/**", "DELETE")])
    assert time.process_time() - start < 20


_PATHS = st.lists(
    st.sampled_from(["a", "b", "{p}", "**"]), min_size=1, max_size=3
).filter(lambda parts: "**" not in parts[:-1])


@given(
    st.lists(
        st.builds(
            lambda parts, methods, host: _route(
                "/" + "/".join(p.replace("p", f"p{i}") for i, p in enumerate(parts)),
                methods,
                host=host,
            ),
            _PATHS,
            st.sampled_from(["GET", "POST", "GET POST"]),
            st.sampled_from([HOST, "*"]),
        ),
        max_size=5,
    )
)
def test_a_witness_is_a_request_that_both_routes_match(routes: list[Route]) -> None:
    """Each by itself, through the same table that serves requests."""
    for overlap in find_overlaps(routes):
        method, _, url = overlap.witness.partition(" https://")
        host, slash, path = url.partition("/")
        segments = parse_target((slash + path).encode()).segments
        for side in (overlap.first, overlap.second):
            assert RouteTable([side]).match(host, segments, method).route is side


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("/a", "/a", True),
        ("/a/b", "/a/{x}", True),
        ("/a/{x}", "/{y}/b", True),
        ("/a/{x}/c", "/a/**", True),
        ("/a/b/", "/a/**", True),
        ("/**", "/a/b/c", True),
        ("/a", "/b", False),
        ("/a", "/a/", False),
        ("/a", "/a/**", False),
        ("/a/{x}", "/b/{x}", False),
        ("/a/{x}", "/a/{x}/{y}", False),
        ("/a/{x}/c", "/a/{x}/d", False),
    ],
)
def test_routes_share_requests_whichever_is_narrower(
    one: str, other: str, *, share: bool
) -> None:
    """An overlap that is in order is one too."""
    assert share_requests(_route(one), _route(other)) is share
    assert share_requests(_route(other), _route(one)) is share


def test_methods_and_hosts_keep_requests_apart() -> None:
    """Unless one of them is for all hosts, or `HEAD` meets `GET`."""
    assert not share_requests(_route("/a", "GET"), _route("/a", "POST"))
    assert share_requests(_route("/a", "GET"), _route("/a", "HEAD PUT"))
    assert not share_requests(_route("/a"), _route("/a", host="b.example"))
    assert share_requests(_route("/a"), _route("/a", host="*"))
