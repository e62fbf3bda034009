"""From a name to somebody who is let in."""

from dataclasses import replace

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.errors import (
    DisabledError,
    InvalidSessionError,
    NotAllowedError,
    NotAuthorizedError,
    ResetRequiredError,
    UnconfirmedError,
    UnknownUserError,
)
from gateway.pool.settings import FirstFactor, PoolSettings, SignInSettings
from gateway.pool.sign_in.values import SignedIn, TypedCode, TypedPassword
from tests.pool.house import House
from tests.pool.sign_in.desk import RIGHT, Desk


def test_a_password_lets_somebody_in(house: House) -> None:
    """Of whom nothing more is asked. Each time it is another sign-in."""
    desk = Desk(house)
    ana = desk.person()

    first, second = desk.begin(), desk.begin(name="ANA")

    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    assert first == SignedIn(
        user=ana,
        client_id=desk.client.id,
        authenticated_at=house.now,
        amr=("pwd",),
        origin_id=first.origin_id,
    )
    assert first.origin_id != second.origin_id


def test_a_wrong_password_and_a_wrong_name_are_the_same(house: House) -> None:
    desk = Desk(house)
    desk.person()

    for first, name in ((TypedPassword("wrong"), "ana"), (RIGHT, "bob")):
        with pytest.raises(NotAuthorizedError) as caught:
            desk.begin(first, name)
        assert type(caught.value) is NotAuthorizedError


def test_a_client_may_be_told_who_is_known(house: House) -> None:
    """If its settings say so."""
    desk = Desk(house)
    desk.person()
    desk.client = replace(desk.client, hides_users=False)

    with pytest.raises(UnknownUserError):
        desk.begin(name="bob")
    assert isinstance(desk.begin(), SignedIn)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"enabled": False}, DisabledError),
        ({"status": UserStatus.UNCONFIRMED}, UnconfirmedError),
        ({"status": UserStatus.RESET_REQUIRED}, ResetRequiredError),
    ],
)
def test_who_is_not_let_in_learns_why(
    house: House, change: dict[str, object], error: type[GatewayError]
) -> None:
    """But only with the right password."""
    desk = Desk(house)
    desk.change(desk.person(), **change)

    with pytest.raises(error):
        desk.begin()
    with pytest.raises(NotAuthorizedError) as caught:
        desk.begin(TypedPassword("wrong"))
    assert type(caught.value) is NotAuthorizedError


def test_passwords_may_be_none_of_a_pools_business(house: House) -> None:
    only_codes = SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE}))
    desk = Desk(house, PoolSettings(name="people", sign_in=only_codes))
    desk.person()

    with pytest.raises(NotAllowedError):
        desk.begin()


def test_an_answer_needs_a_question(house: House) -> None:
    desk = Desk(house)

    with pytest.raises(InvalidSessionError):
        desk.answer("none", TypedCode("123456"))
