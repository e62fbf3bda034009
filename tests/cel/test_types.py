"""Static types: their notation, and which fits which."""

import pytest

from gateway.cel.types import (
    BOOL,
    DYN,
    INT,
    NOTHING,
    STRING,
    A,
    B,
    Bindings,
    CelType,
    ListType,
    MapType,
    RecordType,
    join,
    settled,
    substitute,
    unify,
)

RECORD = RecordType("person", {"name": STRING})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (INT, "int"),
        (ListType(DYN), "list(dyn)"),
        (MapType(STRING, ListType(INT)), "map(string, list(int))"),
        (RECORD, "person"),
        (A, "A"),
    ],
)
def test_a_type_is_written_as_cel_writes_it(kind: CelType, text: str) -> None:
    """Messages show types to people."""
    assert str(kind) == text


def test_records_can_be_in_sets() -> None:
    """The checker collects the types of results in one."""
    assert {RECORD, RecordType("person", {"name": STRING})} == {RECORD}


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        (INT, INT, INT),
        (INT, STRING, None),
        (INT, DYN, DYN),
        (DYN, INT, DYN),
        (INT, NOTHING, INT),
        (NOTHING, INT, INT),
        (ListType(INT), ListType(DYN), ListType(DYN)),
        (ListType(INT), ListType(NOTHING), ListType(INT)),
        (ListType(INT), ListType(STRING), None),
        (ListType(INT), INT, None),
        (MapType(STRING, INT), MapType(STRING, DYN), MapType(STRING, DYN)),
        (MapType(STRING, INT), MapType(INT, INT), None),
        (MapType(STRING, INT), MapType(STRING, STRING), None),
    ],
)
def test_two_types_join_to_what_holds_both(
    left: CelType, right: CelType, joined: CelType | None
) -> None:
    """What was not checked on one side is not known of the whole."""
    assert join(left, right) == joined


@pytest.mark.parametrize(
    ("parameter", "argument", "bindings"),
    [
        (INT, INT, {}),
        (INT, STRING, None),
        (INT, DYN, {}),
        (DYN, INT, {}),
        (INT, NOTHING, {}),
        (A, INT, {A: INT}),
        (A, DYN, {A: DYN}),
        (ListType(A), ListType(INT), {A: INT}),
        (ListType(A), DYN, {A: DYN}),
        (ListType(A), INT, None),
        (ListType(STRING), ListType(DYN), {}),
        (MapType(A, B), MapType(STRING, INT), {A: STRING, B: INT}),
        (MapType(A, B), DYN, {A: DYN, B: DYN}),
        (MapType(A, B), ListType(INT), None),
        (MapType(STRING, A), MapType(INT, INT), None),
        (MapType(STRING, INT), MapType(STRING, STRING), None),
        (RECORD, RECORD, {}),
    ],
)
def test_an_argument_fits_a_parameter(
    parameter: CelType, argument: CelType, bindings: Bindings | None
) -> None:
    """`dyn` fits all; a variable stands for the same type wherever it is named."""
    found: Bindings = {}

    assert unify(parameter, argument, found) == (bindings is not None)
    if bindings is not None:
        assert found == bindings


def test_a_variable_stands_for_one_type() -> None:
    """Two arguments of one variable must join."""
    bindings: Bindings = {}

    assert unify(A, INT, bindings)
    assert not unify(A, STRING, bindings)
    assert unify(A, DYN, bindings)
    assert bindings == {A: DYN}


def test_variables_are_replaced_in_results() -> None:
    """A variable that nothing bound has no values, hence no elements to be wrong."""
    bindings: Bindings = {A: INT}

    assert substitute(MapType(A, ListType(B)), bindings) == MapType(
        INT, ListType(NOTHING)
    )
    assert substitute(BOOL, bindings) is BOOL


def test_what_has_no_elements_could_have_any() -> None:
    """The type of `[]` and `{}` as others see it."""
    assert settled(ListType(NOTHING)) == ListType(DYN)
    assert settled(MapType(NOTHING, INT)) == MapType(DYN, INT)
    assert settled(STRING) is STRING
