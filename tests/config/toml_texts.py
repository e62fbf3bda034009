"""TOML texts made by chance, in all the ways in which a value can be written."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Everything but lone surrogates, which UTF-8 cannot carry.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.sampled_from(
    [
        "0",
        "-17",
        "+1_000",
        "0xDEAD_beef",
        "0o17",
        "0b101",
        "3.5",
        "-0.1e+3",
        "inf",
        "true",
        "false",
        "2026-05-04",
        "12:30:00.5",
        "2026-05-04T09:00:00Z",
        "2026-05-04 09:00:00+02:00",
        "2026-05-04 09:00:00",
    ]
)
BARE_KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
SHORT_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
COMMENTS = st.sampled_from(["", " # [not] a = 'table'", "#"])
BLANKS = st.sampled_from(["", " ", "\t ", "  "])


def _may_stand(character: str, *, is_long: bool) -> bool:
    if character == "\n":
        return is_long
    return character == "\t" or (character >= " " and character != "\x7f")


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"


def basic(draw: Draw, value: str, *, is_long: bool) -> str:
    """The text in double quotes; what need not be escaped may be all the same."""
    parts: list[str] = []
    quotes = 0
    for character in value:
        raw = _may_stand(character, is_long=is_long) and character != "\\"
        if character == '"':
            raw = is_long and quotes < 2
        if raw and not draw(st.booleans()):
            quotes = quotes + 1 if character == '"' else 0
            parts.append(character)
            continue
        quotes = 0
        short = SHORT_ESCAPES.get(character)
        parts.append(short if short and draw(st.booleans()) else _escaped(character))
        if is_long and draw(st.integers(0, 9)) == 0:
            # A folded line break is no part of the value, nor is the blank after it: so
            # none may follow that is.
            parts.append("\\ \n \t\n")
            parts.append("\\u0041")
    body = "".join(parts)
    if not is_long:
        return f'"{body}"'
    return f'"""{draw(st.sampled_from(["", chr(10)])) if body[:1] != chr(10) else chr(10)}{body}"""'


def literal(value: str, *, is_long: bool) -> str | None:
    """The text in single quotes, if it can stand there."""
    if not all(_may_stand(each, is_long=is_long) for each in value):
        return None
    if is_long:
        fits = "'''" not in value and not value.startswith("\n")
        return f"'''{value}'''" if fits else None
    return None if "'" in value else f"'{value}'"


def string(draw: Draw) -> str:
    value = draw(TEXT)
    is_long = draw(st.booleans())
    plain = literal(value, is_long=is_long) if draw(st.booleans()) else None
    return basic(draw, value, is_long=is_long) if plain is None else plain


def key(draw: Draw, taken: set[str]) -> str:
    """A key of one part that is not taken yet, and its name is taken now."""
    while True:
        name = draw(st.one_of(BARE_KEYS, TEXT))
        if name not in taken:
            break
        taken.add(name)
        name = f"{name}{len(taken)}"
        if name not in taken:
            break
    taken.add(name)
    if name.isascii() and name.replace("-", "_").isidentifier() and draw(st.booleans()):
        return str(name)
    plain = literal(name, is_long=False) if draw(st.booleans()) else None
    return basic(draw, name, is_long=False) if plain is None else plain


def value(draw: Draw, depth: int) -> str:
    kind = draw(st.integers(0, 5 if depth else 3))
    if kind <= 1:
        return str(draw(SCALARS))
    if kind <= 3:
        return string(draw)
    count = draw(st.integers(0, 3))
    if kind == 4:
        gap = draw(st.sampled_from([" ", "\n", " # no ] end\n\n\t"]))
        items = [value(draw, depth - 1) for _ in range(count)]
        comma = "," if items and draw(st.booleans()) else ""
        return f"[{gap}{f'{gap},{gap}'.join(items)}{gap}{comma}{gap}]"
    taken: set[str] = set()
    return f"{{ {', '.join(pair(draw, taken, depth - 1) for _ in range(count))} }}"


def pair(draw: Draw, taken: set[str], depth: int) -> str:
    """One `key = value`, the key dotted at times."""
    parts = [key(draw, taken)]
    while draw(st.integers(0, 4)) == 0:
        parts.append(key(draw, set()))
    name = f"{draw(BLANKS)}.{draw(BLANKS)}".join(parts)
    return f"{name}{draw(BLANKS)}={draw(BLANKS)}{value(draw, depth)}"


def _body(draw: Draw, taken: set[str]) -> list[str]:
    return [
        f"{draw(BLANKS)}{pair(draw, taken, 2)}{draw(COMMENTS)}"
        for _ in range(draw(st.integers(0, 3)))
    ]


@st.composite
def toml_texts(draw: Draw) -> str:
    """A whole document: pairs, tables, tables in tables, arrays of tables."""
    names: set[str] = set()
    lines = _body(draw, names)
    for _ in range(draw(st.integers(0, 3))):
        name = key(draw, names)
        is_array = draw(st.booleans())
        for _ in range(draw(st.integers(1, 3)) if is_array else 1):
            taken: set[str] = set()
            header = f"[[{name}]]" if is_array else f"[ {name} ]"
            lines += ["", f"{header}{draw(COMMENTS)}", *_body(draw, taken)]
            for _ in range(draw(st.integers(0, 2))):
                inner = key(draw, taken)
                deep = key(draw, set())
                lines += [f"[{name}.{inner} . {deep}]", *_body(draw, set())]
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    return str(ending.join(lines))
