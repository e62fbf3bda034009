"""Lines from a terminal: completed, kept for the next time, or plain."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from gateway.cli.policies.line_editor import LineEditor, find_readline


class Terminal:
    """Stands for `readline`: what it was told, and what is on the line."""

    def __init__(self, doc: str = "GNU readline") -> None:
        self.__doc__ = doc
        self.line = ""
        self.bound = ""
        self.delimiters = ""
        self.lines: list[str] = []
        self.completer: Callable[[str, int], str | None] | None = None
        self.length = 0

    def set_completer(self, completer: Callable[[str, int], str | None]) -> None:
        self.completer = completer

    def set_completer_delims(self, delimiters: str) -> None:
        self.delimiters = delimiters

    def parse_and_bind(self, text: str) -> None:
        self.bound = text

    def get_line_buffer(self) -> str:
        return self.line + " and what stands behind the cursor"

    def get_endidx(self) -> int:
        return len(self.line)

    def read_history_file(self, path: Path) -> None:
        self.lines = path.read_text().split()

    def set_history_length(self, length: int) -> None:
        self.length = length

    def write_history_file(self, path: Path) -> None:
        path.write_text("\n".join(self.lines))


def words(text: str) -> list[str]:
    return [f"{text}1", f"{text}2"] if text else []


def test_the_words_of_the_line_are_offered_one_by_one() -> None:
    """What stands behind the cursor does not count."""
    terminal = Terminal()
    LineEditor(words, history=None, readline=terminal)
    assert terminal.completer is not None

    terminal.line = "id"
    assert [terminal.completer("id", n) for n in range(3)] == ["id1", "id2", None]
    terminal.line = ""
    assert terminal.completer("", 0) is None
    assert "." not in terminal.delimiters


@pytest.mark.parametrize(
    ("doc", "bound"),
    [("GNU readline", "tab: complete"), ("uses libedit", "bind ^I rl_complete")],
)
def test_the_tabulator_completes(doc: str, bound: str) -> None:
    """Each library has its own way to say so."""
    terminal = Terminal(doc)
    LineEditor(words, history=None, readline=terminal)

    assert terminal.bound == bound


def test_lines_are_kept_for_the_next_time(tmp_path: Path) -> None:
    """In a file that nobody else may read."""
    history = tmp_path / "new" / "history"
    first, second = Terminal(), Terminal()
    editor = LineEditor(words, history=history, readline=first)
    first.lines = ["a", "b"]
    editor.close()
    LineEditor(words, history=history, readline=second)

    assert second.lines == ["a", "b"]
    assert first.length == 1_000
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    """And is no reason to fail."""
    (tmp_path / "file").write_text("")
    terminal = Terminal()
    editor = LineEditor(words, history=tmp_path / "file" / "h", readline=terminal)
    terminal.lines = ["a"]
    editor.close()

    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
    assert terminal.length == 0


def test_a_folder_that_is_gone_at_the_end_keeps_nothing(tmp_path: Path) -> None:
    """Neither is that."""
    terminal = Terminal()
    editor = LineEditor(words, history=tmp_path / "a" / "h", readline=terminal)
    (tmp_path / "a" / "h").unlink()
    (tmp_path / "a").rmdir()

    editor.close()
    assert not (tmp_path / "a").exists()


def test_without_the_library_lines_are_plain(tmp_path: Path) -> None:
    """Read as they are, and not kept."""
    prompts: list[str] = []

    def read(prompt: str) -> str:
        prompts.append(prompt)
        return "1 + 1"

    editor = LineEditor(words, history=tmp_path / "h", readline=None, read=read)

    assert editor.read("> ") == "1 + 1"
    editor.close()
    assert prompts == ["> "]
    assert list(tmp_path.iterdir()) == []


def test_the_library_is_found_where_python_has_it() -> None:
    """As this one has."""
    assert isinstance(find_readline(), ModuleType)
