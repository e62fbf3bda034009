"""Where a text stops being TOML, and why, in words that say what to do.

Python's reader tells where it gave up, which is behind the mistake: at the end of the file,
if a bracket is never closed. The mistake is looked for from there.

Reference: TOML v1.0.0; the messages are those of `tomllib`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.config.positions import PositionIndex

_ERROR: Final = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)",
    re.DOTALL,
)

# Comments, strings, brackets, line ends; a quote alone is a string that is never closed.
_TOKEN: Final = re.compile(
    r"#[^\n]*"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"""|\'\'\''
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|[\"'\[\]{}\n]",
    re.DOTALL,
)
_OPENING: Final = {"[": "]", "{": "}"}
_UNCLOSED: Final = frozenset({'"', "'", '"""', "'''"})

# Deeper than anybody nests on purpose, and less than Python's stack bears.
_DEEP: Final = 64

_TWICE: Final = re.compile(r"Cannot declare (\(.*\)) twice", re.DOTALL)
_KEY_TWICE: Final = re.compile(r"Duplicate inline table key (.*)", re.DOTALL)
_OF_ESCAPES: Final = ("Unescaped", "Invalid hex value", "Escaped character")
_OF_STATEMENTS: Final = ("Cannot overwrite", "Cannot declare", "Cannot mutate")
_PAIR: Final = re.compile(r"[ \t]*[\w.\"'-]+[ \t]*=")
_DIGITS: Final = re.compile(r"[0-9_]{4300,}")

_MAX_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a text, before anything is known of its values.

    Attributes:
        offset: Where; `None` if nobody can tell.
        message: What, in one line.
    """

    offset: int | None
    message: str


@dataclass(slots=True)
class _Context:
    """What a place in a text is inside of.

    Attributes:
        open: The brackets that have been opened and not closed.
        statement: Where the header or the pair begins.
        quote: Where a string begins that is never closed.
    """

    open: list[int] = field(default_factory=list)
    statement: int = 0
    quote: int | None = None


def find_flaw(error: ValueError, text: str) -> Flaw:
    """Return what is wrong with a text that the reader has refused.

    Args:
        error: The reader's.
        text: With line feeds alone at the ends of lines.
    """
    if any(depth > _DEEP for _, depth in _depths(text)):
        # How deep the reader goes depends on the stack that it was called on.
        return find_nesting(text)
    match = _ERROR.fullmatch(str(error))
    if match is None:
        digits = _DIGITS.search(text)
        if digits is None:
            return Flaw(None, f"the file is not TOML: {error}")
        return Flaw(digits.start(), "the file is not TOML: the number is too long")
    offset = _offset(text, match) if match["line"] else len(text)
    context = _context_of(text, offset)
    at, what = _located(text, offset, match["what"], context)
    return Flaw(at, f"the file is not TOML: {what}")


def find_nesting(text: str) -> Flaw:
    """Return where the values of a text are nested too deeply."""
    message = "the values are nested too deeply"
    for at, depth in _depths(text):
        if depth > _DEEP:
            return Flaw(at, message)
    # Dotted keys and headers nest without any bracket, and Python's stack bears them.
    places = PositionIndex(text).keys.items()
    deep = (span.start for keys, span in places if len(keys) >= _DEEP)
    return Flaw(next(deep, None), message)


def _offset(text: str, match: re.Match[str]) -> int:
    start = 0
    for _ in range(int(match["line"]) - 1):
        start = text.index("\n", start) + 1
    return start + int(match["column"]) - 1


def _located(text: str, offset: int, what: str, context: _Context) -> tuple[int, str]:
    """Return where the mistake is that the reader met with at an offset, and its name."""
    if context.quote is not None:
        return context.quote, "the string is never closed"
    if context.open:
        bracket = text[context.open[-1]]
        # In a list, a pair is the first thing behind the list's forgotten end.
        line = text.rfind("\n", 0, offset) + 1
        is_pair = line > context.open[-1] and _PAIR.match(text, line)
        goes_on = bracket == "[" and (is_pair or offset == len(text))
        if what.startswith("Unclosed") or goes_on:
            return context.open[-1], f"`{bracket}` is never closed"
    if what.startswith(_OF_STATEMENTS):
        return context.statement, _of_statement(what)
    twice = _KEY_TWICE.fullmatch(what)
    if twice:
        name = str(ast.literal_eval(twice[1]))
        return _last_key(text, name, offset), f"the key `{_clipped(name)}` stands twice"
    if what.startswith(_OF_ESCAPES):
        return text.rfind("\\", 0, offset), "the escape is none; write `\\\\` for `\\`"
    # The library quotes characters alone.
    return offset, what[:1].lower() + what[1:].rstrip(".")


def _of_statement(what: str) -> str:
    twice = _TWICE.match(what)
    if twice is None:
        return "the key stands there already"
    names = ".".join(map(str, ast.literal_eval(twice[1])))
    return f"the table `{_clipped(names)}` stands there already"


def _last_key(text: str, name: str, end: int) -> int:
    """Return where a key stands last before an offset."""
    pattern = re.compile(rf"(?<![\w-])[\"']?{re.escape(name)}[\"']?[ \t]*=")
    places = [match.start() for match in pattern.finditer(text, 0, end)]
    return places[-1] if places else end


def _clipped(name: str) -> str:
    return name if len(name) <= _MAX_SHOWN else f"{name[:_MAX_SHOWN]}…"


def _context_of(text: str, offset: int) -> _Context:
    """Return what an offset is inside of."""
    context = _Context(statement=_next_statement(text, 0))
    for match in _TOKEN.finditer(text):
        if match.start() >= offset:
            break
        mark = match[0]
        if mark in _UNCLOSED:
            context.quote = match.start()
            break
        if mark in _OPENING:
            context.open.append(match.start())
        elif mark in _OPENING.values() and context.open:
            context.open.pop()
        elif mark == "\n" and not context.open:
            start = _next_statement(text, match.end())
            # Comments and empty lines belong to no statement.
            if start < offset and text[start] not in "#\n":
                context.statement = start
    return context


def _next_statement(text: str, start: int) -> int:
    while start < len(text) - 1 and text[start] in " \t":
        start += 1
    return start


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield each opening bracket with how many are open then."""
    depth = 0
    for match in _TOKEN.finditer(text):
        if match[0] in _OPENING:
            depth += 1
            yield match.start(), depth
        elif match[0] in _OPENING.values():
            depth -= 1
