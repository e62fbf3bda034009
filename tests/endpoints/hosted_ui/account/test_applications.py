"""Which applications a person has let in."""

from gateway.model.user import User
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, QUERY, Hotel, Visitor


def test_a_person_sees_and_takes_back(hotel: Hotel, ana: User, inside: Visitor) -> None:
    """And the application asks again."""
    inside.goto("/account/applications", {})
    assert "not allowed any application" in inside.text
    session = hotel.house.sign_in(ana)
    authorizations = hotel.house.oauth.authorizations
    authorizations.complete(QUERY, session, consented=True)
    inside.goto("/account/applications", {})
    assert "know who you are" in inside.text
    assert "Allowed on 4 May 2026" in inside.text

    inside.send(application=CLIENT_ID, number=1)

    assert "not allowed any application" in inside.text
    assert hotel.house.oauth.permissions.list(ana) == []


def test_what_was_never_allowed_cannot_be_taken_back(inside: Visitor) -> None:
    inside.goto("/account/applications", {})
    answer = inside.client.post(
        "/account/applications", data={"csrf": inside.token, "application": "x"}
    )

    assert answer.status_code == 303
