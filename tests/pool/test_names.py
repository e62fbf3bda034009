"""Names, and when two of them are one."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.user import User, UserStatus
from gateway.pool.names import (
    comparable,
    is_username,
    looks_like_alias,
    names_of,
    search_of,
    typed_address,
)
from gateway.pool.settings import Address, Alias, SignInSettings
from gateway.storage.pools.users import Name

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ALIASES = SignInSettings(aliases=frozenset(Alias))


def user(**attributes: str) -> User:
    return User(
        pool_id="us-east-1_Ab3dEfGh9",
        sub="5f2b9c1e-0000-4000-8000-1234567890ab",
        username="Ana",
        status=UserStatus.CONFIRMED,
        enabled=True,
        attributes=attributes,
        created_at=NOON,
        updated_at=NOON,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "aNA"), ("stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE"),
     ("\N{ANGSTROM SIGN}", "\u0061\u030a"), ("\uff21na", "ana")],
)  # fmt: skip
def test_one_name_has_several_spellings(one: str, other: str) -> None:
    """Case, composed marks and wide letters are no difference."""
    assert comparable(one, case_sensitive=False) == comparable(
        other, case_sensitive=False
    )


@pytest.mark.parametrize("flag", [True, False])
def test_each_plain_character_has_the_form_that_unicode_gives_it(
    flag: bool,  # noqa: FBT001
) -> None:
    """The short way for ASCII is no other way."""
    for character in map(chr, range(1, 128)):
        whole = character if flag else character.casefold()

        assert comparable(character, case_sensitive=flag) == unicodedata.normalize(
            "NFKC", whole
        )


def test_case_may_be_a_difference() -> None:
    """Where the pool says so; spellings of one character never are."""
    assert comparable("Ana", case_sensitive=True) == "Ana"
    assert comparable("\uff21na", case_sensitive=True) == "Ana"


def test_what_no_database_keeps_becomes_what_it_does() -> None:
    """It is nobody's name, and looked for all the same."""
    for flag in (True, False):
        form = comparable("a\ud800\0b", case_sensitive=flag)
        assert form == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"


@given(st.text(), st.booleans())
def test_the_comparable_form_is_its_own(text: str, flag: bool) -> None:  # noqa: FBT001
    """Compared twice or once, the same."""
    form = comparable(text, case_sensitive=flag)

    assert comparable(form, case_sensitive=flag) == form


@pytest.mark.parametrize(
    "text", ["a", "Ana-Lima_7", "\N{SNOWMAN}", "x" * 128, "ana@b.c"]
)
def test_a_name_can_be_seen(text: str) -> None:
    assert is_username(text)


@pytest.mark.parametrize(
    "text", ["", " ", "Ana Lima", "ana\n", "a\0b", "\u202eana", "\ud800", "x" * 129]
)
def test_what_cannot_be_seen_is_no_name(text: str) -> None:
    """Blanks, control and direction marks: two such names would look alike."""
    assert not is_username(text)


def test_nobody_may_be_called_like_somebodys_address() -> None:
    """Where addresses lead to people."""
    assert looks_like_alias("ana@example.com", ALIASES)
    assert looks_like_alias("+14155552671", ALIASES)
    assert not looks_like_alias("ana", ALIASES)
    assert not looks_like_alias("ana@example.com", SignInSettings())


def test_an_address_is_recognised_where_it_stands_in_for_the_name() -> None:
    """And nowhere else."""
    both = SignInSettings(addresses=frozenset(Address))

    assert typed_address("ana@example.com", both) is Address.EMAIL
    assert typed_address("+14155552671", both) is Address.PHONE
    assert typed_address("ana", both) is None
    mail = SignInSettings(addresses=frozenset({Address.EMAIL}))
    assert typed_address("+14155552671", mail) is None


def test_an_alias_counts_once_it_is_proven() -> None:
    """A preferred user name needs no proof."""
    ana = user(
        email="Ana@Example.com", phone_number="+14155552671", email_verified="true",
        phone_number_verified="false", preferred_username="Annie",
    )  # fmt: skip

    assert list(names_of(ana, ALIASES)) == [
        Name("ana", "username"),
        Name("ana@example.com", "email"),
        Name("annie", "preferred_username"),
    ]
    assert list(names_of(ana, SignInSettings())) == [Name("ana", "username")]


def test_an_address_that_is_the_name_counts_at_once() -> None:
    """It is unique from the sign-up on."""
    settings = SignInSettings(addresses=frozenset({Address.EMAIL}))
    ana = user(email="ana@example.com", email_verified="false")

    assert Name("ana@example.com", "email") in names_of(ana, settings)


def test_an_address_leads_nobody_to_whoever_signs_in_elsewhere() -> None:
    """Nor is it taken: whoever proves it here has it."""
    ana = replace(
        user(email="ana@example.com", email_verified="true"),
        status=UserStatus.EXTERNAL_PROVIDER,
    )
    addresses = SignInSettings(addresses=frozenset({Address.EMAIL}))

    for settings in (ALIASES, addresses):
        assert list(names_of(ana, settings)) == [Name("ana", "username")]


def test_lists_find_people_by_the_comparable_form() -> None:
    """What they have not said is nothing."""
    found = search_of(user(email="Ana@Example.com", name="Ana Lima"), ALIASES)

    assert found["by_email"] == "ana@example.com"
    assert found["by_name"] == "ana lima"
    assert found["by_username"] == "ana"
    assert found["by_phone"] is None
