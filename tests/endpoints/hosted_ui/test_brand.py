"""A client's own colours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.hosted_ui.brand import (
    DARK_GROUND,
    LIGHT_GROUND,
    NAMES,
    digest_of,
    stylesheet,
    variables,
)
from gateway.endpoints.hosted_ui.colours import EDGE, TEXT, contrast, find_colour, shown

parts = st.integers(0, 255)
colour_texts = st.tuples(parts, parts, parts).map(shown)
brands = st.dictionaries(
    st.sampled_from([*NAMES, *(f"{name}-dark" for name in NAMES)]), colour_texts
)

# What stands on what, and the contrast that it needs.
PAIRS = [
    *((name, "surface", TEXT) for name in ("text", "muted", "accent-ink", "danger")),
    *((name, "background", TEXT) for name in ("text", "muted", "accent-ink", "good")),
    *((name, f"{name}-soft", TEXT) for name in ("danger", "good")),
    ("on-accent", "accent", TEXT),
    ("edge", "surface", EDGE),
    ("edge", "background", EDGE),
]


def schemes(sheet: str) -> list[dict[str, str]]:
    return [
        dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", part))
        for part in sheet.split("@media")
    ]


def assert_readable(sheet: str) -> None:
    for scheme in schemes(sheet):
        for name, ground, needed in PAIRS:
            one, other = find_colour(scheme[name]), find_colour(scheme[ground])
            assert one is not None
            assert other is not None
            assert contrast(one, other) >= needed, (name, ground, scheme)


def test_our_own_colours_can_be_read() -> None:
    """In the light and in the dark."""
    assert_readable(variables(LIGHT_GROUND, {}, DARK_GROUND, {}))


@given(brands)
def test_no_choice_makes_a_page_that_cannot_be_read(brand: dict[str, str]) -> None:
    """White on yellow, black on black: the text moves, and the brand stays."""
    sheet = stylesheet(brand)

    assert not brand or "accent" in sheet
    light_and_dark = schemes(sheet) if sheet else []
    for scheme in light_and_dark:
        one, other = find_colour(scheme["text"]), find_colour(scheme["surface"])
        assert one is not None
        assert other is not None
        assert contrast(one, other) >= TEXT


@pytest.mark.parametrize("accent", ["#ffdd00", "#000000", "#ffffff", "#ff6600"])
def test_an_accent_is_kept_and_all_around_it_can_be_read(accent: str) -> None:
    sheet = stylesheet({"accent": accent})

    assert_readable(sheet)
    assert [scheme["accent"] for scheme in schemes(sheet)] == [accent, accent]


def test_the_dark_has_colours_of_its_own() -> None:
    """A white surface chosen for the day is none for the night."""
    light, dark = schemes(
        stylesheet({"accent": "#123456", "surface": "#fffff0", "accent-dark": "#abc"})
    )

    assert (light["accent"], dark["accent"]) == ("#123456", "#aabbcc")
    assert light["surface"] == "#fffff0"
    assert dark["surface"] == shown(DARK_GROUND.surface)


@pytest.mark.parametrize(
    "colours",
    [{}, {"accent": "red"}, {"accent": "#fff}body{display:none"}, {"x": "#fff"}],
)
def test_what_is_no_colour_is_no_style(colours: dict[str, str]) -> None:
    assert stylesheet(colours) == ""


def test_versions_have_names() -> None:
    assert digest_of("a") != digest_of("b")
    assert re.fullmatch("[0-9a-f]{16}", digest_of("a"))
