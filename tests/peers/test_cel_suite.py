"""Our evaluator and the public conformance suite of CEL.

Whatever a case expects, we give; what version 1 of the environment does not have, it
refuses at load and names. There is nothing in between.
"""

import math
import re
from collections import Counter
from typing import Any, Final

import pytest

from gateway.cel.environment import CompileError, Environment
from gateway.cel.errors import EvaluationError
from gateway.cel.values import kind_of
from tests.peers.cel_suite import Case, read_suite

pytestmark = pytest.mark.peer

# The language itself, and the functions on strings that version 1 has.
LANGUAGE: Final = (
    *("basic", "comparisons", "conversions", "fields", "fp_math", "integer_math"),
    *("lists", "logic", "macros", "namespace", "parse", "plumbing", "string"),
    *("timestamps", "type_deductions"),
)
EXTENSIONS: Final = (
    *("bindings_ext", "block_ext", "encoders_ext", "macros2", "math_ext"),
    *("optionals", "string_ext"),
)

# What version 1 refuses on purpose, and the code that says so. A pattern is matched
# against the beginning of `file/section/name`.
ON_PURPOSE: Final = {
    # An unknown name is an error at load, also where `||` would absorb it.
    r"basic/(variables|functions)/unbound_is_runtime_error": "E202",
    r"parse/receiver_function_names/": "E202",
    # Variables have no dots in their names, and there is no container.
    r"fields/qualified_identifier_resolution/(qualified_ident|map_field_select"
    r"|qualified_identifier_resolution_unchecked|ident_with_longest_prefix)": "E202",
    r"namespace/qualified/self_eval_qualified_lookup": "E202",
    # Back-quoted identifiers.
    r"fields/quoted_map_fields/": "E205",
    # Optional values.
    r"type_deductions/flexible_type_parameter_assignment/optional_": "E202",
    r"type_deductions/legacy_nullable_types/null_assignable_to_abstract": "E202",
    r"optionals/": "E202|E205|E206",
    # `cel.bind` and `cel.block`; macros with two variables, three-argument `map`.
    r"bindings_ext/|block_ext/": "E205|E206",
    r"macros2/": "E202|E205",
    # Functions of libraries that version 1 does not have.
    r"encoders_ext/|math_ext/": "E202",
    r"string_ext/(char_at|index_of|last_index_of|quote|format|format_errors"
    r"|reverse)/": "E202",
}

# A container is a prefix for names, which the gateway never sets: `y` is `y` then.
WITHOUT_CONTAINER: Final = {
    "namespace/namespace/self_eval_container_lookup",
    "namespace/namespace/self_eval_container_lookup_unchecked",
}

_LITERAL: Final = re.compile(r"""'[^']*'|"[^"]*"|\b\d+(?:\.\d+)?u?\b""")


@pytest.fixture(scope="module")
def suite() -> list[Case]:
    """The cases that need no protobuf message."""
    return [case for case in read_suite() if case.name not in WITHOUT_CONTAINER]


def evaluate(case: Case) -> tuple[str, Any]:
    """Return `value`, `error` or `refused`, with the value or the codes."""
    environment = Environment(case.variables, max_cost=math.inf)
    try:
        program = environment.compile(case.expression)
    except CompileError as error:
        codes = {problem.code for problem in error.problems}
        if case.checked or case.fails or codes != {"E210"}:
            return "refused", codes
        # Where the suite checks no types, an author leaves them open.
        opened = _LITERAL.sub(lambda found: f"dyn({found[0]})", case.expression)
        program = environment.compile(opened)
    try:
        return "value", program.evaluate(case.values)
    except EvaluationError as error:
        return "error", error.message


def is_same(value: Any, expected: Any) -> bool:
    """Whether two values are the same down to their kinds; `NaN` is itself."""
    kind = kind_of(value)
    if kind != kind_of(expected):
        return False
    if kind == "list":
        return len(value) == len(expected) and all(map(is_same, value, expected))
    if kind == "map":
        return len(value) == len(expected) and all(
            any(
                is_same(key, own) and is_same(value[key], expected[own])
                for key in value
            )
            for own in expected
        )
    is_nan = kind == "double" and math.isnan(value)
    return math.isnan(expected) if is_nan else bool(value == expected)


def verdict(case: Case) -> str:
    """Return `passed`, `refused` for what is refused on purpose, else what is wrong."""
    outcome, value = evaluate(case)
    if case.any_value:
        good = outcome != "refused"
    elif case.fails:
        good = outcome != "value"
    else:
        good = outcome == "value" and is_same(value, case.value)
    if good:
        return "passed"
    codes = [code for name, code in ON_PURPOSE.items() if re.match(name, case.name)]
    if outcome == "refused" and codes and set(codes[0].split("|")) >= value:
        return "refused"
    return f"{case.expression}: {outcome} {value!r}, not {case.value!r}"


@pytest.mark.parametrize(
    ("files", "passed", "refused"), [(LANGUAGE, 1064, 36), (EXTENSIONS, 107, 434)]
)
def test_every_case_is_answered_as_expected_or_refused_by_name(
    suite: list[Case], files: tuple[str, ...], passed: int, refused: int
) -> None:
    """The numbers are exact: a case that changes sides has to be looked at."""
    verdicts = {
        case.name: verdict(case)
        for case in suite
        if case.name.partition("/")[0] in files
    }

    expected = {"passed": passed, "refused": refused}
    assert {n: v for n, v in verdicts.items() if v not in expected} == {}
    assert Counter(verdicts.values()) == Counter(expected)


def test_the_suite_is_there_as_a_whole(suite: list[Case]) -> None:
    """What is left out is about messages, and only that."""
    files = Counter(case.name.partition("/")[0] for case in suite)

    assert set(files) >= {*LANGUAGE, *EXTENSIONS}
    assert sum(files[name] for name in LANGUAGE) > 1_000
