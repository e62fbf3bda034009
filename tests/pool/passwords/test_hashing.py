"""How passwords are kept."""

import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, Type

from gateway.pool.passwords.hashing import (
    BusyHashingError,
    Parameters,
    Passwords,
    Verification,
    is_verifiable,
)

QUICK = Parameters(iterations=1, memory_kib=8)


def argon2(**named: Any) -> str:
    """Return a hash as another system makes it."""
    given = {"time_cost": 1, "memory_cost": 8, "parallelism": 1, **named}
    return PasswordHasher(**given).hash("secret")


@pytest.fixture
def passwords() -> Passwords:
    """Return a hasher whose work is next to none."""
    return Passwords(at_once=2, parameters=QUICK)


def test_a_password_is_recognised_and_another_is_not(passwords: Passwords) -> None:
    """Of any script and length."""
    for typed in ("right", "", "\N{SNOWMAN}" * 256, "\ud800"):
        kept = passwords.hash(typed)

        assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
        assert passwords.verify(kept, typed) == Verification(matches=True)
        assert passwords.verify(kept, typed + "x") == Verification(matches=False)


def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    """Each has its salt."""
    assert passwords.hash("right") != passwords.hash("right")


def test_the_default_parameters_are_those_of_owasp() -> None:
    """19 MiB, two passes, one lane."""
    kept = Passwords(at_once=1).hash("right")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_of_lesser_work_is_to_be_made_anew(passwords: Passwords) -> None:
    """At the next sign-in, when the password is at hand."""
    kept = passwords.hash("right")
    stronger = Passwords(at_once=1, parameters=Parameters(iterations=2, memory_kib=16))

    assert stronger.verify(kept, "right") == Verification(matches=True, outdated=True)
    assert stronger.verify(kept, "wrong") == Verification(matches=False)


def test_nobody_has_a_password(passwords: Passwords) -> None:
    """Whoever is not known takes as long to be refused."""
    assert passwords.verify(None, "anything") == Verification(matches=False)


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$", "$2b$12$abc", "\0"])
def test_a_damaged_hash_matches_nothing(passwords: Passwords, kept: str) -> None:
    """And is no crash."""
    assert passwords.verify(kept, "right") == Verification(matches=False)


def test_who_would_wait_too_long_is_told_to_come_again() -> None:
    """Instead of taking all memory and every thread."""
    passwords = Passwords(
        at_once=1, parameters=QUICK, patience=timedelta(milliseconds=10)
    )
    with passwords._turn(), pytest.raises(BusyHashingError):
        passwords.hash("right")

    assert passwords.hash("right")


def test_no_more_than_so_many_are_worked_on_at_once() -> None:
    """The others wait, and get their turn."""
    passwords = Passwords(at_once=2, parameters=QUICK)
    at_work, most = 0, 0
    counting = threading.Lock()
    both = threading.Barrier(2)

    def work() -> None:
        nonlocal at_work, most
        with passwords._turn():
            with counting:
                at_work += 1
                most = max(most, at_work)
            both.wait(10)
            with counting:
                at_work -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert most == 2


@pytest.mark.parametrize(
    ("kept", "is_one"),
    [
        (argon2(), True),
        (argon2(type=Type.I, memory_cost=64), True),
        (argon2(parallelism=16, memory_cost=16 * 8), True),
        (argon2(parallelism=17, memory_cost=17 * 8), False),
        (argon2(hash_len=15), False),
        (argon2().replace("m=8,", "m=262144,"), True),
        (argon2().replace("m=8,", "m=262145,"), False),
        (argon2().replace("t=1,", "t=16,"), True),
        (argon2().replace("t=1,", "t=17,"), False),
        (argon2() + "x" * 255, False),
        ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", False),
        ("$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4", False),
        ("", False),
        ("$argon2id$", False),
        ("$argon2id$v=19$m=8,t=1,p=1$\N{SNOWMAN}$x", False),
    ],
    # A salt is another one each time, and a test's name is not.
    ids=itertools.count(),
)
def test_hashes_of_others_are_known_by_their_form(kept: str, *, is_one: bool) -> None:
    """Those that can be verified, with work that is bounded."""
    assert is_verifiable(kept) is is_one


def test_a_hash_of_others_is_verified_and_then_made_anew(passwords: Passwords) -> None:
    """With the person's next sign-in."""
    kept = argon2(type=Type.I)

    found = passwords.verify(kept, "secret")

    assert is_verifiable(kept)
    assert (found.matches, found.outdated) == (True, True)
