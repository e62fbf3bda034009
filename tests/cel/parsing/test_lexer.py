"""Tokens, and what is refused before there is a parser to ask."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import Problem
from gateway.cel.parsing.lexer import MAX_CHARACTERS, MAX_TOKENS, Refused, tokenize
from gateway.cel.parsing.syntax import Source


def kinds(text: str) -> list[tuple[str, str]]:
    tokens = tokenize(Source(text), max_depth=8)
    return [(token.type, str(token)) for token in tokens]


def problem_of(text: str) -> Problem:
    with pytest.raises(Refused) as caught:
        tokenize(Source(text), max_depth=8)
    return caught.value.problem


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a.b", ["IDENT a", ". .", "IDENT b"]),
        ("a.in", ["IDENT a", ". .", "IDENT in"]),
        ("a in b", ["IDENT a", "IN in", "IDENT b"]),
        ("true null", ["BOOL_LIT true", "NULL_LIT null"]),
        ("truely", ["IDENT truely"]),
        ("1 1u 0xFu", ["INT_LIT 1", "UINT_LIT 1u", "UINT_LIT 0xFu"]),
        ("1.5 .5 1e3", ["FLOAT_LIT 1.5", "FLOAT_LIT .5", "FLOAT_LIT 1e3"]),
        ("-1", ["INT_LIT -1"]),
        ("a-1", ["IDENT a", "- -", "INT_LIT 1"]),
        ("a - -1", ["IDENT a", "- -", "INT_LIT -1"]),
        ("(-1)", ["( (", "INT_LIT -1", ") )"]),
        ("f(1)-1", ["IDENT f", "( (", "INT_LIT 1", ") )", "- -", "INT_LIT 1"]),
        ("-a", ["- -", "IDENT a"]),
        ("'a' b\"c\"", ["STRING_LIT 'a'", 'BYTES_LIT b"c"']),
        ("r'\\' 'a'", ["STRING_LIT r'\\'", "STRING_LIT 'a'"]),
        ("'''a'b''' ''", ["STRING_LIT '''a'b'''", "STRING_LIT ''"]),
        ("a//b\n", ["IDENT a"]),
        ("[1,]", ["[ [", "INT_LIT 1", "] ]"]),
        ("{1:2,}", ["{ {", "INT_LIT 1", ": :", "INT_LIT 2", "} }"]),
        ("[,]", ["[ [", ", ,", "] ]"]),
        ("a[1,]", ["IDENT a", "[ [", "INT_LIT 1", ", ,", "] ]"]),
        ("f(1,)", ["IDENT f", "( (", "INT_LIT 1", ", ,", ") )"]),
    ],
)
def test_text_becomes_tokens(text: str, tokens: list[str]) -> None:
    """A minus belongs to a number where no operand stands before it."""
    assert [f"{kind} {value}" for kind, value in kinds(text)] == tokens


def test_tokens_know_where_they_stand() -> None:
    """A sign that stands apart belongs to the number's place."""
    (token,) = tokenize(Source("  - 15"), max_depth=8)

    assert (token.start_pos, token.end_pos, str(token)) == (2, 6, "-15")


@pytest.mark.parametrize(
    ("text", "code", "column", "words"),
    [
        ("", "E200", 1, "empty"),
        ("  // nothing", "E200", 1, "empty"),
        ("a && 'b", "E200", 6, "not closed"),
        ("'a\nb'", "E200", 1, "not closed"),
        ("a && (b", "E200", 6, "never closed"),
        ("a)", "E200", 2, "closes nothing"),
        ("(a]", "E200", 3, "closes nothing"),
        ("1abc", "E200", 1, "letter or digit"),
        ("1.5u", "E200", 1, "letter or digit"),
        ("1uu", "E200", 1, "letter or digit"),
        ("0xu", "E200", 1, "letter or digit"),
        ("a.?b", "E205", 2, "optional syntax"),
        ("a[?0]", "E205", 2, "optional syntax"),
        ("{?'a': b}", "E205", 1, "optional syntax"),
        ("[a, ?b]", "E205", 3, "optional syntax"),
        ("a.`b-c`", "E205", 3, "back-quoted"),
        ("a # b", "E200", 3, "means nothing"),
        ("a \\ b", "E200", 3, "means nothing"),
        ("((((((((( 1", "E402", 9, "deeper than 8"),
    ],
)
def test_what_is_no_text_of_the_language_is_refused(
    text: str, code: str, column: int, words: str
) -> None:
    """By name, and at its place."""
    problem = problem_of(text)

    assert (problem.code, problem.line, problem.column) == (code, 1, column)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "hint"), [("a & b", "`&&`"), ("a | b", "`||`"), ("a = b", "`==`")]
)
def test_a_habit_from_elsewhere_gets_a_hint(text: str, hint: str) -> None:
    """What was probably meant."""
    assert hint in problem_of(text).help


@pytest.mark.parametrize(
    "text",
    [
        "a" * (MAX_CHARACTERS + 1),
        "!" * (MAX_TOKENS + 1),
        " && ".join(["a"] * 10_000),
        "(" * MAX_CHARACTERS,
        "'" + "\\" * (MAX_CHARACTERS - 2),
        "'''" + "'' " * (MAX_CHARACTERS // 4),
        '"""' + '\\"' * (MAX_CHARACTERS // 4),
        "r'''" + "''x" * (MAX_CHARACTERS // 4),
        "`" * MAX_CHARACTERS,
        "1" * MAX_CHARACTERS + "é",
    ],
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    """In linear time: no pattern goes back over what it has seen."""
    began = time.process_time()

    assert problem_of(text).code in {"E200", "E205", "E401", "E402"}
    assert time.process_time() - began < 20


def test_the_longest_expression_is_still_read() -> None:
    """The last size that passes."""
    assert kinds("a" + " " * (MAX_CHARACTERS - 1)) == [("IDENT", "a")]
    assert len(kinds("!" * MAX_TOKENS)) == MAX_TOKENS


@given(st.text())
def test_any_text_has_tokens_or_is_refused(text: str) -> None:
    """Nothing but `Refused` comes out."""
    try:
        assert kinds(text)
    except Refused as refused:
        assert refused.problem.line >= 1  # noqa: PT017 - either outcome is fine
