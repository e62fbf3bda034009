"""A file's content replaced at once."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.config.layout.replacing import replace_content


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    """Nobody may read it who could not before."""
    path = tmp_path / "a.toml"
    path.write_text("old")
    path.chmod(mode)

    replace_content(path, b"new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_leads_to_what_is_replaced(tmp_path: Path) -> None:
    """And stays a link."""
    there = tmp_path / "there.toml"
    there.write_text("old")
    link = tmp_path / "link.toml"
    link.symlink_to(there)

    replace_content(link, b"new")

    assert link.is_symlink()
    assert there.read_text() == "new"


def test_the_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If somebody else, such as root, brings it into form."""
    path = tmp_path / "a.toml"
    path.write_text("old")
    calls: list[tuple[int, int]] = []
    real = os.fstat

    class Made:
        """The new file, as if somebody else had made it."""

        def __init__(self, descriptor: int) -> None:
            self._made = real(descriptor)
            self.st_uid = self._made.st_uid + 1

        def __getattr__(self, name: str) -> Any:
            return getattr(self._made, name)

    monkeypatch.setattr(os, "fstat", Made)
    monkeypatch.setattr(os, "fchown", lambda _, u, g: calls.append((u, g)))

    replace_content(path, b"new")

    before = path.stat()
    assert calls == [(before.st_uid, before.st_gid)]


def test_what_fails_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file would be worse than an ugly one."""
    path = tmp_path / "a.toml"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        replace_content(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Somebody has removed it meanwhile."""
    with pytest.raises(FileNotFoundError):
        replace_content(tmp_path / "a.toml", b"new")
