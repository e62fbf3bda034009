"""Closures with other constants, beside the same ones compiled."""

from math import inf
from typing import Any

import pytest

from gateway.cel.compiling.remaking import Remake, Remaker
from gateway.cel.environment import Environment
from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Constant, walk
from gateway.cel.program import Program

REMADE = [
    "identity.name == 'x'",
    "identity.name in ['x', 'y']",
    "'x' in identity.groups",
    "n.exists(v, v == 'x')",
    "n.exists(v, v.endsWith('x'))",
    "n.all(v, n.exists(w, w == 'x') == (1 == 1))",
    "n.map(v, v + 'x') == ['x']",
    "s.startsWith('x')",
    "s.contains('x') == true",
    "n == ['x', 'b']",
    "m['x'] == 2",
    "i < 3",
    "claims.a == ['x', 3]",
    "'x'",
]
COMPILED = [
    "'x' in n",
    "size('x') == i",
    "s.matches('x')",
    "(s == 'x') ? t : false",
    "t && s == 'x'",
    "!(s == 'x')",
    "'x' + s == s",
    "s.replace('a', 'x') == s",
    "[s, 'x'] == n",
]


def varying(program: Program) -> list[Constant]:
    found = [part for part in walk(program.plan) if isinstance(part, Constant)]
    return [part for part in found if part.value in ("x", 3)]


def remake(program: Program) -> Remake | None:
    identities = [id(part) for part in varying(program)]
    return Remaker(program._compiler, identities).remake(program.plan)


@pytest.mark.parametrize("text", REMADE)
def test_it_is_what_would_be_compiled(
    environment: Environment, values: dict[str, Any], text: str
) -> None:
    """Value or error, with its place."""
    program = environment._whole(text)
    made = remake(program)
    assert made is not None
    for string, number in (("a", 6), ("b", 4), ("abc", 5), ("ana", 40), ("c", 3)):
        other = text.replace("'x'", f"'{string}'").replace("3", str(number))
        compiled = environment._whole(other)
        run = made(
            {
                id(each): number if each.value == 3 else string
                for each in varying(program)
            }
        )

        for variables in (values, {}):
            expected = outcome(compiled._run, compiled, variables)
            assert outcome(run, compiled, variables) == expected


def outcome(run: Any, program: Program, variables: dict[str, Any]) -> Any:
    try:
        return run(variables, [inf, None, *[None] * program._cells])
    except EvaluationError as error:
        return error.message, error.line


@pytest.mark.parametrize("text", COMPILED)
def test_what_depends_on_more_than_a_value_is_compiled(
    environment: Environment, text: str
) -> None:
    """What is prepared, computed at load, or none of the plain kinds."""
    assert remake(environment._whole(text)) is None


def test_what_does_not_vary_is_compiled_once(environment: Environment) -> None:
    """Its closure is part of all that are made."""
    program = environment._whole("identity.admin")
    made = remake(program)

    assert made is not None
    assert made({}) is made({})
