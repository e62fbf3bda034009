"""Counters."""

import threading

from gateway.telemetry.counters import Counters


def test_events_are_added_up_by_name() -> None:
    """And listed in the order of the names."""
    counters = Counters()

    counters.add("requests")
    counters.add("requests")
    counters.add("bytes", 512)

    assert list(counters.totals().items()) == [("bytes", 512), ("requests", 2)]


def test_no_thread_loses_a_count() -> None:
    """`x += 1` from several threads does."""
    counters = Counters()

    def count() -> None:
        for _ in range(5000):
            counters.add("requests")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counters.totals() == {"requests": 40000}


def test_threads_that_ended_leave_their_counts_and_nothing_else() -> None:
    """A thread pool starts and ends threads for as long as the gateway runs."""
    counters = Counters()

    for _ in range(50):
        thread = threading.Thread(target=counters.add, args=("requests",))
        thread.start()
        thread.join()

    assert counters.totals() == {"requests": 50}
    assert len(counters._running) == 1
