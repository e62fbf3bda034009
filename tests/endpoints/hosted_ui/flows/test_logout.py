"""Signing out."""

import pytest

from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, GOODBYE, QUERY, Hotel, Visitor
from tests.pool.house import PASSWORD

CLIENT = {"client_id": CLIENT_ID}


@pytest.fixture
def inside(hotel: Hotel, visitor: Visitor) -> Visitor:
    person(hotel.house, hotel.open())
    visitor.goto("/login")
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.signed_in is not None
    return visitor


@pytest.mark.parametrize("name", ["logout_uri", "post_logout_redirect_uri"])
def test_an_application_signs_out_and_gets_the_browser_back(
    inside: Visitor, name: str
) -> None:
    """At an address of its own, with its state if it has one."""
    inside.goto("/logout", {**CLIENT, name: GOODBYE})
    assert inside.page.headers["location"] == GOODBYE
    assert inside.signed_in is None

    inside.goto("/logout", {**CLIENT, name: GOODBYE, "state": "a b"})
    assert inside.page.headers["location"] == f"{GOODBYE}&state=a+b"


@pytest.mark.parametrize(
    "query",
    [
        {"logout_uri": "https://evil.example/"},
        {"logout_uri": GOODBYE + "#"},
        {"logout_uri": GOODBYE, "post_logout_redirect_uri": GOODBYE},
        {"post_logout_redirect_uri": "/"},
    ],
)
def test_nobody_is_sent_elsewhere(inside: Visitor, query: dict[str, str]) -> None:
    """And nobody is signed out by such a link."""
    inside.goto("/logout", {**CLIENT, **query})

    assert inside.page.status_code == 400
    assert "location" not in inside.page.headers
    assert inside.signed_in is not None


def test_anybody_s_link_asks_first(inside: Visitor) -> None:
    """A picture in somebody's page would sign people out else."""
    inside.goto("/logout", CLIENT)
    assert inside.heading == "Sign out?"
    assert inside.signed_in is not None

    inside.send()

    assert inside.heading == "You are signed out"
    assert inside.signed_in is None


def test_an_application_may_ask_for_another_sign_in(inside: Visitor) -> None:
    """Cognito: `redirect_uri` and `response_type` in the place of `logout_uri`."""
    inside.goto("/logout", QUERY)

    assert inside.heading == "Sign in"
    assert inside.signed_in is None


def test_where_nobody_is_signed_in_it_is_the_same(
    hotel: Hotel, visitor: Visitor
) -> None:
    hotel.open()

    visitor.goto("/logout", {**CLIENT, "logout_uri": GOODBYE})

    assert visitor.page.headers["location"] == GOODBYE
