"""A progress bar for long work: on the standard error, and on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how far the work inside has come.

    Args:
        what: What is done, in a word or two.
        total: How many steps it has.

    Yields:
        What has to be called after each step.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    # Not everybody looks, and it takes its time to be imported.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
