"""A progress bar for long work: on the standard error, and on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Takes note of progress."""

    def __call__(self, steps: int = 1) -> None:
        """So many steps are done."""


def _nothing(steps: int = 1) -> None:
    """Nobody looks."""


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Advance]:
    """Show how far the work inside has come.

    Args:
        what: What is done, in a word or two.
        total: How many steps it has; `None` if nobody knows.

    Yields:
        What has to be called after each step, or after so many.
    """
    if not sys.stderr.isatty():
        yield _nothing
        return
    # Not everybody looks, and it takes its time to be imported.
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import Progress  # noqa: PLC0415 - slow to import

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(steps: int = 1) -> None:
            bar.advance(task, steps)

        yield advance
