"""What may stand where somebody has begun to type a name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gateway.cel.meaning.plan import Macro
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.types import DYN, CelType, ListType, MapType, RecordType, unify
from gateway.policy.workbench.bench import Bench

# The chain of names that ends where the cursor is.
_CHAIN: Final = re.compile(r"[A-Za-z_]\w*(?:\.\w*)*\Z")
_AFTER_VALUE: Final = re.compile(r"[\])'\"]\.(\w*)\Z")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_CONSTANTS: Final = ("true", "false", "null")


def complete(bench: Bench, text: str) -> list[str]:
    """Return the words that may take the place of the last one, sorted.

    Args:
        bench: Knows the variables, and the keys of their values.
        text: What stands before the cursor.

    Returns:
        Each with all that stands before it in its chain: `identity.email`. A function
        ends with its bracket.
    """
    after = _AFTER_VALUE.search(text)
    if after is not None:
        return [f".{word}" for word in _beginning(after[1], _methods(None))]
    chain = _CHAIN.search(text)
    if chain is None:
        return sorted(_names(bench)) if not text or not text[-1].isalnum() else []
    *path, last = chain[0].split(".")
    if not path:
        return _beginning(last, _names(bench))
    before = ".".join(path)
    return [f"{before}.{word}" for word in _beginning(last, _members(bench, path))]


def _beginning(start: str, words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word.startswith(start)})


def _names(bench: Bench) -> Iterator[str]:
    yield from bench.variables
    yield from _CONSTANTS
    for name in FUNCTIONS:
        yield f"{name}("
    yield "has("


def _members(bench: Bench, path: Sequence[str]) -> Iterator[str]:
    kind = _type_at(bench, path)
    if isinstance(kind, RecordType):
        yield from kind.fields
    elif kind is not None:
        value = bench.value_at(path) if kind is DYN or _is_map(kind) else None
        if isinstance(value, Mapping):
            yield from (key for key in value if _is_word(key))
        yield from _methods(kind)


def _is_map(kind: CelType) -> bool:
    return isinstance(kind, MapType)


def _is_word(key: object) -> bool:
    return isinstance(key, str) and _WORD.fullmatch(key) is not None


def _methods(kind: CelType | None) -> Iterator[str]:
    """Yield what can be called on a value; of any type if it is not known."""
    for name, overloads in METHODS.items():
        if kind is None or any(
            unify(overload.parameters[0], kind, {}) for overload in overloads
        ):
            yield f"{name}("
    if kind is None or kind is DYN or isinstance(kind, ListType | MapType):
        yield from (f"{macro}(" for macro in Macro)


def _type_at(bench: Bench, path: Sequence[str]) -> CelType | None:
    name, *fields = path
    kind = bench.variables.get(name)
    for field in fields:
        match kind:
            case RecordType():
                kind = kind.fields.get(field)
            case MapType():
                kind = kind.value
            case _:
                return kind if kind is DYN else None
    return kind
