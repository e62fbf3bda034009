"""What a pool takes for a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.passwords.policy import MAX_LENGTH, PasswordPolicy, PasswordProblem

ANY = PasswordPolicy(
    min_length=6, lowercase=False, uppercase=False, number=False, symbol=False
)


def test_the_default_is_cognitos() -> None:
    """Eight characters, all four classes."""
    policy = PasswordPolicy()

    assert policy.problems("Passw0r!") == ()
    assert set(policy.problems("")) == {
        PasswordProblem.TOO_SHORT,
        PasswordProblem.NO_LOWERCASE,
        PasswordProblem.NO_UPPERCASE,
        PasswordProblem.NO_NUMBER,
        PasswordProblem.NO_SYMBOL,
    }


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Passw0!", PasswordProblem.TOO_SHORT),
        ("PASSW0R!", PasswordProblem.NO_LOWERCASE),
        ("passw0r!", PasswordProblem.NO_UPPERCASE),
        ("Password!", PasswordProblem.NO_NUMBER),
        ("Passw0rd", PasswordProblem.NO_SYMBOL),
        ("Ünïcödé1!", PasswordProblem.NO_UPPERCASE),
        (" Passw0r!", PasswordProblem.BLANK_AT_THE_ENDS),
        ("Passw0r! ", PasswordProblem.BLANK_AT_THE_ENDS),
        ("Passw0r!\n", PasswordProblem.NOT_TEXT),
        ("Passw0r!\0", PasswordProblem.NOT_TEXT),
        ("Passw0r!\ud800", PasswordProblem.NOT_TEXT),
        ("Aa1!" * 64 + "x", PasswordProblem.TOO_LONG),
    ],
)
def test_each_demand_is_told_apart(password: str, problem: PasswordProblem) -> None:
    """So that a page can say what is missing."""
    assert PasswordPolicy().problems(password) == (problem,)


def test_a_blank_inside_is_a_symbol() -> None:
    """Four words are a good password."""
    assert PasswordPolicy().problems("Four words of 1") == ()


def test_the_longest_password_is_taken() -> None:
    """And one more character is not."""
    assert ANY.problems("x" * MAX_LENGTH) == ()
    assert ANY.problems("x" * (MAX_LENGTH + 1)) == (PasswordProblem.TOO_LONG,)


def test_what_others_know_of_the_person_is_easy_to_guess() -> None:
    """A score alone would take it."""
    policy = PasswordPolicy(
        min_length=8, uppercase=False, number=False, symbol=False, min_strength=3
    )

    assert policy.problems("wintermuteneuromancer") == ()
    assert policy.problems(
        "wintermuteneuromancer", about=["Wintermute", "neuromancer", ""]
    ) == (PasswordProblem.TOO_EASY_TO_GUESS,)
    assert policy.problems("password") == (PasswordProblem.TOO_EASY_TO_GUESS,)


def test_a_long_password_is_judged_by_its_beginning() -> None:
    """The library's time grows faster than the length."""
    policy = PasswordPolicy(
        min_length=6, lowercase=False, uppercase=False, number=False, symbol=False,
        min_strength=4,
    )  # fmt: skip

    assert policy.problems("correct horse battery staple " * 8 + "x") == ()
    assert policy.problems("a" * MAX_LENGTH) == (PasswordProblem.TOO_EASY_TO_GUESS,)


@given(st.text(max_size=300), st.lists(st.text(max_size=100), max_size=40))
def test_whatever_is_typed_is_taken_or_refused(password: str, about: list[str]) -> None:
    """Nothing is raised, and nobody is told two contradictory things."""
    problems = PasswordPolicy(min_strength=2).problems(password, about=about)

    assert len(set(problems)) == len(problems)
