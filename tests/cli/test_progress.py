"""A bar for people who wait, and nothing for anybody else."""

import io
import sys

import pytest
from typing_extensions import override

from gateway.cli.progress import progress


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_nothing_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A log would fill with it."""
    with progress("tests", 2) as advance:
        advance()

    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the standard error: the standard output may be a file."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")

    with progress("mutants", 2) as advance:
        advance()
        advance()

    assert "mutants" in terminal.getvalue()


def test_steps_may_be_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a number that nobody knows, such as the bytes of a pipe."""
    with progress("replaying", None) as advance:
        advance(1000)
    assert capsys.readouterr() == ("", "")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("replaying", 2000) as advance:
        advance(1000)

    assert "50%" in terminal.getvalue()
