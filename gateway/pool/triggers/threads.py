"""Work of others in threads that are waited for no longer than a time.

Nothing stops a Python function that does not come back. It is left to itself and counted;
while it goes on it takes up one of a limited number of places, so that many of them do not
use up the gateway: then no more are begun.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import timedelta
from typing import Any, Final

AT_ONCE: Final = 32


class Threads:
    """Runs work of others."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Prepare; no thread is begun yet.

        Args:
            at_once: How many pieces of work there may be, those included that nobody waits
                for any more.
        """
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._abandoned = 0

    @property
    def abandoned(self) -> int:
        """How many pieces of work go on that nobody waits for any more."""
        with self._lock:
            return self._abandoned

    def run(self, work: Callable[[], object], *, limit: timedelta) -> Future[Any]:
        """Return what came of a piece of work: its value, or what it raised.

        Args:
            work: What to do.
            limit: How long to wait for it, and for a place.

        Raises:
            TimeoutError: It is not done, or was not begun.
        """
        seconds = limit.total_seconds()
        if not self._places.acquire(timeout=seconds):
            raise TimeoutError("too many calls have not come back")
        done: Future[Any] = Future()
        # A daemon: it does not keep the gateway from ending.
        threading.Thread(
            target=self._do, args=(work, done), name="trigger", daemon=True
        ).start()
        if not wait([done], timeout=seconds).done:
            self._abandon(done)
            raise TimeoutError(f"it took longer than {seconds:g} seconds")
        return done

    def _do(self, work: Callable[[], object], done: Future[Any]) -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._places.release()
            done.set_exception(error)
        else:
            self._places.release()
            done.set_result(value)

    def _abandon(self, done: Future[Any]) -> None:
        with self._lock:
            self._abandoned += 1
        done.add_done_callback(self._came_back)

    def _came_back(self, _: Future[Any]) -> None:
        with self._lock:
            self._abandoned -= 1
