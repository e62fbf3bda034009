"""A new password, and what is missing in a profile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import Attribute, AttributeProblem, Schema
from gateway.pool.errors import (
    InvalidParameterError,
    InvalidPasswordError,
    InvalidSessionError,
    NameTakenError,
    NotAuthorizedError,
    ResetRequiredError,
)
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem
from gateway.pool.settings import Address, PoolSettings, SignInSettings
from gateway.pool.sign_in.values import (
    ChallengeName,
    GivenAttributes,
    NewPassword,
    SignedIn,
    TypedPassword,
)
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import Desk

NEW = "Another horse 2!"
TIER = Attribute("custom:tier")
DEMANDING = PoolSettings(
    name="people", schema=Schema.of(required=["name"], custom=[TIER])
)
FORCED = UserStatus.FORCE_CHANGE_PASSWORD


def test_a_password_that_was_given_is_replaced_by_ones_own(house: House) -> None:
    """And then nothing more is asked."""
    desk = Desk(house)
    ana = desk.change(desk.person(), status=FORCED)

    asked = desk.asked()
    signed_in = desk.answer(asked, NewPassword(NEW))

    assert asked.name is ChallengeName.NEW_PASSWORD
    assert asked.user == ana
    assert isinstance(signed_in, SignedIn)
    assert signed_in.amr == ("pwd",)
    assert signed_in.user == house.user(desk.pool, ana.sub)
    assert signed_in.user.status is UserStatus.CONFIRMED
    with pytest.raises(NotAuthorizedError):
        desk.begin()
    assert isinstance(desk.begin(TypedPassword(NEW)), SignedIn)


def test_the_password_that_was_given_is_not_kept(house: House) -> None:
    """Where those of before must not come again; the session stays good."""
    desk = Desk(house, PoolSettings(name="people", password=PasswordPolicy(history=1)))
    desk.change(desk.person(), status=FORCED)
    asked = desk.asked()

    with pytest.raises(InvalidPasswordError) as caught:
        desk.answer(asked, NewPassword(PASSWORD))

    assert caught.value.problems == (PasswordProblem.USED_BEFORE,)
    assert isinstance(desk.answer(asked, NewPassword(NEW)), SignedIn)


def test_what_is_missing_is_asked_for_with_it(house: House) -> None:
    """All at once, and kept together."""
    desk = Desk(house, DEMANDING)
    ana = desk.change(desk.person(), status=FORCED)
    asked = desk.asked()
    assert asked.attributes == ("name",)

    with pytest.raises(InvalidParameterError) as caught:
        desk.answer(asked, NewPassword(NEW))
    assert caught.value.problems == {"name": AttributeProblem.MISSING}
    with pytest.raises(InvalidPasswordError):
        desk.answer(asked, NewPassword("short", {"name": "Ana"}))
    assert house.user(desk.pool, ana.sub) == ana
    signed_in = desk.answer(asked, NewPassword(NEW, {"name": "Ana", "email": "a@b.eu"}))

    assert isinstance(signed_in, SignedIn)
    assert signed_in.user.attributes == {
        "name": "Ana",
        "email": "a@b.eu",
        "email_verified": "false",
    }


def test_holes_in_a_profile_are_filled(house: House) -> None:
    """An attribute that came to be required is asked for at the next sign-in."""
    desk = Desk(house, DEMANDING)
    desk.person()

    asked = desk.asked()
    signed_in = desk.answer(asked, GivenAttributes({"name": "Ana", "gender": ""}))

    assert asked.name is ChallengeName.MISSING_ATTRIBUTES
    assert asked.attributes == ("name",)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.user.attributes == {"name": "Ana"}
    assert isinstance(desk.begin(), SignedIn)


def test_what_a_client_may_not_write_is_refused(house: House) -> None:
    """But for what is missing: without it nobody would get in."""
    desk = Desk(house, DEMANDING)
    desk.person()
    asked = desk.asked()
    for writable, given in (
        (None, {"custom:tier": "gold"}),
        (frozenset({"email"}), {"gender": "x"}),
        (None, {"sub": "1"}),
    ):
        desk.client = replace(desk.client, writable=writable)
        with pytest.raises(InvalidParameterError) as caught:
            desk.answer(asked, GivenAttributes({"name": "Ana", **given}))
        assert set(caught.value.problems.values()) == {AttributeProblem.RESERVED}

    desk.client = replace(desk.client, writable=frozenset())
    assert isinstance(desk.answer(asked, GivenAttributes({"name": "A"})), SignedIn)


def test_an_address_that_is_somebodys_name_is_not_taken(house: House) -> None:
    """The question stays open."""
    addresses = SignInSettings(addresses=frozenset(Address))
    desk = Desk(house, replace(DEMANDING, sign_in=addresses))
    desk.person("ana", email="ana@example.com")
    desk.person("bob", email="bob@example.com")
    asked = desk.asked(name="bob@example.com")

    taken = GivenAttributes({"name": "Bob", "email": "ana@example.com"})
    with pytest.raises(NameTakenError):
        desk.answer(asked, taken)
    desk.answer(asked, GivenAttributes({"name": "Bob", "email": "rob@example.com"}))

    assert isinstance(desk.begin(name="rob@example.com"), SignedIn)
    with pytest.raises(NotAuthorizedError):
        desk.begin(name="bob@example.com")


def test_of_two_answers_at_once_one_wins(house: House) -> None:
    """And its password is the one that counts."""
    desk = Desk(house)
    desk.change(desk.person(), status=FORCED)
    asked = desk.asked()

    def attempt(password: str) -> str:
        try:
            desk.answer(asked, NewPassword(password))
        except InvalidSessionError:
            return ""
        return password

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(attempt, [f"{NEW}{n}" for n in range(4)]))

    (password,) = filter(None, won)
    assert isinstance(desk.begin(TypedPassword(password)), SignedIn)


def test_an_answer_to_another_question_is_none(house: House) -> None:
    desk = Desk(house)
    desk.change(desk.person(), status=FORCED)
    asked = desk.asked()

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, GivenAttributes({}))
    with pytest.raises(InvalidSessionError):
        desk.answer("another", NewPassword(PASSWORD))
    assert isinstance(desk.answer(asked, NewPassword(NEW)), SignedIn)


def test_what_an_administrator_decides_meanwhile_counts(house: House) -> None:
    """The answer comes too late, and changes nothing."""
    desk = Desk(house)
    ana = desk.change(desk.person(), status=FORCED)
    asked = desk.asked()
    reset = desk.change(ana, status=UserStatus.RESET_REQUIRED)
    before = house.secrets(ana)

    with pytest.raises(ResetRequiredError):
        desk.answer(asked, NewPassword(NEW))

    assert house.user(desk.pool, ana.sub) == reset
    assert house.secrets(ana) == before
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, NewPassword(NEW))
