"""Cutting an expression into terms, and leaving whole what is not surely cut."""

import pytest

from gateway.cel.parsing.syntax import Connective
from gateway.cel.parsing.terms import cut


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a", ["a"]),
        ("a && b", ["a", "b"]),
        (" a  &&\n b\n&& c ", ["a", "b", "c"]),
        ("a || b", ["a", "b"]),
        ("a == 'x && y' && b", ["a == 'x && y'", "b"]),
        ("f('(') && b", ["f('(')", "b"]),
        ('s == "it\'s" && b', ['s == "it\'s"', "b"]),
        ("l.all(x, x == 1 || x == 2) && b", ["l.all(x, x == 1 || x == 2)", "b"]),
        ("a && (b || c)", ["a", "(b || c)"]),
        ("(a || b) && c", ["(a || b)", "c"]),
        ("[{'a': [1]}][0]['a'] == [1] && b", ["[{'a': [1]}][0]['a'] == [1]", "b"]),
        ("1 / 2 == 0 && b", ["1 / 2 == 0", "b"]),
        ("(a ? b : c) && d", ["(a ? b : c)", "d"]),
        ("r'a' == s && b", ["r'a' == s", "b"]),
        ("s == '' && b", ["s == ''", "b"]),
    ],
)
def test_the_outermost_connective_separates_terms(text: str, terms: list[str]) -> None:
    """What stands in strings and brackets belongs to a term."""
    pieces = cut(text)

    assert pieces is not None
    assert pieces.terms == terms
    assert pieces.connective == (
        None if len(terms) == 1 else Connective("||" if text == "a || b" else "&&")
    )


def test_each_term_has_its_place() -> None:
    """The offset of its first character."""
    pieces = cut("a &&\n   b && c")

    assert pieces is not None
    assert pieces.starts == [0, 8, 13]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a &&",
        "&& a",
        "a && && b",
        "a && b || c",
        "a || b && c",
        "a ? b : c",
        "a & b",
        "a | b",
        "a && 'b",
        "a && f(",
        "a && b)",
        "a && ((((((b))))))",
        r"a && b == '\''",
        "a && b == '''x'''",
        "a && b // && c",
        "a && (b // )\n)",
        "a && b.`c`",
        "(a && b) && c",
        "a &&& b",
        "a" * 3000,
    ],
)
def test_what_is_not_surely_cut_is_left_whole(text: str) -> None:
    """Faults among it: they are told by the parser."""
    assert cut(text) is None


def test_a_hostile_text_takes_no_time() -> None:
    """Every pattern keeps what it has matched."""
    for piece in ("(", "[(", "'", "f('", "&", "a.", "{" * 4 + "a" + "}" * 3):
        assert cut((piece * 2048)[:2048]) is None or piece == "a."
