"""A file's content replaced at once: whoever reads it sees the old one or the new one."""

import os
import secrets
import stat
from pathlib import Path


def replace_content(path: Path, content: bytes) -> None:
    """Replace what a file holds; its mode and its owner stay.

    Args:
        path: The file. If it is a symbolic link, what it leads to is replaced.
        content: The new content.

    Raises:
        OSError: It cannot be written; then it is as it was.
    """
    path = path.resolve(strict=True)
    before = path.stat()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            made = os.fstat(file.fileno())
            if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
