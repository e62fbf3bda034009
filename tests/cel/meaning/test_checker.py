"""Names and types: what is refused at load, where, and with which advice."""

from collections.abc import Callable, Sequence

import pytest

from gateway.cel.environment import CompileError, Environment, Problem
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
    ListType,
    MapType,
    RecordType,
)

Refused = Callable[..., Sequence[Problem]]


@pytest.mark.parametrize(
    ("text", "where", "words", "hint"),
    [
        ("identity.nmae", "E201 10+4", "unknown field `nmae` of person", "`name`"),
        ("identity.zzz", "E201 10+3", "`zzz`", ""),
        ("idenity.name", "E202 1+7", "unknown variable `idenity`", "`identity`"),
        ("l.all(elem, elme > 0)", "E202 13+4", "`elme`", "`elem`"),
        ("t && size", "E202 6+4", "unknown variable", "is a function"),
        ("sizee(l)", "E202 1+5", "unknown function `sizee`", "`size`"),
        ("s.startWith('a')", "E202 3+9", "`startWith`", "`startsWith`"),
        ("l.exist(v, v > 0)", "E202 3+5", "`exist`", "`exists`"),
        ("startsWith(s, 'a')", "E202 1+10", "`startsWith`", "value.startsWith"),
        ("l.any_of(l)", "E202 3+6", "`any_of`", "any_of(value"),
        ("cel.bind(a, 1, a)", "E205 1+8", "`cel.bind`", "[vars]"),
        ("l.map(v, v > 1, v)", "E205 3+3", "three arguments", "filter"),
        ("l.all(v, v > 1, v)", "E205 3+3", "three arguments", ""),
        ("l.all(v)", "E206 3+3", "variable and an expression", "all(x, ...)"),
        ("l.all(1, true)", "E206 3+3", "variable and an expression", "all(x, ...)"),
        ("has(t)", "E206 1+6", "`has` takes", ""),
        ("has(m.a, m.b)", "E206 1+13", "`has` takes", ""),
        ("has(identity.name)", "E207 1+18", "always present", "empty value"),
        ("has(identity.nmae)", "E201 14+4", "`nmae`", "`name`"),
        ("i.b", "E210 3+1", "int has no fields", ""),
        ("has(i.b)", "E210 7+1", "int has no fields", ""),
        ("1 + 'a'", "E210 1+7", "`+` is not defined for int and string", ""),
        ("t && s[0] == 'a'", "E210 6+4", "`[]` is not defined for string", ""),
        ("-s", "E210 1+2", "`-` is not defined for string", ""),
        ("s in s", "E210 1+6", "`in` is not defined for string and string", ""),
        ("size(1)", "E210 1+4", "`size` cannot be called with (int)", ""),
        ("s.contains()", "E210 3+8", "cannot be called with (string)", ""),
        ("t && i", "E210 6+1", "a bool is needed here, and this is int", ""),
        ("i ? 1 : 2", "E210 1+1", "a bool is needed here", ""),
        ("l.filter(v, v)", "E210 13+1", "a bool is needed here", ""),
        ("t ? 1 : 'a'", "E210 1+11", "differ in type: int and string", ""),
        ("s.all(v, true)", "E210 3+3", "goes through a list or map, not string", ""),
        ("{1.5: 1}", "E210 2+3", "a key is a bool, int, uint or string", ""),
    ],
)
def test_a_mistake_is_found_at_its_place(
    refused: Refused, text: str, where: str, words: str, hint: str
) -> None:
    """With what to write instead, where that can be guessed."""
    (problem,) = refused(text)

    assert f"{problem.code} {problem.column}+{problem.length}" == where
    assert words in problem.message
    assert hint in problem.help
    assert bool(hint) == bool(problem.help)


def test_all_mistakes_are_found_at_once(refused: Refused) -> None:
    """And one mistake is reported once, not for each operator above it."""
    problems = refused("identity.nmae == 'a' &&\n  unknown(zzz) + 1 > 2 || 1 + 'a' > 2")

    assert [(one.code, one.line, one.column) for one in problems] == [
        ("E201", 1, 10),
        ("E202", 2, 3),
        ("E202", 2, 11),
        ("E210", 2, 27),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("fresh(w, z)", "now"),
        ("claim('a', 1)", "claims"),
        ("has_scope('a')", "identity.scopes"),
    ],
)
@pytest.mark.parametrize("identity", [None, STRING, RecordType("identity", {})])
def test_a_function_needs_what_it_reads(
    text: str, path: str, identity: CelType | None
) -> None:
    """`has_scope` asks about an identity, which a provider's file has none of."""
    variables: dict[str, CelType] = {"w": TIMESTAMP, "z": DURATION}
    if identity is not None:
        variables["identity"] = identity

    with pytest.raises(CompileError, match=f"E203 .* needs `{path}`"):
        Environment(variables).compile(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", INT),
        ("1u", UINT),
        ("1.0", DOUBLE),
        ("''", STRING),
        ("b''", BYTES),
        ("true", BOOL),
        ("null", NULL),
        ("int", TYPE),
        ("google.protobuf.Timestamp", TYPE),
        ("now", TIMESTAMP),
        ("now - now", DURATION),
        ("now - z", TIMESTAMP),
        ("identity.groups", ListType(STRING)),
        ("identity.params.id", STRING),
        ("identity.extra", DYN),
        ("claims.a", DYN),
        ("claims.a.b", DYN),
        ("claims['a']", DYN),
        ("claims.a + 1", INT),
        ("claims.a + claims.b", DYN),
        ("claims.a == 1", BOOL),
        ("int(claims.a)", INT),
        ("claims.a.size()", INT),
        ("[]", ListType(DYN)),
        ("[1, 2]", ListType(INT)),
        ("[1, 'a']", ListType(DYN)),
        ("[1] + []", ListType(INT)),
        ("[] + [1]", ListType(INT)),
        ("[[]]", ListType(ListType(DYN))),
        ("{}", MapType(DYN, DYN)),
        ("{'a': 1}", MapType(STRING, INT)),
        ("{'a': 1, 'b': 'c'}", MapType(STRING, DYN)),
        ("{'a': 1, 1: 2}", MapType(DYN, INT)),
        ("l.map(v, string(v))", ListType(STRING)),
        ("n.filter(v, v != '')", ListType(STRING)),
        ("m.map(k, k)", ListType(STRING)),
        ("d.map(k, k)", ListType(DYN)),
        ("l.exists(v, v > 1)", BOOL),
        ("t ? 1 : 2", INT),
        ("t ? claims.a : 2", DYN),
        ("t ? [] : [1]", ListType(INT)),
        ("claim('a', '')", STRING),
        ("claim('a', [''])", ListType(STRING)),
        ("claim('a', [])", ListType(DYN)),
        ("dyn(1)", DYN),
        ("l[0]", INT),
        ("[][0]", DYN),
        ("[].all(v, v)", BOOL),
        ("has(claims.a)", BOOL),
        ("has_scope('a')", BOOL),
        ("fresh(now, z)", BOOL),
        ("l.exists(i, i == 'a' || true)", None),
        ("n.exists(i, i == 'a')", BOOL),
        ("n.exists(i, .i == 5)", BOOL),
    ],
)
def test_each_part_has_a_type(
    environment: Environment, refused: Refused, text: str, kind: CelType | None
) -> None:
    """`dyn` comes from claims and attributes, and from mixing."""
    if kind is None:
        refused(text)
    else:
        assert environment.compile(text).type == kind


def test_a_variable_may_have_the_name_of_a_package() -> None:
    """A declared `google` is no prefix of types."""
    environment = Environment({"google": MapType(STRING, DYN)})
    program = environment.compile("google.protobuf.Timestamp")

    assert program.evaluate({"google": {"protobuf": {"Timestamp": 1}}}) == 1


def test_the_innermost_variable_of_a_macro_counts(environment: Environment) -> None:
    """Macros in macros may use one name twice."""
    program = environment.compile("[[1, 2], [3]].map(x, x.map(x, x + 1))")

    assert program.evaluate({}) == [[2, 3], [4]]
