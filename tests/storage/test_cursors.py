"""A cursor leads back to its place in its list, and nothing else leads anywhere."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.cursors import MAX_CURSOR_CHARACTERS, Cursors
from gateway.storage.errors import CursorError

SECRET = b"s" * 32
CURSORS = Cursors(secret=SECRET)

VALUES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
        st.integers(min_value=-(2**62), max_value=2**62),
        st.booleans(),
        st.datetimes(timezones=st.just(UTC)),
    ),
    min_size=1,
    max_size=4,
)


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_cursor_leads_back_to_its_place(
    values: list[str | int | bool | datetime], of: str
) -> None:
    """With each value's type; the same for every gateway with the same key."""
    cursor = CURSORS.write(values, of=of)

    back = Cursors(secret=SECRET).read(cursor, of=of)

    assert back == tuple(values)
    assert [type(value) for value in back] == [type(value) for value in values]
    assert len(cursor) <= MAX_CURSOR_CHARACTERS


def test_a_cursor_tells_nothing_and_is_plain_in_a_url() -> None:
    """What a list is in the order of is no business of whoever carries it."""
    cursor = CURSORS.write(["ana@example.com", 7], of="users")

    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert b"ana@example.com" not in base64.urlsafe_b64decode(cursor + "==")
    assert cursor == CURSORS.write(["ana@example.com", 7], of="users")
    assert cursor != CURSORS.write(["ana@example.com", 7], of="users of another pool")


def test_a_cursor_is_good_for_its_list_alone() -> None:
    """Another list, another filter, another installation."""
    cursor = CURSORS.write(["ana"], of="users/pool-1")

    with pytest.raises(CursorError):
        CURSORS.read(cursor, of="users/pool-2")
    with pytest.raises(CursorError):
        Cursors(secret=b"t" * 32).read(cursor, of="users/pool-1")


def test_a_cursor_that_was_bent_is_refused() -> None:
    """Each character of it; cut short and made longer."""
    cursor = CURSORS.write(["ana", 7], of="users")
    bent = [
        cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        for at in range(len(cursor) - 1)
    ]

    for each in [*bent, cursor[:-4], cursor[4:], cursor + "AAAA", cursor * 2]:
        with pytest.raises(CursorError):
            CURSORS.read(each, of="users")


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "A",
        "====",
        "\x00",
        "é" * 40,
        "\ud800",
        "W10",
        " " * 64,
        "A" * MAX_CURSOR_CHARACTERS,
        "A" * (MAX_CURSOR_CHARACTERS + 1),
        "A" * 10**6,
    ],
)
def test_what_is_no_cursor_is_refused(hostile: str) -> None:
    """With one kind of error, which is the caller's."""
    with pytest.raises(CursorError) as caught:
        CURSORS.read(hostile, of="users")

    assert caught.value.code == "invalid_cursor"
    assert len(caught.value.detail) < 100


@given(st.text(max_size=200))
def test_no_text_does_anything_else(text: str) -> None:
    """Whatever comes in."""
    with pytest.raises(CursorError):
        CURSORS.read(text, of="users")
