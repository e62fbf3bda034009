"""Notices that the files have changed, once whoever writes them is done.

Files are written in several steps, and half a policy file may be a valid one. So a change
is told of when nothing that matters has changed for a while.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from watchfiles import awatch

# How long everything has to be quiet, and how long a change may go on at most.
SETTLE = timedelta(seconds=1)
LONGEST_CHANGE = timedelta(seconds=10)


async def settled_changes(
    folders: Sequence[Path],
    *,
    matters: Callable[[Path], bool],
    settle: timedelta = SETTLE,
    longest: timedelta = LONGEST_CHANGE,
) -> AsyncGenerator[None, None]:
    """Yield after each change of a file in the folders that matters.

    Args:
        folders: Watched, without those below them. One that is missing is left out.
        matters: Whether a path's change is told of.
        settle: How long nothing may have changed.
        longest: After this long a change is told of although it goes on.
    """
    changed = asyncio.Event()
    noticing = asyncio.create_task(_notice(folders, matters, changed))
    try:
        while True:
            await changed.wait()
            for _ in range(max(1, longest // settle)):
                changed.clear()
                await asyncio.sleep(settle.total_seconds())
                if not changed.is_set():
                    break
            changed.clear()
            yield
    finally:
        noticing.cancel()
        with suppress(asyncio.CancelledError):
            await noticing


async def _notice(
    folders: Sequence[Path], matters: Callable[[Path], bool], changed: asyncio.Event
) -> None:
    async for _ in awatch(
        *(folder for folder in folders if folder.is_dir()),
        recursive=False,
        debounce=200,
        step=50,
        watch_filter=lambda _, path: matters(Path(path)),
    ):
        changed.set()


def spellings_of(path: Path) -> frozenset[Path]:
    """Return the absolute paths by which a file's change may be told: its name, its target.

    Args:
        path: Of a file, or of a link to one.
    """
    return frozenset({path.absolute(), path.resolve()})


def is_configuration(path: Path) -> bool:
    """Whether a path is one that the gateway reads, by its name."""
    # Kubernetes swaps a link called "..data" when a ConfigMap changes.
    return path.suffix == ".toml" or path.name.startswith("..")
