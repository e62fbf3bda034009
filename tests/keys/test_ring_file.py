"""The file of the ring is whole or untouched, its owner's alone, with one writer."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.keys.errors import KeyRingError
from gateway.keys.ring_file import (
    LOCK_NAME,
    MAX_BYTES,
    NEW_NAME,
    RING_NAME,
    RingFile,
)

SOON = timedelta(milliseconds=50)
NOBODY = 65534


@pytest.fixture
def file(directory: Path) -> RingFile:
    file = RingFile(directory=directory, lock_timeout=SOON)
    file.prepare()
    return file


def test_the_folder_is_made_for_its_owner_alone(directory: Path) -> None:
    """At the first start there is none."""
    RingFile(directory=directory).prepare()

    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_exists_is_taken_as_it_is(directory: Path) -> None:
    """Its group may read it: the ring protects itself."""
    directory.mkdir(mode=0o750)

    RingFile(directory=directory).prepare()

    assert directory.stat().st_mode & 0o777 == 0o750


def test_a_folder_without_a_parent_is_not_made(tmp_path: Path) -> None:
    """A misspelt path must not become a new set of keys."""
    with pytest.raises(KeyRingError, match="No such file"):
        RingFile(directory=tmp_path / "misspelt" / "keys").prepare()


def test_a_file_in_place_of_the_folder_is_refused(directory: Path) -> None:
    """And named."""
    directory.touch()

    with pytest.raises(KeyRingError, match="is no folder"):
        RingFile(directory=directory).prepare()


def test_a_folder_that_everybody_may_write_to_is_refused(directory: Path) -> None:
    """Anybody could put an older ring into it."""
    directory.mkdir()
    directory.chmod(0o777)

    with pytest.raises(KeyRingError, match="everybody may write"):
        RingFile(directory=directory).prepare()


def test_without_a_file_there_is_nothing_to_read(file: RingFile) -> None:
    """The first start is no fault."""
    assert file.read() is None
    assert file.stamp() is None


def test_what_was_written_is_read_with_its_stamp(file: RingFile) -> None:
    """The stamp tells one version from the next, also of equal size."""
    first = file.replace(b"one")
    assert file.read() == (b"one", first)
    assert file.stamp() == first

    second = file.replace(b"two")
    assert file.read() == (b"two", second)
    assert second != first


def test_the_file_is_its_owners_alone(file: RingFile) -> None:
    """Whatever the umask allows."""
    before = os.umask(0)
    try:
        file.replace(b"x")
    finally:
        os.umask(before)

    assert file.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o604, 0o602, 0o660, 0o644])
def test_a_file_that_others_may_use_is_refused(file: RingFile, mode: int) -> None:
    """Sealed or not: who may read it may also have kept a copy."""
    file.replace(b"x")
    file.path.chmod(mode)

    with pytest.raises(KeyRingError, match="chmod 600"):
        file.read()
    assert file.path.read_bytes() == b"x"


def test_a_file_larger_than_any_ring_is_not_read(file: RingFile) -> None:
    """It is refused before it is in memory; the pair around the limit."""
    file.replace(b"x" * MAX_BYTES)
    assert file.read()

    with file.path.open("ab") as grown:
        grown.write(b"x")
    with pytest.raises(KeyRingError, match="larger than"):
        file.read()


def test_a_ring_that_could_not_be_read_again_is_not_written(file: RingFile) -> None:
    """A thousand forced rotations must not end with a ring that nobody can open."""
    file.replace(b"x" * MAX_BYTES)

    with pytest.raises(KeyRingError, match="would be larger"):
        file.replace(b"x" * (MAX_BYTES + 1))
    assert file.path.stat().st_size == MAX_BYTES


def test_a_symbolic_link_is_not_followed(file: RingFile, tmp_path: Path) -> None:
    """Neither the ring nor the lock may lead somewhere else."""
    (tmp_path / "elsewhere").touch(0o600)
    file.path.symlink_to(tmp_path / "elsewhere")
    (file.path.parent / LOCK_NAME).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(KeyRingError, match="cannot read the key ring"):
        file.read()
    with pytest.raises(KeyRingError, match="cannot open the lock"), file.lock():
        pass


def test_a_folder_in_place_of_the_file_is_refused(file: RingFile) -> None:
    """It opens, but it is nothing that could be read."""
    file.path.mkdir(mode=0o700)

    with pytest.raises(KeyRingError):
        file.read()
    with pytest.raises(KeyRingError, match="cannot write"):
        file.replace(b"x")


def test_a_pipe_in_place_of_the_file_is_refused(file: RingFile) -> None:
    """And does not keep the start waiting for somebody to write into it."""
    os.mkfifo(file.path, 0o600)

    with pytest.raises(KeyRingError, match="no plain file"):
        file.read()


def test_a_folder_that_has_gone_is_a_clear_error(directory: Path) -> None:
    """At each of the steps."""
    file = RingFile(directory=directory / "gone")

    with pytest.raises(KeyRingError, match="cannot write the key ring: No such file"):
        file.replace(b"x")
    with pytest.raises(KeyRingError, match="cannot open the lock"), file.lock():
        pass


def test_a_path_through_a_file_is_a_clear_error(directory: Path) -> None:
    """The folder is looked for inside of a file."""
    directory.touch()
    file = RingFile(directory=directory)

    with pytest.raises(KeyRingError, match="cannot look at the key ring"):
        file.stamp()
    with pytest.raises(KeyRingError, match="cannot read the key ring"):
        file.read()


def test_what_a_killed_writer_left_behind_is_overwritten(file: RingFile) -> None:
    """Also if it was longer, and if others may write to it."""
    left = file.path.parent / NEW_NAME
    left.write_bytes(b"half a ring" * 100)
    left.chmod(0o666)

    file.replace(b"whole")

    assert file.path.read_bytes() == b"whole"
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert not left.exists()


def test_one_writer_at_a_time_also_of_one_process(file: RingFile) -> None:
    """A lock that belonged to the process would let two of its threads in."""
    with (
        file.lock(),
        pytest.raises(KeyRingError, match="another process holds the lock"),
        file.lock(),
    ):
        pass


def test_the_next_writer_waits_for_its_turn(directory: Path) -> None:
    """It enters when the first one leaves, not before."""
    file = RingFile(directory=directory)
    file.prepare()
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with file.lock():
            order.append("second")

    thread = threading.Thread(target=second)
    with file.lock():
        thread.start()
        started.wait(5)
        thread.join(0.05)
        order.append("first")
    thread.join(5)

    assert order == ["first", "second"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_that_root_makes_belong_to_the_owner_of_the_folder(
    file: RingFile,
) -> None:
    """Else `gateway keys rotate`, run as root, would lock the service out."""
    folder = file.path.parent
    os.chown(folder, NOBODY, NOBODY)

    with file.lock():
        file.replace(b"x")

    for name in (RING_NAME, LOCK_NAME):
        status = (folder / name).stat()
        assert (status.st_uid, status.st_gid) == (NOBODY, NOBODY)


def test_a_full_disk_leaves_the_old_ring(file: RingFile) -> None:
    """`/dev/full` refuses each byte, as a full disk does."""
    file.replace(b"old")

    class Full(RingFile):
        """Writes to the device instead of beside the ring."""

        @override
        def _write(self, path: Path, raw: bytes) -> tuple[int, int, int, int]:
            with Path("/dev/full").open("wb") as device:
                device.write(raw)
            return (0, 0, 0, 0)

    with pytest.raises(KeyRingError, match="No space left"):
        Full(directory=file.path.parent).replace(b"new")
    assert file.path.read_bytes() == b"old"
