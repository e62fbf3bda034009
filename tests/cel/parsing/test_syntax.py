"""Places in a source: lines and columns of offsets."""

import pytest

from gateway.cel.parsing.syntax import Source, shown

SOURCE = Source("ab &&\n  cd\n\nüx")


@pytest.mark.parametrize(
    ("offset", "place"),
    [(0, (1, 1)), (3, (1, 4)), (8, (2, 3)), (12, (4, 1)), (13, (4, 2))],
)
def test_an_offset_has_a_line_and_a_column(offset: int, place: tuple[int, int]) -> None:
    """Counted from one, in characters."""
    assert SOURCE.place(offset) == place


def test_a_problem_is_marked_on_its_first_line() -> None:
    """A caret line cannot go over the end of a line."""
    problem = SOURCE.problem((3, 10), "E200", "message", "hint")

    assert (problem.line, problem.column, problem.length) == (1, 4, 2)
    assert (problem.code, problem.message, problem.help) == ("E200", "message", "hint")


def test_a_long_name_is_quoted_in_part() -> None:
    """A message stays a line that can be read."""
    assert shown("name") == "`name`"
    assert shown("a\nb") == "`a b`"
    assert shown("a" * 60) == f"`{'a' * 60}`"
    assert shown("a" * 61) == f"`{'a' * 59}…`"


def test_a_problem_is_at_least_one_character_long() -> None:
    """So that there is something to underline."""
    assert SOURCE.problem((14, 14), "E200", "at the end").length == 1
