"""The plan of an expression: its parts, in the order of the source."""

import pytest

from gateway.cel.library.operators import OPERATORS
from gateway.cel.meaning.checker import Checker, Declarations
from gateway.cel.meaning.plan import walk
from gateway.cel.parsing.parser import parse
from gateway.cel.parsing.syntax import Source
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.types import BOOL, DYN, STRING, MapType, RecordType

VARIABLES = {
    "t": BOOL,
    "m": MapType(STRING, DYN),
    "r": RecordType("r", {"f": BOOL}),
}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1", ["1"]),
        ("r.f", ["r.f", "r"]),
        ("m.a", ["m.a", "m"]),
        ("has(m.a)", ["has(m.a)", "m"]),
        ("size(m)", ["size(m)", "m"]),
        ("t && r.f", ["t && r.f", "t", "r.f", "r"]),
        ("t ? 1 : 2", ["t ? 1 : 2", "t", "1", "2"]),
        ("[1, t]", ["[1, t]", "1", "t"]),
        ("{'a': t}", ["{'a': t}", "'a'", "t"]),
        ("[t].all(x, x)", ["[t].all(x, x)", "[t]", "t", "x"]),
    ],
)
def test_a_plan_is_walked_from_the_top(text: str, parts: list[str]) -> None:
    """Each part once, before what it is made of."""
    source = Source(text)
    checker = Checker(source, Declarations(VARIABLES, FUNCTIONS, METHODS, OPERATORS))

    plan = checker.check(parse(source, max_depth=8))

    assert [text[part.start : part.end] for part in walk(plan)] == parts
