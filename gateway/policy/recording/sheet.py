"""What is known of the inputs of one decision, while it is put together.

Keeps the line short: what no longer fits is named, and its value left out.
"""

from collections.abc import Iterable
from json.encoder import encode_basestring_ascii as quote
from typing import Final, NamedTuple

from gateway.cel.paths import parse_path

# A value that is longer as JSON is left out, and so is what no longer fits into the line.
MAX_VALUE: Final = 4 * 1024
MAX_RECORD: Final = 28 * 1024


class Part(NamedTuple):
    """Some of the inputs of a decision.

    Attributes:
        reads: Paths and values, as the inside of a JSON object.
        absent: The paths that led nowhere.
        dropped: The paths whose value is left out.
        left: How many characters there is still room for.
    """

    reads: str
    absent: tuple[str, ...]
    dropped: tuple[str, ...]
    left: int


# Nothing yet, and room for everything.
EMPTY: Final = Part("", (), (), MAX_RECORD)


class Sheet:
    """Collects a part."""

    __slots__ = ("_absent", "_dropped", "_left", "_reads")

    def __init__(self, left: int = MAX_RECORD) -> None:
        """Begin.

        Args:
            left: How many characters there is room for.
        """
        self._reads: dict[str, str] = {}
        self._absent: dict[str, None] = {}
        self._dropped: dict[str, None] = {}
        self._left = left

    def put(self, path: str, text: str) -> None:
        """Add the JSON of the value at a path, if there is room for it."""
        length = len(path) + len(text)
        if len(text) > MAX_VALUE or length > self._left:
            self._dropped[path] = None
        else:
            self._left -= length
            self._reads[path] = text

    def miss(self, path: str) -> None:
        """Add a path that leads nowhere."""
        if len(path) > self._left:
            self._dropped[path] = None
        else:
            self._left -= len(path)
            self._absent[path] = None

    def drop(self, path: str) -> None:
        """Name a path whose value is left out."""
        self._dropped[path] = None

    def part(self) -> Part:
        """Return what was collected."""
        return Part(
            ",".join([f"{quote(path)}:{text}" for path, text in self._reads.items()]),
            tuple(self._absent),
            tuple(self._dropped),
            self._left,
        )


def texts(values: Iterable[str]) -> str:
    """Return a JSON array of texts.

    Raises:
        TypeError: One of them is none.
    """
    return f"[{','.join(map(quote, values))}]"


def in_few_words(dropped: tuple[str, ...]) -> Iterable[str]:
    """Return what was left out; if it is much, by the variables that it lies in."""
    if sum(map(len, dropped)) <= MAX_VALUE:
        return dropped
    return dict.fromkeys(parse_path(path)[0] for path in dropped)
