"""Paths to what an expression may read, as text and as names.

A path is a variable, then names of fields or constant keys: `now`, `identity.email`,
`claims.address.country`. A key that is no plain word stands in brackets, quoted as CEL
quotes: `claims['https://example.com/plan']`. A path stands for all that is below it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.cel.parsing.literals import LiteralFault, text

Path = tuple[str, ...]

_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP: Final = re.compile(
    r"\.(?P<word>[A-Za-z0-9_-]+)|\[(?P<quoted>'(?:[^'\\]|\\.)*')\]", re.DOTALL
)
_ESCAPES: Final = {ord("\\"): "\\\\", ord("'"): "\\'"} | {
    code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)
}


class MalformedPathError(ValueError):
    """A text is no path; the message says what is wrong with it."""


def write_path(path: Sequence[str]) -> str:
    """Return a path as text; one path has one text.

    Args:
        path: The variable first.
    """
    return path[0] + "".join(map(_step, path[1:]))


def _step(name: str) -> str:
    if _WORD.fullmatch(name):
        return f".{name}"
    return f"['{name.translate(_ESCAPES)}']"


def parse_path(written: str) -> Path:
    """Return the names of a path that was written as text.

    Raises:
        MalformedPathError: It is none.
    """
    variable = _VARIABLE.match(written)
    if variable is None:
        raise MalformedPathError("a path begins with the name of a variable")
    names, at = [variable[0]], variable.end()
    while at < len(written):
        step = _STEP.match(written, at)
        if step is None:
            raise MalformedPathError(
                f"`.name` or `['name']` is needed after `{written[:at]}`"
            )
        names.append(step["word"] or _unquoted(step["quoted"]))
        at = step.end()
    return tuple(names)


def _unquoted(quoted: str) -> str:
    try:
        return text(quoted)
    except LiteralFault as fault:
        raise MalformedPathError(fault.message) from None


def is_within(path: Path, prefix: Path) -> bool:
    """Whether a path is another one, or leads to something below it."""
    return path[: len(prefix)] == prefix


def shortest(paths: Iterable[Path]) -> set[Path]:
    """Return the paths without those that lead below another one of them."""
    known = set(paths)
    return {
        path
        for path in known
        if not any(path[:length] in known for length in range(1, len(path)))
    }
