"""Passwords that are made up."""

import pytest

from gateway.pool.passwords.generation import LENGTH, new_password
from gateway.pool.passwords.policy import LONGEST_POLICY, MAX_STRENGTH, PasswordPolicy


@pytest.mark.parametrize(
    "policy",
    [
        PasswordPolicy(),
        PasswordPolicy(min_length=LONGEST_POLICY, min_strength=MAX_STRENGTH),
        PasswordPolicy(min_length=6, symbol=False, uppercase=False),
    ],
)
def test_every_policy_takes_them(policy: PasswordPolicy) -> None:
    """Whatever it asks for, and however often one is made."""
    made = {new_password(policy) for _ in range(50)}

    assert len(made) == 50
    assert all(policy.problems(password) == () for password in made)
    assert {len(each) for each in made} == {max(LENGTH, policy.min_length)}


def test_they_can_be_read_out() -> None:
    """No two of their characters are taken for one another."""
    characters = set("".join(new_password(PasswordPolicy()) for _ in range(200)))

    assert not characters & set("Il1O0 \"'\\<>&$%")


def test_where_which_kind_stands_is_random_too() -> None:
    """Else the first four characters were half as many guesses."""
    firsts = {new_password(PasswordPolicy())[0].islower() for _ in range(100)}

    assert firsts == {True, False}
