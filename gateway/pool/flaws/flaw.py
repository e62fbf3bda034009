"""What is wrong with settings, and where: for files, wires and the command line alike.

A type says what a setting is; here is what it may be, also beside another one.

References: Amazon Cognito, CreateUserPool, CreateUserPoolClient, CreateResourceServer (bounds).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from typing_extensions import override

from gateway.pool.errors import InvalidParameterError

Path = tuple[str | int, ...]

_VISIBLE: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong.

    Attributes:
        path: Which setting, by the names of the fields that lead to it.
        message: What is wrong with it, for people; quotes no secret.
    """

    path: Path
    message: str

    @override
    def __str__(self) -> str:
        place = ".".join(str(each) for each in self.path)
        return f"{place}: {self.message}" if place else self.message


def refuse(flaws: Iterable[Flaw]) -> None:
    """Raise if there are flaws.

    Raises:
        InvalidParameterError: With all of them in its detail.
    """
    found = list(flaws)
    if found:
        raise InvalidParameterError("; ".join(map(str, found)))


def text(path: Path, value: str, *, most: int, least: int = 1) -> Iterator[Flaw]:
    """Yield what is wrong with a text that people read."""
    if not least <= len(value) <= most:
        yield Flaw(path, f"has to be {least} to {most} characters long")
    elif _VISIBLE.fullmatch(value) is None:
        yield Flaw(path, "holds characters that cannot be seen")


def within(path: Path, value: Any, *, least: Any, most: Any) -> Iterator[Flaw]:
    """Yield what is wrong with a number, or a length of time."""
    if not least <= value <= most:
        yield Flaw(path, f"has to be from {_shown(least)} to {_shown(most)}")


def few(path: Path, value: Collection[Any], *, most: int) -> Iterator[Flaw]:
    """Yield whether there are too many of something, or one of them twice."""
    if len(value) > most:
        yield Flaw(path, f"has to have at most {most} entries")
    elif not isinstance(value, Mapping | frozenset) and len(set(value)) < len(value):
        yield Flaw(path, "has an entry twice")


def _shown(value: Any) -> str:
    if not isinstance(value, timedelta):
        return str(value)
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        count, rest = divmod(int(value.total_seconds()), length)
        if count and not rest:
            return f"{count} {unit}"
    return f"{int(value.total_seconds())} seconds"
