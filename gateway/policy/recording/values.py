"""Values of expressions as the decision log writes them, and back.

JSON, with tags for what JSON lacks: `{"$time": …}`, `{"$duration": …}`, `{"$bytes": …}`,
`{"$uint": …}`, `{"$double": …}` for what is no finite number, `{"$map": [[key, value], …]}`
for a map whose keys JSON could not have or would take for a tag, and `{"$hash": …}` for a
value that only its equals can be told from.

What was written comes back as the same value: of the same kind, and equal in CEL.

Reference: RFC 8259; RFC 3339 for instants.
"""

import json
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gateway.cel.library.nanoseconds import nanos_of
from gateway.cel.values import UINT_MAX, Uint

Hasher = Callable[[bytes], str]

# Deeper than any token or header that comes through the doors.
MAX_DEPTH: Final = 32

_DURATION: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?s")
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_SPECIAL: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

# No value is written like this, so that its hash is nobody's.
_OF_NOTHING: Final = b"the name of the key"
_KEY_NAME_DIGITS: Final = 8

_WRITER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class UnrecordableError(Exception):
    """A value has no form here, or one that is too long or too deep."""


class MalformedValueError(ValueError):
    """What stands in a record is no value that was ever written."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """Stands for a value of which the log holds a keyed hash alone.

    Attributes:
        digest: The hash; the same for two values if, and only if, they are equal in CEL.
    """

    digest: str


def encode(value: Any, hasher: Hasher | None = None, *, most: int | None = None) -> Any:
    """Return a value in the types of JSON.

    Args:
        value: Any value that an expression may read, but for whole records.
        hasher: Hashes each leaf; `None` writes them as they are. Keys of maps and lengths
            of lists are written either way.
        most: About how many characters it may be; `None` for any number.

    Raises:
        UnrecordableError: There is no form for it, or it is too long or too deep.
    """
    encoder = _Encoder(hasher, math.inf if most is None else most)
    return encoder.encode(value, MAX_DEPTH)


def digest_of(value: Any, hasher: Hasher) -> str:
    """Return the hash of one leaf; numbers that are equal have the same.

    Args:
        value: No list and no map: their elements are hashed one by one.
        hasher: The keyed hash.

    Raises:
        UnrecordableError: It is no leaf.
    """
    if isinstance(value, Uint) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    return hasher(write(_leaf(value)).encode("ascii"))


def name_of_key(hasher: Hasher) -> str:
    """Return a name for the key of a hash, by which nobody learns the key.

    Hashes can be compared only if they were made with the same one.
    """
    return hasher(_OF_NOTHING)[:_KEY_NAME_DIGITS]


def write(encoded: Any) -> str:
    """Return what `encode` gave, as the log writes it: ASCII, on one line."""
    return _WRITER.encode(encoded)


class _Encoder:
    def __init__(self, hasher: Hasher | None, left: float) -> None:
        self._hasher = hasher
        self._left = left

    def encode(self, value: Any, depth: int) -> Any:
        self._spend(len(value) if isinstance(value, str | bytes) else 1)
        match value:
            case list() | tuple() | Mapping() if not depth:
                raise UnrecordableError("it is nested too deeply")
            case list() | tuple():
                return [self.encode(item, depth - 1) for item in value]
            case Mapping():
                return self._map(value, depth - 1)
            case _:
                return self._hashed(value)

    def _map(self, value: Mapping[Any, Any], depth: int) -> Any:
        pairs = []
        is_plain = True
        for key, item in value.items():
            self._spend(len(key) if isinstance(key, str) else 1)
            is_plain = is_plain and isinstance(key, str) and not key.startswith("$")
            pairs.append([_leaf(key), self.encode(item, depth)])
        return dict(pairs) if is_plain else {"$map": pairs}

    def _hashed(self, value: Any) -> Any:
        # NaN equals nothing, not even itself, so it has no hash.
        is_nan = isinstance(value, float) and math.isnan(value)
        if self._hasher is None or is_nan or isinstance(value, Hashed):
            return _leaf(value)
        return {"$hash": digest_of(value, self._hasher)}

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise UnrecordableError("it is too long")


def _leaf(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    match value:
        case None | bool():
            return value
        case str():
            # Members of enumerations are text with a class of their own.
            return str(value)
        case Uint():
            return {"$uint": int(value)}
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else {"$double": str(value)}
        case datetime():
            return {"$time": _instant(value)}
        case timedelta():
            return {"$duration": _duration(value)}
        case bytes():
            return {"$bytes": b64encode(value).decode("ascii")}
        case Hashed():
            return {"$hash": value.digest}
        case _:
            raise UnrecordableError(f"a {type(value).__name__} has no form in the log")


def _instant(value: datetime) -> str:
    _check_precision(value)
    try:
        utc = value.astimezone(UTC) if value.tzinfo else value
    except OverflowError:
        raise UnrecordableError("it is outside the years 1 to 9999") from None
    return f"{utc.replace(tzinfo=None).isoformat()}Z"


def _check_precision(value: datetime | timedelta) -> None:
    if nanos_of(value):
        raise UnrecordableError("it has nanoseconds, which no input has")


def _duration(value: timedelta) -> str:
    _check_precision(value)
    total = value // _MICROSECOND
    seconds, rest = divmod(abs(total), _SECOND)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if total < 0 else ''}{seconds}{fraction}s"


def decode(encoded: Any) -> Any:
    """Return the value that `encode` was given.

    Leaves that were hashed come back as `Hashed`; a tuple as a list.

    Args:
        encoded: As the JSON reader gives it; from anybody.

    Raises:
        MalformedValueError: It was never written by `encode`.
    """
    return _decode(encoded, MAX_DEPTH)


def _decode(encoded: Any, depth: int) -> Any:
    if isinstance(encoded, list | dict) and not depth:
        raise MalformedValueError("a value is nested too deeply")
    # By far the most frequent tag, and quicker so than by the patterns below.
    if type(encoded) is dict and len(encoded) == 1 and "$time" in encoded:
        return _parse_instant(encoded["$time"])
    match encoded:
        case None | bool() | int() | float() | str():
            return encoded
        case list():
            return [_decode(item, depth - 1) for item in encoded]
        case {"$map": list(pairs), **rest} if not rest:
            return _decode_map(pairs, depth - 1)
        case dict() if any(name.startswith("$") for name in encoded):
            return _decode_tag(encoded)
        case dict():
            return {name: _decode(item, depth - 1) for name, item in encoded.items()}
        case _:
            raise MalformedValueError("a value is none of JSON's")


def _decode_map(pairs: list[Any], depth: int) -> dict[Any, Any]:
    made = {}
    for pair in pairs:
        match pair:
            case [key, item]:
                decoded = _decode(key, 1)
            case _:
                raise MalformedValueError("an entry of a map is no pair")
        if not isinstance(decoded, bool | int | str):
            raise MalformedValueError("a key of a map is of no kind that keys have")
        made[decoded] = _decode(item, depth)
    return made


def _decode_tag(encoded: dict[str, Any]) -> Any:
    match encoded:
        case {"$hash": str(digest)} if len(encoded) == 1:
            return Hashed(digest)
        case {"$duration": str(text)} if len(encoded) == 1:
            return _parse_duration(text)
        case {"$bytes": str(text)} if len(encoded) == 1:
            return _parse_bytes(text)
        case {"$double": str(text)} if len(encoded) == 1 and text in _SPECIAL:
            return _SPECIAL[text]
        case {"$uint": int(number)} if len(encoded) == 1 and type(number) is int:
            if 0 <= number <= UINT_MAX:
                return Uint(number)
    raise MalformedValueError("a value has a tag that is unknown or misused")


def _parse_instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise MalformedValueError("a time is none") from None
    if at.tzinfo is None:
        raise MalformedValueError("a time has no offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise MalformedValueError("a time is outside the years 1 to 9999") from None


def _parse_duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise MalformedValueError("a duration is none")
    sign, seconds, fraction = match.groups()
    try:
        length = timedelta(
            seconds=int(seconds), microseconds=int((fraction or "").ljust(6, "0"))
        )
    except OverflowError:
        raise MalformedValueError("a duration is too long") from None
    return -length if sign else length


def _parse_bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise MalformedValueError("bytes are no base64") from None
