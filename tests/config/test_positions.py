"""Where each key and each value of a TOML file stands."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from gateway.config.positions import Keys, PositionIndex, Span, read_string
from tests.config.toml_texts import toml_texts

TEXT = '''\
a = "x" # = [
"q.r".s = { f = 1, "g h" = [1, 'two', """
ab\\tc
"d" z"""] }
[b.c]
[[r]]
when = 'foo'
at = 2026-01-01 10:00:00Z
[[r]]
[r.sub]
folded = """one\\
   two ""\\" three"""
[[r.sub.deep]]
x = []
[[r.sub.deep]]
'''


def leaves(data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    match data:
        case dict():
            for key, value in data.items():
                yield from leaves(value, (*keys, key))
        case list():
            for number, value in enumerate(data):
                yield from leaves(value, (*keys, number))
        case _:
            yield keys, data


def written(index: PositionIndex, span: Span) -> str:
    return index.text[span.start : span.end]


@pytest.mark.long
@given(toml_texts())
@settings(deadline=None, max_examples=60)
def test_the_text_of_each_leaf_is_its_value(text: str) -> None:
    """Whatever the layout: read alone, the indexed text gives the same value."""
    text = text.replace("\r\n", "\n")
    data = tomllib.loads(text)

    index = PositionIndex(text)

    for keys, value in leaves(data):
        piece = written(index, index.values[keys])
        assert tomllib.loads(f"x = {piece}")["x"] == value
        if isinstance(keys[-1], str):
            name = written(index, index.keys[keys])
            assert list(tomllib.loads(f"{name} = 1")) == [keys[-1]]
        if isinstance(value, str):
            check_characters(index, keys, value)


def check_characters(index: PositionIndex, keys: Keys, value: str) -> None:
    """Each character stands at its place itself, or an escape begins there."""
    found, offsets = read_string(index.text, index.values[keys])

    assert found == value
    assert offsets == sorted(set(offsets))
    assert len(offsets) == len(value) + 1
    for character, offset in zip(value, offsets, strict=False):
        assert index.text[offset] in (character, "\\")


def test_tables_arrays_and_dotted_keys_have_their_paths() -> None:
    """Each way to write a table leads to the path that `tomllib` gives it."""
    index = PositionIndex(TEXT)

    assert {keys: written(index, span) for keys, span in index.values.items()} == {
        ("a",): '"x"',
        ("q.r",): '"q.r"',
        ("q.r", "s"): TEXT[TEXT.index("{ f") : TEXT.index("] }") + 3],
        ("q.r", "s", "f"): "1",
        ("q.r", "s", "g h"): TEXT[TEXT.index("[1") : TEXT.index("] }") + 1],
        ("q.r", "s", "g h", 0): "1",
        ("q.r", "s", "g h", 1): "'two'",
        ("q.r", "s", "g h", 2): '"""\nab\\tc\n"d" z"""',
        ("b",): "[b.c]",
        ("b", "c"): "[b.c]",
        ("r",): "[[r]]",
        ("r", 0): "[[r]]",
        ("r", 0, "when"): "'foo'",
        ("r", 0, "at"): "2026-01-01 10:00:00Z",
        ("r", 1): "[[r]]",
        ("r", 1, "sub"): "[r.sub]",
        ("r", 1, "sub", "folded"): '"""one\\\n   two ""\\" three"""',
        ("r", 1, "sub", "deep"): "[[r.sub.deep]]",
        ("r", 1, "sub", "deep", 0): "[[r.sub.deep]]",
        ("r", 1, "sub", "deep", 0, "x"): "[]",
        ("r", 1, "sub", "deep", 1): "[[r.sub.deep]]",
    }


def test_a_key_stands_where_it_is_written() -> None:
    """A table's key is the last part of its header."""
    index = PositionIndex(TEXT)

    assert written(index, index.keys[("q.r", "s", "g h")]) == '"g h"'
    assert written(index, index.keys[("b", "c")]) == "c"
    assert index.line_and_column(index.keys[("r", 1, "sub")].start) == (10, 4)


def test_a_table_that_is_written_later_has_its_own_header() -> None:
    """A header that only passes through a table does not stand for it."""
    index = PositionIndex("[a.b]\n[a]\nx = 1\n")

    assert index.line_and_column(index.values[("a",)].start) == (2, 1)


def test_a_position_inside_a_string_counts_in_its_own_lines() -> None:
    """Behind the quotes; escapes and a first line break count as what they stand for."""
    index = PositionIndex(TEXT)
    keys: Keys = ("q.r", "s", "g h", 2)

    def at(line: int, column: int) -> str:
        offset = index.inside(keys, line, column)
        assert offset is not None
        return TEXT[offset : offset + 2]

    assert at(1, 1) == "ab"
    assert at(1, 3) == "\\t"
    assert at(1, 4) == "c\n"
    assert at(2, 2) == 'd"'


def test_a_folded_line_break_is_no_part_of_the_value() -> None:
    """`two` follows `one` at once, and stands on the next line of the file."""
    index = PositionIndex(TEXT)

    offset = index.inside(("r", 1, "sub", "folded"), 1, 4)

    assert offset is not None
    assert index.line_and_column(offset) == (12, 4)


def test_a_position_behind_the_value_is_its_end() -> None:
    """What reports a missing bracket may point behind the last character."""
    index = PositionIndex("a = 'xy'\n")

    assert index.inside(("a",), 1, 3) == 7
    assert index.inside(("a",), 1, 99) == 7
    assert index.inside(("a",), 9, 1) == 7
    assert index.inside(("a",), 0, 1) == 7


def test_only_text_has_an_inside() -> None:
    """A number, and what is not there, have none."""
    index = PositionIndex("a = 12\n")

    assert index.inside(("a",), 1, 1) is None
    assert index.inside(("b",), 1, 1) is None


def test_lines_have_their_span() -> None:
    """The last one too, which nothing ends."""
    index = PositionIndex("a = 1\nb = 2")

    assert index.line_span(1) == (0, 5)
    assert index.line_span(2) == (6, 11)


def test_two_quotes_are_an_empty_string() -> None:
    """They begin like a long one."""
    index = PositionIndex('a = \'\'\nb = ""\nc = """"""\n')

    for name in "abc":
        assert read_string(index.text, index.values[(name,)])[0] == ""
