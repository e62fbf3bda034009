"""Where log lines end up."""

import io
import os
import resource
import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config.settings.log import AccessLog, SinkKind
from gateway.config.settings.log import Sink as Setting
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.sinks import FileSink, StreamSink, open_sink, set_aside

MANY = 1024 * 1024


def opened(path: Path, max_bytes: int = MANY, keep: int = 2) -> FileSink:
    return FileSink(path, max_bytes=max_bytes, keep=keep)


def contents(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def test_each_setting_has_its_sink(tmp_path: Path) -> None:
    """`stdout`, `none` and `file:PATH` are what `config.toml` can say."""
    stdout = io.BytesIO()
    to_file = Setting(SinkKind.FILE, tmp_path / "state" / "access.jsonl")

    on_stdout = open_sink(AccessLog(sink=Setting(SinkKind.STDOUT)), stdout=stdout)
    in_file = open_sink(AccessLog(sink=to_file), stdout=stdout)
    assert on_stdout is not None
    assert in_file is not None
    on_stdout.write(b"one\n")
    in_file.write(b"two\n")

    assert stdout.getvalue() == b"one\n"
    assert (tmp_path / "state" / "access.jsonl").read_bytes() == b"two\n"
    assert open_sink(AccessLog(sink=Setting(SinkKind.NONE)), stdout=stdout) is None
    in_file.close()


def test_a_borrowed_stream_stays_open() -> None:
    """Other parts of the program still write to standard output."""
    stream = io.BytesIO()

    StreamSink(stream).close()

    assert not stream.closed


def test_a_log_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It names identities and paths."""
    path = tmp_path / "very" / "deep" / "log"

    before = os.umask(0)
    try:
        opened(path).close()
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    """A restart continues the file."""
    path = tmp_path / "log"
    path.write_bytes(b"before\n")

    sink = opened(path)
    sink.write(b"after\n")
    sink.close()

    assert path.read_bytes() == b"before\nafter\n"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_moved_away_is_made_anew(
    tmp_path: Path, *, replaced: bool
) -> None:
    """Log rotation renames the file, and some programs put a new one there."""
    path = tmp_path / "log"
    sink = opened(path)
    sink.write(b"one\n")

    path.rename(tmp_path / "log.1")
    if replaced:
        path.touch()
    sink.write(b"two\n")
    sink.close()

    assert (tmp_path / "log.1").read_bytes() == b"one\n"
    assert path.read_bytes() == b"two\n"


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    """A log that cannot be written is found at the start, not at the first request."""
    with pytest.raises(OSError, match="directory"):
        opened(tmp_path)


def test_a_sink_that_was_closed_opens_again(tmp_path: Path) -> None:
    """Closing twice is fine too."""
    sink = opened(tmp_path / "log")
    sink.close()
    sink.close()

    sink.write(b"line\n")
    sink.close()

    assert (tmp_path / "log").read_bytes() == b"line\n"


def test_half_a_line_does_not_spoil_the_next(tmp_path: Path) -> None:
    """When the disk was full in the middle of a line, the next starts on its own."""
    path = tmp_path / "log"
    sink = opened(path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
        with pytest.raises(OSError, match="large"):
            sink.write(b"one-line\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    sink.write(b"two\n")
    sink.close()

    assert path.read_bytes() == b"one-\ntwo\n"


@pytest.mark.parametrize("moved", [False, True])
def test_half_a_line_of_another_process_does_not_either(
    tmp_path: Path, *, moved: bool
) -> None:
    """A gateway that was killed in the middle of a write; then the next one starts."""
    path = tmp_path / "log"
    if not moved:
        path.write_bytes(b"one\nhalf a l")
    sink = opened(path)
    if moved:
        path.unlink()
        path.write_bytes(b"one\nhalf a l")

    sink.write(b"two\n")
    sink.write(b"three\n")
    sink.close()

    assert path.read_bytes() == b"one\nhalf a l\ntwo\nthree\n"


def test_what_cannot_be_read_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may only write finds no half a line."""
    path = tmp_path / "log"
    path.write_bytes(b"one\n")

    def refuse(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        sink = opened(path)
    sink.write(b"two\n")
    sink.close()

    assert path.read_bytes() == b"one\ntwo\n"


def test_a_file_does_not_leak_into_started_programs(tmp_path: Path) -> None:
    """Nothing that the gateway starts inherits its logs."""
    sink = opened(tmp_path / "log")

    assert not os.get_inheritable(sink._descriptor)
    sink.close()


def test_a_file_is_set_aside_before_it_becomes_too_long(tmp_path: Path) -> None:
    """The last write that fits, and the first that does not."""
    path = tmp_path / "log"
    sink = opened(path, max_bytes=8)

    for line in (b"one\n", b"two\n", b"3\n", b"four\n", b"five\n"):
        sink.write(line)
    sink.close()

    assert contents(path) == {
        "log": b"five\n",
        "log.1": b"3\nfour\n",
        "log.2": b"one\ntwo\n",
    }


def test_the_oldest_file_goes_when_there_are_enough(tmp_path: Path) -> None:
    """`keep` is what the disk has to have room for."""
    path = tmp_path / "log"
    sink = opened(path, max_bytes=1, keep=2)

    for line in (b"one\n", b"two\n", b"three\n", b"four\n"):
        sink.write(line)
    sink.close()

    assert contents(path) == {
        "log": b"four\n",
        "log.1": b"three\n",
        "log.2": b"two\n",
    }


def test_lines_that_come_together_are_put_where_there_is_room(tmp_path: Path) -> None:
    """A busy second is one write; each line of it is whole, and in one file."""
    path = tmp_path / "log"
    sink = opened(path, max_bytes=8, keep=9)

    sink.write(b"one\n")
    sink.write(b"2\ntoo long a line\nthree\n4\nfive\nsix\n")
    sink.close()

    assert contents(path) == {
        "log": b"six\n",
        "log.1": b"five\n",
        "log.2": b"three\n4\n",
        "log.3": b"too long a line\n",
        "log.4": b"one\n2\n",
    }


def test_many_threads_lose_no_line_to_rotation(tmp_path: Path) -> None:
    """Through the queue, as the gateway writes."""
    path = tmp_path / "log"
    writer = LineWriter(
        sink=opened(path, max_bytes=512, keep=1000),
        max_lines=100_000,
        flush_every=timedelta(milliseconds=1),
    )

    def log(name: int) -> None:
        for number in range(500):
            writer.put(f"{name}-{number}")

    threads = [threading.Thread(target=log, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    files = contents(path)
    lines = b"".join(files.values()).splitlines()
    assert sorted(lines) == sorted(
        f"{name}-{number}".encode() for name in range(4) for number in range(500)
    )
    assert max(map(len, files.values())) <= 512
    assert writer.dropped == 0


def test_two_processes_set_a_full_file_aside_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old gateway still drains while the new one writes; each file is kept in turn."""
    path = tmp_path / "log"
    old, new = opened(path, max_bytes=8, keep=2), opened(path, max_bytes=8, keep=2)
    append = old._append

    def overtaken(data: bytes) -> None:
        append(data)
        monkeypatch.setattr(old, "_append", append)
        new.write(b"new\n")

    monkeypatch.setattr(old, "_append", overtaken)
    old.write(b"1234567\nold\n")
    old.close()
    new.close()

    assert contents(path) == {"log": b"new\nold\n", "log.1": b"1234567\n"}


def test_a_write_that_is_too_long_by_itself_is_not_torn(tmp_path: Path) -> None:
    """A line is in one file."""
    path = tmp_path / "log"
    sink = opened(path, max_bytes=4)

    sink.write(b"a long line\n")
    sink.write(b"b\n")
    sink.close()

    assert contents(path) == {"log": b"b\n", "log.1": b"a long line\n"}


def test_a_rotation_that_was_interrupted_loses_nothing(tmp_path: Path) -> None:
    """The number that it left free is filled, and what lies behind stays."""
    path = tmp_path / "log"
    path.write_bytes(b"now\n")
    set_aside(path, 2).write_bytes(b"before\n")
    sink = opened(path, max_bytes=1, keep=2)

    sink.write(b"then\n")
    sink.close()

    assert contents(path) == {"log": b"then\n", "log.1": b"now\n", "log.2": b"before\n"}


def test_a_file_that_cannot_be_set_aside_goes_on(tmp_path: Path) -> None:
    """Too long is better than lost."""
    path = tmp_path / "log"
    (set_aside(path, 1) / "in the way").mkdir(parents=True)
    sink = opened(path, max_bytes=1, keep=1)

    sink.write(b"one\n")
    sink.write(b"two\n")
    sink.close()

    assert path.read_bytes() == b"one\ntwo\n"


def test_what_was_torn_stays_with_its_file(tmp_path: Path) -> None:
    """The next file begins with a whole line."""
    path = tmp_path / "log"
    path.write_bytes(b"half a l")
    sink = opened(path, max_bytes=8)
    sink._torn = True

    sink.write(b"whole\n")
    sink.close()

    assert contents(path) == {"log": b"whole\n", "log.1": b"half a l"}
