"""Values and keys, each written in the one way in which it is written.

Strings, numbers and dates stay as their author wrote them, but for single quotes that
nothing asks for.
"""

import re
from collections.abc import Sequence
from typing import Final, assert_never

from gateway.config.grammar import BARE_KEY
from gateway.config.layout.statements import (
    Array,
    Blank,
    Comment,
    InlineTable,
    Item,
    Scalar,
    Value,
)

# Where comments behind values begin, so that they stand below each other. What reaches
# further has its comment two blanks behind it.
COMMENT_COLUMN: Final = 46

_INDENT: Final = "  "

# In single quotes for no reason: between double quotes it means the same.
_PLAIN: Final = re.compile(r"'([^'\"\\\t]*)'")


def key_text(keys: Sequence[str]) -> str:
    """Return a dotted key, without blanks and without quotes that are not needed."""
    return ".".join(map(_key, keys))


def _key(key: str) -> str:
    bare = key[1:-1]
    if key[0] in "\"'" and BARE_KEY.fullmatch(bare):
        return bare
    return _string(key)


def _string(text: str) -> str:
    plain = _PLAIN.fullmatch(text)
    return f'"{plain[1]}"' if plain else text


def value_text(value: Value, indent: str = "") -> str:
    """Return a value as it stands behind its equals sign.

    Args:
        value: The value.
        indent: What its line begins with; more lines are put below that.
    """
    match value:
        case Scalar(text=text):
            return _string(text)
        case InlineTable(pairs=pairs):
            inner = [f"{key_text(k)} = {value_text(v, indent)}" for k, v in pairs]
            return f"{{ {', '.join(inner)} }}" if inner else "{}"
        case Array(is_long=True, parts=parts) if parts:
            lines = _lines(parts, indent + _INDENT)
            return "\n".join(["[", *lines, f"{indent}]"])
        case Array(parts=parts):
            items = [each.value for each in parts if isinstance(each, Item)]
            return f"[{', '.join(value_text(item, indent) for item in items)}]"
        case _:
            assert_never(value)


def _lines(parts: Sequence[Item | Comment | Blank], indent: str) -> list[str]:
    lines: list[str] = []
    for part in parts:
        match part:
            case Item(value=value, comment=comment):
                text = f"{indent}{value_text(value, indent)},"
                lines.append(annotated(text, comment))
            case Comment(text=text):
                lines.append(f"{indent}{text}")
            case Blank():
                if lines[-1]:
                    lines.append("")
            case _:
                assert_never(part)
    # An empty line belongs between two things.
    return lines if lines[-1] else lines[:-1]


def annotated(text: str, comment: str) -> str:
    """Return text with a comment behind it, if there is one."""
    if not comment:
        return text
    width = len(text.rpartition("\n")[2])
    return f"{text}{' ' * max(COMMENT_COLUMN - width, 2)}{comment}"
