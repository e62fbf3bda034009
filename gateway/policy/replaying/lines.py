"""The lines of logs, one after the other, however long somebody made them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from gateway.policy.replaying.record import MAX_LINE

_SET_ASIDE = re.compile(r"(?P<name>.+)\.(?P<number>[1-9][0-9]{0,5})")


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines; of one that is longer than any record, the beginning.

    What is yielded of it is longer than a record still, so that whoever parses it can tell.

    Args:
        stream: Of bytes, buffered.

    Raises:
        OSError: It cannot be read.
    """
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE + 1)


def in_order(paths: Iterable[Path]) -> Sequence[Path]:
    """Return log files with the oldest of each rotated log first.

    `decisions.jsonl.2` comes before `decisions.jsonl.1`, and that before `decisions.jsonl`.
    Different logs stay in the order in which they are named.
    """
    given = list(paths)
    first: dict[Path, int] = {}
    for rank, path in enumerate(given):
        first.setdefault(_rotated(path)[0], rank)

    def age(path: Path) -> tuple[int, int]:
        log, number = _rotated(path)
        return first[log], -number

    return sorted(given, key=age)


def _rotated(path: Path) -> tuple[Path, int]:
    match = _SET_ASIDE.fullmatch(path.name)
    if match is None:
        return path, 0
    return path.with_name(match["name"]), int(match["number"])
