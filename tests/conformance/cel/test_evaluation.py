"""The language definition, "Evaluation": logic, macros, selection, names."""

from collections.abc import Callable
from typing import Any

import pytest

Evaluate = Callable[[str], Any]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("true && true", True),
        ("true && false", False),
        ("false || true", True),
        ("false || false", False),
        ("1 / 0 == 0 && false", False),
        ("false && 1 / 0 == 0", False),
        ("1 / 0 == 0 && true", "error"),
        ("true && 1 / 0 == 0", "error"),
        ("1 / 0 == 0 && 1 / 0 == 0", "error"),
        ("1 / 0 == 0 || true", True),
        ("true || 1 / 0 == 0", True),
        ("1 / 0 == 0 || false", "error"),
        ("false || 1 / 0 == 0", "error"),
        ("1 / 0 == 0 && t && false", False),
        ("t && 1 / 0 == 0 && false", False),
        ("t && 1 / 0 == 0 && t", "error"),
        ("false || 1 / 0 == 0 || true", True),
        ("false || 1 / 0 == 0 || false", "error"),
        ("dyn(1) || true", True),
        ("true || dyn(1)", True),
        ("dyn(1) || false", "error"),
        ("dyn(1) && false", False),
        ("dyn('a') && true", "error"),
        ("dyn(true) && d.t", True),
        ("1 && true", "refused"),
        ("true || 'a'", "refused"),
        ("!dyn(false)", True),
        ("!dyn(1)", "error"),
        ("!1", "refused"),
    ],
)
def test_logic_absorbs_errors(evaluate: Evaluate, expression: str, value: Any) -> None:
    """An operand that decides makes the error of any other one irrelevant."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("t ? 1 : 2", 1),
        ("!t ? 1 : 2", 2),
        ("t ? 1 : 1 / 0", 1),
        ("!t ? 1 / 0 : 2", 2),
        ("1 / 0 == 0 ? 1 : 1", "error"),
        ("t ? 1 : 'a'", "refused"),
        ("t ? 1 : dyn('a')", 1),
        ("dyn(t) ? 1 : 2", 1),
        ("dyn(1) ? 1 : 2", "error"),
        ("1 ? 1 : 2", "refused"),
        ("(t ? [1] : [])[0]", 1),
        ("(t ? {} : m) == {}", True),
    ],
)
def test_the_conditional_takes_one_branch(
    evaluate: Evaluate, expression: str, value: Any
) -> None:
    """The other one is not evaluated, and the test's error is the whole one's."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("l.all(v, v > 0)", True),
        ("l.all(v, v > 1)", False),
        ("[].all(v, v)", True),
        ("[0, 1].all(v, 1 / v > 5)", False),
        ("[1, 0].all(v, 1 / v > 0)", "error"),
        ("l.exists(v, v == 2)", True),
        ("l.exists(v, v == 9)", False),
        ("[].exists(v, v == 1)", False),
        ("[0, 1].exists(v, 1 / v == 1)", True),
        ("[0, 2].exists(v, 1 / v == 1)", "error"),
        ("l.exists_one(v, v > 2)", True),
        ("l.exists_one(v, v > 1)", False),
        ("l.exists_one(v, v > 9)", False),
        ("[1, 0].exists_one(v, 1 / v == 1)", "error"),
        ("l.map(v, v * 2)", [2, 4, 6]),
        ("[1, 0].map(v, 1 / v)", "error"),
        ("l.filter(v, v % 2 == 1)", [1, 3]),
        ("[1, 0].filter(v, 1 / v == 1)", "error"),
        ("l.filter(v, v > 9)", []),
        ("m.all(k, k < 'c')", True),
        ("m.exists(k, m[k] == 2)", True),
        ("m.exists_one(k, k == 'a')", True),
        ("l.map(v, l.map(w, v * w))[1]", [2, 4, 6]),
        ("l.all(v, l.exists(w, w == v))", True),
        ("l.map(v, v).exists(v, v == 3)", True),
        ("n.exists(v, v == 'a')", True),
        ("n.exists(v, 'z' == v)", False),
        ("d.l.exists(v, v == 'x')", True),
        ("d.a.all(k, k == 'b')", True),
        ("d.t.all(v, true)", "error"),
        ("dyn(l).all(v, v > 0)", True),
        ("l.all(v, dyn(v))", "error"),
        ("l.filter(v, dyn('a'))", "error"),
        ("'abc'.all(v, true)", "refused"),
        ("5.exists(v, true)", "refused"),
        ("l.all(v, v)", "refused"),
        ("l.all(v)", "refused"),
        ("l.all(v, true, true)", "refused"),
        ("l.all('v', true)", "refused"),
        ("l.all(a.b, true)", "refused"),
        ("l.map(v, v > 1, v)", "refused"),
        ("all(l, true)", "refused"),
    ],
)
def test_macros(evaluate: Evaluate, expression: str, value: Any) -> None:
    """`all` and `exists` absorb errors; the others do not."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("l.exists(i, i == 3)", True),
        ("l.exists(i, .i == 5)", True),
        ("l.exists(i, i == 3) && i == 5", True),
        ("l.all(int, int > 0)", True),
        (".i", 5),
        (".size(l)", 3),
        ("unknown", "refused"),
        ("unknown(1)", "refused"),
        ("i.unknown()", "refused"),
        ("a.b.c", "refused"),
        ("for", "refused"),
        ("l.exists(in, true)", "refused"),
        ("size", "refused"),
    ],
)
def test_names(evaluate: Evaluate, expression: str, value: Any) -> None:
    """The variable of a macro hides all others; a leading dot means the root."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("m.a", 1),
        ("m.z", "error"),
        ("{'a': 1}.a", 1),
        ("d.a.b", 1),
        ("d.a.z", "error"),
        ("d.z.b", "error"),
        ("d.n.b", "error"),
        ("d.t.b", "error"),
        ("has(m.a)", True),
        ("has(m.z)", False),
        ("has(d.a.b)", True),
        ("has(d.a.z)", False),
        ("has(d.n)", True),
        ("has(d.z.b)", "error"),
        ("has(d.t.b)", "error"),
        ("has(d.z) && d.z == 1", False),
        ("has({'a': 1}.a)", True),
        ("has(m)", "refused"),
        ("has(m['a'])", "refused"),
        ("has()", "refused"),
        ("has(m.a, m.b)", "refused"),
        ("i.b", "refused"),
        ("has(i.b)", "refused"),
        ("{1: 2}.a", "refused"),
        ("{}.a", "error"),
        ("has({}.a)", False),
        ("m.in", "refused"),
        ("{'for': 1}.for", 1),
    ],
)
def test_selection(evaluate: Evaluate, expression: str, value: Any) -> None:
    """Of a map, a field is a key; of anything else it is an error."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "m.?a",
        "l[?0]",
        "m.`a`",
        "cel.bind(a, 1, a)",
        "l.map(v, v > 1, v)",
        "Message{field: 1}",
        "google.protobuf.Struct{}",
    ],
)
def test_what_version_1_lacks_is_refused(evaluate: Evaluate, expression: str) -> None:
    """By name; `tests/cel` checks the words."""
    assert evaluate(expression) == "refused"


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 32 + "1" + ")" * 32,
        "[" * 32 + "]" * 32,
        " || ".join(["!t"] * 31 + ["t"]),
        " && ".join(["t"] * 32),
        " == ".join(["true"] * 33),
        " + ".join(["1"] * 33),
        "d" + ".a" * 32,
        "d" + "[0]" * 32,
        "[" + ", ".join("1" * 32) + "]",
        "{" + ", ".join(f"'{key}': 1" for key in range(32)) + "}",
        "!" * 32 + "t",
        "t ? 1 : " * 32 + "1",
        "[1]" + ".map(v, v)" * 32,
    ],
)
def test_what_every_implementation_must_accept(
    evaluate: Evaluate, expression: str
) -> None:
    """At least 32 levels, or repetitions, of each construct."""
    assert evaluate(expression) != "refused"
