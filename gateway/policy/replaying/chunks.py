"""Runs of lines of a log: small enough to hand around, large enough to be worth it.

What comes of one depends on no other, and the summaries of all of them, put together in
their order, are the summary of the log. So they may be replayed at the same time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, NamedTuple

from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.lines import read_lines
from gateway.policy.replaying.record import parse_record
from gateway.policy.replaying.replayer import Replayer
from gateway.policy.replaying.summary import Summary

# About a tenth of a second, and as often as anybody can see a bar move.
MAX_LINES: Final = 1000

# Lines may be long.
MAX_BYTES: Final = 4 * 1024 * 1024


class Chunk(NamedTuple):
    """Some lines of a log, one after the other.

    Attributes:
        name: Of the log, as people know it.
        first: The number of the first line, counted from 1.
        lines: The lines.
        size: How many bytes they are.
    """

    name: str
    first: int
    lines: list[bytes]
    size: int


def chunks_of(stream: BinaryIO, name: str) -> Iterator[Chunk]:
    """Yield the lines of a log in their order.

    Args:
        stream: Of bytes, buffered.
        name: The log's.

    Raises:
        OSError: It cannot be read.
    """
    first, lines, size = 1, list[bytes](), 0
    for line in read_lines(stream):
        lines.append(line)
        size += len(line)
        if len(lines) >= MAX_LINES or size >= MAX_BYTES:
            yield Chunk(name, first, lines, size)
            first, lines, size = first + len(lines), [], 0
    if lines:
        yield Chunk(name, first, lines, size)


def replay_chunk(chunk: Chunk, *, replayer: Replayer, examples: int) -> Summary:
    """Return what comes of the records in a chunk.

    Args:
        chunk: Lines of a log.
        replayer: Decides them anew.
        examples: How many records to keep for each group.
    """
    # Whether there are too many groups is seen where the chunks are put together.
    summary = Summary(examples=examples, groups=len(chunk.lines))
    with _without_collector():
        for number, line in enumerate(chunk.lines, chunk.first):
            _replay_line(line, f"{chunk.name}:{number}", replayer, summary)
    return summary


def _replay_line(line: bytes, where: str, replayer: Replayer, summary: Summary) -> None:
    try:
        record = parse_record(line)
        if record is None:
            summary.passed_over += 1
        else:
            summary.add(replayer.answer(record), where)
    except MalformedRecordError as error:
        summary.reject(where, str(error))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the collector of cycles from running.

    A record leaves nothing behind that it would have to find, but makes enough for it to
    look a few times. What errors leave is collected between two chunks.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
