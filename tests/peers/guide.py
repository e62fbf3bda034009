"""Runs a page of the documentation as a reader would, from its first block to its last.

Three kinds of fenced blocks, and no other:

- `toml` after a line that ends in the file's name and a colon: the file is written;
- `diff`: the change is applied;
- `console`: each line that begins with `$ ` is run in one shell, in the page's order, and
  what it prints has to be what follows. `…` stands for any run of characters, on a line of
  its own for any number of lines.
"""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_BLOCK: Final = re.compile(
    r"(?P<before>[^\n]*)\n+```(?P<kind>[a-z]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FILE: Final = re.compile(r"`([\w./-]+)`[^`]*:\s*$")
_MARK: Final = "-- the end of a command --"
_ANYTHING: Final = "…"
_SECONDS: Final = 120


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        line: Where it begins in the page.
        kind: `toml`, `diff`, `console`, or what should not be there.
        file: For `toml`, the file that it is.
        text: What stands in it.
    """

    line: int
    kind: str
    file: str
    text: str

    def commands(self) -> Iterator[tuple[str, str]]:
        """Yield the commands of a `console` block, each with what it should print."""
        for piece in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            lines = piece.split("\n")
            end = next(n for n, each in enumerate(lines) if not each.endswith("\\")) + 1
            yield "\n".join(lines[:end]), "\n".join(lines[end:])


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the blocks of a page in their order."""
    for found in _BLOCK.finditer(page):
        named = _FILE.search(found["before"])
        line = page.count("\n", 0, found.start("text"))
        yield Block(line, found["kind"], named[1] if named else "", found["text"])


class Shell:
    """One shell for all commands of a page: what one sets, the next one finds."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._shell = subprocess.Popen(
            ["/bin/bash", "--norc", "--noprofile"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """Return what a command prints, on either stream."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        # Commands read what the page gives them, and not the next command.
        self._shell.stdin.write(
            f"{{ {command}\n}} </dev/null\nprintf '\\n{_MARK}\\n'\n"
        )
        self._shell.stdin.flush()
        # One that waits for somebody to press a key would wait for ever.
        end = threading.Timer(_SECONDS, self._shell.kill)
        end.start()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line == f"{_MARK}\n":
                break
            lines.append(line)
        end.cancel()
        assert self._shell.poll() is None, f"{command}: no end within {_SECONDS} s"
        return "".join(lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shell.kill()
        self._shell.communicate()


def apply(
    block: Block, folder: Path, shell: Shell, *, settled: Callable[[], None]
) -> None:
    """Do what a block says, and compare what comes of it.

    Args:
        block: What to do.
        folder: Where files are written and changed.
        shell: Where commands are run.
        settled: Returns once the running gateway has taken up the files. Called before
            what asks it: a reader is slower than a change of the files takes.

    Raises:
        AssertionError: Something else was printed, or a change does not apply.
    """
    match block.kind:
        case "toml":
            assert block.file, f"line {block.line}: no file is named before the block"
            path = folder / block.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text)
        case "diff":
            _patch(block, folder)
        case "console":
            for command, expected in block.commands():
                if "curl" in command:
                    settled()
                _compare(block, command, expected, _run(shell, command, expected))
        case _:
            raise AssertionError(f"line {block.line}: a block of kind `{block.kind}`")


def _run(shell: Shell, command: str, expected: str) -> str:
    """Return what a command prints.

    What asks the running gateway is asked again until it says what the page shows: a
    recorded decision is written out a moment later.
    """
    printed = shell.run(command)
    end = time.monotonic() + _SECONDS
    while "curl" in command and not matches(expected, printed):
        if time.monotonic() > end:
            break
        time.sleep(1)
        printed = shell.run(command)
    return printed


def _patch(block: Block, folder: Path) -> None:
    done = subprocess.run(
        ["git", "apply", "--recount", "--unidiff-zero", "-"],  # noqa: S607 - as found
        cwd=folder,
        input=block.text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"line {block.line}: {done.stderr}"


def _compare(block: Block, command: str, expected: str, printed: str) -> None:
    assert matches(expected, printed), (
        f"line {block.line}: {command}\n--- the page ---\n{expected}"
        f"\n--- in truth ---\n{printed}"
    )


def matches(expected: str, printed: str) -> bool:
    """Return whether a text is what a page shows, ends of lines and of the text apart."""
    pattern = ""
    for line in expected.rstrip("\n").split("\n"):
        if line.strip() == _ANYTHING:
            pattern += r"(?:[^\n]*\n)*?"
        else:
            parts = (re.escape(part) for part in line.rstrip().split(_ANYTHING))
            pattern += r"[^\n]*?".join(parts) + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None
