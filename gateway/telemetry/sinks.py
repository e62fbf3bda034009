"""Where log lines end up: the standard streams, or a file.

A sink writes whole lines and says so if it cannot. Queueing and dropping are the
business of `gateway.telemetry.lines`.
"""

import os
from pathlib import Path
from typing import BinaryIO

from gateway.config.private_folder import make_private_folder
from gateway.config.settings.log import Sink as Setting
from gateway.config.settings.log import SinkKind
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
    rotation needs no signal.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; make it and its folder if they are missing.

        Raises:
            OSError: It cannot be opened for appending.
        """
        self._path = path
        # A write that stopped in the middle left half a line behind.
        self._torn = False
        self._descriptor = self._open()

    def write(self, data: bytes) -> None:
        """Append to the file that is at the path now.

        Raises:
            OSError: The file cannot be opened, or not all could be written.
        """
        if self._was_moved():
            self.close()
            self._descriptor = self._open()
            self._torn = False
        rest = memoryview(b"\n" + data if self._torn else data)
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

    def _was_moved(self) -> bool:
        if self._descriptor < 0:
            return True
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return True
        return not os.path.samestat(there, os.fstat(self._descriptor))


def open_sink(setting: Setting, *, stdout: BinaryIO) -> Sink | None:
    """Return the sink of a log's `sink` setting; `None` if nothing is to be logged.

    Args:
        setting: `log.access.sink` or `log.decisions.sink`.
        stdout: The standard output.

    Raises:
        OSError: The file cannot be opened for appending.
    """
    if setting.path is not None:
        return FileSink(setting.path)
    return StreamSink(stdout) if setting.kind is SinkKind.STDOUT else None
