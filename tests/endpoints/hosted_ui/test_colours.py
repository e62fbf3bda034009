"""Colours that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.hosted_ui.colours import (
    BLACK,
    EDGE,
    TEXT,
    WHITE,
    contrast,
    find_colour,
    mixed,
    readable,
    shown,
)

parts = st.integers(0, 255)
colours = st.tuples(parts, parts, parts)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fff", WHITE),
        ("#000000", BLACK),
        ("#0Af", (0, 170, 255)),
        ("#12345", None),
        ("red", None),
        ("#fff;}", None),
        ("#ggg", None),
        ("", None),
        ("#٣٣٣", None),
    ],
)
def test_a_colour_is_three_or_six_digits(
    text: str, colour: tuple[int, int, int] | None
) -> None:
    """And nothing that a style sheet could take for more."""
    assert find_colour(text) == colour


def test_contrast_is_measured_as_the_guidelines_say() -> None:
    """WCAG 2.2; #767676 is the lightest grey for text on white."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast((118, 118, 118), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast((119, 119, 119), WHITE) < TEXT


@given(colours, colours)
def test_a_shade_can_be_read_on_its_ground(
    colour: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    """Whatever was chosen."""
    assert contrast(readable(colour, [ground]), ground) >= TEXT
    assert contrast(readable(colour, [ground], EDGE), ground) >= EDGE


def test_what_can_be_read_stays() -> None:
    blue = (0, 0, 200)

    assert readable(blue, [WHITE]) == blue
    assert readable((200, 200, 255), [WHITE]) != (200, 200, 255)


def test_where_nothing_can_be_read_on_all_the_first_counts() -> None:
    assert contrast(readable(WHITE, [BLACK, WHITE]), BLACK) >= TEXT


@given(colours)
def test_colours_are_written_and_read(colour: tuple[int, int, int]) -> None:
    assert find_colour(shown(colour)) == colour
    assert mixed(colour, WHITE, 0) == colour
    assert mixed(colour, WHITE, 1) == WHITE
