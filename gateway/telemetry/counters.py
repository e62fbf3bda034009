"""How often something happened since the start, for the admin page.

Counting is on the warm path of every request, from several threads: each thread counts
for itself, without a lock, and reading adds the threads up.
"""

import threading


class Counters:
    """Counts events by name.

    Names and labels come from closed sets in the code (a status class, an error's code,
    a reason), never from a request: nothing here bounds their number.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._lock = threading.Lock()
        self._running: list[tuple[threading.Thread, dict[str, int]]] = []
        self._ended: dict[str, int] = {}

    def add(self, name: str, amount: int = 1) -> None:
        """Count one event, or `amount` of them."""
        try:
            counts: dict[str, int] = self._local.counts
        except AttributeError:
            counts = self._begin()
        counts[name] = counts.get(name, 0) + amount

    def totals(self) -> dict[str, int]:
        """Return the sum over all threads, sorted by name.

        What is being counted at this moment may or may not be in it.
        """
        with self._lock:
            sums = dict(self._ended)
            for _, counts in self._running:
                _add_all(sums, counts)
        return dict(sorted(sums.items()))

    def _begin(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self._lock:
            self._fold_ended_threads()
            self._running.append((threading.current_thread(), counts))
        self._local.counts = counts
        return counts

    def _fold_ended_threads(self) -> None:
        # Worker threads come and go; their counts stay, the threads do not.
        running = []
        for thread, counts in self._running:
            if thread.is_alive():
                running.append((thread, counts))
            else:
                _add_all(self._ended, counts)
        self._running = running


def _add_all(sums: dict[str, int], counts: dict[str, int]) -> None:
    # `copy` is one step of the interpreter; iterating would not be.
    for name, count in counts.copy().items():
        sums[name] = sums.get(name, 0) + count
