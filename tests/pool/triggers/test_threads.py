"""Work that may not come back."""

import threading
from datetime import timedelta

import pytest

from gateway.pool.triggers.threads import Threads

LONG = timedelta(seconds=30)
SHORT = timedelta(milliseconds=20)


def test_what_came_of_the_work_is_told() -> None:
    """Its value, or what it raised."""
    threads = Threads()

    def fail() -> None:
        raise SystemExit(3)

    assert threads.run(lambda: 7, limit=LONG).result() == 7
    assert isinstance(threads.run(fail, limit=LONG).exception(), SystemExit)
    assert threads.abandoned == 0


def test_what_does_not_come_back_is_left_and_takes_up_its_place() -> None:
    """Once all places are taken, nothing more is begun; a late one frees its own."""
    threads = Threads(at_once=1)
    go_on, gone = threading.Event(), threading.Event()
    begun: list[int] = []

    def late() -> None:
        go_on.wait(30)

    with pytest.raises(TimeoutError, match="longer"):
        threads.run(late, limit=SHORT)
    assert threads.abandoned == 1
    with pytest.raises(TimeoutError, match="too many"):
        threads.run(lambda: begun.append(1), limit=SHORT)
    assert begun == []

    go_on.set()
    threads.run(gone.set, limit=LONG)

    assert gone.is_set()
    for thread in threading.enumerate():
        if thread.name == "trigger":
            thread.join(30)
    assert threads.abandoned == 0
