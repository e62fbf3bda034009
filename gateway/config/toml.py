"""TOML as people write it, read quickly; everything else as `tomllib` reads it.

Nearly every line of a policy is a bare key and a short text, a list of such texts or a
number. Blocks of such lines are read by one pattern; other blocks, and in case of any doubt
the whole file, are read by `tomllib`, which also words all errors. A property test compares
the two.

Reference: TOML v1.0.0 (docs/decisions/0006-configuration-files.md).
"""

import re
import tomllib
from typing import Any, Final

_KEY: Final = r"[A-Za-z0-9_-]+"
_COMMENT: Final = r"[ \t]*(?:#[^\x00-\x08\x0a-\x1f\x7f]*)?$"
_BASIC: Final = r'"([^"\\\x00-\x08\x0a-\x1f\x7f]*)"'
_LITERAL: Final = r"'([^'\x00-\x08\x0a-\x1f\x7f]*)'"
_ITEM: Final = re.compile(_BASIC)
_ITEMS: Final = _BASIC.replace("(", "(?:") + r"[ \t]*"
_ARRAY: Final = rf"(\[[ \t]*(?:{_ITEMS}(?:,[ \t]*{_ITEMS})*(?:,[ \t]*)?)?\])"
_PAIR: Final = re.compile(
    rf"^[ \t]*(?:({_KEY})[ \t]*=[ \t]*"
    rf"(?:{_BASIC}|{_LITERAL}|{_ARRAY}|(true|false)|(0|[1-9][0-9]{{0,17}})))?{_COMMENT}",
    re.MULTILINE,
)
_HEADER: Final = re.compile(
    rf"^\[(?:\[({_KEY})\]|({_KEY}(?:\.{_KEY})*))\]{_COMMENT}", re.MULTILINE
)
_BRACKET: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)

Table = dict[str, Any]


class _Doubt(Exception):  # noqa: N818 - never leaves the module
    """The text is to be read by the library."""


def loads(text: str) -> Table:
    """Return the values of a TOML text, as `tomllib.loads` does.

    Raises:
        tomllib.TOMLDecodeError: It is no TOML.
        RecursionError: Its values are nested too deeply.
    """
    # A text over several lines may hold what looks like a header.
    if '"""' not in text and "'''" not in text:
        try:
            return _Blocks(text).tables()
        except (_Doubt, ValueError, RecursionError):
            pass
    return tomllib.loads(text)


class _Blocks:
    """A text, block by block: a header with the lines below it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Table = {}
        # The tables that headers have made; nothing may be added to others.
        self._made = {id(self._root)}
        self._arrays: set[str] = set()

    def tables(self) -> Table:
        headers = list(_HEADER.finditer(self._text))
        ends = [header.start() for header in headers[1:]] + [len(self._text)]
        first = headers[0].start() if headers else len(self._text)
        self._root.update(_block(self._text[:first]))
        for header, end in zip(headers, ends, strict=False):
            # The end of the header's own line is no line.
            table = _block(self._text[header.end() + 1 : end])
            array, path = header.groups()
            if array is not None:
                self._add_to_array(array, table)
            else:
                self._add(path.split("."), table)
        return self._root

    def _add_to_array(self, name: str, table: Table) -> None:
        if name not in self._arrays:
            if name in self._root:
                raise _Doubt
            self._arrays.add(name)
            self._root[name] = []
        self._root[name].append(table)
        self._made.add(id(table))

    def _add(self, path: list[str], table: Table) -> None:
        above = self._root
        for name in path[:-1]:
            if above is self._root and name in self._arrays:
                above = self._root[name][-1]
            elif name not in above:
                above = self._new(above, name)
            else:
                above = above[name]
            if id(above) not in self._made:
                raise _Doubt
        if path[-1] in above:
            raise _Doubt
        above[path[-1]] = table
        self._made.add(id(table))

    def _new(self, above: Table, name: str) -> Table:
        table: Table = {}
        above[name] = table
        self._made.add(id(table))
        return table


def _block(text: str) -> Table:
    """Return the values in lines without a header."""
    found = _PAIR.findall(text)
    if len(found) != text.count("\n") + 1:
        if _BRACKET.search(text):
            raise _Doubt
        return tomllib.loads(text)
    table: Table = {}
    pairs = 0
    for key, basic, literal, array, word, number in found:
        if not key:
            continue
        pairs += 1
        if array:
            table[key] = _ITEM.findall(array)
        elif word:
            table[key] = word == "true"
        elif number:
            table[key] = int(number)
        else:
            table[key] = basic or literal
    if len(table) != pairs:
        raise _Doubt
    return table
