"""A request for a page, read once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.hosted_ui.visit import (
    MAX_FIELDS,
    MAX_QUERY_BYTES,
    Visit,
    read_visit,
    strangers,
)
from gateway.model.errors import OversizedRequestError, RequestError

FORM = (b"content-type", b"application/x-www-form-urlencoded")


def scope(
    method: str = "GET",
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> dict[str, Any]:
    return {
        "method": method,
        "path": "/login",
        "query_string": query,
        "headers": headers or [],
        "client": ("192.0.2.1", 0),
    }


def test_a_request_is_read() -> None:
    """Everything that a page may want to know of it."""
    headers = [
        FORM,
        (b"cookie", b"a=1; b=2;c; a=3"),
        (b"user-agent", b"Browser"),
        (b"accept-language", b"de"),
        (b"sec-fetch-site", b"same-origin"),
    ]

    visit = read_visit(scope("POST", b"client_id=1&x=", headers), b"name=%C3%84")

    assert visit == Visit(
        "POST",
        "/login",
        {"client_id": "1"},
        {"name": "Ä"},
        {"a": "1", "b": "2", "c": ""},
        "192.0.2.1",
        "Browser",
        "de",
        "same-origin",
        "client_id=1&x=",
    )
    assert visit.typed("name") == "Ä"
    assert visit.typed("other") == ""
    assert "Ä" not in repr(visit)


def test_a_request_may_come_from_nowhere() -> None:
    """Over a socket file there is no address."""
    bare = {**scope(), "client": None}

    assert read_visit(bare, b"").address == ""
    assert strangers(bare) == Visit("GET", "/login")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (b"a=1&a=2", b""),
        (b"a=%zz", b""),
        (b"a=%ff", b""),
        (b"", b"a=1&a=2"),
        (b"", b"a=%C0%AF"),
        (b"", b"a=\xff"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(query: bytes, body: bytes) -> None:
    with pytest.raises(RequestError):
        read_visit(scope("POST", query, [FORM]), body)


def test_a_form_says_that_it_is_one() -> None:
    for headers in ([], [(b"content-type", b"text/plain")], [FORM, FORM]):
        with pytest.raises(RequestError):
            read_visit(scope("POST", b"", headers), b"a=1")
    assert read_visit(scope("POST", b"", [FORM]), b"").form == {}


def test_the_longest_query_and_the_first_that_is_too_long() -> None:
    query = b"a=" + b"x" * (MAX_QUERY_BYTES - 2)

    assert read_visit(scope(query=query), b"").query
    with pytest.raises(OversizedRequestError):
        read_visit(scope(query=query + b"x"), b"")


def test_a_form_has_so_many_fields_and_no_more() -> None:
    fields = [f"f{number}=1" for number in range(MAX_FIELDS + 1)]

    assert read_visit(scope("POST", b"", [FORM]), "&".join(fields[:-1]).encode()).form
    with pytest.raises(RequestError):
        read_visit(scope("POST", b"", [FORM]), "&".join(fields).encode())


def test_links_carry_the_query_along() -> None:
    """But for what belonged to one page alone."""
    query = {"client_id": "1", "state": "a&b", "lang": "de", "step": "s", "notice": "n"}
    visit = Visit("GET", "/login", query)

    assert visit.link() == "/login?client_id=1&state=a%26b&lang=de"
    assert visit.link("/signup", state="") == "/signup?client_id=1&lang=de"
    assert visit.link("", step="t").endswith("&step=t")
    assert visit.carried == {"client_id": "1", "state": "a&b"}
    assert Visit("GET", "/login").link() == "/login"


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=60))
def test_only_declared_errors_come_out(
    query: bytes, body: bytes, cookie: bytes
) -> None:
    """Whatever comes in."""
    try:
        read_visit(scope("POST", query, [FORM, (b"cookie", cookie)]), body)
    except RequestError:
        return
