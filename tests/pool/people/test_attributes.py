"""Attributes, as administrators change them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.user import User
from gateway.pool.attributes.schema import Attribute, AttributeProblem, Schema
from gateway.pool.codes import Purpose
from gateway.pool.errors import (
    InvalidParameterError,
    NameTakenError,
    UserNotFoundError,
)
from gateway.pool.people.attributes import AttributeChanges, changed_attributes
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, Alias, PoolSettings, SignInSettings
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, House

SCHEMA = Schema.of(
    required=["name"],
    immutable=["birthdate"],
    custom=[Attribute("custom:tier"), Attribute("dev:note")],
)
PEOPLE = PoolSettings(
    name="people",
    schema=SCHEMA,
    sign_in=SignInSettings(aliases=frozenset(Alias)),
)
PROVEN = {"name": "Ana", "email": "ana@example.com", "email_verified": "true"}


@pytest.fixture
def changes(house: House) -> AttributeChanges:
    return AttributeChanges(database=house.database, clock=house.clock)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(PEOPLE)


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    ana = house.person(pool, **PROVEN)
    house.pass_time(timedelta(hours=1))
    return ana


def named(house: House, pool: Pool, name: str) -> User | None:
    return house.read(lambda connection: Users(connection).find_named(pool.id, name))


def test_what_is_said_counts_and_the_rest_stays(
    house: House, changes: AttributeChanges, pool: Pool, ana: User
) -> None:
    """Also attributes that are for administrators alone."""
    changed = changes.change(
        pool, "Ana", {"custom:tier": "gold", "dev:note": "x", "nickname": ""}
    )

    assert changed == house.user(pool, ana.sub)
    assert changed == replace(
        ana,
        attributes={**PROVEN, "custom:tier": "gold", "dev:note": "x"},
        updated_at=house.now,
    )
    assert changes.delete(pool, "ana", ["custom:tier", "dev:note"]).attributes == PROVEN


def test_nothing_changed_is_no_change(
    house: House, changes: AttributeChanges, pool: Pool, ana: User
) -> None:
    """Not even the time of the last one."""
    assert changes.change(pool, "ana", {"name": "Ana"}) == ana
    assert changes.delete(pool, "ana", ["nickname"]) == ana
    assert house.user(pool, ana.sub) == ana


@pytest.mark.parametrize(
    ("values", "proof"),
    [
        ({"email": "anna@example.com"}, "false"),
        ({"email": "anna@example.com", "email_verified": "true"}, "true"),
        ({"email": "ana@example.com"}, "true"),
        ({"email_verified": "false"}, "false"),
        ({"email_verified": ""}, None),
        ({"email": ""}, None),
        ({"email": "", "email_verified": "false"}, None),
    ],
)
def test_an_address_that_changes_is_not_proven_unless_that_is_said(
    changes: AttributeChanges,
    pool: Pool,
    ana: User,
    values: dict[str, str],
    proof: str | None,
) -> None:
    """And one that is no more proves nothing."""
    changed = changes.change(pool, ana.sub, values)

    assert changed.attributes.get("email_verified") == proof


def test_names_follow(
    house: House, changes: AttributeChanges, pool: Pool, ana: User
) -> None:
    """A proven address leads to the person; one of somebody else's only if taken over."""
    bob = house.person(pool, "bob", name="Bob")
    assert named(house, pool, "ana@example.com") == ana

    with pytest.raises(NameTakenError):
        changes.change(
            pool, "bob", {"email": "ANA@example.com", "email_verified": "true"}
        )
    assert house.user(pool, bob.sub) == bob
    changes.change(
        pool,
        "bob",
        {"email": "ana@example.com", "email_verified": "true"},
        take_over=True,
    )
    found = named(house, pool, "ana@example.com")
    assert found is not None
    assert found.sub == bob.sub
    changes.delete(pool, "bob", ["email"])
    assert named(house, pool, "ana@example.com") is None


def test_a_code_for_an_address_from_before_is_good_no_more(
    house: House, changes: AttributeChanges, pool: Pool, ana: User
) -> None:
    """It would undo what the administrator has set."""
    keys = [
        CodeKey(pool.id, ana.sub, Purpose.VERIFY_ATTRIBUTE, address)
        for address in Address
    ]
    with house.database.writing() as connection:
        for key in keys:
            UserCodes(connection).keep(key, StoredCode(b"digest", NOON))

    changes.change(pool, "ana", {"email": "anna@example.com"})

    with house.database.reading() as connection:
        left = [key.target for key in keys if UserCodes(connection).find(key)]
    assert left == [Address.PHONE]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"shoe": "46"}, ("shoe", AttributeProblem.UNKNOWN)),
        ({"sub": "1"}, ("sub", AttributeProblem.RESERVED)),
        ({"email": "nothing"}, ("email", AttributeProblem.NO_EMAIL)),
        ({"birthdate": "2000-01-02"}, ("birthdate", AttributeProblem.IMMUTABLE)),
        ({"name": ""}, ("name", AttributeProblem.MISSING)),
        (
            {"phone_number_verified": "true"},
            ("phone_number", AttributeProblem.MISSING),
        ),
        (
            {"email": "", "email_verified": "true"},
            ("email", AttributeProblem.MISSING),
        ),
    ],
)
def test_what_cannot_be_is_refused(
    house: House,
    changes: AttributeChanges,
    pool: Pool,
    values: dict[str, str],
    problem: tuple[str, AttributeProblem],
) -> None:
    """By name, and nothing is changed."""
    ana = house.person(pool, **PROVEN, birthdate="2000-01-01")

    with pytest.raises(InvalidParameterError) as caught:
        changes.change(pool, "ana", {**values, "nickname": "Annie"})

    assert caught.value.problems == dict([problem])
    assert house.user(pool, ana.sub) == ana
    with pytest.raises(UserNotFoundError):
        changes.change(pool, "nobody", {})


def test_where_addresses_are_names_one_has_to_stay(
    house: House, changes: AttributeChanges
) -> None:
    """Else nobody could sign in; either is enough."""
    sign_in = SignInSettings(addresses=frozenset(Address))
    pool = house.pool(PoolSettings(name="addresses", sign_in=sign_in))
    house.person(pool, email="ana@example.com", phone_number="+14155552671")

    changes.delete(pool, "ana@example.com", ["phone_number"])
    with pytest.raises(InvalidParameterError):
        changes.delete(pool, "ana@example.com", ["email"])
    changes.change(
        pool, "ana@example.com", {"email": "", "phone_number": "+14155552672"}
    )
    assert named(house, pool, "+14155552672") is not None


def test_people_do_not_say_what_is_proven(pool: Pool, ana: User) -> None:
    """The rules are the same but for that."""
    with pytest.raises(InvalidParameterError) as caught:
        changed_attributes(
            pool, ana, {"email_verified": "true"}, by_administrator=False
        )

    assert caught.value.problems == {"email_verified": AttributeProblem.RESERVED}
