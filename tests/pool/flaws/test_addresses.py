"""Where a browser may be sent, and where it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.flaws.addresses import (
    MAX_CHARACTERS,
    page_address_problem,
    return_address_problem,
)

GOOD = (
    *("https://app.example.com/callback", "https://app.example.com:8443/a?b=c"),
    *("http://localhost:3000/", "http://127.0.0.1/", "http://[::1]:8080/callback"),
    *("com.example.app:/callback", "myapp://callback"),
)
BAD = (
    *("", "callback", "//app.example.com", "https:///callback", "https:callback"),
    *("http://app.example.com/", "http://localhost.example.com/"),
    *("http://127.0.0.1.example.com/", "https://app.example.com/#fragment"),
    *("https://app.example.com\\@evil.example", "https://*.example.com/"),
    *("https://user@app.example.com/", "https://app.example.com@evil.example/"),
    *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,hello"),
    *("file:///etc/passwd", "https://app.example.com:port/", "https://[::1/"),
    *("https://app.example.com/a b", "https://äpp.example.com/", "a\0b://c"),
)


@pytest.mark.parametrize("address", GOOD)
def test_a_browser_is_sent_back_to_apps(address: str) -> None:
    """By https, to this machine, or by an app's own scheme (RFC 8252 section 7)."""
    assert return_address_problem(address) == ""


@pytest.mark.parametrize("address", BAD)
def test_a_browser_is_not_sent_elsewhere(address: str) -> None:
    assert return_address_problem(address)


def test_an_address_is_as_long_as_it_may_be() -> None:
    address = "https://app.example.com/".ljust(MAX_CHARACTERS, "a")

    assert not return_address_problem(address)
    assert return_address_problem(address + "a")


def test_a_page_has_no_scheme_of_an_app() -> None:
    """A browser opens it."""
    assert not page_address_problem("https://example.com/privacy")
    assert page_address_problem("myapp://privacy")
    assert page_address_problem("https://")


@given(st.text(max_size=40) | st.from_regex(r"[a-z]{1,6}:[/@\\#:\[\]a-z0-9.]{0,20}"))
def test_any_text_gets_an_answer(text: str) -> None:
    """Whatever an administrator has typed."""
    assert isinstance(return_address_problem(text), str)
    assert isinstance(page_address_problem(text), str)
