"""A queue of log lines that never makes a request wait.

Whoever logs hands over a finished line and goes on; one thread writes what has gathered.
If the sink is slower than the gateway, lines are dropped and counted: a full disk or a
stalled reader may cost log lines, never requests.
"""

import contextlib
import threading
from collections import deque
from datetime import timedelta
from typing import Protocol

# At 10,000 requests a second, a tenth of a second gathers a thousand lines.
FLUSH_EVERY = timedelta(milliseconds=100)
MAX_LINES = 8192

# So many characters of lines that are longer than usual may wait; the others are bounded
# by their number.
LONG_LINE = 4096
MAX_LONG = 16 * 1024 * 1024

# How long `close` waits for a sink that does not take what is left.
CLOSE_TIMEOUT = timedelta(seconds=2)

# How many lines one write takes at most, so that a batch stays below a few megabytes.
BATCH_LINES = 1024


class Sink(Protocol):
    """Where lines end up."""

    def write(self, data: bytes) -> None:
        """Write whole lines, or raise `OSError`. May block."""

    def close(self) -> None:
        """Let go of what was opened."""


class LineWriter:
    """Takes lines from any thread and writes them to one sink."""

    def __init__(
        self,
        *,
        sink: Sink,
        max_lines: int = MAX_LINES,
        flush_every: timedelta = FLUSH_EVERY,
    ) -> None:
        self._sink = sink
        self._max_lines = max_lines
        self._flush_seconds = flush_every.total_seconds()
        # `deque` appends and pops atomically, so the warm path takes no lock.
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._long = 0
        self._counting = threading.Lock()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="log-writer", daemon=True
        )
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many lines were lost since the start."""
        return self._dropped

    def put(self, line: str) -> None:
        """Queue one line, without its line end; drop it if the queue is full.

        Never blocks and never raises.
        """
        if len(self._lines) >= self._max_lines or (
            len(line) > LONG_LINE and not self._make_room(len(line))
        ):
            self._drop(1)
        else:
            self._lines.append(line)

    def flush(self) -> None:
        """Write what is queued now, in the calling thread."""
        with self._writing:
            while self._lines:
                self._write_batch()

    def close(self) -> None:
        """Write what is left, for at most `CLOSE_TIMEOUT`, and close the sink.

        Lines that come later are counted as dropped.
        """
        self._closing.set()
        self._max_lines = 0
        self._thread.join(CLOSE_TIMEOUT.total_seconds())
        if self._thread.is_alive():
            # The sink blocks. Closing it under the thread would be worse than leaving.
            self._drop(len(self._lines))
            return
        self.flush()
        with contextlib.suppress(OSError):
            self._sink.close()

    def _run(self) -> None:
        while not self._closing.wait(self._flush_seconds):
            self.flush()
        self.flush()

    def _write_batch(self) -> None:
        count = min(len(self._lines), BATCH_LINES)
        lines = [self._lines.popleft() for _ in range(count)]
        long = sum(len(line) for line in lines if len(line) > LONG_LINE)
        if long:
            self._make_room(-long)
        lines.append("")
        try:
            self._sink.write("\n".join(lines).encode("utf-8", "backslashreplace"))
        except (OSError, ValueError):
            # ValueError: somebody closed the stream beneath us.
            self._drop(count)

    def _make_room(self, characters: int) -> bool:
        # Long lines are rare, so that a lock costs nothing.
        with self._counting:
            if self._long + characters > MAX_LONG:
                return False
            self._long += characters
            return True

    def _drop(self, count: int) -> None:
        with self._counting:
            self._dropped += count
