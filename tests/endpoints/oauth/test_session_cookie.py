"""The cookie of a browser session."""

import pytest

from gateway.endpoints.oauth.session_cookie import cookie_name, find_session_cookie


def found(*headers: bytes) -> str:
    scope = {"headers": [(b"cookie", each) for each in headers]}
    return find_session_cookie(scope, "s")


def test_its_name_is_bound_to_the_host_with_tls() -> None:
    assert cookie_name("https://gw.example.com") == "__Host-gateway-session"
    assert cookie_name("http://localhost:8080") == "gateway-session"


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ((), ""),
        ((b"s=abc",), "abc"),
        ((b"a=1; s=abc",), "abc"),
        ((b"a=1", b"s=abc"), "abc"),
        ((b"t=abc",), ""),
        ((b"\xff=1; s=abc",), "abc"),
        ((b"s=abc; s=def",), "abc"),
        ((b"s",), ""),
        ((b"a\x00=1; s=abc",), "abc"),
    ],
)
def test_it_is_found_or_not(headers: tuple[bytes, ...], value: str) -> None:
    """Whatever else stands there."""
    assert found(*headers) == value
