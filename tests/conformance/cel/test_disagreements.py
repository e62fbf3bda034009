"""Where the implementations differ, and what was chosen.

The table of docs/decisions/0003-own-cel-evaluator.md, as far as an expression can show it.
When one of the others changes its mind, this says so, and the page has to follow.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from celpy.celparser import CELParseError

from tests.conformance.cel.test_other_implementations import (
    Outcome,
    google,
    ours,
    python,
)

VALUES: Final[dict[str, Any]] = {
    "t": True,
    "i": 1,
    "u": 1,
    "x": 1.5,
    "s": "a",
    "b": b"a",
    "l": [1],
    "n": ["a"],
    "m": {"a": 1},
    "w": datetime(2024, 1, 1, tzinfo=UTC),
    "z": timedelta(hours=1),
    "d": {"a": 1},
}

# Expression; what we, Google's C++ and cel-python make of it.
EQUALITY: Final = [
    ("1 == 1.0", "refused", "refused", "error"),
    ("1 < 2u", "refused", "refused", "error"),
    ("dyn(1) == 1.0", "True", "True", "error"),
    ("dyn(9007199254740993) > 9007199254740992.0", "False", "False", "error"),
    ("dyn(1) == 'a'", "False", "False", "error"),
    ("dyn(true) == 1", "False", "False", "True"),
    ("[d['a'], i][0] == [d]", "False", "refused", "error"),
    ("{'a': [d], 'b': d}.b < d", "error", "refused", "error"),
    ("[2].map(v, v * 9223372036854775807) == [1] || true", "True", "True", "error"),
    ("[1].exists_one(v, v > m['x']) && false", "False", "False", "error"),
    ("0.0 / 0.0 == 0.0 / 0.0", "False", "False", "True"),
]
VALUES_AND_LITERALS: Final = [
    (r"r'a\'", "a\\", "refused", "a\\"),
    ("7. == 7.0", "refused", "refused", "True"),
    ("{true: 1, 1: 2} == {}", "error", "False", "error"),
    ("{1: 1, 1u: 2} == {}", "error", "False", "error"),
    ("dyn(null) in m", "error", "error", "False"),
    ("dyn([1]) in m", "error", "error", "error"),
]
TIMES: Final = [
    (
        "string(timestamp('2024-01-01T00:00:00.123456789Z'))",
        "2024-01-01T00:00:00.123456789Z",
        "2024-01-01T00:00:00.123456789Z",
        "2024-01-01T00:00:00Z",
    ),
    (
        "(timestamp('2300-01-01T00:00:00Z') - timestamp('2000-01-01T00:00:00Z')).getHours() == 0",
        "error",
        "error",
        "False",
    ),
    ("timestamp('2016-12-31T23:59:60Z').getMonth()", "refused", "0", "error"),
    ("timestamp('2024-01-01T00:00:00Z').getHours('')", "refused", "0", "0"),
    ("timestamp('2024-01-01T00:00:00Z').getHours('1:30')", "refused", "1", "1"),
    ("timestamp('2024-01-01T00:00:00Z').getHours('+25:00')", "refused", "1", "error"),
    (
        "timestamp('9999-12-31T23:59:59Z').getHours('Europe/Paris')",
        "error",
        "0",
        "crash",
    ),
]
CONVERSIONS: Final = [
    ("int(' 1')", "error", "1", "1"),
    ("double('0x10')", "error", "16.0", "error"),
    ("string(1.0 / 0.0)", "+Inf", "inf", "inf"),
    ("string(1.5e7)", "1.5e+07", "1.5e+07", "15000000.0"),
    ("string(duration('1.5s'))", "1.500s", "1.500s", "1s"),
]
EXTENSION: Final = [
    ("'a'.substring(0, 1)", "a", "error", "error"),
    ("size(''.split(''))", "0", "1", "error"),
]


def _said(outcome: Outcome) -> str:
    kind, value = outcome
    return kind if kind in {"refused", "error"} else str(value)


def _python(expression: str) -> str:
    try:
        return _said(python(expression, VALUES))
    except CELParseError:
        return "refused"
    except OverflowError:
        return "crash"


@pytest.mark.parametrize(
    ("expression", "chosen", "google_says", "python_says"),
    [*EQUALITY, *VALUES_AND_LITERALS, *TIMES, *CONVERSIONS, *EXTENSION],
)
def test_each_says_what_the_page_says(
    expression: str, chosen: str, google_says: str, python_says: str
) -> None:
    """The reasons are on the page."""
    assert _said(ours(expression, VALUES)) == chosen
    assert _said(google(expression, VALUES)) == google_says
    assert _python(expression) == python_says
