"""What was read from the database a moment ago.

Every request to a pool asks for its settings and for a client, which hardly ever change. They
are believed for a second, whichever gateway has changed them, so that nobody has to be told.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

V = TypeVar("V")

MAX_AGE: Final = timedelta(seconds=1)
MAX_ENTRIES: Final = 1024


class Remembered(Generic[V]):
    """Remembers a bounded number of values; the oldest go first."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        max_entries: int = MAX_ENTRIES,
    ) -> None:
        self._monotonic = monotonic
        self._max_entries = max_entries
        self._lock = Lock()
        # In the order of reading, each with the time before which it was read.
        self._entries: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, name: str, read: Callable[[], V | None]) -> V | None:
        """Return what is called so; `None`, which is not remembered, if nothing is.

        Args:
            name: What to look for.
            read: Looks for it in the database.
        """
        now = self._monotonic()
        with self._lock:
            known = self._entries.get(name)
        if known is not None and now - known[0] < MAX_AGE.total_seconds():
            return known[1]
        value = read()
        with self._lock:
            self._entries.pop(name, None)
            if value is not None:
                self._entries[name] = (now, value)
                if len(self._entries) > self._max_entries:
                    self._entries.popitem(last=False)
        return value

    def forget(self, name: str) -> None:
        """Believe it no more: it was changed here."""
        with self._lock:
            self._entries.pop(name, None)
