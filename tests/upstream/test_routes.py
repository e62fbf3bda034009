"""The trie against plain sentences, and against a search that looks at every route."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.model.errors import RouteError, WrongMethodError
from gateway.model.route import Route
from gateway.model.target import parse_target
from gateway.upstream.overlaps import find_overlaps
from gateway.upstream.routes import RouteTable
from gateway.upstream.templates import Kind, methods_of, parse_template

HOST = "api.example.com"


def route(
    path: str, methods: str = "GET", *, host: str = HOST, route_id: str = ""
) -> Route:
    """Return a route that is named like its path, unless told otherwise."""
    return Route(
        id=route_id or path,
        host=host,
        path=path,
        methods=frozenset(methods.split()),
        upstream="orders",
        audience="https://orders.internal",
        profile="api",
    )


def found(
    table: RouteTable, path: str, method: str = "GET", *, host: str = HOST
) -> tuple[str, dict[str, str]]:
    """Return the id of the route that is found, and its parameters."""
    match = table.match(host, parse_target(path.encode()).segments, method)
    return match.route.id, dict(match.params)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/orders/special", "/v1/orders/special"),
        ("/v1/orders/7", "/v1/orders/{id}"),
        ("/v1/orders/7/lines", "/v1/orders/{id}/lines"),
        ("/v1/orders/special/lines", "/v1/orders/{id}/lines"),
        ("/v1/orders/7/other", "/v1/**"),
        ("/v1/orders", "/v1/**"),
        ("/v1/a/b/c/d", "/v1/**"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_more_specific_template_wins_in_whatever_order(
    path: str, expected: str, *, backwards: bool
) -> None:
    """A literal before a parameter before the rest, and back where that leads nowhere."""
    routes = [
        route("/v1/orders/special"),
        route("/v1/orders/{id}"),
        route("/v1/orders/{id}/lines"),
        route("/v1/**"),
    ]

    table = RouteTable(routes[::-1] if backwards else routes)

    assert found(table, path)[0] == expected


def test_parameters_hold_decoded_segments() -> None:
    """An upstream decodes, too; a policy sees what it will see."""
    table = RouteTable([route("/v1/{kind}/x/{name}")])

    assert found(table, "/v1/a%20b/x/%C3%A9")[1] == {"kind": "a b", "name": "é"}


def test_an_escaped_literal_is_the_literal() -> None:
    """`/%61dmin` is `/admin` for every upstream."""
    table = RouteTable([route("/admin"), route("/{any}")])

    assert found(table, "/%61dmin")[0] == "/admin"


@pytest.mark.parametrize(
    ("template", "matching", "other"),
    [
        ("/v1", "/v1", "/v1/"),
        ("/v1/", "/v1/", "/v1"),
        ("/v1/{x}", "/v1/a", "/v1/"),
        ("/v1/{x}", "/v1/a", "/v1/a/"),
        ("/v1/{x}/", "/v1/a/", "/v1/a"),
        ("/v1/**", "/v1/a", "/v1"),
        ("/v1/**", "/v1/a/b/", "/v1"),
        ("/v1/**", "/v1/", "/v1"),
        ("/", "/", "/a"),
    ],
)
def test_a_slash_at_the_end_is_another_place(
    template: str, matching: str, other: str
) -> None:
    """Else `/admin/` could pass by the route for `/admin` to one that asks for less."""
    table = RouteTable([route(template)])

    assert found(table, matching)[0] == template
    with pytest.raises(RouteError):
        found(table, other)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/admin", "/admin"),
        ("/admin/", None),
        ("/orders/5/", None),
        ("/orders/", "/orders/"),
        ("/orders/5/items/", "/**"),
        ("/", "/**"),
    ],
)
def test_a_catch_all_does_not_take_what_another_route_is_for(
    path: str, expected: str | None
) -> None:
    """Many upstreams serve "/admin/" as "/admin": its own route has to decide."""
    paths = ("/**", "/admin", "/orders/{id}", "/orders/")
    table = RouteTable([route(template) for template in paths])

    if expected is None:
        with pytest.raises(RouteError):
            found(table, path)
    else:
        assert found(table, path)[0] == expected


def test_no_parameter_matches_an_empty_segment() -> None:
    """Whatever the target's parser may let through."""
    table = RouteTable([route("/v1/{x}/y")])

    with pytest.raises(RouteError):
        table.match(HOST, ("v1", "", "y"), "GET")


def test_no_segments_at_all_are_no_place() -> None:
    """A target has at least the one behind its first slash."""
    with pytest.raises(RouteError):
        RouteTable([route("/"), route("/**")]).match(HOST, (), "GET")


def test_the_exact_host_comes_before_every_host() -> None:
    """And where it leads nowhere, what is declared for every host holds."""
    table = RouteTable(
        [route("/a", route_id="own"), route("/a", host="*"), route("/b", host="*")]
    )

    assert found(table, "/a")[0] == "own"
    assert found(table, "/a", host="other.example")[0] == "/a"
    assert found(table, "/b")[0] == "/b"


def test_head_is_served_where_get_is() -> None:
    """RFC 9110 section 9.3.2."""
    table = RouteTable([route("/a", "GET"), route("/b", "POST")])

    assert found(table, "/a", "HEAD")[0] == "/a"
    with pytest.raises(WrongMethodError):
        found(table, "/b", "HEAD")


def test_a_method_that_only_a_wider_route_serves_goes_there() -> None:
    """A route is what it says it matches, whatever else there is."""
    table = RouteTable([route("/a/b", "GET"), route("/a/{x}", "POST")])

    assert found(table, "/a/b", "POST") == ("/a/{x}", {"x": "b"})


def test_a_wrong_method_names_all_right_ones() -> None:
    """RFC 9110 section 15.5.6: the answer has to list them."""
    table = RouteTable(
        [route("/a/b", "PUT"), route("/a/{x}", "GET"), route("/**", "POST", host="*")]
    )

    with pytest.raises(WrongMethodError) as caught:
        found(table, "/a/b", "DELETE")

    assert caught.value.allowed == ("GET", "HEAD", "POST", "PUT")


def test_an_unknown_place_is_no_wrong_method() -> None:
    """There is nothing there, for any method."""
    with pytest.raises(RouteError) as caught:
        found(RouteTable([route("/a", "PUT")]), "/b")

    assert not isinstance(caught.value, WrongMethodError)


def test_the_same_route_twice_cannot_be_built() -> None:
    """The check at load says it with a witness; here it must not pass in silence."""
    with pytest.raises(ValueError, match="are the same"):
        RouteTable([route("/{a}", route_id="1"), route("/{b}", route_id="2")])


# Against the plain meaning: every route is looked at.


def _matches(template_path: str, segments: Sequence[str]) -> bool:
    template = parse_template(template_path)
    slash = segments[-1] == ""
    rest = list(segments[:-1] if slash else segments)
    if slash not in template.ends:
        return False
    for part in template.parts:
        if not rest:
            return slash and part.kind is Kind.REST
        if part.kind is Kind.REST:
            return True
        if part.kind is Kind.LITERAL and part.text != rest[0]:
            return False
        rest.pop(0)
    return not rest


_SEGMENTS = st.sampled_from(["a", "b", "c"])
_PARTS = st.sampled_from(["a", "b", "{}"])
_PATHS = st.builds(
    lambda parts, rest, slash: (
        "/"
        + "/".join(
            [p.replace("{}", f"{{p{i}}}") for i, p in enumerate(parts)] + ["**"] * rest
        )
        + "/" * (slash and bool(parts) and not rest)
    ),
    st.lists(_PARTS, max_size=3),
    st.booleans(),
    st.booleans(),
)
_ROUTES = st.lists(
    st.builds(
        route,
        _PATHS,
        st.sampled_from(["GET", "POST", "GET POST"]),
        host=st.sampled_from([HOST, "*"]),
    ),
    max_size=6,
)


_TARGETS = st.builds(
    lambda parts, slash: [*parts, ""] if slash or not parts else parts,
    st.lists(_SEGMENTS, max_size=4),
    st.booleans(),
)


@given(_ROUTES, _TARGETS, st.sampled_from(["GET", "POST", "HEAD"]))
def test_the_trie_finds_what_a_search_over_all_routes_finds(
    routes: list[Route], segments: list[str], method: str
) -> None:
    """And among several the one that all others include, if no two overlap."""
    assume(not find_overlaps(routes))
    matching = _candidates(routes, segments, method)
    if segments[-1] == "" and all(each.path.endswith("/**") for each in matching):
        # Without the "/" it is another route's: then it is nobody's.
        bare = _candidates(routes, segments[:-1], method)
        if any(not each.path.endswith("/**") for each in bare):
            matching = []

    try:
        winner = RouteTable(routes).match(HOST, segments, method).route
    except RouteError:
        assert not matching
        return

    assert winner in matching
    for other in matching:
        # Wider or equal in each place: the other matches whatever the winner does.
        assert other.host in {"*", winner.host}
        assert _includes(other, winner)


def _candidates(routes: list[Route], segments: list[str], method: str) -> list[Route]:
    return [
        candidate
        for candidate in routes
        if segments
        and _matches(candidate.path, segments)
        and method in methods_of(candidate)
    ]


def _includes(wide: Route, narrow: Route) -> bool:
    kinds = [part.kind for part in parse_template(narrow.path).parts]
    for place, part in enumerate(parse_template(wide.path).parts):
        if part.kind is Kind.REST:
            return True
        if kinds[place] > part.kind:
            return False
    return True
