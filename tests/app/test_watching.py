"""A change is told of once, when it is over."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.watching import is_configuration, settled_changes, spellings_of

SETTLE = timedelta(milliseconds=300)
SOON = 5


def _changes(folder: Path, longest: timedelta) -> aclosing[AsyncGenerator[None, None]]:
    return aclosing(
        settled_changes(
            [folder, folder / "missing"],
            matters=is_configuration,
            settle=SETTLE,
            longest=longest,
        )
    )


async def _touch(path: Path, stop: asyncio.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        await asyncio.to_thread(path.write_text, str(number))
        await asyncio.sleep(0.02)


async def test_what_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    """Half a policy file may be a valid one."""
    stop = asyncio.Event()
    async with _changes(tmp_path, timedelta(seconds=60)) as changes:
        told = asyncio.ensure_future(anext(changes))
        writing = asyncio.create_task(_touch(tmp_path / "a.toml", stop))
        done, _ = await asyncio.wait([told], timeout=1)
        stop.set()
        await writing
        await asyncio.wait_for(told, SOON)

    assert not done


async def test_a_change_without_end_is_told_of_all_the_same(tmp_path: Path) -> None:
    """Somebody's script must not be able to keep new files out."""
    stop = asyncio.Event()
    async with _changes(tmp_path, timedelta(seconds=1)) as changes:
        writing = asyncio.create_task(_touch(tmp_path / "a.toml", stop))
        await asyncio.wait_for(anext(changes), SOON)
        stop.set()
        await writing


def test_a_link_changes_with_what_it_leads_to(tmp_path: Path) -> None:
    """Either of them may be what is replaced."""
    folder = tmp_path.resolve()
    (folder / "link").symlink_to(folder / "file")

    assert spellings_of(folder / "link") == {folder / "link", folder / "file"}
    assert spellings_of(folder / "file") == {folder / "file"}


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("/etc/gateway/config.toml", True),
        ("/etc/gateway/policies/..data", True),
        ("/etc/gateway/policies/.orders.toml.swp", False),
        ("/etc/gateway/README.md", False),
    ],
)
def test_only_files_that_are_read_are_watched(path: str, *, matters: bool) -> None:
    """Kubernetes swaps a link called `..data`; editors leave their own files behind."""
    assert is_configuration(Path(path)) is matters
