"""A client's own colours as a style sheet, such that everything can still be read.

A client says what it likes; what stands on it is moved to a shade that has the contrast
that people need. So no choice of colours makes a page that somebody cannot use.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.endpoints.hosted_ui.colours import (
    BLACK,
    EDGE,
    TEXT,
    WHITE,
    Rgb,
    contrast,
    find_colour,
    mixed,
    readable,
    shown,
)
from gateway.model.client import COLOUR_NAMES

# For pages in the dark; a name without it is for both.
DARK: Final = "-dark"


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else stands on.

    Attributes:
        background: Behind the card.
        surface: The card.
        text: What is read.
        accent: Buttons and links.
        danger: What went wrong.
        good: What went well.
    """

    background: Rgb
    surface: Rgb
    text: Rgb
    accent: Rgb
    danger: Rgb
    good: Rgb


LIGHT_GROUND: Final = Ground(
    background=(246, 247, 249),
    surface=WHITE,
    text=(20, 23, 31),
    accent=(67, 83, 214),
    danger=(180, 35, 24),
    good=(6, 112, 71),
)
DARK_GROUND: Final = Ground(
    background=(11, 13, 18),
    surface=(20, 23, 31),
    text=(237, 239, 244),
    accent=(118, 136, 250),
    danger=(255, 138, 128),
    good=(91, 208, 149),
)

NAMES: Final = tuple(name for name in COLOUR_NAMES if not name.endswith(DARK))


def stylesheet(colours: Mapping[str, str]) -> str:
    """Return the style sheet of a client's colours; empty if it has none.

    Args:
        colours: `#rgb` or `#rrggbb` by name: `accent`, `background`, `surface`, `text`,
            and each with `-dark` for the dark alone. Anything else changes nothing.
    """
    light = _chosen(colours, "")
    # An accent suits both; a white surface chosen for the day would blind at night.
    dark = {k: v for k, v in light.items() if k == "accent"} | _chosen(colours, DARK)
    if not light and not dark:
        return ""
    return variables(LIGHT_GROUND, light, DARK_GROUND, dark)


def variables(
    light: Ground,
    own_light: Mapping[str, Rgb],
    dark: Ground,
    own_dark: Mapping[str, Rgb],
) -> str:
    """Return all variables of both schemes, as a style sheet."""
    return (
        f":root{{{_declarations(light, own_light)}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{_declarations(dark, own_dark)}}}}}"
    )


def digest_of(text: str) -> str:
    """Return what an address of a version has in it, so that it may be kept for good."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _chosen(colours: Mapping[str, str], suffix: str) -> dict[str, Rgb]:
    found = {name: find_colour(colours.get(name + suffix, "")) for name in NAMES}
    return {name: colour for name, colour in found.items() if colour is not None}


def _declarations(ground: Ground, own: Mapping[str, Rgb]) -> str:
    return "".join(
        f"--{name}:{shown(colour)};" for name, colour in _palette(ground, own)
    )


def _palette(ground: Ground, own: Mapping[str, Rgb]) -> Iterator[tuple[str, Rgb]]:
    surface = own.get("surface", ground.surface)
    background = own.get("background", ground.background)
    accent = own.get("accent", ground.accent)
    both = (surface, background)
    text = readable(own.get("text", ground.text), both)
    yield "background", background
    yield "surface", surface
    yield "text", text
    # Greys between what is read and what it stands on.
    yield "muted", readable(mixed(text, surface, 0.38), both)
    yield "line", mixed(text, surface, 0.88)
    yield "edge", readable(mixed(text, surface, 0.56), both, EDGE)
    yield "accent", accent
    yield "accent-strong", _pressed(accent)
    yield "on-accent", _on(accent)
    yield "accent-ink", readable(accent, both)
    yield "accent-soft", mixed(surface, accent, 0.1)
    for name, colour in (("danger", ground.danger), ("good", ground.good)):
        soft = mixed(surface, colour, 0.08)
        yield f"{name}-soft", soft
        yield name, readable(colour, (soft, *both))


def _on(accent: Rgb) -> Rgb:
    """Return what is written on a button. One of the two always has the contrast."""
    # White reads better than the numbers say, on colours in the middle.
    if contrast(WHITE, accent) >= TEXT:
        return WHITE
    return max(WHITE, BLACK, key=lambda end: contrast(end, accent))


def _pressed(accent: Rgb) -> Rgb:
    """Return a button under the pointer: a little further from its own text."""
    away = BLACK if _on(accent) == WHITE else WHITE
    return mixed(accent, away, 0.14)
