"""The page on the language, from the declarations and the words beside them.

`python -m gateway.cel.manual.page` prints it; `docs/cel.md` is its output, and a test fails
when that is stale.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.cel.environment import MAX_COST, MAX_DEPTH
from gateway.cel.functions import GATEWAY_FUNCTIONS
from gateway.cel.library.declaration import Overload
from gateway.cel.library.operators import MAX_SIZE, OPERATORS
from gateway.cel.library.strings import MAX_PROGRAM, MAX_SUBJECT
from gateway.cel.manual.entries import (
    FUNCTIONS,
    MACROS,
    METHODS,
    RULES,
    UNSUPPORTED,
    VALUES,
    Entry,
    Examples,
)
from gateway.cel.parsing import lexer
from gateway.cel.standard import FUNCTIONS as DECLARED_FUNCTIONS
from gateway.cel.standard import METHODS as DECLARED_METHODS
from gateway.cel.types import BOOL, CelType, RecordType
from gateway.cel.version1 import CLAIMS, IDENTITY, REQUEST, ROUTE

_INTRODUCTION: Final = """\
# Expressions

<!-- Made by `python -m gateway.cel.manual.page`; do not edit. -->

Conditions, variables and claims in `policies/` are written in CEL, the Common Expression
Language, and so is `[map]` in `providers/`. This is version 1 of the environment: a released
name never changes its meaning.

Every name and every type is checked when the files are read: a misspelt field is an error
with its line, its column and a suggestion. Only `claims` and `identity.attributes` are open;
what is in them is known at run time alone (`dyn`). An expression reads nothing but its
variables: no clock but `now`, no network, no chance.

Try expressions with `gateway repl`. The examples below are of this request: Ana of provider
`corp`, with the groups `staff` and `orders`, signed in with `mfa` five minutes before noon
(UTC) on 4 May 2026, sends `GET /v1/orders/ana-77?channel=public` from 192.0.2.7. Her claims
are `{"plan": "gold", "level": 3, "address": {"country": "PT"}, "nothing": null}`.
"""

_NOTES: Final[Mapping[str, str]] = {
    "identity": "who asks; every field is always there, and empty if nobody said it",
    "claims": "the verified claims that the provider's file exports",
    "request": "what is asked; a query or header has all its values, in order",
    "route": "the route that it matched, with what the `{name}` parts of its path are",
    "roles": "what the role mapping gave; not inside role mapping itself",
    "vars": "`[vars]` of the same file, evaluated when they are first read",
    "const": "`[const]` of the same file",
    "now": "the time of the decision, the same all through it",
}
_SYMBOLS: Final = {"_[_]": "a[b]", "!_": "!a", "-_": "-a", "_in_": "a in b"}


def render() -> str:
    """Return the page in Markdown."""
    own = [name for name in FUNCTIONS if name in GATEWAY_FUNCTIONS]
    standard = [name for name in FUNCTIONS if name not in GATEWAY_FUNCTIONS]
    return "\n".join(
        [
            _INTRODUCTION,
            *_variables(),
            *_titled("Values", _values()),
            *_titled("Operators", _operators()),
            *_titled("Rules", _rules()),
            *_titled("Macros", _entries(MACROS, None)),
            *_titled("Functions of the gateway", _functions(own)),
            *_titled("Standard functions", _functions(standard)),
            *_titled("Methods", _entries(METHODS, DECLARED_METHODS)),
            *_titled("Limits", _limits()),
            *_titled("What there is not, and what to write instead", _unsupported()),
        ]
    )


def _titled(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield from lines
    yield ""


def _variables() -> Iterator[str]:
    yield "## Variables\n"
    yield "| name | type | what it is |"
    yield "|---|---|---|"
    types: Mapping[str, str] = {
        "identity": "record",
        "claims": f"`{CLAIMS}`",
        "request": "record",
        "route": "record",
        "roles": "`list(string)`",
        "vars": "record",
        "const": "record",
        "now": "`timestamp`",
    }
    for name, note in _NOTES.items():
        yield f"| `{name}` | {types[name]} | {note} |"
    yield ""
    for record in (IDENTITY, REQUEST, ROUTE):
        yield from _record(record)


def _record(record: RecordType) -> Iterator[str]:
    yield f"The fields of `{record.name}`:\n"
    by_type: dict[str, list[str]] = {}
    for name, kind in record.fields.items():
        by_type.setdefault(str(kind), []).append(f"`{name}`")
    yield "| type | fields |"
    yield "|---|---|"
    for kind_name, names in by_type.items():
        yield f"| `{kind_name}` | {', '.join(names)} |"
    yield ""


def _values() -> Iterator[str]:
    yield "| type | what it is | examples |"
    yield "|---|---|---|"
    for name, entry in VALUES.items():
        yield f"| `{name}` | {entry.text} | {_examples(entry.examples)} |"


def _operators() -> Iterator[str]:
    yield "From those that bind most to those that bind least: `a.b` `a[b]` `f(a)`; `!a` `-a`;"
    yield "`*` `/` `%`; `+` `-`; `==` `!=` `<` `<=` `>` `>=` `in`; `&&`; `||`; `a ? b : c`.\n"
    yield "| operator | types |"
    yield "|---|---|"
    for name, overloads in OPERATORS.items():
        symbol = _SYMBOLS.get(name) or f"a {name.strip('_')} b"
        yield f"| `{symbol}` | {_kinds(overloads)} |"


def _kinds(overloads: Sequence[Overload]) -> str:
    if len(overloads) > 1 and all(
        one.parameters == (one.parameters[0],) * 2 and one.result is BOOL
        for one in overloads
    ):
        kinds = ", ".join(f"`{one.parameters[0]}`" for one in overloads)
        return f"`(T, T) -> bool`, where `T` is one of {kinds}"
    return ", ".join(
        f"`({_joined(one.parameters)}) -> {one.result}`" for one in overloads
    )


def _rules() -> Iterator[str]:
    for text, examples in RULES.items():
        yield f"- {text}"
        for expression, value in examples:
            yield f"    - {_code(expression)} is {_value(value)}"


def _functions(names: Sequence[str]) -> Iterator[str]:
    yield from _entries({name: FUNCTIONS[name] for name in names}, DECLARED_FUNCTIONS)


def _entries(
    entries: Mapping[str, Entry], declared: Mapping[str, Sequence[Overload]] | None
) -> Iterator[str]:
    is_method = declared is DECLARED_METHODS
    for name, entry in entries.items():
        yield f"### `{name}`\n"
        for overload in () if declared is None else declared[name]:
            yield f"- `{signature(name, overload, is_method=is_method)}`"
        if declared is not None:
            yield ""
        if entry.text:
            yield f"{entry.text}\n"
        yield "| expression | value |"
        yield "|---|---|"
        for expression, value in entry.examples:
            yield f"| {_cell(_code(expression))} | {_cell(_value(value))} |"
        yield ""


def signature(name: str, overload: Overload, *, is_method: bool) -> str:
    """Return one way to call a function, as the language definition writes it."""
    parameters: Sequence[CelType] = overload.parameters
    if is_method:
        receiver, *parameters = overload.parameters
        return f"{receiver}.{name}({_joined(parameters)}) -> {overload.result}"
    return f"{name}({_joined(parameters)}) -> {overload.result}"


def _joined(kinds: Sequence[CelType]) -> str:
    return ", ".join(map(str, kinds))


def _limits() -> Iterator[str]:
    yield "An expression that could break one of these is refused when the file is read."
    yield "What is larger than foreseen at run time meets the deadline of the decision: it"
    yield "denies, with the reason `policy_timeout`.\n"
    yield "| limit | value |"
    yield "|---|---|"
    yield f"| characters of an expression | {lexer.MAX_CHARACTERS:,} |"
    yield f"| words and signs of it | {lexer.MAX_TOKENS:,} |"
    yield f"| levels of nesting (a chain of `&&` or `||` is one) | {MAX_DEPTH} |"
    yield f"| work, in units of one simple operator | {MAX_COST:,} |"
    yield f"| instructions of a pattern of `matches` or `glob` | {MAX_PROGRAM:,} |"
    yield f"| octets of a string that is searched | {MAX_SUBJECT:,} |"
    yield f"| characters or elements of what is made | {MAX_SIZE:,} |"


def _unsupported() -> Iterator[str]:
    yield "| not in version 1 | for example | code | write |"
    yield "|---|---|---|---|"
    for what, example, code, instead in UNSUPPORTED:
        cells = _cell(_code(example)), code, _cell(_code(instead))
        yield f"| {what} | {' | '.join(cells)} |"


def _examples(examples: Examples) -> str:
    return "<br>".join(
        _cell(f"{_code(expression)} is {_value(value)}")
        for expression, value in examples
    )


def _value(value: str) -> str:
    return "an error" if value == "error" else _code(value)


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _cell(text: str) -> str:
    # A bar would end the cell of a table, in code too.
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render())
