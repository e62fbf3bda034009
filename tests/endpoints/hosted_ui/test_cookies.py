"""The pages' cookies."""

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from starlette.responses import Response

from gateway.endpoints.hosted_ui.cookies import MAX_SIGN_UP, Cookies
from gateway.endpoints.hosted_ui.visit import Visit

SECURE = Cookies(secure=True)


def set_cookie(response: Response) -> str:
    return response.headers["set-cookie"]


def test_cookies_are_out_of_reach() -> None:
    """Of scripts, of other hosts, of plain connections."""
    response = Response()

    SECURE.keep_session(response, "h" * 43, timedelta(hours=1))

    told = set_cookie(response)
    assert told.startswith(f"__Host-gateway-session={'h' * 43};")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=3600"):
        assert f"; {part}" in told
    assert "Domain" not in told


def test_without_https_they_are_kept_all_the_same() -> None:
    """On one's own machine, for a demonstration: no browser takes the prefix there."""
    response = Response()

    Cookies(secure=False).keep_browser(response, "b" * 43)

    assert set_cookie(response).startswith("gateway-browser=")
    assert "Secure" not in set_cookie(response)
    assert "Max-Age" not in set_cookie(response)


def test_a_sign_in_is_forgotten() -> None:
    response = Response()

    SECURE.end_session(response)

    assert '__Host-gateway-session="";' in set_cookie(response)
    assert "Max-Age=0" in set_cookie(response)


def test_a_browser_says_who_it_is() -> None:
    cookies = {"__Host-gateway-session": "s" * 43, "__Host-gateway-browser": "b" * 43}
    visit = Visit("GET", "/", cookies=cookies)

    assert SECURE.session(visit) == "s" * 43
    assert SECURE.browser(visit) == "b" * 43
    assert Cookies(secure=False).session(visit) == ""


@pytest.mark.parametrize("value", ["", "short", "x" * 513, "ä" * 43, "a b" * 20])
def test_what_we_never_handed_out_is_nobody(value: str) -> None:
    visit = Visit("GET", "/", cookies={"__Host-gateway-session": value})

    assert SECURE.session(visit) == ""


def test_browsers_have_names_that_nobody_guesses() -> None:
    names = {Cookies.new_browser() for _ in range(50)}

    assert len(names) == 50
    assert all(len(name) == 43 for name in names)


@pytest.mark.parametrize("client_id", ["app", "Shop_1+2", "a" * 128])
def test_the_client_that_somebody_came_from_is_known_again(client_id: str) -> None:
    """However short it is called."""
    response = Response()
    SECURE.keep_client(response, client_id)
    kept = set_cookie(response).split(";")[0].partition("=")[2]

    visit = Visit("GET", "/", cookies={"__Host-gateway-client": kept})

    assert SECURE.client(visit) == client_id


@pytest.mark.parametrize("value", ["", "a" * 129, "<b>", "a b", "ä"])
def test_what_is_no_client_is_none(value: str) -> None:
    visit = Visit("GET", "/", cookies={"__Host-gateway-client": value})

    assert SECURE.client(visit) == ""


@pytest.mark.parametrize("length", range(40, 44))
def test_a_sign_up_is_kept_whatever_its_length(length: int) -> None:
    """With and without the padding of base64."""
    body = urlsafe_b64encode(b"a" * length).decode()
    response = Response()

    SECURE.keep_sign_up(response, f"gw1.key.{body}")

    value = set_cookie(response).partition("=")[2].partition(";")[0]
    assert '"' not in value
    visit = Visit("GET", "/", cookies={"__Host-gateway-sign-up": value})
    assert SECURE.sign_up(visit) == f"gw1.key.{body}"


@pytest.mark.parametrize("value", ["", "short", "x" * (MAX_SIGN_UP + 1), "a b" * 20])
def test_what_is_no_sign_up_is_not_looked_at(value: str) -> None:
    visit = Visit("GET", "/", cookies={"__Host-gateway-sign-up": value})

    assert SECURE.sign_up(visit) == ""
