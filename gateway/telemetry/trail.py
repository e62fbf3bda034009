"""Reads a log file that is still being written and rotated, from its end or as it grows.

The counterpart of `gateway.telemetry.sinks`: knows where a log goes on when its file is set
aside. What the lines say is nobody's business here.
"""

import os
import re
from collections.abc import Iterator, Sequence
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final, Self

from gateway.telemetry.sinks import set_aside

# No line of a log is longer. What is longer is no line of ours, and comes in pieces.
MAX_LINE: Final = 256 * 1024

_BLOCK: Final = 64 * 1024
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")


def files_of(path: Path) -> Sequence[Path]:
    """Return the files of a log that are there: the youngest first, `path` itself.

    Raises:
        OSError: The folder cannot be read.
    """
    prefix = f"{path.name}."
    numbers = [
        int(name.removeprefix(prefix))
        for name in os.listdir(path.parent)  # noqa: PTH208 - names are all that it takes
        if name.startswith(prefix) and _NUMBER.fullmatch(name.removeprefix(prefix))
    ]
    files = [path, *(set_aside(path, number) for number in sorted(numbers))]
    return [file for file in files if file.is_file()]


def lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield the lines of a log, the last one first, through all of its files.

    What has no line end yet is being written, and is left out.

    Args:
        path: Where the log is written now.

    Raises:
        OSError: A file cannot be read.
    """
    for file in files_of(path):
        try:
            stream = file.open("rb")
        except FileNotFoundError:
            # Set aside in between: the next name leads to it.
            continue
        with stream:
            yield from _backwards(stream)


def _backwards(stream: BinaryIO) -> Iterator[bytes]:
    position = stream.seek(0, SEEK_END)
    # What follows the last line end is nobody's line yet.
    is_last, rest = True, b""
    while position:
        length = min(_BLOCK, position)
        position = stream.seek(position - length)
        first, *others = (stream.read(length) + rest).split(b"\n")
        while others:
            line = others.pop()
            if is_last:
                is_last = False
            else:
                yield line
        rest = first[:MAX_LINE]
    if not is_last:
        yield rest


class Follower:
    """Gives the lines that are written from now on, wherever they go."""

    def __init__(self, path: Path) -> None:
        """Begin at the end of the file; a file that is not there may come.

        Args:
            path: Where the log is written.

        Raises:
            OSError: It cannot be read.
        """
        self._path = path
        self._rest = b""
        self._stream = self._open()
        if self._stream is not None:
            end = self._stream.seek(0, SEEK_END)
            self._stream.seek(max(0, end - MAX_LINE))
            # Half a line is given when the other half has come.
            self._rest = self._stream.read().rpartition(b"\n")[2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def poll(self) -> Iterator[bytes]:
        """Yield the lines that have been written since the last time.

        Raises:
            OSError: A file cannot be read.
        """
        if self._stream is None:
            self._stream = self._open()
        if self._stream is None:
            return
        yield from self._read(self._stream)
        while following := self._next(self._stream):
            # What was written before it was set aside comes first; half a line is lost.
            yield from self._read(self._stream)
            self._stream.close()
            self._stream, self._rest = following, b""
            yield from self._read(following)

    def _open(self) -> BinaryIO | None:
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            return None

    def _next(self, stream: BinaryIO) -> BinaryIO | None:
        """Return the file that was begun after the open one; `None` if there is none.

        Files change their names while this looks: then there is none, until the next time.
        """
        present = os.fstat(stream.fileno())
        try:
            younger = self._younger(present)
            if younger is None:
                if present.st_size < stream.tell():
                    # Cut off in place, as some programs rotate.
                    stream.seek(0)
                    self._rest = b""
                return None
            file, status = younger
            following = file.open("rb")
        except FileNotFoundError:
            return None
        if os.path.samestat(os.fstat(following.fileno()), status):
            return following
        following.close()
        return None

    def _younger(self, present: os.stat_result) -> tuple[Path, os.stat_result] | None:
        younger: tuple[Path, os.stat_result] | None = None
        for file in files_of(self._path):
            status = file.stat()
            if os.path.samestat(status, present):
                return younger
            younger = file, status
        # It is gone, so nobody knows which of those that were set aside came after it.
        return self._path, self._path.stat()

    def _read(self, stream: BinaryIO) -> Iterator[bytes]:
        while block := stream.read(_BLOCK):
            *lines, rest = (self._rest + block).split(b"\n")
            self._rest = rest[-MAX_LINE:]
            yield from lines
