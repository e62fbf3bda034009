"""Files as lines of bounded length."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.people.transfer.lines import (
    Line,
    LineError,
    LineProblem,
    read_lines,
)


def lines(content: bytes, most: int = 5) -> list[Line]:
    return list(read_lines(BytesIO(content), most=most))


def test_lines_are_numbered_and_empty_ones_left_out() -> None:
    """Whatever ends them; a mark of the byte order is no text."""
    assert lines(b"\xef\xbb\xbfa\r\n\n\r\nb\nc") == [
        Line(1, "a"),
        Line(4, "b"),
        Line(5, "c"),
    ]
    assert lines(b"") == []


@pytest.mark.parametrize("letter", ["x", "ä", "\N{SNOWMAN}", "\N{GRINNING FACE}"])
def test_a_line_has_so_many_characters_and_no_more(letter: str) -> None:
    """However many bytes each takes; the next line is read like any other."""
    good, bad = letter * 5, letter * 6

    assert lines(f"{good}\n{bad}\nnext".encode()) == [
        Line(1, good),
        Line(2, None, LineProblem.TOO_LONG),
        Line(3, "next"),
    ]
    for end in ("\n", ""):
        endless = f"{letter * 1000}{end}".encode()
        assert lines(endless) == [Line(1, None, LineProblem.TOO_LONG)]


def test_what_is_no_text_is_told() -> None:
    """And the line after it is read."""
    assert lines(b"\xff\nb") == [Line(1, None, LineProblem.NOT_TEXT), Line(2, "b")]


def test_a_refusal_says_what_and_where() -> None:
    assert str(LineError(LineProblem.MISSING, "email")) == "missing: email"


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_file_is_read_to_its_end(content: bytes, most: int) -> None:
    """Nothing is raised, and no line is longer than it may be."""
    found = lines(content, most)

    assert all(line.text is None or len(line.text) <= most for line in found)
    assert all((line.text is None) == (line.problem is not None) for line in found)
    assert [line.number for line in found] == sorted({line.number for line in found})
