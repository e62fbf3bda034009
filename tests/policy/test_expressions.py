"""Expressions are compiled once, and their problems stand where they were written."""

from types import SimpleNamespace

import pytest

from gateway.cel.errors import CompileError
from gateway.cel.types import BOOL, INT
from gateway.policy.expressions import (
    Demand,
    ExpressionCompiler,
    Frame,
    Place,
    Programs,
)
from tests.policy.files import HEAD, marked, policy

CONDITION = Demand(type=BOOL, roles=True)
ROLE = Demand(type=BOOL, roles=False)

TEXT = (
    HEAD
    + '''
[const]
limit = 3

[vars]
staff = "true"

[[role]]
id = "a"
for = "guest"
when = """
identity.authenticated &&
  identity.emial == 'x' && identity.nmae == 'y'"""
'''
)
WHEN = ("role", 0, "when")


@pytest.fixture
def programs() -> Programs:
    return Programs()


@pytest.fixture
def compiler(programs: Programs) -> ExpressionCompiler:
    return _compiler(programs)


def _compiler(programs: Programs) -> ExpressionCompiler:
    return ExpressionCompiler(
        document=policy(TEXT).document,
        programs=programs,
        frame=Frame(SimpleNamespace(limit=3), {}),
        variables={"staff": BOOL},
        constants={"limit": INT},
    )


def test_equal_expressions_of_two_files_share_a_program(programs: Programs) -> None:
    """Each with a place of its own."""
    one = _compiler(programs).compile("now > now", WHEN, CONDITION)
    two = _compiler(programs).compile("now > now", ("rule", 1, "when"), CONDITION)

    assert one is not None
    assert two is not None
    assert one.program is two.program
    assert one.place is not two.place
    assert one.frame is None


@pytest.mark.parametrize("source", ["vars.staff", "const.limit == 3"])
def test_what_reads_the_file_is_shared_within_it_alone(
    programs: Programs, source: str
) -> None:
    """`vars` and `const` mean something else in another file."""
    first, second = _compiler(programs), _compiler(programs)

    one = first.compile(source, WHEN, CONDITION)
    two = first.compile(source, WHEN, CONDITION)
    other = second.compile(source, WHEN, CONDITION)
    negated = first.compile(f"!({source})", WHEN, CONDITION)

    assert negated is not None
    assert one is not None
    assert two is not None
    assert other is not None
    assert one.program is two.program
    assert one.program is not other.program
    assert one.frame is not None


def test_equal_texts_with_different_demands_are_different_programs(
    compiler: ExpressionCompiler,
) -> None:
    """A rule may read `roles`; role mapping, which makes them, may not."""
    assert compiler.compile("'a' in roles", WHEN, CONDITION) is not None
    assert compiler.compile("'a' in roles", WHEN, ROLE) is None
    assert compiler.compile("1", WHEN, Demand(type=None, roles=True)) is not None
    assert compiler.compile("1", WHEN, CONDITION) is None


def test_every_problem_is_a_fault_at_its_place(compiler: ExpressionCompiler) -> None:
    """Line and column inside a text of several lines."""
    source = (
        "identity.authenticated &&\n  identity.emial == 'x' && identity.nmae == 'y'"
    )

    assert compiler.compile(source, WHEN, CONDITION) is None
    first, second = compiler.faults
    assert (first.code, first.line) == ("E201", 15)
    assert marked(first) == "emial"
    assert "did you mean `email`?" in first.help
    assert marked(second) == "nmae"


def test_names_of_the_file_are_suggested_also_where_it_is_not_read(
    compiler: ExpressionCompiler,
) -> None:
    """The shared environment does not know `vars`; the file's own does."""
    assert compiler.compile("vasr.staff", WHEN, CONDITION) is None
    assert "did you mean `vars`?" in compiler.faults[0].help


def test_a_text_that_only_mentions_vars_is_compiled_all_the_same(
    compiler: ExpressionCompiler,
) -> None:
    """In a string, for instance."""
    assert compiler.compile("identity.name == 'vars'", WHEN, CONDITION) is not None


def test_programs_do_not_know_the_variables_of_files(programs: Programs) -> None:
    """So nobody gets another file's."""
    with pytest.raises(CompileError):
        programs.compile("vars.staff", CONDITION)


def test_a_place_can_be_told() -> None:
    """As editors understand it."""
    place = Place(policy(TEXT).document, WHEN)

    assert place.at() == "policies/orders.toml:14:1"
    assert place.at(2, 3) == "policies/orders.toml:15:3"


def test_what_is_typed_has_the_environment_of_the_file(
    compiler: ExpressionCompiler,
) -> None:
    """And no place in it."""
    expression = compiler.compile_typed("vars.staff &&\n const.limit == roles.size()")

    assert expression.program.type is BOOL
    assert expression.frame is not None
    assert expression.place.at(2, 5) == "2:5"
    with pytest.raises(CompileError, match="unknown field"):
        compiler.compile_typed("vars.staf")
    assert compiler.faults == []


def test_the_environment_of_a_file_is_made_once(compiler: ExpressionCompiler) -> None:
    """One with the roles, and one without."""
    assert "roles" in compiler.environment(roles=True).variables
    assert "roles" not in compiler.environment(roles=False).variables
    assert compiler.environment(roles=True) is compiler.environment(roles=True)
