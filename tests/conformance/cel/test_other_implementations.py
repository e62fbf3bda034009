"""Made-up expressions mean the same to us, to Google's runtime and to cel-python.

The expressions are well typed by construction; the variables hold made-up values. Where
the implementations are known to differ, and why we chose as we did, stands in
docs/decisions/0003-own-cel-evaluator.md; such cases are not generated.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import celpy
import celpy.adapter
import celpy.evaluation
import pytest
from cel_expr_python import cel  # type: ignore[import-untyped]  # has no stubs
from cel_expr_python.ext import ext_strings  # type: ignore[import-untyped]  # ditto
from celpy import celtypes
from hypothesis import given, seed, settings
from hypothesis import strategies as st

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
from gateway.cel.values import TypeName, Uint, kind_of

INTS = ListType(INT)
STRINGS = ListType(STRING)
TABLE = MapType(STRING, INT)

VARIABLES: Final[dict[str, CelType]] = {
    "t": BOOL,
    "i": INT,
    "u": UINT,
    "x": DOUBLE,
    "s": STRING,
    "b": BYTES,
    "l": INTS,
    "n": STRINGS,
    "m": TABLE,
    "w": TIMESTAMP,
    "z": DURATION,
    "d": DYN,
}

WORDS: Final = ("", "a", "b", "ab", "abc", "aXb", "é", "1", "12", "-3", "true", "x y")
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, -1.5])
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=6,
)
whole = st.integers(-4, 4) | st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1])
values = st.fixed_dictionaries(
    {
        "t": st.booleans(),
        "i": whole,
        "u": st.integers(0, 4) | st.sampled_from([2**64 - 1, 2**63]),
        "x": st.sampled_from([0.0, -0.0, 1.0, 1.5, -2.5, 1e300, math.inf, math.nan]),
        "s": st.sampled_from(WORDS),
        "b": st.sampled_from([b"", b"a", b"\xff", "é".encode()]),
        "l": st.lists(whole, max_size=4),
        "n": st.lists(st.sampled_from(WORDS), max_size=4),
        "m": st.dictionaries(st.sampled_from(["a", "b", "ab"]), whole, max_size=3),
        "w": st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
            lambda moment: moment.replace(tzinfo=UTC)
        ),
        "z": st.timedeltas(timedelta(days=-400), timedelta(days=400)),
        "d": json,
    }
)

# What makes a value of a type; `{bool}` and the like stand for further expressions. The
# first of each needs none. `@` is the variable of a macro, which `{bool:int}` may name: a
# bool that knows an int of that name.
FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "bool": (
        *("t", "true", "false"),
        *("({bool} && {bool})", "({bool} || {bool})", "!t"),
        *("({bool} && {bool} && {bool})", "({bool} || {bool} || {bool})"),
        "({bool} ? {bool} : {bool})",
        *(f"({{{kind}}} == {{{kind}}})" for kind in ("int", "uint", "double", "dyn")),
        *(f"({{{kind}}} != {{{kind}}})" for kind in ("string", "bytes", "ints", "dyn")),
        *("({ints} == {ints})", "({strings} == {strings})", "({table} == {table})"),
        *(f"({{{kind}}} < {{{kind}}})" for kind in ("int", "double", "string", "bool")),
        *(f"({{{kind}}} <= {{{kind}}})" for kind in ("uint", "bytes", "time", "span")),
        *("({dyn} < {dyn})", "({dyn} >= {int})", "({uint} > {dyn})"),
        *("({int} in {ints})", "({string} in {strings})", "({string} in {table})"),
        *("({dyn} in {ints})", "({dyn} in d)", "({string} in d)"),
        *("has(d.a)", "has(m.ab)", "has(d.a.b)", "has({table}.a)"),
        *("{string}.contains({string})", "{string}.startsWith({string})"),
        *("{string}.endsWith({string})", "{string}.matches('^a.*b$|[0-9]+')"),
        *("bool({string})", "(type({dyn}) == type({dyn}))", "(type({dyn}) == int)"),
        *("{ints}.all(@, {bool:int})", "{ints}.exists(v, v {order} {int})"),
        *("{strings}.exists_one(v, v == {string})", "{ints}.all(v, v / {int} < 2)"),
        *("{table}.exists(k, k == {string})", "d.all(v, v == {dyn})"),
        *("{ints}.exists(@, {bool:int})", "{ints}.exists_one(@, {bool:int})"),
        *("{strings}.all(@, {bool:string})", "{strings}.exists(@, {bool:string})"),
        *("{table}.all(@, {bool:string})", "{table}.exists_one(@, {bool:string})"),
        *("{lists}.exists(@, {bool:ints})", "{lists}.all(@, {bool:ints})"),
        *("d.exists(@, {bool:dyn})", "d.a.all(@, {bool:dyn})"),
        *("({ints} in {lists})", "({lists} == {lists})", "({bytes} != {bytes})"),
        *("({time} == {time})", "({span} != {span})", "({time} > {time})"),
        *("({span} >= {span})", "({bool} != {bool})", "(null == {dyn})"),
        *("({uint} in [{uint}])", "({int} in {{int}: 1})", "({uint} in {{uint}: 1})"),
        *("({double} <= {dyn})", "({dyn} != {dyn})", "({bool} >= {bool})"),
        *("{string}.matches('(?i)A+')", "matches({string}, '^[^a-b]$')"),
        *("(type({time}) == google.protobuf.Timestamp)", "(type({dyn}) != list)"),
    ),
    "int": (
        *("i", "0", "1", "-2", "9223372036854775807", "0x1F"),
        *("({int} + {int})", "({int} - {int})", "({int} * {int})"),
        *("({int} / {int})", "({int} % {int})", "(-i)"),
        *("size({string})", "{strings}.size()", "size({bytes})", "size({table})"),
        *("int({double})", "int({uint})", "int({string})", "int({time})"),
        *("{ints}[{int}]", "m[{string}]", "m.ab", "({bool} ? {int} : {int})"),
        *("{time}.getHours({zone})", "{time}.getDayOfYear()", "{time}.getMonth()"),
        *("{time}.getDayOfWeek()", "{time}.getDate()", "{time}.getDayOfMonth()"),
        *("{time}.getFullYear()", "{time}.getMinutes()", "{time}.getSeconds()"),
        *("{span}.getHours()", "{span}.getMinutes()", "{span}.getSeconds()"),
        *("{span}.getMilliseconds()", "{time}.getMilliseconds()"),
        *("{string}.size()", "{ints}.map(v, v + {int})[0]", "size({lists})"),
        *("{ints}.map(@, {int:int})[0]", "{strings}.map(@, {int:string})[0]"),
        *("{lists}[0][0]", "{{string}: {int}}.a", "{{int}: {int}}[{int}]"),
        *(
            "{{bool}: {int}}[{bool}]",
            "{{uint}: {int}}[{uint}]",
            "int({span}.getHours())",
        ),
        *("{time}.getFullYear({zone})", "{time}.getMonth({zone})"),
        *("{time}.getDayOfMonth({zone})", "{time}.getDate({zone})"),
        *("{time}.getDayOfWeek({zone})", "{time}.getDayOfYear({zone})"),
        *("{time}.getMinutes({zone})", "{time}.getSeconds({zone})"),
        *("{time}.getMilliseconds({zone})", "size({strings})", "{bytes}.size()"),
    ),
    "uint": (
        *("u", "0u", "2u", "18446744073709551615u"),
        *("({uint} + {uint})", "({uint} - {uint})", "({uint} * {uint})"),
        *("({uint} / {uint})", "({uint} % {uint})"),
        *("uint({int})", "uint({double})", "uint({string})", "uint({uint})"),
        *("({bool} ? {uint} : {uint})", "[{uint}, {uint}][{int}]"),
    ),
    "double": (
        *("x", "0.0", "1.5", "-1e3", ".5"),
        *("({double} + {double})", "({double} - {double})", "({double} * {double})"),
        *("({double} / {double})", "(-x)", "double({int})", "double({uint})"),
    ),
    "string": (
        *("s", "''", "'ab'", '"é"', "r'a\\b'", "'''a'b'''", "'\\u00e9\\x41\\101\\n'"),
        *("({string} + {string})", "({bool} ? {string} : {string})"),
        *("string({int})", "string({uint})", "string({bytes})", "string({bool})"),
        *("string({time})", "string({span})", "string(double({int}))"),
        *("{strings}[{int}]", "{string}.lowerAscii()", "{string}.upperAscii()"),
        *("{string}.trim()", "{string}.replace({string}, {string})"),
        *("{string}.replace('a', {string}, {int})", "{string}.substring({int})"),
        *("{strings}.join()", "{strings}.join({string})", "string(1.5)"),
        *("{strings}.map(@, {string:string})[0]", "{string}.substring(1)"),
        *("{{int}: {string}}[{int}]", "string({string})", "string(duration({length}))"),
        *("string(timestamp({moment}))", "({bool} ? {string} : {strings}[0])"),
    ),
    "bytes": (
        *("b", "b''", "b'\\xff\\101'", "b'é'"),
        *("({bytes} + {bytes})", "bytes({string})", "bytes({bytes})"),
        *("({bool} ? {bytes} : {bytes})", "[{bytes}, b][{int}]"),
    ),
    "ints": (
        *("l", "[1, 2, 3]", "[{int}, {int}]", "({ints} + [])"),
        *(
            "({ints} + {ints})",
            "{ints}.map(v, v * {int})",
            "{ints}.filter(v, v > {int})",
        ),
        *("{strings}.map(v, size(v))", "{ints}.filter(v, {bool})"),
        *("{ints}.filter(@, {bool:int})", "{ints}.map(@, {int:int})"),
        *("{strings}.map(@, {int:string})", "{lists}.map(@, {int:ints})"),
        *("{ints}.filter(@, {bool:int}).map(w2, w2 + 1)", "{lists}[{int}]"),
        *("({bool} ? {ints} : {ints})",),
    ),
    "strings": (
        *("n", "['a', 'b']", "[{string}, {string}]"),
        *("({strings} + {strings})", "{strings}.filter(v, v < {string})"),
        *("{strings}.map(v, v + {string})", "{strings}.map(@, {string:string})"),
        *("{strings}.filter(@, {bool:string})", "{ints}.map(@, {string:int})"),
        *("{string}.split('b')", "{string}.split('a', {int})"),
    ),
    "lists": (
        *("[l]", "[[1, 2], [3]]", "[{ints}, {ints}]"),
        *("{ints}.map(@, {ints:int})", "{lists}.filter(@, {bool:ints})"),
        "({lists} + {lists})",
    ),
    "table": ("m", "{'a': 1}", "{'a': {int}, {string}: {int}}"),
    "time": (
        *("w", "timestamp('2024-02-29T12:30:00.5Z')", "timestamp({small})"),
        *("({time} + {span})", "({time} - {span})", "({span} + {time})"),
        *("timestamp({moment})", "timestamp({time})", "({bool} ? {time} : {time})"),
    ),
    "span": (
        *("z", "duration('1h30m')", "duration('-1.5s')"),
        *("({span} + {span})", "({span} - {span})", "({time} - {time})"),
        *("duration({length})", "duration({span})", "({bool} ? {span} : {span})"),
    ),
    "dyn": (
        *("d", "d.a", "d['b']", "d[0]", "dyn({int})", "dyn({uint})"),
        *("dyn({double})", "dyn({string})", "dyn({ints})", "dyn({table})"),
        *("d.a.b", "[dyn({dyn}), d]", "dyn({bool})", "dyn({bool} ? {dyn} : {dyn})"),
        *("dyn({dyn} + {dyn})", "dyn({dyn} - {int})", "d[{dyn}]"),
        *("dyn({time})", "dyn({span})", "dyn({bytes})", "dyn({lists})", "{'a': d}.a"),
        *(
            "[d, dyn({dyn})][{int}]",
            "{'k': dyn({dyn}), 'a': d}.k",
            "dyn({dyn} * {dyn})",
        ),
        *(
            "[dyn({dyn}), d].filter(@, {bool:dyn})",
            "[d, 1].map(@, {dyn:dyn})",
            "dyn({strings})",
        ),
    ),
    "order": ("<", "<=", ">", ">="),
    "zone": (
        *("'Europe/Paris'", "'UTC'", "'-08:30'", "'America/New_York'", "'+05:45'"),
        *("'Asia/Kathmandu'", "'Australia/Lord_Howe'", "'America/St_Johns'", "'01:00'"),
    ),
    "small": ("0", "86399", "-1", "253402000000", "-62135000000", "4102444800"),
    "moment": (
        *("'2024-12-31T23:59:59Z'", "'2000-01-01T00:00:00+14:00'"),
        *("'1999-12-31T23:59:59.999-05:30'", "'0001-01-03T00:00:00Z'"),
        *("'9999-12-29T23:59:59.123456Z'", "'2023-02-28T12:00:00.5Z'"),
    ),
    "length": (
        *("'0s'", "'1h'", "'-90m'", "'1.5s'", "'100ms'", "'3us'", "'1h2m3s'"),
        *("'-0.25h'", "'86400s'", "'.5m'"),
    ),
}


# What cel-python's interpreter does as the language says; it has no types, so its
# integers, conversions and mixed comparisons are not asked for.
CORE: Final[Mapping[str, tuple[str, ...]]] = {
    "bool": (
        *("t", "true", "false", "!t"),
        *("({bool} && {bool})", "({bool} || {bool})", "({bool} ? {bool} : {bool})"),
        *("({int} == {int})", "({int} < {int})", "({string} == {string})"),
        *("({string} != {string})", "({string} < {string})", "({string} in n)"),
        *("({int} in {ints})", "({ints} == {ints})", "({string} in m)", "has(m.ab)"),
        *("s.contains({string})", "s.startsWith({string})"),
        *("s.endsWith({string})", "l.all(v, v / {int} < 2)"),
        *("{ints}.exists(v, v == {int})", "l.exists_one(v, v > i)"),
    ),
    "int": (
        *("i", "0", "1", "-2", "9223372036854775807", "({int} + {int})"),
        *("({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})"),
        *("size({string})", "size({ints})", "l[0]", "m[{string}]", "m.ab"),
    ),
    "string": ("s", "'ab'", "({string} + {string})", "({bool} ? {string} : {string})"),
    "ints": (
        *("l", "[1, 2]", "[{int}, {int}]", "({ints} + {ints})"),
        *("{ints}.map(v, v)", "{ints}.filter(v, v > {int})"),
    ),
}


@st.composite
def expressions(draw: st.DrawFn, forms: Mapping[str, tuple[str, ...]] = FORMS) -> str:
    """Return the text of a well-typed expression."""

    def fill(kind: str, depth: int, known: tuple[tuple[str, str], ...]) -> str:
        bound = [name for name, of in known if of == kind]
        plain = [form for form in forms[kind] if not _HOLE.search(form)]
        # What a macro binds is named often enough to matter.
        choices = [*bound * 3, *(forms[kind] if depth > 0 else plain)]
        form = draw(st.sampled_from(choices))
        variable = f"v{len(known)}"

        def hole(found: re.Match[str]) -> str:
            inner = (*known, (variable, found[2])) if found[2] else known
            return fill(found[1], depth - 1, inner)

        return _HOLE.sub(hole, form.replace("@", variable))

    kinds = [kind for kind in forms if kind not in LITERALS]
    return fill(draw(st.sampled_from(["bool", *kinds])), draw(st.integers(1, 4)), ())


_HOLE: Final = re.compile(r"\{([a-z]+)(?::([a-z]+))?\}")
LITERALS: Final = {"order", "zone", "small", "moment", "length"}


# The cost of an expression is ours alone to limit.
ENVIRONMENT: Final = Environment(VARIABLES, max_cost=math.inf)

# An outcome is `refused`, `error`, or the kind and the value.
Outcome = tuple[str, Any]


def ours(expression: str, variables: Mapping[str, Any]) -> Outcome:
    """Return what our evaluator makes of an expression."""
    try:
        program = ENVIRONMENT.compile(expression)
    except CompileError as error:
        return "refused", [problem.code for problem in error.problems]
    try:
        value = program.evaluate({**variables, "u": Uint(variables["u"])})
    except EvaluationError:
        return "error", None
    return kind_of(value), _plain(value)


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind
    match value:
        case bytearray():
            return bytes(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case float() if math.isnan(value):
            return "NaN"
        case TypeName():
            return value.name
        case bool() | None:
            return repr(value)
        case _:
            return value


GOOGLE_TYPES: Final = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "uint": cel.Type.UINT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "dyn": cel.Type.DYN,
}
GOOGLE_KINDS: Final = {
    "BOOL": "bool",
    "INT": "int",
    "UINT": "uint",
    "DOUBLE": "double",
    "STRING": "string",
    "BYTES": "bytes",
    "NULL": "null_type",
    "TIMESTAMP": "google.protobuf.Timestamp",
    "DURATION": "google.protobuf.Duration",
}


def _google_type(kind: CelType) -> Any:
    match kind:
        case ListType():
            return cel.Type.List(_google_type(kind.element))
        case MapType():
            return cel.Type.Map(_google_type(kind.key), _google_type(kind.value))
        case _:
            return GOOGLE_TYPES[str(kind)]


GOOGLE: Final = cel.NewEnv(
    variables={name: _google_type(kind) for name, kind in VARIABLES.items()},
    extensions=[ext_strings.ExtStrings()],
)


def google(expression: str, variables: Mapping[str, Any]) -> Outcome:
    """Return what Google's C++ runtime makes of an expression."""
    try:
        program = GOOGLE.compile(expression)
    except RuntimeError as error:
        return "refused", str(error)
    try:
        value = program.eval(data=dict(variables))
    except RuntimeError as error:
        return "error", str(error)
    name = value.type().name()
    if name == "ERROR":
        return "error", None
    kind = name.partition("<")[0].lower()
    return GOOGLE_KINDS.get(name, kind), _plain(value.plain_value())


PYTHON_TYPES: Final[dict[str, Any]] = {
    "t": celtypes.BoolType,
    "i": celtypes.IntType,
    "s": celtypes.StringType,
    "l": celtypes.ListType,
    "n": celtypes.ListType,
    "m": celtypes.MapType,
}
PYTHON: Final = celpy.Environment(
    annotations=dict(PYTHON_TYPES), runner_class=celpy.InterpretedRunner
)


def python(expression: str, variables: Mapping[str, Any]) -> Outcome:
    """Return what cel-python's interpreter makes of an expression."""
    program = PYTHON.program(PYTHON.compile(expression))
    values = {name: celpy.adapter.json_to_cel(variables[name]) for name in PYTHON_TYPES}
    try:
        value = program.evaluate(values)
    except celpy.evaluation.CELEvalError:
        return "error", None
    plain = _python_plain(value)
    is_bool = isinstance(value, bool | celtypes.BoolType)
    return "bool" if is_bool else kind_of(plain), plain


def _python_plain(value: Any) -> Any:
    match value:
        case list():
            return [_python_plain(item) for item in value]
        case celtypes.BoolType() | bool():
            return repr(bool(value))
        case int():
            return int(value)
        case _:
            return str(value)


SHARDS: Final = range(4)


@pytest.mark.parametrize("shard", SHARDS)
def test_google_evaluates_to_the_same(cel_cases: int, shard: int) -> None:
    """Kind and value, or that there is none; the words of an error are our own."""
    _try(_as_google, expressions(), cases=cel_cases, shard=shard)


@pytest.mark.parametrize("shard", SHARDS)
def test_cel_python_evaluates_to_the_same(cel_cases: int, shard: int) -> None:
    """A second opinion, on the core of the language."""
    _try(_as_python, expressions(CORE), cases=cel_cases // 4, shard=shard)


def _try(
    check: Callable[[str, dict[str, Any]], None],
    texts: st.SearchStrategy[str],
    *,
    cases: int,
    shard: int,
) -> None:
    """Make up a shard's part of the cases; each shard has its own, in every run."""
    trial = given(texts, values)(check)
    if settings.default is not None and settings.default.derandomize:
        trial = seed(shard)(trial)
    settings(max_examples=max(1, cases // len(SHARDS)))(trial)()


def _as_google(expression: str, variables: dict[str, Any]) -> None:
    expected = google(expression, variables)
    outcome = ours(expression, variables)

    if expected[0] == "refused":
        assert outcome[0] == "refused", expected[1]
    elif expected[0] == "error":
        assert outcome[0] == "error"
    else:
        assert outcome == expected


def _as_python(expression: str, variables: dict[str, Any]) -> None:
    assert ours(expression, variables) == python(expression, variables)
