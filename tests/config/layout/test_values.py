"""Values and keys, each written in one way."""

import pytest

from gateway.config.layout.statements import Pair, read_statements
from gateway.config.layout.values import annotated, key_text, value_text


def rendered(text: str) -> str:
    """The value of the only pair, as it is laid out."""
    (pair,) = read_statements(f"x = {text}")
    assert isinstance(pair, Pair)
    return value_text(pair.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'plain'", '"plain"'),
        ("''", '""'),
        (r"'a\d'", r"'a\d'"),
        ("'say \"yes\"'", "'say \"yes\"'"),
        ("'a\tb'", "'a\tb'"),
        ("'''a'''", "'''a'''"),
        ("0x1F", "0x1F"),
        ("[1,2 ,3 , ]", "[1, 2, 3]"),
        ("[ ]", "[]"),
        ("[\n]", "[]"),
        ("[[1],[ 2]]", "[[1], [2]]"),
        ("{a=1,b . c = 'x'}", '{ a = 1, b.c = "x" }'),
        ("{ }", "{}"),
        ("[\n1,2]", "[\n  1,\n  2,\n]"),
        ("[1,\n\n\n2\n\n]", "[\n  1,\n\n  2,\n]"),
        ("[\n# a\n1]", "[\n  # a\n  1,\n]"),
        ("[\n# a\n]", "[\n  # a\n]"),
        ("[[\n1]]", "[[\n  1,\n]]"),
        ("[\n[\n1\n]]", "[\n  [\n    1,\n  ],\n]"),
        ("{ a = [\n1 ] }", "{ a = [\n  1,\n] }"),
        ("[\n{ a = [\n1 ] }]", "[\n  { a = [\n    1,\n  ] },\n]"),
    ],
)
def test_a_value_has_one_form(text: str, expected: str) -> None:
    """And that form is kept."""
    assert rendered(text) == expected
    assert rendered(expected) == expected


def test_a_comment_stays_behind_its_element() -> None:
    """At the column of all comments."""
    assert rendered("[\n1 # a\n]") == f"[\n  1,{' ' * 42}# a\n]"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["a", "b-1"], "a.b-1"),
        (['"a"', "'b'"], "a.b"),
        (["'b c'"], '"b c"'),
        (["''", '""'], '"".""'),
        (['"a.b"'], '"a.b"'),
        ([r'"\u0061"'], r'"\u0061"'),
    ],
)
def test_a_key_has_quotes_only_where_it_needs_them(
    keys: list[str], expected: str
) -> None:
    """A dot inside of quotes is part of the name."""
    assert key_text(keys) == expected


@pytest.mark.parametrize(("length", "column"), [(1, 46), (44, 46), (45, 47), (60, 62)])
def test_comments_stand_below_each_other_where_there_is_room(
    length: int, column: int
) -> None:
    """Else two blanks behind what they are about."""
    line = annotated("x" * length, "# a")

    assert line.index("#") == column
    assert annotated("x", "") == "x"


def test_the_last_line_counts() -> None:
    """That is where the comment goes."""
    assert annotated(f"{'x' * 90}\n]", "# a").rpartition("\n")[2].index("#") == 46
