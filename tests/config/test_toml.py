"""TOML, read quickly and by the library: the same values, the same errors."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.toml import loads
from tests.config.toml_texts import toml_texts

LINES = [
    *("", "  ", "# comment", "a = 1", "a = 01", "b = -1", "b = 1.5", "c = 1_0"),
    *('d = "x"', 'd="x"', 'd = "é\t"', "e = 'x\\y'", 'f = "\\u0041"', 'f = "', "e = '"),
    *(
        "g = true",
        "g = True",
        "h = []",
        'h = ["a"]',
        'h = [ "a" , "b", ] # c',
        "h = [1]",
    ),
    *('h = ["a"', '"b"]', "h = [", "[1]", "]", "[[1]]", "i = 2026-05-04", "j.k = 1"),
    *(
        "l = { a = 1 }",
        "l = {",
        '"m" = 1',
        "n = 1 # \x7f",
        'o = "\x00"',
        'p = """',
        '"""',
    ),
    *(
        "[t]",
        "[t.u]",
        "[u.t]",
        "[a]",
        "[l]",
        "[l.a]",
        "[j]",
        "[j.k]",
        "[ t ]",
        ' ["t"]',
    ),
    *(
        "[[r]]",
        "[[r]] # x",
        "[r]",
        "[r.s]",
        "[r.s.t]",
        "[[r.s]]",
        "[[t]]",
        "[[a]]",
        "[[r",
    ),
    *(
        "é = 1",
        "q = 999999999999999999",
        "q = 9999999999999999999",
        "= 1",
        "a",
        "a = b",
    ),
    "a = 1\r",
]


def read(by: Callable[[str], Any], text: str) -> Any:
    """What comes out, with the types of all values; or the error."""
    try:
        return repr(by(text))
    except ValueError as error:
        return type(error), str(error)


@pytest.mark.long
@given(toml_texts())
def test_documents_of_all_kinds_have_the_same_values(text: str) -> None:
    """In every layout that TOML has."""
    text = text.replace("\r\n", "\n")

    assert read(loads, text) == read(tomllib.loads, text)


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_lines_in_any_order_mean_the_same_or_the_same_error(lines: list[str]) -> None:
    """Most of these texts are no TOML."""
    text = "\n".join(lines)

    assert read(loads, text) == read(tomllib.loads, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[r]]\na = 1\n[r.s]\nb = 2\n[[r]]\n[r.s]\n",
        "[a.b.c]\nx = 1\n[a.b.d]\n[a.e]\n",
        "[a]\n[a.b]\nx = 'y'\n",
        "[a.b]\n[a]\nx = 1\n",
        "[a.b]\n[a.b]\n",
        "a = 1\na = 2\n",
        "[r]\n[[r]]\n",
        "r = []\n[[r]]\n",
        "l = { a = { b = 1 } }\n[l.a]\n",
        "[t]\nj.k = 1\n[t.j.x]\n",
        "[[r]]\ns = 1\n[r.s]\n",
        "a = [\n[1]\n]\n",
        '[t]\na = """\n[x]\n"""\nb = 1\n',
        "[t]\na = '''\n[x]\n'''\n",
        '[t]\n ["x"]\na = 1\n',
        "a = " + "[" * 3000,
        "a = " + "1" * 5000,
        "a = 2026-13-01",
    ],
)
def test_what_looks_plain_and_is_not(text: str) -> None:
    """Each is where a quick reader goes wrong."""

    def outcome(by: Callable[[str], Any]) -> Any:
        try:
            return read(by, text)
        except RecursionError:
            return RecursionError

    assert outcome(loads) == outcome(tomllib.loads)
