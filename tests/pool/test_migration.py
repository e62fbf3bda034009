"""People who come from another directory."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.model.user import User, UserStatus
from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.migration import Migration
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    Alias,
    PoolSettings,
    SignInSettings,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.triggers.values import MigrationRequest, MigrationSource
from gateway.storage.pools.secrets import UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import PASSWORD, House
from tests.pool.triggers.recorder import CALLER, Recorder, triggers_of

ANA = MigrationRequest(MigrationSource.SIGN_IN, "Ana", PASSWORD)
THERE = {"email": "ana@example.com", "email_verified": "true", "gender": ""}
ASKS = TriggerSettings(functions={TriggerKind.MIGRATE_USER: "it"})
PEOPLE = PoolSettings(name="people", triggers=ASKS)
ALIASES = replace(PEOPLE, sign_in=SignInSettings(aliases=frozenset(Alias)))


def migration(
    house: House, attributes: Mapping[str, str] | None = None, **said: Any
) -> Migration:
    """Return one that finds somebody with these attributes."""
    answer = {"userAttributes": attributes, "finalUserStatus": "CONFIRMED", **said}
    house.triggers = triggers_of(Recorder(lambda _: answer))
    return Migration(house.tools)


def bring(
    migration: Migration, pool: Pool, asked: MigrationRequest = ANA
) -> User | None:
    return migration.bring(pool, asked, CALLER)


def named(house: House, pool: Pool, name: str) -> User | None:
    return house.read(lambda connection: Users(connection).find_named(pool.id, name))


def test_whoever_is_found_is_a_member_from_now_on(house: House) -> None:
    """With the password they have there, which is not judged anew."""
    pool = house.pool(PEOPLE)
    weak = replace(ANA, password="weak")

    user = bring(migration(house, THERE), pool, weak)

    assert user is not None
    assert house.user(pool, user.sub) == user
    assert (user.username, user.status) == ("Ana", UserStatus.CONFIRMED)
    assert user.attributes == {"email": "ana@example.com", "email_verified": "true"}
    kept = house.secrets(user)
    assert house.passwords.verify(kept.password_hash, "weak").matches
    assert house.credentials.verifier(pool, user, kept) is not None
    assert named(house, pool, "ana") == user


def test_a_pool_may_ask_nobody(house: House) -> None:
    assert migration(house).is_on(house.pool(PEOPLE))
    assert not migration(house).is_on(
        house.pool(PoolSettings(name="others"), "us-east-1_Others999")
    )


def test_who_is_not_found_is_not_made(house: House) -> None:
    pool = house.pool(PEOPLE)

    assert bring(migration(house), pool) is None
    assert named(house, pool, "ana") is None


@pytest.mark.parametrize(
    ("asked", "status"), [(ANA, None), (replace(ANA, password=""), "CONFIRMED")]
)
def test_who_has_to_reset_the_password_has_none_here(
    house: House, asked: MigrationRequest, status: str | None
) -> None:
    """Nor has whoever forgot it."""
    pool = house.pool(PEOPLE)

    user = bring(migration(house, THERE, finalUserStatus=status), pool, asked)

    assert user is not None
    assert user.status is (
        UserStatus.CONFIRMED if status else UserStatus.RESET_REQUIRED
    )
    assert house.secrets(user) == UserSecrets()


def test_a_function_may_say_what_somebody_is_called(house: House) -> None:
    """Whatever else it says of them: the id is ours."""
    pool = house.pool(PEOPLE)

    user = bring(migration(house, {"username": "anna", "sub": "1"}), pool)

    assert user is not None
    assert user.username == "anna"
    assert user.sub != "1"
    assert not user.attributes


def test_where_addresses_are_names_the_typed_one_is_theirs(house: House) -> None:
    addresses = SignInSettings(addresses=frozenset({Address.EMAIL}))
    pool = house.pool(replace(PEOPLE, sign_in=addresses))
    asked = replace(ANA, username="ana@example.com")

    user = bring(migration(house, {"name": "Ana"}), pool, asked)

    assert user is not None
    assert user.username == user.sub
    assert named(house, pool, "ana@example.com") == user
    by_name = bring(
        migration(house, {"email": "bob@example.com"}),
        pool,
        replace(ANA, username="bob"),
    )
    assert by_name is not None
    assert named(house, pool, "bob@example.com") == by_name


@pytest.mark.parametrize(
    "attributes",
    [
        {"email": "no address"},
        {"shoe": "46"},
        {"username": "ana@example.com"},
        {"username": "a b"},
    ],
)
def test_whoever_does_not_fit_is_not_made(
    house: House, attributes: Mapping[str, str]
) -> None:
    """The function's answer is at fault, and is to be looked at."""
    pool = house.pool(ALIASES)

    with pytest.raises(BadTriggerAnswerError):
        bring(migration(house, attributes), pool)
    assert named(house, pool, "ana") is None


def test_nobody_takes_over_an_address_unless_the_function_says_so(
    house: House,
) -> None:
    pool = house.pool(ALIASES)
    bob = house.person(pool, "bob", email="ana@example.com", email_verified="true")

    assert bring(migration(house, THERE), pool) is None
    assert named(house, pool, "ana") is None
    user = bring(migration(house, THERE, forceAliasCreation=True), pool)

    assert named(house, pool, "ana@example.com") == user
    assert house.user(pool, bob.sub).attributes["email_verified"] == "false"


def test_of_two_who_come_at_once_one_is_made(house: House) -> None:
    """The other one tries again, and is known then."""
    pool = house.pool(PEOPLE)
    both = migration(house, THERE)

    assert bring(both, pool) is not None
    assert bring(both, pool) is None
