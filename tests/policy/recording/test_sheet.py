"""A record stays short."""

import pytest

from gateway.policy.recording.sheet import (
    EMPTY,
    MAX_RECORD,
    MAX_VALUE,
    Part,
    Sheet,
    in_few_words,
    texts,
)


def test_a_sheet_tells_what_was_put_onto_it() -> None:
    """Each path once."""
    sheet = Sheet(100)

    sheet.put("claims.a", "1")
    sheet.put("claims['\\x01']", '"b"')
    sheet.miss("claims.c")
    sheet.miss("claims.c")
    sheet.drop("claims.d")

    assert sheet.part() == Part(
        reads='"claims.a":1,"claims[\'\\\\x01\']":"b"',
        absent=("claims.c",),
        dropped=("claims.d",),
        left=100 - 9 - 17 - 16,
    )
    assert Sheet().part() == EMPTY


def test_the_last_value_that_fits_is_put_and_the_next_is_named() -> None:
    """In all, and each by itself."""
    sheet = Sheet(10)

    sheet.put("now", '"abc"')
    sheet.put("x", '"a"')
    sheet.put("y", "1")
    sheet.put("z", "1")

    assert sheet.part() == Part('"now":"abc","y":1', (), ("x", "z"), 0)
    long = Sheet()
    long.put("a", "x" * MAX_VALUE)
    long.put("b", "x" * (MAX_VALUE + 1))
    assert long.part().dropped == ("b",)


def test_a_path_that_leads_nowhere_takes_room_as_well() -> None:
    """What does not fit is named: it is not known to be absent."""
    sheet = Sheet(5)

    sheet.miss("abc")
    sheet.miss("def")
    sheet.miss("gh")

    assert sheet.part() == Part("", ("abc", "gh"), ("def",), 0)


def test_names_that_are_too_many_become_few() -> None:
    """A variable stands for all that it holds."""
    few = ("claims.a", "claims.b", "x" * (MAX_VALUE - 16))
    many = ("claims.a", "claims.b", *("x" * 9 + str(n) for n in range(500)), "claims.c")

    assert in_few_words(few) is few
    assert list(in_few_words(many))[:2] == ["claims", "xxxxxxxxx0"]
    assert list(in_few_words(many)).count("claims") == 1
    assert MAX_VALUE < MAX_RECORD


def test_an_array_holds_texts_alone() -> None:
    """Anything else is written by the codec."""
    assert texts(["a", "ä"]) == '["a","\\u00e4"]'
    with pytest.raises(TypeError):
        texts(["a", 1])  # type: ignore[list-item]
