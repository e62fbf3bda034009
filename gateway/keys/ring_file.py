"""The one file of the key ring: read whole, replaced whole, one writer at a time.

Replacing is: write beside it, fsync, rename over it, fsync the folder. So whatever
happens in between, a reader finds either the old ring or the new one, never a part.
Owns permissions and locking; does not know what is in the file.
"""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from gateway.keys.errors import KeyRingError

RING_NAME = "ring.json"
LOCK_NAME = "ring.lock"
# Under the lock there is one writer, so one fixed name will do, and what a killed writer
# left behind is overwritten by the next.
NEW_NAME = "ring.json.new"

# A ring holds a few keys, each of at most a few KiB.
MAX_BYTES = 1024 * 1024

# Far longer than any writer needs; past it, somebody holds the lock and is stuck.
LOCK_TIMEOUT = timedelta(seconds=10)
_LOCK_POLL_SECONDS = 0.01

# Identifies one version of the file: device, inode, size, time of change.
Stamp = tuple[int, int, int, int]


class RingFile:
    """`ring.json` in the folder of the keys.

    Attributes:
        path: Where it is.
    """

    def __init__(
        self, *, directory: Path, lock_timeout: timedelta = LOCK_TIMEOUT
    ) -> None:
        self._directory = directory
        self.path = directory / RING_NAME
        self._lock_timeout = lock_timeout

    def prepare(self) -> None:
        """Make the folder if it is missing, and check who may write to it.

        Raises:
            KeyRingError: The folder's parent is missing, it is no folder, or everybody
                may put files into it.
        """
        try:
            with contextlib.suppress(FileExistsError):
                self._directory.mkdir(mode=0o700)
            status = self._directory.stat()
        except OSError as error:
            raise self._fault("cannot make the folder", error) from error
        if not stat.S_ISDIR(status.st_mode):
            raise KeyRingError(f"{self._directory}: is no folder")
        if status.st_mode & stat.S_IWOTH:
            raise KeyRingError(
                f"{self._directory}: everybody may write to the folder of the keys; "
                f"chmod o-w it"
            )

    def stamp(self) -> Stamp | None:
        """Return what identifies the present version; `None` if there is no file.

        Raises:
            KeyRingError: The file cannot be looked at.
        """
        try:
            return _stamp(self.path.stat(follow_symlinks=False))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._fault("cannot look at the key ring", error) from error

    def read(self) -> tuple[bytes, Stamp] | None:
        """Return the file's bytes and their stamp; `None` if there is no file.

        Raises:
            KeyRingError: It cannot be read, is larger than any ring, is no plain file,
                or somebody besides its owner may read or write it.
        """
        # Without O_NONBLOCK, a pipe in its place would keep us waiting for a writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self.path, flags)
            try:
                status = os.fstat(handle)
                self._check(status)
                with os.fdopen(handle, "rb", closefd=False) as file:
                    raw = file.read(MAX_BYTES + 1)
            finally:
                os.close(handle)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._fault("cannot read the key ring", error) from error
        if len(raw) > MAX_BYTES:
            raise KeyRingError(f"{self.path}: larger than {MAX_BYTES} bytes")
        return raw, _stamp(status)

    def replace(self, raw: bytes) -> Stamp:
        """Put new bytes in place of the old ones, whole or not at all.

        The caller holds `lock()`.

        Raises:
            KeyRingError: They are more than could be read again, or they cannot be
                written, and the old ones are untouched; or the last step, making the
                change outlive a power cut, failed.
        """
        if len(raw) > MAX_BYTES:
            raise KeyRingError(f"{self.path}: would be larger than {MAX_BYTES} bytes")
        new = self._directory / NEW_NAME
        try:
            new.unlink(missing_ok=True)
            stamp = self._write(new, raw)
            new.replace(self.path)
            _sync_folder(self._directory)
        except OSError as error:
            raise self._fault("cannot write the key ring", error) from error
        return stamp

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer, of all threads and processes, until the block ends.

        Raises:
            KeyRingError: Somebody else has been writing for longer than the timeout,
                or the lock file cannot be opened.
        """
        path = self._directory / LOCK_NAME
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            handle = os.open(path, flags, 0o600)
        except OSError as error:
            raise self._fault("cannot open the lock of the key ring", error) from error
        try:
            self._keep_owner(handle)
            self._acquire(handle)
            yield
        finally:
            # Closing gives the lock back, and so does dying.
            os.close(handle)

    def _acquire(self, handle: int) -> None:
        deadline = time.monotonic() + self._lock_timeout.total_seconds()
        while True:
            try:
                # flock, not lockf: it belongs to this opening of the file, so two
                # threads of one process exclude each other too.
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise KeyRingError(
                        f"{self._directory}: another process holds the lock of the key "
                        f"ring for longer than {self._lock_timeout}"
                    ) from None
                time.sleep(_LOCK_POLL_SECONDS)
            else:
                return

    def _write(self, path: Path, raw: bytes) -> Stamp:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(path, flags, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            self._keep_owner(handle)
            file.write(raw)
            file.flush()
            os.fsync(handle)
            return _stamp(os.fstat(handle))

    def _keep_owner(self, handle: int) -> None:
        """Give a file to the folder's owner, if root makes it.

        Otherwise `gateway keys rotate`, run once as root, would lock the service out.
        """
        owner = self._directory.stat()
        if os.geteuid() == 0 and os.fstat(handle).st_uid != owner.st_uid:
            os.fchown(handle, owner.st_uid, owner.st_gid)

    def _check(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise KeyRingError(f"{self.path}: is no plain file")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyRingError(
                f"{self.path}: others than its owner may use it (mode "
                f"{stat.S_IMODE(status.st_mode):04o}); chmod 600 it"
            )

    def _fault(self, what: str, error: OSError) -> KeyRingError:
        return KeyRingError(f"{self._directory}: {what}: {error.strerror or error}")


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _sync_folder(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
