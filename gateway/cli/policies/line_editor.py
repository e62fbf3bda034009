"""Lines from a person at a terminal: completion, history, Ctrl-C.

Uses what Python comes with. Where it comes without `readline`, lines are plain.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Final

# Whatever ends a word. A point does not: `identity.email` is completed as a whole.
_DELIMITERS: Final = " \t\n()[]{},:?!=<>&|+-*/%'\"`"
_MOST_LINES: Final = 1_000
_ONLY_MINE: Final = 0o600

Complete = Callable[[str], Sequence[str]]


def find_readline() -> ModuleType | None:
    """Return the module, or `None` if this Python was built without it."""
    try:
        import readline  # noqa: PLC0415 - not every Python has it
    except ImportError:
        return None
    return readline


class LineEditor:
    """Reads lines at a terminal."""

    def __init__(
        self,
        complete: Complete,
        *,
        history: Path | None,
        readline: Any = None,
        read: Callable[[str], str] = input,
    ) -> None:
        """Prepare the terminal.

        Args:
            complete: Given what stands before the cursor, returns what may take the place
                of the last word.
            history: Where lines are kept for the next time; `None` for nowhere.
            readline: The module; without it there is neither completion nor history.
            read: Prints a prompt and returns the line.
        """
        self._complete = complete
        self._history = history
        self._readline = readline
        self._read = read
        self._found: Sequence[str] = ()
        if readline is not None:
            readline.set_completer_delims(_DELIMITERS)
            readline.set_completer(self.completion)
            is_libedit = "libedit" in (readline.__doc__ or "")
            bind = "bind ^I rl_complete" if is_libedit else "tab: complete"
            readline.parse_and_bind(bind)
            self._load()

    def read(self, prompt: str) -> str:
        """Return the next line.

        Raises:
            EOFError: There is none: Ctrl-D.
            KeyboardInterrupt: The line was given up: Ctrl-C.
        """
        return self._read(prompt)

    def completion(self, _word: str, number: int) -> str | None:
        """Return one of the words that may stand here; `None` when there are no more."""
        if number == 0:
            line = self._readline.get_line_buffer()
            self._found = self._complete(line[: self._readline.get_endidx()])
        return self._found[number] if number < len(self._found) else None

    def _load(self) -> None:
        if self._history is None:
            return
        try:
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Nobody else's business: expressions may name people.
            os.close(os.open(self._history, os.O_CREAT | os.O_RDWR, _ONLY_MINE))
            self._readline.read_history_file(self._history)
        except OSError:
            # A folder that nobody may write to means that nothing is to be kept.
            self._history = None

    def close(self) -> None:
        """Keep what was typed, if there is a place for it."""
        if self._readline is None or self._history is None:
            return
        self._readline.set_history_length(_MOST_LINES)
        with suppress(OSError):
            self._readline.write_history_file(self._history)
