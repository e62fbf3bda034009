"""Somebody new, before anything is kept."""

from uuid import UUID

import pytest

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import AttributeProblem, Schema
from gateway.pool.errors import InvalidParameterError
from gateway.pool.new_users import as_answered, check_rights, new_user
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, Alias, PoolSettings, SignInSettings
from gateway.pool.triggers.values import SignUpAnswer
from tests.pool.house import NOON, POOL_ID

PLAIN = Pool(POOL_ID, PoolSettings(name="plain"), NOON)
ALIASES = Pool(
    POOL_ID,
    PoolSettings(name="aliases", sign_in=SignInSettings(aliases=frozenset(Alias))),
    NOON,
)
ADDRESSES = Pool(
    POOL_ID,
    PoolSettings(
        name="addresses", sign_in=SignInSettings(addresses=frozenset(Address))
    ),
    NOON,
)
DEMANDING = Pool(
    POOL_ID,
    PoolSettings(name="demanding", schema=Schema.of(required=["email", "name"])),
    NOON,
)
BY_ADMINISTRATOR = UserStatus.FORCE_CHANGE_PASSWORD


def make(
    pool: Pool,
    name: str,
    attributes: dict[str, str] | None = None,
    *,
    status: UserStatus = BY_ADMINISTRATOR,
) -> User:
    return new_user(pool, name, attributes or {}, status=status, now=NOON)


def test_a_profile_holds_what_was_said() -> None:
    """Empty attributes are none; an address without a word about it is not proven."""
    user = make(
        PLAIN,
        "ana",
        {"email": "ana@example.com", "email_verified": "true", "name": "",
         "phone_number": "+14155552671"},
    )  # fmt: skip

    assert (user.username, user.status, user.enabled) == ("ana", BY_ADMINISTRATOR, True)
    assert UUID(user.sub).version == 4
    assert user.attributes == {
        "email": "ana@example.com",
        "email_verified": "true",
        "phone_number": "+14155552671",
        "phone_number_verified": "false",
    }
    assert user.created_at == user.updated_at == NOON


@pytest.mark.parametrize(
    ("name", "address"),
    [("Ana@example.com", "email"), ("+14155552671", "phone_number")],
)
def test_where_addresses_are_names_the_name_is_one(name: str, address: str) -> None:
    user = make(ADDRESSES, name)

    assert user.username == user.sub
    assert user.attributes[address] == name


@pytest.mark.parametrize(
    ("pool", "name", "attributes", "problems"),
    [
        (PLAIN, "a b", {}, {"username": AttributeProblem.WRONG_TYPE}),
        (ADDRESSES, "ana", {}, {"username": AttributeProblem.WRONG_TYPE}),
        (ALIASES, "ana@example.com", {}, {"username": AttributeProblem.WRONG_TYPE}),
        (PLAIN, "ana", {"sub": "1"}, {"sub": AttributeProblem.RESERVED}),
        (
            PLAIN,
            "ana",
            {"email_verified": "true"},
            {"email": AttributeProblem.MISSING},
        ),
        (
            DEMANDING,
            "ana",
            {"email": "nothing"},
            {"email": AttributeProblem.NO_EMAIL, "name": AttributeProblem.MISSING},
        ),
    ],
)
def test_what_is_wrong_is_told_at_once(
    pool: Pool,
    name: str,
    attributes: dict[str, str],
    problems: dict[str, AttributeProblem],
) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        make(pool, name, attributes)

    assert caught.value.problems == problems


@pytest.mark.parametrize(
    "attributes", [{"email_verified": "false"}, {"preferred_username": "annie"}]
)
def test_who_has_to_confirm_says_nothing_of_what_is_proven(
    attributes: dict[str, str],
) -> None:
    """An administrator may."""
    with pytest.raises(InvalidParameterError) as caught:
        make(ALIASES, "ana", attributes, status=UserStatus.UNCONFIRMED)

    assert set(caught.value.problems.values()) == {AttributeProblem.RESERVED}
    assert make(ALIASES, "ana", attributes).attributes == attributes


def test_a_function_may_take_things_for_granted() -> None:
    """But nothing that is not there."""
    email = {"email": "ana@example.com"}
    user = make(PLAIN, "ana", email, status=UserStatus.UNCONFIRMED)

    everything = SignUpAnswer(confirm=True, verify_email=True, verify_phone=True)
    confirmed = as_answered(user, everything)

    assert confirmed.status is UserStatus.CONFIRMED
    assert confirmed.attributes == {**email, "email_verified": "true"}
    assert as_answered(user, SignUpAnswer()) == user


def test_rights_are_a_clients_but_for_what_is_needed() -> None:
    """Here the address that a code goes to, and the name that everybody has to have."""
    client = Client("c" * 26, POOL_ID, "app", writable=frozenset({"nickname"}))

    check_rights(DEMANDING, client, ["email", "name", "nickname"])
    with pytest.raises(InvalidParameterError) as caught:
        check_rights(DEMANDING, client, ["email", "gender"])

    assert caught.value.problems == {"gender": AttributeProblem.RESERVED}
