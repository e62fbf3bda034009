"""The lines of logs."""

import io
from pathlib import Path

from gateway.policy.replaying.lines import in_order, read_lines
from gateway.policy.replaying.record import MAX_LINE


def test_lines_come_one_by_one() -> None:
    """The last may lack its end."""
    stream = io.BytesIO(b"a\n\nb")

    assert list(read_lines(stream)) == [b"a\n", b"\n", b"b"]


def test_a_line_without_end_takes_no_memory() -> None:
    """Its beginning is given, long enough to be refused; the next line is not lost."""
    longest = b"x" * (MAX_LINE - 1) + b"\n"
    stream = io.BytesIO(
        longest + b"y" * (5 * MAX_LINE) + b"\nz\n" + b"w" * MAX_LINE * 2
    )

    first, second, third, fourth = read_lines(stream)

    assert first == longest
    assert second == b"y" * (MAX_LINE + 1)
    assert third == b"z\n"
    assert fourth == b"w" * (MAX_LINE + 1)


def test_the_oldest_of_a_rotated_log_comes_first() -> None:
    """As a shell sorts them, the youngest would."""
    names = [
        "b.jsonl",
        "a.jsonl",
        "a.jsonl.1",
        "a.jsonl.10",
        "a.jsonl.2",
        "x/a.jsonl.3",
    ]

    ordered = in_order([Path(name) for name in names])

    assert [str(path) for path in ordered] == [
        "b.jsonl",
        "a.jsonl.10",
        "a.jsonl.2",
        "a.jsonl.1",
        "a.jsonl",
        "x/a.jsonl.3",
    ]


def test_a_log_may_be_named_twice() -> None:
    """Whoever asks for it gets it."""
    assert in_order([Path("a"), Path("a.1"), Path("a")]) == [
        Path("a.1"),
        Path("a"),
        Path("a"),
    ]
