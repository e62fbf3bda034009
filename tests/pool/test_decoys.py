"""People who are made up."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.pool import srp
from gateway.pool.codes import MAX_TRIES, Outcome
from gateway.pool.decoys import DecoyCodes, Decoys
from gateway.pool.messenger import SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, Alias, PoolSettings, SignInSettings
from tests.pool.house import NOON, House

PEOPLE = Pool("us-east-1_Ab3dEfGh9", PoolSettings(name="people"), NOON)
OTHERS = replace(PEOPLE, id="us-east-1_Others999")
ADDRESSES = replace(
    PEOPLE,
    settings=PoolSettings(
        name="addresses", sign_in=SignInSettings(addresses=frozenset(Address))
    ),
)
ALIASES = replace(
    PEOPLE,
    settings=PoolSettings(
        name="aliases", sign_in=SignInSettings(aliases=frozenset(Alias))
    ),
)


@pytest.fixture
def decoys() -> Decoys:
    return Decoys(secret=secrets.token_bytes(32))


def test_a_verifier_is_the_same_each_time(decoys: Decoys) -> None:
    """For one name in one pool, in whatever spelling; without the secret nobody knows it."""
    mine = decoys.verifier(PEOPLE, "ana")

    assert mine == decoys.verifier(PEOPLE, "ANA")
    assert 0 < mine.salt < 1 << 128
    assert 0 < mine.value < srp.N
    others = Decoys(secret=secrets.token_bytes(32))
    for other in (
        decoys.verifier(PEOPLE, "bob"),
        decoys.verifier(OTHERS, "ana"),
        others.verifier(PEOPLE, "ana"),
    ):
        assert other.salt != mine.salt
        assert other.value != mine.value


def test_a_user_name_is_what_it_would_be(decoys: Decoys) -> None:
    """As typed, where names are typed; a UUID, where they are not."""
    assert decoys.user_id(PEOPLE, "Ana") == "ana"
    assert decoys.user_id(ALIASES, "ana") == "ana"
    for pool, name in (
        (ADDRESSES, "ana@example.com"),
        (ALIASES, "ana@example.com"),
        (PEOPLE, "a b"),
    ):
        made_up = decoys.user_id(pool, name)
        assert made_up == decoys.user_id(pool, name.upper())
        assert len(made_up) == 36
        assert made_up[14] == "4"


def test_a_destination_is_what_was_typed_or_looks_like_one(decoys: Decoys) -> None:
    """The same each time."""

    def masked(name: str, address: Address) -> str:
        return decoys.destination(PEOPLE, name, address).masked

    typed = decoys.destination(ADDRESSES, "Ana@Example.com", Address.EMAIL)
    assert typed == SentCode(Address.EMAIL, "ana@example.com")
    assert masked("+4930123456", Address.PHONE) == "+******3456"
    assert masked("ana", Address.EMAIL)[:5] == "a***@"
    assert masked("ana", Address.EMAIL) == masked("ANA", Address.EMAIL)
    assert masked("", Address.EMAIL)[1:5] == "***@"
    assert masked("_", Address.EMAIL)[0].isalpha()
    phones = {masked(name, Address.PHONE) for name in ("ana", "bob", "zoe", "eve")}
    assert len(phones) > 1
    assert all(len(each) == 12 for each in phones)


def test_codes_to_nobody_are_missed_as_often_as_others(house: House) -> None:
    """Then there is none; nor was there one before it was sent, nor is it after its time."""
    hour = timedelta(hours=1)

    def try_one(whose: str = "ana", later: timedelta = timedelta()) -> Outcome:
        with house.database.writing() as connection:
            codes = DecoyCodes(connection, "forgot_password")
            return codes.try_one(PEOPLE, whose, NOON + later, hour)

    def send() -> None:
        with house.database.writing() as connection:
            DecoyCodes(connection, "forgot_password").send(PEOPLE, "ana", NOON)

    assert try_one() is Outcome.EXPIRED
    for _ in range(2):
        send()
        assert try_one("bob") is Outcome.EXPIRED
        assert [try_one() for _ in range(MAX_TRIES)] == [Outcome.WRONG] * MAX_TRIES
        assert try_one() is Outcome.EXPIRED
    send()
    assert try_one(later=hour - timedelta(seconds=1)) is Outcome.WRONG
    assert try_one(later=hour) is Outcome.EXPIRED
