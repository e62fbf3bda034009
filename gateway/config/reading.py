"""Reading one file, whole or not at all.

Bounded before anything is done with the content, and never waiting: a named pipe in the
place of a file would hang the start.
"""

import os
import stat
from pathlib import Path


class UnreadableError(Exception):
    """A file cannot be read.

    Attributes:
        reason: Why, in words that follow the file's name: `is a folder`.
        missing: Whether there is nothing at that path.
    """

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file.

    Args:
        path: The file; symbolic links are followed.
        max_bytes: Largest size that is read.

    Raises:
        UnreadableError: There is no such file, it is no regular file, it is larger than
            allowed, or the system refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableError("does not exist", missing=True) from None
    except OSError as error:
        raise UnreadableError(_reason(error)) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise UnreadableError(
                "is a folder" if stat.S_ISDIR(mode) else "is no ordinary file"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableError(_reason(error)) from None
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise UnreadableError(f"is larger than {max_bytes} bytes")
    return content


def is_world_readable(path: Path) -> bool:
    """Return whether every user of the machine can read a file."""
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or type(error).__name__}"
