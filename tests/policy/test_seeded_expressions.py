"""Seeded mistakes in expressions: each is found, named, and marked where it stands.

The mark `«…»` says what the carets have to be under. Each mistake is written into a policy
file in four ways, from a string on one line to one over several, so that quotes, escapes
and line ends between the file and the expression are counted as well.
"""

from collections.abc import Callable

import pytest

from gateway.config.faults import Fault
from tests.policy.files import faults, marked, rule

HEAD = """\
[policy]
id = "orders"

[const]
limit = 3
teams = ["a", "b"]

[vars]
staff = "'a' in identity.groups"
"""

NAMES = [
    ("identity.«emial» == 'x'", "E201", "unknown field `emial` of identity", "`email`"),
    ("request.«pth» == '/'", "E201", "unknown field `pth` of request", "`path`"),
    ("route.«parms».id == ''", "E201", "unknown field `parms` of route", "`params`"),
    ("vars.«staf»", "E201", "unknown field `staf` of vars", "`staff`"),
    ("const.«limits» > 1", "E201", "unknown field `limits` of const", "`limit`"),
    ("identity.«zzz» == ''", "E201", "unknown field `zzz` of identity", ""),
    ("«identty».id == ''", "E202", "unknown variable `identty`", "`identity`"),
    ("«client».id == ''", "E202", "unknown variable `client`", ""),
    ("identity.groups.exists(g, «h» == 'a')", "E202", "unknown variable `h`", ""),
    ("«in_cird»(request.ip, [])", "E202", "unknown function `in_cird`", "`in_cidr`"),
    ("identity.id.«startWith»('a')", "E202", "unknown function", "`startsWith`"),
    ("identity.groups.«exist»(g, true)", "E202", "unknown function", "`exists`"),
    ("«startsWith»(identity.id, 'a')", "E202", "unknown function",
     "write `value.startsWith(...)`"),
    ("identity.groups.«any_of»(['a'])", "E202", "unknown function",
     "write `any_of(value, ...)`"),
    ("«fresh» == true", "E202", "unknown variable `fresh`",
     "`fresh` is a function: `fresh(...)`"),
]  # fmt: skip

TYPES = [
    ("«identity.id == 5»", "E210", "`==` is not defined for string and int", ""),
    ("«1 == 1.0»", "E210", "`==` is not defined for int and double", ""),
    ("«const.limit < 2u»", "E210", "`<` is not defined for int and uint", ""),
    ("«identity.id + 1» == ''", "E210", "`+` is not defined for string and int", ""),
    ("«'a' in identity.id»", "E210", "`in` is not defined for string and string", ""),
    ("«identity.groups['a']» == ''", "E210", "`[]` is not defined for", ""),
    ("«-identity.id» == ''", "E210", "`-` is not defined for string", ""),
    ("«!identity.id» && true", "E210", "`!` is not defined for string", ""),
    ("identity.disabled && «identity.id»", "E210", ("a bool is needed here, and this is "
     "string"), ""),
    ("(«identity.id» ? true : false)", "E210", "a bool is needed here", ""),
    ("«(identity.disabled ? 1 : 'a')» == 1", "E210", ("the branches differ in type: int "
     "and string"), ""),
    ("identity.id.«email» == ''", "E210", "string has no fields", ""),
    ("identity.id.«all»(x, true)", "E210", ("`all` goes through a list or map, not "
     "string"), ""),
    ("identity.groups.all(g, «g»)", "E210", "a bool is needed here", ""),
    ("identity.id.«startsWith»(5)", "E210", ("`startsWith` cannot be called with "
     "(string, int)"), ""),
    ("«in_cidr»(request.ip, '10.0.0.0/8')", "E210", ("`in_cidr` cannot be called with "
     "(string, string)"), ""),
    ("«claim»('a')", "E210", "`claim` cannot be called with (string)", ""),
    ("{«1.5»: true}[dyn(1.5)]", "E210", ("a key is a bool, int, uint or string, not "
     "double"), ""),
    ("«identity.id»", "E211", "the value must be bool, and this is string", ""),
]  # fmt: skip

FORMS = [
    ("has(«»identity)", "E206", "`has` takes one argument of the form", ""),
    ("«has(identity.email)»", "E207", "every field of identity is always present",
     "compare it with its empty value"),
    ("identity.groups.«exists»(true)", "E206", ("`exists` takes a variable and an "
     "expression"), "`list.exists(x, ...)`"),
    ("identity.groups.«map»(g, true, g) == []", "E205", "`map` with three arguments",
     "filter first"),
    ("«cel.bind»(x, 1, x == 1)", "E205", "`cel.bind` is not available", "use `[vars]`"),
    ("claims«.?»a == 1", "E205", "optional syntax (`.?`) is not available",
     "test with `has(...)`"),
    ("claims.«`a b`» == 1", "E205", "back-quoted identifiers are not available",
     "use an index"),
    ("identity.id == 'a' «and» true", "E200", "syntax error", ""),
    ("identity.id «=» 'a'", "E200", "this character", ""),
    ("identity.disabled «&» true", "E200", "this character", "write `&&`"),
    ("identity.id == «'»a", "E200", "the string is not closed", ""),
    ("size«(»identity.groups", "E200", "`(` is never closed", ""),
    ("identity.disabled«)»", "E200", "", ""),
    ("identity.disabled «&&»", "E200", "the expression ends too early", ""),
    ("identity.id == '«\\q»'", "E204", "is no escape", ""),
    ("const.limit < «9223372036854775808»", "E204", "", ""),
    ("identity.id.«matches('[')»", "E215", "the pattern is no RE2", ""),
    ("«timestamp('2026')» < now", "E215", "this is no timestamp", ""),
    ("«in_cidr(request.ip, ['10.0.0.1/8'])»", "E215", "no network", ""),
]  # fmt: skip


def _basic(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _one_line(text: str) -> str:
    return f'"{_basic(text)}"'


def _quoted(text: str) -> str:
    return f"'''{text}'''"


def _several_lines(text: str) -> str:
    return f'"""\n    true &&\n\t{_basic(text)}"""'


def _after_a_comment(text: str) -> str:
    return f"'''\n// é: a comment\n'é\\\\' != '' && // another\n  {text}\n'''"


FORMATS: list[Callable[[str], str]] = [
    _one_line,
    _quoted,
    _several_lines,
    _after_a_comment,
]


def _is_alone(text: str, code: str) -> bool:
    # Behind a condition, these would be other mistakes.
    return code == "E211" or text.endswith(("«)»", "«&&»"))


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize(("text", "code", "message", "hint"), [*NAMES, *TYPES, *FORMS])
def test_a_seeded_mistake_is_marked_where_it_stands(
    write: Callable[[str], str], text: str, code: str, message: str, hint: str
) -> None:
    """By code, message, suggestion, line, column and length."""
    if write in {_several_lines, _after_a_comment} and _is_alone(text, code):
        write = _one_line
    seeded = HEAD + rule("x", "WHEN").replace('"WHEN"', write(text))
    before, _, rest = seeded.partition("«")
    mark, _, after = rest.partition("»")

    fault = _find(faults(before + mark + after), code)
    assert message in fault.message
    assert hint in fault.help
    if mark:
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        assert (fault.line, fault.column) == (line, column)
        assert marked(fault) == mark
        assert fault.length == len(mark)


def _find(found: tuple[Fault, ...], code: str) -> Fault:
    (fault,) = [each for each in found if each.code == code]
    return fault


def test_all_mistakes_of_an_expression_are_told_at_once() -> None:
    """In the order of the source, over several lines."""
    text = '"""\nidentity.emial == \'x\' &&\n  identity.nmae == 5 &&\n  1 == 1.0"""'
    seeded = HEAD + rule("x", "WHEN").replace('"WHEN"', text)

    found = faults(seeded)
    assert [(fault.code, marked(fault)) for fault in found] == [
        ("E201", "emial"),
        ("E201", "nmae"),
        ("E210", "1 == 1.0"),
    ]
    assert [fault.line - found[0].line for fault in found] == [0, 1, 2]


@pytest.mark.parametrize(
    "open_", ["claims.x", "identity.attributes.x", "claim('x', dyn(1))"]
)
def test_only_claims_and_attributes_are_open(open_: str) -> None:
    """What an issuer wrote may be anything; all else has its type."""
    seeded = HEAD + rule("x", f"{open_} == 5 && {open_} == 'a'")
    seeded += rule("y", f"{open_}.y.z[0] > 1.5 && {open_} == 1u")

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        faults(seeded)
