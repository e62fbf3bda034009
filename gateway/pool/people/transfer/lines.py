"""A file as lines of bounded length, and what becomes of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

_BOM: Final = b"\xef\xbb\xbf"


class LineProblem(StrEnum):
    """Why a line is not taken. Stable: programs read it."""

    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    MALFORMED = "malformed"
    MISSING = "missing"
    NOT_PROVEN = "not_proven"
    INVALID = "invalid"
    TAKEN = "taken"
    NO_GROUP = "no_group"


class LineError(Exception):
    """A line is not taken.

    Attributes:
        problem: Why.
        detail: For whoever mends the file: names of columns, never values.
    """

    def __init__(self, problem: LineProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file.

    Attributes:
        number: From 1.
        text: Without its end; `None` if it is none that can be read.
        problem: Then, why not.
    """

    number: int
    text: str | None
    problem: LineProblem | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken.

    Attributes:
        line: Its number, from 1.
        problem: Why.
        detail: Names of columns or attributes, never values.
    """

    line: int
    problem: LineProblem
    detail: str = ""


def read_lines(file: BinaryIO, *, most: int) -> Iterator[Line]:
    """Yield the lines of a file, but for empty ones.

    Args:
        file: Open for reading bytes.
        most: How many characters a line has at most. Longer ones are told, and their rest
            is gone through without being kept.

    Raises:
        OSError: It cannot be read.
    """
    # A character takes four bytes at most; two more for the end of the line.
    most_bytes = 4 * most + 2
    number = 0
    while raw := file.readline(most_bytes + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(_BOM)
        is_too_long = len(raw) > most_bytes
        while is_too_long and not raw.endswith(b"\n"):
            raw = file.readline(most_bytes)
            if not raw:
                break
        if is_too_long:
            yield Line(number, None, LineProblem.TOO_LONG)
            continue
        line = _line(number, raw.rstrip(b"\r\n"), most)
        if line.text != "":
            yield line


def _line(number: int, raw: bytes, most: int) -> Line:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Line(number, None, LineProblem.NOT_TEXT)
    if len(text) > most:
        return Line(number, None, LineProblem.TOO_LONG)
    return Line(number, text)
