"""Folders of what is for the gateway's own account."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.private_folder import make_private_folder


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_no_folder_on_the_way_is_open_to_others(tmp_path: Path) -> None:
    """Whoever may write in a folder may replace the keys in it."""
    make_private_folder(tmp_path / "a" / "b" / "c")

    for name in ("a", "a/b", "a/b/c"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    """Its owner may have opened it on purpose."""
    (tmp_path / "a").mkdir(mode=0o755)

    make_private_folder(tmp_path / "a" / "b")
    make_private_folder(tmp_path / "a" / "b")

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    """Nothing is removed to make room."""
    (tmp_path / "a").touch()

    with pytest.raises(OSError, match="directory"):
        make_private_folder(tmp_path / "a" / "b")
