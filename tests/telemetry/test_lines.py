"""The queue of log lines."""

import threading
import time
from datetime import timedelta

from typing_extensions import override

from gateway.telemetry import lines
from gateway.telemetry.lines import LineWriter
from tests.telemetry.fakes import MemorySink

# Long enough that only `flush` and `close` write.
NEVER = timedelta(hours=1)


class FullDisk(MemorySink):
    @override
    def write(self, data: bytes) -> None:
        raise OSError(28, "No space left on device")


class StalledSink(MemorySink):
    """A pipe whose reader has stopped reading."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.go_on = threading.Event()

    @override
    def write(self, data: bytes) -> None:
        self.reached.set()
        self.go_on.wait(30)
        super().write(data)


def test_lines_are_written_in_order_and_whole() -> None:
    """One line for each `put`, ended by a line feed."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=NEVER)

    for number in range(3000):
        writer.put(str(number))
    writer.close()

    assert sink.data == b"".join(b"%d\n" % number for number in range(3000))
    assert sink.closed
    assert writer.dropped == 0


def test_the_thread_writes_without_being_asked() -> None:
    """An operator who follows the log sees a line soon after the request."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=timedelta(milliseconds=1))

    writer.put("line")
    deadline = time.monotonic() + 10
    while not sink.data and time.monotonic() < deadline:
        time.sleep(0.001)

    assert sink.data == b"line\n"
    writer.close()


def test_the_queue_takes_its_number_and_counts_the_rest() -> None:
    """The last line that fits, and the first that does not."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, max_lines=2, flush_every=NEVER)

    writer.put("one")
    writer.put("two")
    assert writer.dropped == 0
    writer.put("three")

    assert writer.dropped == 1
    writer.close()
    assert sink.data == b"one\ntwo\n"


def test_long_lines_have_room_for_so_many_characters() -> None:
    """A record may be long, and the queue's memory is bounded all the same."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=NEVER)
    long = "x" * (lines.MAX_LONG // 4)

    for _ in range(5):
        writer.put(long)
    writer.put("short")
    assert writer.dropped == 1
    writer.flush()
    writer.put(long)
    writer.close()

    assert writer.dropped == 1
    assert len(sink.data.splitlines()) == 6


def test_a_sink_that_fails_costs_lines_and_nothing_else() -> None:
    """A full disk must not stop requests, nor the thread that will try again."""
    writer = LineWriter(sink=FullDisk(), flush_every=NEVER)

    writer.put("one")
    writer.put("two")
    writer.flush()
    writer.put("three")
    writer.close()

    assert writer.dropped == 3


def test_a_stalled_sink_blocks_neither_callers_nor_the_end() -> None:
    """`put` returns at once and `close` gives up; what is left is counted."""
    sink = StalledSink()
    writer = LineWriter(sink=sink, max_lines=10, flush_every=timedelta(milliseconds=1))
    writer.put("taken by the thread")
    assert sink.reached.wait(10)

    for number in range(12):
        writer.put(str(number))
    started = time.monotonic()
    writer.close()

    assert time.monotonic() - started < lines.CLOSE_TIMEOUT.total_seconds() + 5
    assert writer.dropped == 12
    assert not sink.closed
    sink.go_on.set()


def test_a_line_after_the_end_is_counted() -> None:
    """Nothing is lost without a trace."""
    writer = LineWriter(sink=MemorySink(), flush_every=NEVER)
    writer.close()

    writer.put("too late")

    assert writer.dropped == 1


def test_a_lone_surrogate_does_not_stop_the_log() -> None:
    """A path or a message may hold what UTF-8 cannot write."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=NEVER)

    writer.put("bad \ud800 text")
    writer.close()

    assert sink.data == b"bad \\ud800 text\n"


def test_many_threads_lose_nothing() -> None:
    """Handlers run in worker threads, the data plane in the event loop."""
    sink = MemorySink()
    writer = LineWriter(
        sink=sink, max_lines=10**6, flush_every=timedelta(milliseconds=1)
    )

    def log(name: str) -> None:
        for number in range(500):
            writer.put(f"{name}-{number}")

    threads = [threading.Thread(target=log, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    assert len(set(sink.data.splitlines())) == 4000
    assert writer.dropped == 0
