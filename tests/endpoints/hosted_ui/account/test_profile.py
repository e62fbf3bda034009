"""What is known of a person."""

from dataclasses import replace

import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor


def attributes(hotel: Hotel, pool: Pool, user: User) -> dict[str, str]:
    return dict(hotel.house.user(pool, user.sub).attributes)


def test_a_person_sees_what_is_known(inside: Visitor) -> None:
    assert "ana@example.com" in inside.text
    assert "Confirmed" in inside.text
    assert "Not given" in inside.text
    assert "email_verified" not in inside.text


def test_a_person_changes_it(
    hotel: Hotel, pool: Pool, ana: User, inside: Visitor
) -> None:
    inside.goto("/account/profile", {})
    assert 'value="ana@example.com"' in inside.page.text

    inside.send(
        {"attribute-name": " Ana B ", "attribute-email": "ana@example.com"}, number=1
    )

    assert inside.heading == "Your profile"
    assert "Saved." in inside.text
    assert attributes(hotel, pool, ana)["name"] == "Ana B"


def test_a_new_address_counts_once_it_is_proven(
    hotel: Hotel, pool: Pool, ana: User, inside: Visitor
) -> None:
    inside.goto("/account/profile", {})
    inside.send({"attribute-email": "new@example.com"}, number=1)
    assert inside.heading == "Confirm your address"
    assert attributes(hotel, pool, ana)["email"] == "ana@example.com"
    inside.send(number=1)
    assert set(inside.faults) == {"code"}
    inside.send(code="12345678", number=1)
    assert "not right" in inside.faults["code"]

    inside.send(again="1", number=2)
    assert "on its way" in inside.text
    inside.send(code=hotel.house.mailbox.messages[-1].code, number=1)

    assert "Your address is confirmed" in inside.text
    assert attributes(hotel, pool, ana)["email"] == "new@example.com"


def test_what_is_wrong_is_said(inside: Visitor) -> None:
    inside.goto("/account/profile", {})

    inside.send({"attribute-email": "nonsense"}, number=1)

    assert set(inside.faults) == {"attribute-email"}
    assert 'value="nonsense"' in inside.page.text


def test_what_the_client_may_not_write_is_not_asked_for(
    hotel: Hotel, pool: Pool, ana: User, inside: Visitor
) -> None:
    """Whatever somebody adds to the form."""
    place = hotel.places[CLIENT_ID]
    client = replace(
        place.client,
        writable=frozenset({"name"}),
        readable=frozenset({"name", "email"}),
    )
    hotel.places[CLIENT_ID] = replace(place, client=client)
    inside.goto("/account", {})
    assert "Phone number" not in inside.text
    inside.goto("/account/profile", {})
    assert "attribute-email" not in inside.page.text

    inside.send(
        {"attribute-name": "Ana", "attribute-email": "eve@example.com"}, number=1
    )

    assert attributes(hotel, pool, ana)["email"] == "ana@example.com"


@pytest.mark.parametrize("address", ["", "name", "email_verified"])
def test_only_addresses_are_proven(inside: Visitor, address: str) -> None:
    inside.goto("/account/verify", {"address": address})

    assert inside.page.status_code == 404
