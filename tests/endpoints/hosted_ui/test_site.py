"""What all pages have in common."""

import pytest

from gateway.app.oauth import BEGINNINGS
from gateway.endpoints.hosted_ui.errors import StaleStepError, UnknownClientError
from gateway.endpoints.hosted_ui.visit import Visit, strangers
from gateway.model.errors import GatewayError, RateLimitedError, StorageError
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor
from tests.pool.house import PASSWORD

VISIT = Visit("GET", "/login", QUERY)


def test_a_place_is_found_by_its_client(hotel: Hotel) -> None:
    pool = hotel.open()

    assert hotel.site.place(VISIT).pool == pool
    for query in ({}, {"client_id": "nobody"}):
        with pytest.raises(UnknownClientError):
            hotel.site.place(Visit("GET", "/login", query))


def test_each_failure_has_a_page_that_says_what_to_do(
    hotel: Hotel, error_classes: list[type[GatewayError]]
) -> None:
    """In both languages, with a title and a sentence of its own or its family's."""
    hotel.open()

    for kind in error_classes:
        for language in ("en", "de"):
            visit = Visit("GET", "/login", {**QUERY, "lang": language})
            page = hotel.site.failure(visit, kind("a secret detail"))

            body = bytes(page.body).decode()
            assert page.status_code >= 400
            assert page.status_code != 401
            assert "failure." not in body, kind
            assert "detail" not in body
            assert f'lang="{language}"' in body


def test_a_failure_leads_back_if_anybody_knows_where(hotel: Hotel) -> None:
    hotel.open()

    known = bytes(hotel.site.failure(VISIT, StaleStepError()).body).decode()
    unknown = bytes(
        hotel.site.failure(Visit("GET", "/login"), StaleStepError()).body
    ).decode()

    assert 'href="/login?client_id=' in known
    assert "Try again" not in unknown


def test_a_failure_is_shown_whatever_else_is_down(hotel: Hotel) -> None:
    hotel.failure = StorageError("the disk is gone")

    page = hotel.site.failure(VISIT, StorageError("the disk is gone"))

    assert page.status_code == 503
    assert int(page.headers["retry-after"]) > 0


def test_who_came_too_often_learns_how_long_to_wait(hotel: Hotel) -> None:
    page = hotel.site.failure(VISIT, RateLimitedError(retry_after=7))

    assert page.status_code == 429
    assert page.headers["retry-after"] == "7"


def test_what_an_application_did_wrong_is_nobodys_page(hotel: Hotel) -> None:
    """To send the same again would not help, and nobody is looked up for it."""
    hotel.open()
    hotel.failure = StorageError("the disk is gone")

    page = hotel.site.failure(VISIT, StaleStepError(), is_sent=True)

    assert page.status_code == 400
    assert "Try again" not in bytes(page.body).decode()


def test_a_failure_leaves_a_browser_its_name(hotel: Hotel) -> None:
    """A new one would end what its other tabs are doing."""
    hotel.open()
    name = "b" * 43
    header = (b"cookie", f"__Host-gateway-browser={name}".encode())

    known = strangers({"path": "/login", "headers": [header]})
    unknown = strangers({"path": "/login", "headers": []})

    page = hotel.site.failure(known, StaleStepError(), is_sent=True)
    assert "set-cookie" not in page.headers
    page = hotel.site.failure(unknown, StaleStepError(), is_sent=True)
    assert "set-cookie" in page.headers


@pytest.mark.parametrize("path", ["/login", "/signup"])
def test_one_address_begins_so_much(hotel: Hotel, visitor: Visitor, path: str) -> None:
    """Whoever the names are that are typed; a page says how long to wait."""
    hotel.open()
    fields = {"username": "ana", "password": PASSWORD, "attribute-email": "a@b.example"}
    for _ in range(BEGINNINGS.count):
        hotel.house.oauth.beginnings.take("192.0.2.1")
    visitor.goto(path)

    visitor.send(fields)

    assert visitor.page.status_code == 429
    assert int(visitor.page.headers["retry-after"]) >= 1
    assert visitor.heading == "Too many attempts"
    assert hotel.house.mailbox.messages == []
