"""The tree of an expression: shapes, places and limits."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import Problem
from gateway.cel.parsing.lexer import Refused
from gateway.cel.parsing.parser import parse
from gateway.cel.parsing.syntax import (
    Call,
    Conditional,
    Connective,
    ListOf,
    Literal,
    Logic,
    MapOf,
    Name,
    Node,
    Operation,
    Select,
    Source,
)


def tree(text: str, max_depth: int = 64) -> Node:
    return parse(Source(text), max_depth=max_depth)


def problem_of(text: str, max_depth: int = 64) -> Problem:
    with pytest.raises(Refused) as caught:
        tree(text, max_depth)
    return caught.value.problem


def shape(node: Node) -> str:  # noqa: PLR0911 - one for each kind
    """Return the tree in prefix form."""
    match node:
        case Literal():
            return repr(node.value)
        case Name():
            return ("." if node.is_root else "") + node.name
        case Select():
            return f"{shape(node.operand)}.{node.field}"
        case Call():
            target = f"{shape(node.target)}." if node.target else ""
            return f"{target}{node.name}({', '.join(map(shape, node.arguments))})"
        case Operation():
            return f"{node.operator}({', '.join(map(shape, node.operands))})"
        case Logic():
            return f"{node.connective}({', '.join(map(shape, node.terms))})"
        case Conditional():
            parts = (node.test, node.then, node.otherwise)
            return f"if({', '.join(map(shape, parts))})"
        case ListOf():
            return f"[{', '.join(map(shape, node.items))}]"
        case MapOf():
            entries = (f"{shape(key)}: {shape(value)}" for key, value in node.entries)
            return f"{{{', '.join(entries)}}}"
        case _:
            raise AssertionError(node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "_+_(1, _*_(2, 3))"),
        ("(1 + 2) * 3", "_*_(_+_(1, 2), 3)"),
        ("a - b - c", "_-_(_-_(a, b), c)"),
        ("a % b / c", "_/_(_%_(a, b), c)"),
        ("a < b == c", "_==_(_<_(a, b), c)"),
        ("a <= b", "_<=_(a, b)"),
        ("a > b", "_>_(a, b)"),
        ("a >= b", "_>=_(a, b)"),
        ("a != b", "_!=_(a, b)"),
        ("a in b", "_in_(a, b)"),
        ("!a.b", "!_(a.b)"),
        ("--a", "-_(-_(a))"),
        ("a && b && c || d", "||(&&(a, b, c), d)"),
        ("a && (b || c) && d", "&&(a, ||(b, c), d)"),
        ("(a && b) && c", "&&(a, b, c)"),
        ("a && (b && c)", "&&(a, &&(b, c))"),
        ("a ? b : c ? d : e", "if(a, b, if(c, d, e))"),
        ("a.b[0].c(1, 2)", "_[_](a.b, 0).c(1, 2)"),
        ("f() + .g(1)", "_+_(f(), g(1))"),
        (".a.b", ".a.b"),
        ("a.f()", "a.f()"),
        ("[]", "[]"),
        ("[1, [2]]", "[1, [2]]"),
        ("{}", "{}"),
        ("{'a': 1, b: {}}", "{'a': 1, b: {}}"),
        ("true && null == 1u", "&&(True, _==_(None, 1u))"),
        ("'a' + b'b' + 1.5", "_+_(_+_('a', b'b'), 1.5)"),
        ("const.a", "const.a"),
        ("a.for", "a.for"),
    ],
)
def test_text_becomes_a_tree(text: str, expected: str) -> None:
    """A chain of one connective is flat."""
    assert shape(tree(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a.b  ", "a.b"),
        (" -a ", "-a"),
        ("( a + b )", "( a + b )"),
        (" f(a) ", "f(a)"),
        (" a.f() ", "a.f()"),
        (" [1, 2] ", "[1, 2]"),
        (" {1: 2} ", "{1: 2}"),
        (" a[1] ", "a[1]"),
        (" .a ", ".a"),
        (" .f() ", ".f()"),
        (" (a) && true ", "(a) && true"),
        (" a ? b : 'c' ", "a ? b : 'c'"),
        ("// why\n a // not\n", "a"),
    ],
)
def test_a_node_knows_its_text(text: str, expected: str) -> None:
    """Explanations and coverage show it."""
    node = tree(text)

    assert text[node.start : node.end] == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "length", "words"),
    [
        ("a &&", 1, 3, 2, "too early"),
        ("a\n  b", 2, 3, 1, "`b` is not expected"),
        ("a + 'text' 'b'", 1, 12, 3, "not expected"),
        ("a ? b", 1, 5, 1, "too early"),
        ("[1,,2]", 1, 4, 1, "`,` is not expected"),
        ("1 +\n  'a\\q'", 2, 5, 2, "no escape"),
        ("a == 99999999999999999999", 1, 6, 20, "does not fit"),
        ("a.in", 1, 3, 2, "reserved word"),
        ("for == 1", 1, 1, 3, "reserved word"),
        ("if(1)", 1, 1, 2, "reserved word"),
        (".if(1)", 1, 2, 2, "reserved word"),
        (".while", 1, 2, 5, "reserved word"),
        ("a.null(1)", 1, 3, 4, "reserved word"),
        ("1 + a.b{c: 1}", 1, 5, 9, "messages"),
        ("a{}", 1, 1, 3, "messages"),
    ],
)
def test_what_is_no_expression_is_refused_at_its_place(
    text: str, line: int, column: int, length: int, words: str
) -> None:
    """With line and column of what cannot stand there."""
    problem = problem_of(text)

    assert (problem.line, problem.column, problem.length) == (line, column, length)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "hint"), [("a and b", "`&&`"), ("a or b", "`||`"), ("a ? not b", "")]
)
def test_words_of_other_languages_get_a_hint(text: str, hint: str) -> None:
    """An operator that is a word elsewhere."""
    assert hint in problem_of(text).help


@pytest.mark.parametrize(
    "text", ["!" * 8 + "a", "a" + ".b" * 8, "a" + " + b" * 8, "a ? b : " * 8 + "c"]
)
def test_nesting_is_limited(text: str) -> None:
    """The first that is too deep, and the last that is not."""
    assert problem_of(text, max_depth=8).code == "E402"
    assert tree(text, max_depth=9).depth == 9


def test_a_chain_of_terms_is_one_level() -> None:
    """A thousand terms are long, but not deep."""
    node = tree(" && ".join(["a"] * 1_000))

    assert isinstance(node, Logic)
    assert (len(node.terms), node.depth) == (1_000, 2)
    assert node.connective is Connective.AND


@pytest.mark.parametrize(
    "text",
    ["!" * 4_096, "a" + ".b" * 2_000, "a" + " - b" * 2_000, "a ? b : " * 1_000 + "c"],
)
def test_hostile_nesting_is_refused_at_once(text: str) -> None:
    """And never ends in a `RecursionError`."""
    began = time.process_time()

    assert problem_of(text).code in {"E200", "E402"}
    assert time.process_time() - began < 20


def test_threads_parse_side_by_side() -> None:
    """One grammar serves all, and has no state."""
    texts = [f"a{number} + {number}" for number in range(50)] * 4

    with ThreadPoolExecutor(8) as pool:
        shapes = list(pool.map(lambda text: shape(tree(text)), texts))

    assert shapes == [re.sub(r"(\w+) \+ (\d+)", r"_+_(\1, \2)", text) for text in texts]


PIECES = [
    *(
        "a",
        "b.c",
        "f(",
        "0",
        "1",
        "0x",
        "F",
        "u",
        ".",
        "5",
        "e",
        "+",
        "-",
        "*",
        "/",
        "%",
    ),
    *("(", ")", "[", "]", "{", "}", ",", ":", "?", "&&", "||", "!", "==", "<", "in"),
    *(
        "'",
        '"',
        "'''",
        "r",
        "b",
        "\\",
        "\\n",
        "\\x41",
        "\\u00e9",
        "\\101",
        " ",
        "\n",
        "//",
    ),
    *("true", "null", "has(", "for", "`"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_any_text_has_a_tree_or_is_refused(text: str) -> None:
    """Nothing but `Refused` comes out."""
    try:
        node = tree(text)
    except Refused:
        return
    assert 0 <= node.start < node.end <= len(text)
