"""Values of a JSON object that came from a file: each is what it has to be, or refused."""

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column

from gateway.pool.attributes.schema import is_keepable
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.storage.tables import Instant

_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{1,1024}")
_LARGEST: Final = 2**53
_MAX_NESTED: Final = 200


class Fields:
    """A JSON object. Every method raises `LineError` if a value is not what it should be."""

    def __init__(self, values: Mapping[str, Any], name: str = "") -> None:
        self._values = values
        self._name = name

    @classmethod
    def parse(cls, text: str) -> "Fields":
        """Return the object that a line holds."""
        try:
            found = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise LineError(LineProblem.MALFORMED, "this is no JSON") from error
        if not isinstance(found, dict):
            raise LineError(LineProblem.MALFORMED, "this is no JSON object")
        return cls(found)

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a text that every database can hold."""
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not is_keepable(value):
            raise self._wrong(name)
        return value

    def number(self, name: str) -> int:
        """Return a whole number."""
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name)
        if not 0 <= value <= _LARGEST:
            raise self._wrong(name)
        return value

    def find_number(self, name: str) -> int | None:
        """Return a whole number, if there is one."""
        return None if self._values.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def one_of(self, name: str, texts: Iterable[str]) -> str:
        """Return one of these texts."""
        value = self.text(name)
        if value not in set(texts):
            raise self._wrong(name)
        return value

    def uuid(self, name: str) -> str:
        """Return a UUID in lower case."""
        value = self.text(name)
        try:
            return str(UUID(value))
        except ValueError:
            raise self._wrong(name) from None

    def instant(self, name: str) -> datetime:
        """Return an aware time."""
        try:
            value = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._wrong(name) from None
        if value.tzinfo is None:
            raise self._wrong(name)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise self._wrong(name) from None

    def find_instant(self, name: str) -> datetime | None:
        """Return an aware time, if there is one."""
        return None if self._values.get(name) is None else self.instant(name)

    def hexadecimal(self, name: str) -> int:
        """Return a number that is written in lower-case hexadecimal digits."""
        value = self.text(name)
        if _HEXADECIMAL.fullmatch(value) is None:
            raise self._wrong(name)
        return int(value, 16)

    def octets(self, name: str) -> bytes:
        """Return bytes that are written in lower-case hexadecimal digits."""
        value = self.text(name)
        if _HEXADECIMAL.fullmatch(value) is None or len(value) % 2:
            raise self._wrong(name)
        return bytes.fromhex(value)

    def texts(self, name: str, *, most: int) -> Sequence[str]:
        """Return a list of texts; an empty one, if there is none."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most:
            raise self._wrong(name)
        if not all(isinstance(each, str) and is_keepable(each) for each in value):
            raise self._wrong(name)
        return tuple(value)

    def text_map(self, name: str) -> Mapping[str, str]:
        """Return texts by name."""
        value = self._values.get(name)
        if not isinstance(value, dict) or len(value) > _MAX_NESTED:
            raise self._wrong(name)
        if not all(isinstance(each, str) for each in value.values()):
            raise self._wrong(name)
        return value

    def find(self, name: str) -> "Fields | None":
        """Return an object inside, if there is one."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(name)
        return Fields(value, f"{name}: ")

    def records(self, name: str, *, most: int) -> Sequence["Fields"]:
        """Return the objects of a list; none, if there is none."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most:
            raise self._wrong(name)
        if not all(isinstance(each, dict) for each in value):
            raise self._wrong(name)
        return [Fields(each, f"{name}: ") for each in value]

    def row(self, columns: Collection[Column[Any]]) -> Mapping[str, Any]:
        """Return a row of a table, from what `row_as_json` has written."""
        return {column.name: self._cell(column) for column in columns}

    def _cell(self, column: Column[Any]) -> Any:
        name = column.name
        is_time = isinstance(column.type, Instant)
        kind = datetime if is_time else column.type.python_type
        value = self._values.get(name)
        if value is None and column.nullable:
            return None
        readers: Mapping[type, Callable[[str], Any]] = {
            bytes: self._decoded,
            datetime: self.instant,
            bool: self.flag,
            int: self.number,
            str: self.text,
        }
        read = readers.get(kind, self._list)
        found = read(name)
        most = getattr(column.type, "length", None)
        if kind is str and most is not None and len(found) > most:
            raise self._wrong(name)
        return found

    def _list(self, name: str) -> list[str]:
        return list(self.texts(name, most=_MAX_NESTED))

    def _decoded(self, name: str) -> bytes:
        try:
            return base64.b64decode(self.text(name), altchars=b"-_", validate=True)
        except ValueError:
            raise self._wrong(name) from None

    def _wrong(self, name: str) -> LineError:
        return LineError(LineProblem.INVALID, f"{self._name}{name}")


def row_as_json(
    columns: Collection[Column[Any]], row: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return a row in the types of JSON: bytes as base64url, times as ISO 8601."""
    return {column.name: _as_json(row[column.name]) for column in columns}


def instant_text(at: datetime | None) -> str | None:
    """Return a time as it is written; `None` for none."""
    return None if at is None else at.isoformat()


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, datetime) else value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
