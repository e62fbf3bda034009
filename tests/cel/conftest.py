"""What the tests of the language share: an environment, and ways to use it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest

from gateway.cel.environment import CompileError, Environment, Problem
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
    RecordType,
)
from gateway.cel.values import Uint

NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)

PERSON: Final = RecordType(
    "person",
    {
        "name": STRING,
        "admin": BOOL,
        "age": INT,
        "groups": ListType(STRING),
        "scopes": ListType(STRING),
        "params": MapType(STRING, STRING),
        "born": TIMESTAMP,
        "extra": DYN,
    },
)

VARIABLES: Final[Mapping[str, tuple[CelType, Any]]] = {
    "t": (BOOL, True),
    "i": (INT, 5),
    "u": (UINT, Uint(5)),
    "x": (DOUBLE, 1.5),
    "s": (STRING, "abc"),
    "b": (BYTES, b"abc"),
    "l": (ListType(INT), [1, 2, 3]),
    "n": (ListType(STRING), ("a", "b")),
    "m": (MapType(STRING, INT), {"a": 1}),
    "z": (DURATION, timedelta(hours=1)),
    "d": (DYN, {"a": {"b": 1}, "n": 7, "s": "x"}),
    "now": (TIMESTAMP, NOON),
    "claims": (MapType(STRING, DYN), {"hd": "example.com", "n": 3, "o": {"p": ["q"]}}),
    "identity": (
        PERSON,
        SimpleNamespace(
            name="ana",
            admin=False,
            age=40,
            groups=("staff", "support"),
            scopes=("read",),
            params={"id": "7"},
            born=datetime(1986, 1, 1, tzinfo=UTC),
            extra=[1, "a"],
        ),
    ),
}

Evaluate = Callable[..., Any]
Refused = Callable[..., Sequence[Problem]]


@pytest.fixture(scope="session")
def values() -> dict[str, Any]:
    """A value for each variable; a copy may be changed."""
    return {name: value for name, (_, value) in VARIABLES.items()}


@pytest.fixture(scope="session")
def environment() -> Environment:
    """An environment with a variable of each type."""
    return Environment({name: kind for name, (kind, _) in VARIABLES.items()})


@pytest.fixture(scope="session")
def evaluate(environment: Environment, values: dict[str, Any]) -> Evaluate:
    """Evaluate an expression; named arguments replace variables."""

    def run(expression: str, **others: Any) -> Any:
        return environment.compile(expression).evaluate({**values, **others})

    return run


@pytest.fixture(scope="session")
def refused(environment: Environment) -> Refused:
    """Return the problems of an expression that must not compile."""

    def run(expression: str, expect: CelType | None = None) -> Sequence[Problem]:
        with pytest.raises(CompileError) as caught:
            environment.compile(expression, expect=expect)
        return caught.value.problems

    return run
