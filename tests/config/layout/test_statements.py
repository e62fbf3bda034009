"""A text taken apart, with nothing lost but blanks."""

import pytest

from gateway.config.layout.statements import (
    Array,
    Blank,
    Comment,
    Header,
    InlineTable,
    Item,
    Pair,
    Scalar,
    Statement,
    Value,
    read_statements,
)


def the_value(text: str) -> Value:
    """The value of the only pair."""
    (pair,) = read_statements(f"x = {text}")
    assert isinstance(pair, Pair)
    return pair.value


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        ("\n", [Blank()]),
        ("  # a  ", [Comment("# a")]),
        ("[a]", [Header(["a"], is_array=False, comment="")]),
        (
            "[[ a . 'b' ]]  # c\n",
            [Header(["a", "'b'"], is_array=True, comment="# c")],
        ),
        ("a=1", [Pair(["a"], Scalar("1"), "")]),
        ('a . "b" = 1 # c\n', [Pair(["a", '"b"'], Scalar("1"), "# c")]),
        ("\t\na = 1\n", [Blank(), Pair(["a"], Scalar("1"), "")]),
    ],
)
def test_statements_are_read_in_order(text: str, statements: list[Statement]) -> None:
    """Keys and comments as they are written."""
    assert read_statements(text) == statements


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "2026-05-04 09:00:00Z",
        '"a # b"',
        "'a # b'",
        '""',
        "''",
        '"""\na\n# no comment"""',
        "'''\n[a]\n'''",
    ],
)
def test_a_plain_value_is_kept_as_it_is_written(text: str) -> None:
    """Whatever it holds."""
    assert the_value(f"{text}  # comment") == Scalar(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[]", Array([], is_long=False)),
        ("[ \n\n ]", Array([], is_long=True)),
        ("[ 1 , 2,]", Array([Item(Scalar("1")), Item(Scalar("2"))], is_long=False)),
        ("[\n1 # a\n]", Array([Item(Scalar("1"), "# a")], is_long=True)),
        ("[\n1, # a\n]", Array([Item(Scalar("1"), "# a")], is_long=True)),
        (
            "[ # a\n1\n# b\n, # c\n]",
            Array(
                [Comment("# a"), Item(Scalar("1")), Comment("# b"), Comment("# c")],
                is_long=True,
            ),
        ),
        (
            "[1,\n\n\n2]",
            Array(
                [Item(Scalar("1")), Blank(), Blank(), Item(Scalar("2"))], is_long=True
            ),
        ),
        ("{}", InlineTable([])),
        (
            "{ a.b = 1 ,c={d = [2]} }",
            InlineTable(
                [
                    (["a", "b"], Scalar("1")),
                    (
                        ["c"],
                        InlineTable(
                            [(["d"], Array([Item(Scalar("2"))], is_long=False))]
                        ),
                    ),
                ]
            ),
        ),
    ],
)
def test_brackets_are_taken_apart(text: str, value: Value) -> None:
    """With the comments where they belong."""
    assert the_value(text) == value
