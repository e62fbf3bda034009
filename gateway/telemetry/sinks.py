"""Where log lines end up: the standard streams, or a file.

A sink writes whole lines and says so if it cannot. Queueing and dropping are the
business of `gateway.telemetry.lines`.
"""

import os
from pathlib import Path
from typing import BinaryIO

from gateway.config.private_folder import make_private_folder
from gateway.config.settings.log import Rotation, SinkKind
from gateway.telemetry.lines import Sink

# Logs name identities and paths; only the gateway's own account reads them.
FILE_MODE = 0o600


class StreamSink:
    """Lines on a stream that was opened by somebody else, and stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write and flush.

        Raises:
            OSError: The reader has gone, or the device is full.
            ValueError: The stream has been closed.
        """
        self._stream.write(data)
        self._stream.flush()

    def close(self) -> None:
        """Do nothing: the stream is not ours to close."""


class FileSink:
    """Lines appended to a file, which may be moved away at any time.

    A file that was renamed or removed is opened anew at the next write, so that log
    rotation needs no signal. One that would become too long is set aside by the sink
    itself: `NAME.1` is the youngest of those.
    """

    def __init__(self, path: Path, *, max_bytes: int, keep: int) -> None:
        """Open the file; make it and its folder if they are missing.

        Args:
            path: The file.
            max_bytes: It is set aside before it becomes longer, unless one write is longer
                by itself.
            keep: How many files set aside are kept; at least 1.

        Raises:
            OSError: It cannot be opened for appending.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._descriptor = self._open()
        # A write that stopped in the middle left half a line behind; so did a gateway that
        # was stopped in the middle of one.
        self._torn = self._ends_within_a_line()

    def write(self, data: bytes) -> None:
        """Append to the file that is at the path now, and to the next if that is full.

        Raises:
            OSError: A file cannot be opened, or not all could be written.
        """
        if self._was_moved():
            self._reopen()
        while data:
            size = os.fstat(self._descriptor).st_size
            fits = _whole_lines(data, self._max_bytes - size)
            if not fits and size:
                fits = 0 if self._rotate() else len(data)
            elif not fits:
                # A line that is too long by itself has a file of its own.
                fits = data.find(b"\n") + 1 or len(data)
            self._append(data[:fits])
            data = data[fits:]

    def _append(self, data: bytes) -> None:
        rest = memoryview(b"\n" + data if self._torn and data else data)
        self._torn = True
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._torn = False

    def close(self) -> None:
        """Close the file.

        Raises:
            OSError: What was written could not be kept.
        """
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _open(self) -> int:
        make_private_folder(self._path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(self._path, flags, FILE_MODE)

    def _reopen(self) -> None:
        self.close()
        self._descriptor = self._open()
        self._torn = self._ends_within_a_line()

    def _ends_within_a_line(self) -> bool:
        # Pipes and devices have no size, and nothing to look at.
        if not os.fstat(self._descriptor).st_size:
            return False
        try:
            with self._path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:
            # It may be written and not read.
            return False

    def _was_moved(self) -> bool:
        if self._descriptor < 0:
            return True
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return True
        return not os.path.samestat(there, os.fstat(self._descriptor))

    def _rotate(self) -> bool:
        """Set the file aside and begin a new one; return whether that was possible.

        If not, lines go on into the file as it is: a log that is too long is better than
        one with a gap.
        """
        if self._was_moved():
            # Another process has just done it: to do it again would cost the oldest file.
            self._reopen()
            return True
        # A rotation that was interrupted left a number free; none but those before it move.
        numbers = range(1, self._keep + 1)
        free = next((n for n in numbers if not set_aside(self._path, n).exists()), None)
        try:
            for number in range((free or self._keep) - 1, 0, -1):
                set_aside(self._path, number).replace(set_aside(self._path, number + 1))
            self._path.replace(set_aside(self._path, 1))
        except OSError:
            return False
        self._reopen()
        return True


def _whole_lines(data: bytes, room: int) -> int:
    """Return how many of the bytes are whole lines for which there is room."""
    return len(data) if len(data) <= room else data.rfind(b"\n", 0, max(room, 0)) + 1


def set_aside(path: Path, number: int) -> Path:
    """Return the name of a log file that was set aside; 1 is the youngest."""
    return path.with_name(f"{path.name}.{number}")


def open_sink(setting: Rotation, *, stdout: BinaryIO) -> Sink | None:
    """Return the sink that a log's settings name; `None` if nothing is to be logged.

    Args:
        setting: `log.access` or `log.decisions`.
        stdout: The standard output.

    Raises:
        OSError: The file cannot be opened for appending.
    """
    path = setting.sink.path
    if path is not None:
        return FileSink(path, max_bytes=setting.rotate, keep=setting.keep)
    return StreamSink(stdout) if setting.sink.kind is SinkKind.STDOUT else None
