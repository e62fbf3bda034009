"""Explanations: the value, or the error, of each part that was evaluated."""

from typing import Any

import pytest
from typing_extensions import override

from gateway.cel.compiling.explanation import Explanation
from gateway.cel.environment import Environment
from gateway.cel.errors import BudgetExceededError
from gateway.cel.types import BOOL


def tree(explanation: Explanation) -> Any:
    """Return text and value of each part, nested as the parts are."""
    value = "error" if explanation.error else explanation.value
    return (explanation.text, value, [tree(child) for child in explanation.children])


def test_each_part_has_its_value(
    environment: Environment, values: dict[str, Any]
) -> None:
    """In the order of the source, nested as the expression is."""
    explanation = environment.compile("i + 1 == 6 && s != 'x'").explain(values)

    assert tree(explanation) == (
        "i + 1 == 6 && s != 'x'",
        True,
        [
            (
                "i + 1 == 6",
                True,
                [("i + 1", 6, [("i", 5, []), ("1", 1, [])]), ("6", 6, [])],
            ),
            ("s != 'x'", True, [("s", "abc", []), ("'x'", "x", [])]),
        ],
    )


def test_a_part_has_a_place_and_a_type(
    environment: Environment, values: dict[str, Any]
) -> None:
    """As in the source, over its lines."""
    explanation = environment.compile("t &&\n  i > 1").explain(values)
    part = explanation.children[1]

    assert (part.text, part.line, part.column, str(part.type)) == (
        "i > 1",
        2,
        3,
        "bool",
    )


def test_what_was_not_needed_is_missing(
    environment: Environment, values: dict[str, Any]
) -> None:
    """The second term, the other branch."""
    explanation = environment.compile("!t && s == 'a'").explain(values)
    chosen = environment.compile("t ? i : u == u ? 1 : 2").explain(values)

    assert [child.text for child in explanation.children] == ["!t"]
    assert [child.text for child in chosen.children] == ["t", "i"]


def test_parts_of_one_closure_are_shown(
    environment: Environment, values: dict[str, Any]
) -> None:
    """A fused test shows its field, a constant what it was computed from."""
    explanation = environment.compile("identity.name == 'a' + 'b'").explain(values)

    assert [(part.text, part.error) for part in explanation.walk()] == [
        ("identity.name == 'a' + 'b'", None),
        ("identity.name", None),
        ("identity", None),
        ("'a' + 'b'", None),
        ("'a'", None),
        ("'b'", None),
    ]


def test_what_the_author_did_not_write_is_not_shown(
    environment: Environment, values: dict[str, Any]
) -> None:
    """`fresh` reads `now`, whose text is nowhere."""
    explanation = environment.compile("fresh(identity.born, z)").explain(values)

    assert [child.text for child in explanation.children] == ["identity.born", "z"]


def test_an_error_is_shown_where_it_began_and_where_it_went(
    environment: Environment, values: dict[str, Any]
) -> None:
    """And where it was absorbed."""
    explanation = environment.compile("claims.zz == 1 || t").explain(values)

    assert tree(explanation) == (
        "claims.zz == 1 || t",
        True,
        [
            (
                "claims.zz == 1",
                "error",
                [("claims.zz", "error", [("claims", values["claims"], [])])],
            ),
            ("t", True, []),
        ],
    )
    error = explanation.children[0].error
    assert error is not None
    assert (error.line, error.column) == (1, 8)


def test_an_expression_without_a_value_explains_itself(
    environment: Environment, values: dict[str, Any]
) -> None:
    """Nothing is raised."""
    explanation = environment.compile("1 / (i - 5)").explain(values)

    assert explanation.error is not None
    assert explanation.value is None
    assert explanation.children[1].value == 0


def test_a_value_of_another_type_is_shown_as_an_error(environment: Environment) -> None:
    """As the evaluation would have it."""
    program = environment.compile("claims.a", expect=BOOL)

    assert program.explain({"claims": {"a": True}}).value is True
    explanation = program.explain({"claims": {"a": "x"}})
    assert explanation.value is None
    assert explanation.error is not None
    assert explanation.error.message == "the value must be bool, and this is string"


def test_a_fused_part_that_fails_is_shown(environment: Environment) -> None:
    """Its own parts are evaluated beside it, and fail on their own."""
    explanation = environment.compile("identity.name == 'a'").explain({})

    assert [part.error is not None for part in explanation.walk()] == [
        *(True, True, True, False)
    ]


def test_a_loop_shows_each_element(
    environment: Environment, values: dict[str, Any]
) -> None:
    """The range first, then the body once for each."""
    explanation = environment.compile("l.map(v, v * 2)").explain(values)

    assert [child.text for child in explanation.children] == ["l"] + ["v * 2"] * 3
    assert [child.value for child in explanation.children] == [[1, 2, 3], 2, 4, 6]


def test_a_loop_that_is_a_membership_test_shows_each_element(
    environment: Environment, values: dict[str, Any]
) -> None:
    """What decides is one closure without elements; what is shown has them."""
    explanation = environment.compile("n.exists(x, x == 'b')").explain(values)

    assert tree(explanation) == (
        "n.exists(x, x == 'b')",
        True,
        [
            ("n", ("a", "b"), []),
            ("x == 'b'", False, [("x", "a", []), ("'b'", "b", [])]),
            ("x == 'b'", True, [("x", "b", []), ("'b'", "b", [])]),
        ],
    )


def test_a_long_loop_is_cut_off(environment: Environment) -> None:
    """An explanation is for people."""
    explanation = environment.compile("l.all(v, v < 1000)").explain(
        {"l": list(range(500))}
    )

    assert explanation.value is True
    assert len(explanation.children) == 100


@pytest.mark.parametrize(
    "text", ["l.all(v, l.all(w, v < w || t))", "identity.name == 'a'"]
)
def test_a_used_up_budget_is_shown(
    environment: Environment, values: dict[str, Any], text: str
) -> None:
    """Like any other error."""

    class Slow:
        @property
        def name(self) -> str:
            raise BudgetExceededError("too slow")

    variables = {**values, "identity": Slow()}

    explanation = environment.compile(text).explain(variables, deadline=0.0)

    assert isinstance(explanation.error, BudgetExceededError)


def test_an_unexpected_exception_is_an_error_too(environment: Environment) -> None:
    """What a variable may do is not ours to know."""

    class Hostile(list[int]):
        @override
        def __iter__(self) -> Any:
            raise OSError("secret")

    explanation = environment.compile("l.all(v, true)").explain({"l": Hostile()})

    assert explanation.error is not None
    assert "secret" not in explanation.error.message


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("t || identity.admin", {"t"}),
        ("!t || identity.admin", {"t", "identity.admin"}),
        ("t ? claims.hd == 'a' : claims.n == 1", {"t", "claims.hd"}),
        ("identity.name == 'a' && i > 1", {"identity.name"}),
        ("fresh(identity.born, z)", {"identity.born", "z", "now"}),
        ("'x' in claims || claims.o.p == []", {"claims.x", "claims.o.p"}),
        ("[1, 2].map(v, v > 1 ? claims.hd : claims)", {"claims"}),
        ("claims.missing == 1", {"claims.missing"}),
        ("s == 'a' || x < 1.0", {"s", "x"}),
    ],
)
def test_an_explanation_tells_what_was_read(
    environment: Environment, values: dict[str, Any], text: str, paths: set[str]
) -> None:
    """A branch that was not needed has read nothing."""
    program = environment.compile(text)

    explanation = program.explain(values)

    assert explanation.reads == paths
    assert {read.partition(".")[0] for read in explanation.reads} <= {
        read.partition(".")[0] for read in program.reads
    }


def test_what_a_long_loop_reads_late_is_told_as_well(environment: Environment) -> None:
    """Of its elements, the explanation shows a hundred."""
    program = environment.compile("l.exists(v, v > 150 && i == 1)")

    explanation = program.explain({"l": list(range(200)), "i": 1})

    assert explanation.reads == {"l", "i"}
    assert all(not child.reads for child in explanation.children)
