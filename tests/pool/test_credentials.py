"""What is kept of a password."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.keys.errors import SealError
from gateway.pool import srp
from gateway.pool.credentials import with_password
from gateway.pool.errors import InvalidPasswordError
from gateway.pool.passwords.leaks import LeaksUnknownError
from gateway.pool.passwords.policy import (
    LeakFailure,
    LeakPolicy,
    PasswordPolicy,
    PasswordProblem,
)
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.storage.pools.secrets import UserSecrets
from tests.pool.house import NOON, PASSWORD, House
from tests.storage.pool_rows import person


def test_one_password_is_kept_in_both_ways(house: House) -> None:
    """To be typed, and to be proven; what has nothing to do with it stays."""
    pool, ana = house.pool(), person(1)
    before = UserSecrets(totp_seed="seed", temporary_until=NOON)

    kept = house.credentials.make(pool, ana, PASSWORD, before=before, now=NOON)

    assert kept.password_hash is not None
    assert kept.password_hash.startswith("$argon2id$")
    assert kept.password_set_at == NOON
    assert kept.temporary_until is None
    assert kept.totp_seed == "seed"
    verifier = house.credentials.verifier(pool, ana, kept)
    assert verifier is not None
    assert srp.is_password_of(verifier, pool.group, ana.username, PASSWORD)
    assert not srp.is_password_of(verifier, pool.group, ana.username, "other")


def test_a_hash_is_made_anew_and_nothing_else(house: House) -> None:
    """The same password, another salt."""
    pool, ana = house.pool(), person(1)
    before = house.credentials.make(pool, ana, PASSWORD, before=UserSecrets(), now=NOON)

    after = house.credentials.rehash(before, PASSWORD)

    assert after.password_hash != before.password_hash
    assert replace(after, password_hash=before.password_hash) == before
    assert house.passwords.verify(after.password_hash, PASSWORD).matches


def test_a_verifier_is_the_persons_alone(house: House) -> None:
    """Moved to another row, or read with another key, it opens nothing."""
    pool, ana = house.pool(), person(1)
    kept = house.credentials.make(pool, ana, PASSWORD, before=UserSecrets(), now=NOON)

    with pytest.raises(SealError):
        house.credentials.verifier(pool, person(2), kept)
    assert house.credentials.verifier(pool, ana, UserSecrets()) is None
    assert PASSWORD not in str(kept.srp_verifier)


def test_a_password_is_judged_with_what_is_known_of_the_person(house: House) -> None:
    """Their address is the first guess."""
    policy = PasswordPolicy(
        lowercase=False, uppercase=False, number=False, symbol=False, min_strength=3,
        temporary_lifetime=timedelta(days=1),
    )  # fmt: skip
    pool = house.pool(PoolSettings(name="people", password=policy))
    ana = replace(person(1), attributes={"email": "wintermute@neuromancer.example"})

    house.credentials.check(pool, "umbrella cobalt fjord", about=ana)
    with pytest.raises(InvalidPasswordError) as caught:
        house.credentials.check(pool, "wintermute@neuromancer.example", about=ana)
    assert caught.value.problems == (PasswordProblem.TOO_EASY_TO_GUESS,)


def test_a_temporary_password_ends(house: House) -> None:
    """It is kept like any other, with its end."""
    policy = PasswordPolicy(temporary_lifetime=timedelta(days=3))
    pool, ana = house.pool(PoolSettings(name="people", password=policy)), person(1)

    kept = house.credentials.make_temporary(
        pool, ana, PASSWORD, before=UserSecrets(totp_seed="seed"), now=NOON
    )

    assert kept.temporary_until == NOON + timedelta(days=3)
    assert kept.totp_seed == "seed"
    assert house.passwords.verify(kept.password_hash, PASSWORD).matches
    own = house.credentials.make(pool, ana, PASSWORD, before=kept, now=NOON)
    assert own.temporary_until is None


@pytest.mark.parametrize("history", [0, 1, 3])
def test_a_password_does_not_come_again_too_soon(house: House, history: int) -> None:
    """The last so many, the present one included; the one before those may."""
    policy = PasswordPolicy(history=history)
    pool, ana = house.pool(PoolSettings(name="people", password=policy)), person(1)
    kept = UserSecrets()
    for number in range(4):
        kept = house.credentials.make(
            pool, ana, f"{PASSWORD}{number}", before=kept, now=NOON
        )

    for number in range(4 - history, 4):
        with pytest.raises(InvalidPasswordError) as caught:
            house.credentials.make(
                pool, ana, f"{PASSWORD}{number}", before=kept, now=NOON
            )
        assert caught.value.problems == (PasswordProblem.USED_BEFORE,)
    for number in range(4 - history):
        house.credentials.make(pool, ana, f"{PASSWORD}{number}", before=kept, now=NOON)
    assert len(kept.past_hashes) == max(0, history - 1)


def test_a_temporary_password_is_no_way_back(house: House) -> None:
    """What was the person's before does not come again behind it; nor does it itself."""
    policy = PasswordPolicy(history=2)
    pool, ana = house.pool(PoolSettings(name="people", password=policy)), person(1)
    make = house.credentials.make
    own = make(pool, ana, PASSWORD, before=UserSecrets(), now=NOON)
    given = house.credentials.make_temporary(
        pool, ana, f"{PASSWORD}2", before=own, now=NOON
    )

    for password in (PASSWORD, f"{PASSWORD}2"):
        with pytest.raises(InvalidPasswordError):
            make(pool, ana, password, before=given, now=NOON)
    kept = with_password(UserSecrets(totp_seed="new"), given)
    assert kept == replace(given, totp_seed="new")


def leaky(house: House, policy: LeakPolicy | None) -> Pool:
    password = PasswordPolicy(leaked=policy)
    return house.pool(PoolSettings(name="people", password=password))


def test_a_password_from_a_leak_is_not_taken(house: House) -> None:
    """Seen more often than the pool lets pass."""
    pool, ana = leaky(house, LeakPolicy(at_most=2)), person(1)
    house.leaks.seen = {PASSWORD: 3, f"{PASSWORD}!": 2}

    with pytest.raises(InvalidPasswordError) as caught:
        house.credentials.check(pool, PASSWORD, about=ana)

    assert caught.value.problems == (PasswordProblem.LEAKED,)
    house.credentials.check(pool, f"{PASSWORD}!", about=ana)


def test_nobody_is_asked_for_nothing(house: House) -> None:
    """Of what is refused anyway, and by a pool that does not want to know."""
    house.leaks.seen = {PASSWORD: 1}

    pool = leaky(house, LeakPolicy())
    with pytest.raises(InvalidPasswordError):
        house.credentials.check(pool, "short", about=person(1))
    unknowing = replace(pool, settings=PoolSettings(name="people"))
    house.credentials.check(unknowing, PASSWORD, about=person(1))

    assert house.leaks.asked == []


@pytest.mark.parametrize("on_failure", LeakFailure)
def test_while_nobody_can_be_asked_the_pool_decides(
    house: House, on_failure: LeakFailure
) -> None:
    """Whether a password is taken unseen, or has to wait."""
    pool = leaky(house, LeakPolicy(on_failure=on_failure))
    house.leaks.is_down = True

    if on_failure is LeakFailure.ACCEPT:
        house.credentials.check(pool, PASSWORD, about=person(1))
    else:
        with pytest.raises(LeaksUnknownError):
            house.credentials.check(pool, PASSWORD, about=person(1))
