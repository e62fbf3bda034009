"""Rules about types and names that need no position."""

from typing import Any

import pytest

from gateway.cel.library.declaration import Overload
from gateway.cel.meaning import inference
from gateway.cel.meaning.plan import Macro
from gateway.cel.parsing.parser import parse
from gateway.cel.parsing.syntax import Source
from gateway.cel.types import (
    BOOL,
    DYN,
    INT,
    NOTHING,
    NULL,
    STRING,
    UINT,
    A,
    CelType,
    ListType,
)
from gateway.cel.values import Uint


@pytest.mark.parametrize(
    ("text", "path"), [("a", "a"), ("a.b.c", "a.b.c"), ("f().b", ""), ("1", "")]
)
def test_a_chain_of_names_is_a_path(text: str, path: str) -> None:
    """Names of types have dots."""
    assert inference.dotted(parse(Source(text), max_depth=8)) == path


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, BOOL), (1, INT), (Uint(1), UINT), ("", STRING), (None, NULL)],
)
def test_a_literal_has_a_type(value: Any, kind: CelType) -> None:
    """Exactly the one of its value."""
    assert inference.literal_type(value) is kind


@pytest.mark.parametrize(
    ("macro", "kind"),
    [
        (Macro.ALL, BOOL),
        (Macro.EXISTS_ONE, BOOL),
        (Macro.MAP, ListType(STRING)),
        (Macro.FILTER, ListType(INT)),
    ],
)
def test_a_macro_has_a_type(macro: Macro, kind: CelType) -> None:
    """Over integers, with a string as the body."""
    assert inference.macro_type(macro, INT, STRING) == kind


def test_an_overload_fits_or_does_not() -> None:
    """By number and types of the arguments."""
    overload = Overload((A, ListType(A)), BOOL, lambda *_: True)

    assert inference.fit(overload, [INT, ListType(INT)]) == {A: INT}
    assert inference.fit(overload, [INT, ListType(STRING)]) is None
    assert inference.fit(overload, [INT]) is None


@pytest.mark.parametrize(
    ("parameter", "argument", "answer"),
    [(INT, DYN, True), (INT, INT, False), (A, DYN, False), (DYN, DYN, False)],
)
def test_what_only_the_run_time_knows_is_open(
    parameter: CelType, argument: CelType, answer: Any
) -> None:
    """Where a parameter takes everything, nothing has to be tested."""
    assert inference.is_open(parameter, argument) == answer


def test_elements_have_a_common_type() -> None:
    """Those of several types are `dyn`, those of none are nothing."""
    assert inference.common([]) is NOTHING
    assert inference.common([INT, INT]) is INT
    assert inference.common([INT, STRING]) is DYN


def test_a_misspelt_name_is_guessed() -> None:
    """If something is close enough."""
    assert inference.suggest("emial", ["email", "name"]) == "did you mean `email`?"
    assert inference.suggest("xyz", ["email", "name"]) == ""
