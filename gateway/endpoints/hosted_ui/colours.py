"""Colours that can be read: contrast measured, and kept where a client chooses its own.

Reference: WCAG 2.2, success criteria 1.4.3 (text, 4.5 to 1) and 1.4.11 (borders of what is
filled in, 3 to 1), and the definition of relative luminance.
"""

import re
from collections.abc import Sequence
from typing import Final

TEXT: Final = 4.5
EDGE: Final = 3.0

Rgb = tuple[int, int, int]

BLACK: Final[Rgb] = (0, 0, 0)
WHITE: Final[Rgb] = (255, 255, 255)

_HEX: Final = re.compile(r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_STEPS: Final = 50


def find_colour(text: str) -> Rgb | None:
    """Return the colour that `#rgb` or `#rrggbb` means; `None` if it is neither."""
    match = _HEX.fullmatch(text)
    if match is None:
        return None
    digits = match[1]
    if len(digits) == 3:  # noqa: PLR2004 - the short form
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def shown(colour: Rgb) -> str:
    """Return a colour as style sheets write it."""
    return f"#{bytes(colour).hex()}"


def contrast(one: Rgb, other: Rgb) -> float:
    """Return how well two colours can be told apart, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour with a share of another, 0 to 1."""
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def readable(colour: Rgb, grounds: Sequence[Rgb], ratio: float = TEXT) -> Rgb:
    """Return the colour, or the nearest shade of it that can be read on all grounds.

    Args:
        colour: What somebody has chosen.
        grounds: What it stands on.
        ratio: The contrast that it needs.
    """
    for step in range(_STEPS + 1):
        for end in (BLACK, WHITE):
            shade = mixed(colour, end, step / _STEPS)
            if all(contrast(shade, ground) >= ratio for ground in grounds):
                return shade
    # Nothing can be read on black and on white: then on the first.
    return readable(colour, grounds[:1], ratio)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    if part <= 0.04045:  # noqa: PLR2004 - sRGB, IEC 61966-2-1
        return part / 12.92
    return float(((part + 0.055) / 1.055) ** 2.4)
