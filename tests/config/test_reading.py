"""Reading one file, whole or not at all."""

import os
import time
from pathlib import Path

import pytest

from gateway.config.reading import UnreadableError, is_world_readable, read_bounded


def reason(path: Path, max_bytes: int = 100) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_bounded(path, max_bytes)
    return caught.value.reason


def test_a_file_up_to_its_bound_is_read(tmp_path: Path) -> None:
    """The last size that passes and the first that fails."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)

    assert read_bounded(path, 100) == b"x" * 100
    assert reason(path, 99) == "is larger than 99 bytes"


def test_a_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    """Nobody reads it to the end."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024 * 1024)
    started = time.process_time()

    assert "larger" in reason(path, 1024 * 1024)
    assert time.process_time() - started < 5


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """Some callers have better words for it."""
    with pytest.raises(UnreadableError) as caught:
        read_bounded(tmp_path / "none", 100)

    assert caught.value.missing
    assert caught.value.reason == "does not exist"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """It opens like one."""
    assert reason(tmp_path) == "is a folder"


def test_a_named_pipe_does_not_hang_the_start(tmp_path: Path) -> None:
    """Opening one waits for a writer, for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    assert reason(path) == "is no ordinary file"


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    """The system sees it."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    assert "symbolic links" in reason(tmp_path / "a")


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    """Kubernetes mounts files as links."""
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    assert read_bounded(tmp_path / "b", 1) == b"x"


def test_what_the_system_refuses_to_read_is_told_in_its_words() -> None:
    """Readable by its mode, and not by the system: a page that is not mapped."""
    assert reason(Path("/proc/self/mem")).startswith("cannot be read: ")


def test_only_the_bit_for_others_makes_a_file_world_readable(tmp_path: Path) -> None:
    """A group may have been given the secret on purpose."""
    path = tmp_path / "key"
    path.write_bytes(b"x")

    path.chmod(0o640)
    assert not is_world_readable(path)
    path.chmod(0o644)
    assert is_world_readable(path)
    assert not is_world_readable(tmp_path / "none")
