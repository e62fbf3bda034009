"""Reading a log while it is written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry import trail
from gateway.telemetry.sinks import FileSink, set_aside
from gateway.telemetry.trail import MAX_LINE, Follower, files_of, lines_backwards


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def polled(follower: Follower) -> list[str]:
    return [line.decode() for line in follower.poll()]


def test_the_files_of_a_log_are_found_by_their_names(path: Path) -> None:
    """The youngest first; what only looks like one is none."""
    for name in ("log.jsonl.10", "log.jsonl.2", "log.jsonl", "log.jsonl.1"):
        (path.parent / name).touch()
    for name in ("log.jsonl.01", "log.jsonl.gz", "log.jsonl.", "other.jsonl.1"):
        (path.parent / name).touch()
    set_aside(path, 3).mkdir()

    assert [file.name for file in files_of(path)] == [
        *("log.jsonl", "log.jsonl.1", "log.jsonl.2", "log.jsonl.10")
    ]


def test_lines_come_backwards_through_all_files(path: Path) -> None:
    """What is being written has to wait."""
    set_aside(path, 2).write_text("one\ntwo\n")
    set_aside(path, 1).write_text("")
    path.write_text("three\n\nfour\nhal")

    assert list(lines_backwards(path)) == [b"four", b"", b"three", b"two", b"one"]


@pytest.mark.parametrize("text", ["", "no end"])
def test_a_file_without_a_whole_line_has_none(path: Path, text: str) -> None:
    """Nor has one that is not there."""
    assert list(lines_backwards(path)) == []
    path.write_text(text)

    assert list(lines_backwards(path)) == []


@given(lines=st.lists(st.binary(max_size=6)), block=st.integers(1, 9))
def test_blocks_do_not_show(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], block: int
) -> None:
    """Wherever they begin."""
    whole = [line.replace(b"\n", b"") for line in lines]
    file = tmp_path_factory.mktemp("log") / "log"
    file.write_bytes(b"".join(line + b"\n" for line in whole))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail, "_BLOCK", block)
        backwards = list(lines_backwards(file))

    assert backwards == whole[::-1]


def test_what_has_no_end_does_not_fill_the_memory(path: Path) -> None:
    """It is no line of ours; those around it are still found."""
    path.write_bytes(b"one\n" + b"x" * (3 * MAX_LINE) + b"\ntwo\n")

    two, *pieces, one = lines_backwards(path)

    assert (one, two) == (b"one", b"two")
    assert max(map(len, pieces)) <= MAX_LINE + trail._BLOCK
    with Follower(path) as follower:
        write(path, "x" * (3 * MAX_LINE))
        assert polled(follower) == []
        assert len(follower._rest) <= MAX_LINE


def test_new_lines_are_given_once(path: Path) -> None:
    """What was there before is not, and half a line is given when it is whole."""
    write(path, "before\nha")

    with Follower(path) as follower:
        assert polled(follower) == []
        write(path, "lf\none\ntw")
        assert polled(follower) == ["half", "one"]
        assert polled(follower) == []
        write(path, "o\n")
        assert polled(follower) == ["two"]


def test_a_file_may_come_later(path: Path) -> None:
    """Of a gateway that has not been started."""
    with Follower(path) as follower:
        assert polled(follower) == []
        write(path, "one\n")
        assert polled(follower) == ["one"]


@pytest.mark.parametrize("rotations", [1, 2, 3])
def test_no_rotation_hides_a_line(path: Path, rotations: int) -> None:
    """However often the file was set aside between two looks."""
    sink = FileSink(path, max_bytes=8, keep=5)
    sink.write(b"before\n")
    with Follower(path) as follower:
        written = [f"line {number}" for number in range(rotations + 1)]
        for line in written:
            sink.write(f"{line}\n".encode())
        assert polled(follower) == written
        sink.write(b"more\n")
        assert polled(follower) == ["more"]
        assert polled(follower) == []
    sink.close()


def test_what_was_written_before_the_rotation_is_not_lost(path: Path) -> None:
    """Lines at the end of the old file come before those of the new one."""
    write(path, "")
    with Follower(path) as follower:
        write(path, "old\ntorn")
        path.rename(set_aside(path, 1))
        write(path, "new\n")

        assert polled(follower) == ["old", "new"]


def test_a_file_that_is_removed_is_followed_by_the_next(path: Path) -> None:
    """Also while there is none."""
    set_aside(path, 1).write_text("ancient\n")
    write(path, "")
    with Follower(path) as follower:
        path.unlink()
        assert polled(follower) == []
        write(path, "new\n")
        assert polled(follower) == ["new"]


def test_a_file_that_is_cut_off_begins_anew(path: Path) -> None:
    """`copytruncate`."""
    write(path, "a long line\nrest")
    with Follower(path) as follower:
        path.write_text("")
        assert polled(follower) == []
        write(path, "new\n")
        assert polled(follower) == ["new"]


def test_closing_twice_is_fine(path: Path) -> None:
    """And polling opens the file again."""
    write(path, "one\n")
    follower = Follower(path)
    follower.close()
    follower.close()

    assert polled(follower) == ["one"]
    follower.close()
