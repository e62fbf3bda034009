"""How the value of each path gets onto a sheet: what can be found out at load, is.

How to reach it, how to write it, and whether it may be written at all.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quote
from typing import Any, Final, assert_never

from gateway.cel.paths import Path, parse_path, write_path
from gateway.model.access import AccessRequest
from gateway.policy.recording.choices import Choices, Treatment
from gateway.policy.recording.credentials import shows_credential
from gateway.policy.recording.lookup import Found, getter, split
from gateway.policy.recording.sheet import MAX_VALUE, Sheet, texts
from gateway.policy.recording.values import (
    Hasher,
    UnrecordableError,
    decode,
    encode,
    write,
)

# A name that a caller has chosen is told only if it is of a length that names have.
_LONGEST_KEY: Final = 128

# Longer lists are looked at item by item, so that the work has an end.
_MOST_ITEMS: Final = 256

_LISTS: Final = frozenset({list, tuple})

Collect = Callable[[AccessRequest, Sheet], None]
Converted = tuple[str, Sequence[Path]]


class Items:
    """Makes what collects the value of a path; once for each."""

    def __init__(self, *, choices: Choices, hasher: Hasher) -> None:
        self._choices = choices
        self._hasher = hasher
        self._made: dict[str, Collect] = {}

    def of(self, text: str) -> Collect:
        """Return what collects a path's value.

        What it raises, if a value is none of those that its type promises, is an
        `UnrecordableError`, `AttributeError`, `TypeError` or `ValueError`.

        Args:
            text: The path.
        """
        if text not in self._made:
            self._made[text] = self._make(text, parse_path(text))
        return self._made[text]

    def _make(self, text: str, path: Path) -> Collect:
        match self._choices.of(path):
            case Treatment.DROP:
                return lambda _, sheet: sheet.drop(text)
            case Treatment.LOOK_INSIDE:
                return _following(
                    path, lambda found: self._look_inside(found.value, path)
                )
            case Treatment.HASH:
                return _following(
                    path, lambda found: (_hashed(found.value, self._hasher), ())
                )
            case Treatment.KEEP:
                return self._keeping(text, path)
            case never:
                assert_never(never)

    def _keeping(self, text: str, path: Path) -> Collect:
        """Return what writes a value as it is, quickly where the path is short."""
        start, length = split(path)
        if len(path) > length + 1:
            return _following(path, lambda found: self._kept(found, path))
        if len(path) == length:

            def collect(access: AccessRequest, sheet: Sheet) -> None:
                _put(sheet, text, start(access))

            return collect
        key = path[-1]

        def collect_entry(access: AccessRequest, sheet: Sheet) -> None:
            entries = start(access)
            if key in entries:
                _put(sheet, text, entries[key])
            else:
                sheet.miss(text)

        return collect_entry

    def _kept(self, found: Found, path: Path) -> Converted:
        # A path that ends early leads to more than it names.
        if len(found.path) < len(path):
            return self._look_inside(found.value, found.path)
        return _text_of(found.value), ()

    def _look_inside(self, value: Any, path: Path) -> Converted:
        if _hides(self._choices.of(path), value):
            raise UnrecordableError("a list of what may not be told")
        dropped: list[Path] = []
        kept = self._without(path, value, dropped)
        return _text_of(kept), dropped

    def _without(self, path: Path, value: Any, dropped: list[Path]) -> Any:
        """Return a value without its dropped parts, and with the hashed ones hashed."""
        treatment = self._choices.of(path)
        if treatment is Treatment.KEEP:
            return value
        if treatment is Treatment.HASH or not isinstance(value, Mapping):
            # Nothing that it should be looked into for is in it.
            if not self._choices.hashes(path):
                return value
            return decode(encode(value, self._hasher, most=MAX_VALUE))
        kept = {}
        for key, item in value.items():
            if not isinstance(key, str) or len(key) > _LONGEST_KEY:
                raise UnrecordableError("a key that no setting could name")
            below = (*path, key)
            treatment = self._choices.of(below)
            if treatment is Treatment.DROP or _hides(treatment, item):
                dropped.append(below)
            else:
                kept[key] = self._without(below, item, dropped)
        return kept


def _hides(treatment: Treatment, value: Any) -> bool:
    """Whether what is not to be told as it is may be in the items of a list.

    No path leads to an item, so whoever names `claims.phones.number` means each of them.
    """
    return (
        treatment is Treatment.LOOK_INSIDE
        and isinstance(value, list | tuple)
        and any(isinstance(item, list | tuple | Mapping) for item in value)
    )


def _following(path: Path, convert: Callable[[Found], Converted]) -> Collect:
    """Return what follows a path and writes what it finds.

    Args:
        path: The path.
        convert: Gives the JSON of what was found, and what was left out of it.
    """
    get = getter(path)

    def collect(access: AccessRequest, sheet: Sheet) -> None:
        found = get(access)
        where = write_path(found.path)
        if not found.present:
            sheet.miss(where)
            return
        text, dropped = convert(found)
        for each in dropped:
            sheet.drop(write_path(each))
        if shows_credential(text):
            sheet.drop(where)
        else:
            sheet.put(where, text)

    return collect


def _put(sheet: Sheet, path: str, value: Any) -> None:
    text = _text_of(value)
    if shows_credential(text):
        sheet.drop(path)
    else:
        sheet.put(path, text)


def _text_of(value: Any) -> str:
    """Return a value as `write(encode(value))` would; quickly, if it is a frequent one."""
    kind = type(value)
    if kind is str and len(value) <= MAX_VALUE:
        return quote(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind in _LISTS and len(value) <= _MOST_ITEMS:
        try:
            return texts(value)
        except TypeError:
            # Not all of them are text.
            pass
    if kind is datetime and value.tzinfo is UTC:
        return f'{{"$time":"{value.isoformat()[:-6]}Z"}}'
    return write(encode(value, most=MAX_VALUE))


def _hashed(value: Any, hasher: Hasher) -> str:
    """Return a value as `write(encode(value, hasher))` would; quickly, if it is text."""
    kind = type(value)
    if kind is str and len(value) <= MAX_VALUE:
        return _hash_of_text(value, hasher)
    if kind in _LISTS and len(value) <= _MOST_ITEMS:
        try:
            return f"[{','.join([_hash_of_text(item, hasher) for item in value])}]"
        except TypeError:
            # Not all of them are text.
            pass
    return write(encode(value, hasher, most=MAX_VALUE))


def _hash_of_text(text: str, hasher: Hasher) -> str:
    return f'{{"$hash":"{hasher(quote(text).encode("ascii"))}"}}'
