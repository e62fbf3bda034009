"""Which requests lead to which upstream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from gateway.config.settings.routes import (
    RouteSettings,
    check_template,
    parameter_of,
)
from tests.config.files import read, the_fault

ROUTE = "id = 'a'\npath = '/a'\nmethods = ['GET']\nupstream = 'u'\n"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a",
        "/a/",
        "/a.b/~c/d,e;".removesuffix(";"),
        "/{a}",
        "/{a}/{b_2}/**",
        "/**",
        "/caf\u00e9/\u65e5",
        "/a/...",
        "/" + "/".join(["a"] * 64),
    ],
)
def test_a_template_is_segments_parameters_and_a_rest(path: str) -> None:
    """Written as the path is after decoding."""
    assert check_template(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//",
        "/a//b",
        "/./a",
        "/..",
        "/a/**/b",
        "/**/**",
        "/*",
        "/a*",
        "/a**",
        "/***",
        "/{a}/{a}",
        "/{A}",
        "/{}",
        "/{a",
        "/a}",
        "/x{a}",
        "/{a}{b}",
        "/{a*}",
        "/{1a}",
        "/%61",
        "/a;b",
        "/a?b",
        "/a#b",
        "/a b",
        "/a\\b",
        "/a\nb",
        "/a\u202eb",
        "/" + "/".join(["a"] * 65),
        "/" + "a" * 1024,
    ],
)
def test_anything_else_is_no_template(path: str) -> None:
    """What could mean two things, or never match."""
    with pytest.raises(PydanticCustomError) as caught:
        check_template(path)

    assert caught.value.type == "E320"


def test_a_parameter_has_a_name() -> None:
    """It is what rules read."""
    assert parameter_of("{order_id}") == "order_id"
    assert parameter_of("order_id") is None


@given(st.text(alphabet="/{}*ab_.%;\\ ", max_size=12))
def test_whatever_is_written_only_a_flaw_comes_out(path: str) -> None:
    """No exception of a library."""
    try:
        assert check_template(path) == path
    except PydanticCustomError as error:
        assert error.type == "E320"  # noqa: PT017 - either way is right


def test_a_route_has_safe_defaults() -> None:
    """Any host; the profile `api`; the server's own limit."""
    route = read(RouteSettings, ROUTE)

    assert isinstance(route, RouteSettings)
    assert (route.host, route.profile, route.protocol) == ("*", "api", ("http",))
    assert (route.tags, route.limits.body) == ((), None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("host = 'API.example.com'", "E106"),
        ("host = '*.example.com'", "E105"),
        ("host = 'api.example.com:80'", "E105"),
        ("protocol = ['http', 'websocket']", "E110"),
        ("protocol = 'sse'", "E110"),
        ("protocol = ['spdy']", "E105"),
        ("protocol = []", "E106"),
        ("recheck = '60s'", "E110"),
        ("limits = { rate = '20/m' }", "E110"),
        ("limits = { body = '2TiB' }", "E106"),
        ("tags = ['a', 'a']", "E106"),
        ("tags = ['']", "E106"),
    ],
)
def test_what_a_route_cannot_have_is_refused(line: str, code: str) -> None:
    """By its own code."""
    assert the_fault(RouteSettings, ROUTE + line).code == code


@pytest.mark.parametrize(
    "line", ["host = '*'", "host = 'api.example.com'", "protocol = 'http'"]
)
def test_what_a_route_can_have_is_accepted(line: str) -> None:
    """One name may stand for a list of one."""
    assert isinstance(read(RouteSettings, ROUTE + line), RouteSettings)


@pytest.mark.parametrize(
    ("methods", "code"),
    [
        ("['get']", "E105"),
        ("['GET ']", "E105"),
        ("['CONNECT']", "E106"),
        ("['TRACE']", "E106"),
        ("[]", "E106"),
        ("['GET', 'GET']", "E106"),
        ("'GET'", "E105"),
    ],
)
def test_methods_are_in_capitals_and_can_be_forwarded(methods: str, code: str) -> None:
    """RFC 9110 section 9.1: names are case-sensitive."""
    text = ROUTE.replace("['GET']", methods)

    assert the_fault(RouteSettings, text).code == code


def test_methods_of_ones_own_pass() -> None:
    """WebDAV has many."""
    assert isinstance(
        read(RouteSettings, ROUTE.replace("GET", "M-SEARCH")), RouteSettings
    )
