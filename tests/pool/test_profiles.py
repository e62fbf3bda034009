"""How profiles are found and kept."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from gateway.model.user import User, UserStatus
from gateway.pool.errors import UserNotFoundError
from gateway.pool.pool import Pool
from gateway.pool.profiles import (
    add_profile,
    find_person,
    get_person,
    keep_profile,
    remove_profile,
)
from gateway.pool.settings import Alias, PoolSettings, SignInSettings
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.link_proofs import StoredLinkProof, StoredLinkProofs
from gateway.storage.pools.users import Users, change_key
from tests.pool.house import NOON, House

ALIASES = PoolSettings(name="aliases", sign_in=SignInSettings(aliases=frozenset(Alias)))
PROVEN = {"email": "ana@example.com", "email_verified": "true"}


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(ALIASES)


def named(house: House, pool: Pool, name: str) -> User | None:
    return house.read(lambda connection: Users(connection).find_named(pool.id, name))


def found(house: House, pool: Pool, name: str) -> User | None:
    """Return who is found, and see that both ways of looking agree."""
    with house.database.reading() as connection:
        user = find_person(connection, pool, name)
        if user is None:
            with pytest.raises(UserNotFoundError):
                get_person(connection, pool, name)
        else:
            assert get_person(connection, pool, name) == user
        return user


def keep(house: House, pool: Pool, before: User, **changed: Any) -> User:
    """Keep a changed profile, as any operation does."""
    after = replace(before, **changed)
    with house.database.writing() as connection:
        keep_profile(connection, pool, before, after)
    return after


def test_a_person_is_found_by_sub_and_by_name(house: House, pool: Pool) -> None:
    """Whatever the case; and whatever else is typed is nobody's."""
    ana = house.person(pool, **PROVEN)

    for name in (ana.sub, ana.sub.upper(), "ana", "ANA", "Ana@Example.com"):
        assert found(house, pool, name) == ana
    for name in ("", "bob", "\0", "\ud800", "x" * 10_000):
        assert found(house, pool, name) is None


def test_nobody_becomes_somebody_else_by_a_name(house: House, pool: Pool) -> None:
    """Who calls themselves as another one's `sub` is not who is meant by it."""
    ana = house.person(pool)
    eve = house.person(pool, ana.sub)

    assert found(house, pool, ana.sub) == ana
    assert found(house, pool, eve.sub) == eve


def test_names_follow_the_profile(house: House, pool: Pool) -> None:
    """An alias leads to a person while it is proven; a nickname, while they have it."""
    ana = house.person(pool, email="ana@example.com", preferred_username="annie")
    assert named(house, pool, "annie") == ana
    assert named(house, pool, "ana@example.com") is None

    proven = keep(house, pool, ana, attributes=PROVEN)
    assert named(house, pool, "ana@example.com") == proven
    assert named(house, pool, "annie") is None
    moved = keep(
        house, pool, proven, attributes={**PROVEN, "email": "anna@example.com"}
    )
    assert named(house, pool, "ana@example.com") is None
    assert named(house, pool, "anna@example.com") == moved


def test_a_name_of_somebody_else_is_refused_or_taken_over(
    house: House, pool: Pool
) -> None:
    """What is taken over is not proven for the other one any more."""
    ana, bob = house.person(pool, **PROVEN), house.person(pool, "bob")
    with pytest.raises(DuplicateError):
        keep(house, pool, bob, attributes=PROVEN)
    assert house.user(pool, bob.sub) == bob

    with house.database.writing() as connection:
        keep_profile(
            connection, pool, bob, replace(bob, attributes=PROVEN), take_over=True
        )

    owner = named(house, pool, "ana@example.com")
    assert owner is not None
    assert owner.sub == bob.sub
    assert house.user(pool, ana.sub).attributes["email_verified"] == "false"


def test_somebody_new_may_take_an_address_over(house: House, pool: Pool) -> None:
    """As somebody changed may; else they are not added at all."""
    ana, template = house.person(pool, **PROVEN), house.person(pool, "bob")
    eve = replace(template, sub=str(uuid4()), username="eve", attributes=PROVEN)
    with pytest.raises(DuplicateError), house.database.writing() as connection:
        add_profile(connection, pool, eve)

    with house.database.writing() as connection:
        add_profile(connection, pool, eve, take_over=True)

    assert named(house, pool, "ana@example.com") == eve
    assert named(house, pool, "ana") == house.user(pool, ana.sub)
    assert house.user(pool, ana.sub).attributes["email_verified"] == "false"


def test_a_nickname_is_not_taken_over(house: House, pool: Pool) -> None:
    """Nothing was proven that could be proven better."""
    house.person(pool, preferred_username="annie")
    bob = house.person(pool, "bob")
    after = replace(bob, attributes={"preferred_username": "annie"})

    with pytest.raises(DuplicateError), house.database.writing() as connection:
        keep_profile(connection, pool, bob, after, take_over=True)


@pytest.mark.parametrize(
    ("changed", "times"),
    [
        ({"enabled": False}, 1),
        ({"signed_out_at": NOON}, 1),
        ({"status": UserStatus.RESET_REQUIRED}, 1),
        ({"attributes": {"name": "Ana"}}, 0),
        ({"updated_at": NOON}, 0),
    ],
)
def test_all_gateways_hear_of_whoever_may_do_less(
    house: House, pool: Pool, changed: dict[str, Any], times: int
) -> None:
    """And of nobody else, so that what is remembered is good for something."""
    ana = house.person(pool)

    keep(house, pool, ana, **changed)

    assert list(house.news()) == [change_key(pool.id, ana.sub)] * times


def test_nobody_hears_of_whoever_may_do_more(house: House, pool: Pool) -> None:
    ana = house.person(pool)
    kept_out = keep(house, pool, ana, enabled=False, status=UserStatus.UNCONFIRMED)
    house.news()

    keep(house, pool, kept_out, enabled=True, status=UserStatus.CONFIRMED)

    assert not house.news()


def test_a_link_that_waits_dies_with_the_address(house: House, pool: Pool) -> None:
    """It was found by the address as it was; other changes leave it alone."""
    ana = house.person(pool, **PROVEN)
    proof = StoredLinkProof(pool.id, ana.sub, "corp", "1", b"b" * 32, "", NOON)
    with house.database.writing() as connection:
        StoredLinkProofs(connection).add(b"d" * 32, proof)

    ana = keep(house, pool, ana, attributes={**PROVEN, "name": "Ana"})
    assert house.read(lambda each: StoredLinkProofs(each).find(b"d" * 32)) == proof

    keep(house, pool, ana, attributes={**PROVEN, "email": "ana@other.example"})
    assert house.read(lambda each: StoredLinkProofs(each).find(b"d" * 32)) is None


def test_whoever_goes_is_heard_of_and_leaves_nothing(house: House, pool: Pool) -> None:
    """Twice they do not go."""
    ana = house.person(pool)

    with house.database.writing() as connection:
        assert remove_profile(connection, ana)
        assert not remove_profile(connection, ana)

    assert house.news() == {change_key(pool.id, ana.sub)}
    assert named(house, pool, "ana") is None
    with house.database.writing() as connection:
        add_profile(connection, pool, ana)
    assert named(house, pool, "ana") == ana
