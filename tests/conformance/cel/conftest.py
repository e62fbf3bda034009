"""What the conformance cases are evaluated with.

The ordinary run tries a few hundred made-up expressions, `make test` two thousand, and
`make nightly` a hundred thousand new ones.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from gateway.cel.environment import CompileError, Environment
from gateway.cel.program import EvaluationError
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    ListType,
    MapType,
)
from gateway.cel.values import Uint

VARIABLES: Final[dict[str, tuple[CelType, Any]]] = {
    "t": (BOOL, True),
    "i": (INT, 5),
    "u": (UINT, Uint(5)),
    "x": (DOUBLE, 1.5),
    "s": (STRING, "abc"),
    "b": (BYTES, b"abc"),
    "l": (ListType(INT), [1, 2, 3]),
    "n": (ListType(STRING), ("a", "b")),
    "m": (MapType(STRING, INT), {"a": 1, "b": 2}),
    "w": (TIMESTAMP, datetime(2024, 2, 29, 12, 30, 15, 250_000, UTC)),
    "z": (DURATION, timedelta(hours=1, seconds=2, milliseconds=3)),
    "d": (DYN, {"a": {"b": 1}, "n": None, "l": [1, "x", 2.5], "t": True}),
}

Evaluate = Callable[[str], Any]


@pytest.fixture(scope="session")
def cel_cases(pytestconfig: pytest.Config) -> int:
    """How many made-up expressions to try."""
    return int(pytestconfig.getoption("cel_cases"))


@pytest.fixture(scope="session")
def evaluate() -> Evaluate:
    """Evaluate an expression over the variables above.

    Gives `"error"` if it has no value, `"refused"` if it is refused at load; a test
    compares with its own strings in quotes, so they cannot be mistaken.
    """
    environment = Environment({name: kind for name, (kind, _) in VARIABLES.items()})
    values = {name: value for name, (_, value) in VARIABLES.items()}

    def run(expression: str) -> Any:
        try:
            return environment.compile(expression).evaluate(values)
        except CompileError:
            return "refused"
        except EvaluationError:
            return "error"

    return run
