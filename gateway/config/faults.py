"""One fault in a file, and how it is told to people and to editors.

Reference: docs/settings.md lists the files; `gateway.config.codes` the codes.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a fault keeps the gateway from starting."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that is wrong, or looks it.

    Attributes:
        code: Stable code: `E201`, `W120`.
        message: What is wrong, in one line. Never holds the value of a secret.
        file: The file as people know it, relative to the folder of `config.toml`.
        line: 1-based; 0 if the fault belongs to the file or folder as a whole.
        column: 1-based, in characters; 0 with line 0.
        length: How many characters the caret line covers.
        help: What to do about it; empty if the message says it all.
        source: The text of the line, secrets blacked out; empty if there is none.
        severity: Whether it keeps the gateway from starting.
    """

    code: str
    message: str
    file: str
    line: int = 0
    column: int = 0
    length: int = 1
    help: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR

    @property
    def where(self) -> str:
        """`file:line:column`, or the file alone if no line is meant."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def as_line(self) -> str:
        """Return the fault on one line, in the form that editors understand."""
        return f"{self.where}: {self.severity}[{self.code}] {self.message}"

    def as_text(self) -> str:
        """Return the fault with its source line, a caret line and the help."""
        if not self.source:
            return "\n".join([self.as_line(), *self._help_lines()])
        number = f"{self.line:>5}"
        # Tabs are kept, so that the carets stand where the terminal put the text.
        indent = "".join(
            "\t" if character == "\t" else " "
            for character in self.source[: self.column - 1]
        )
        carets = "^" * self.length
        caret_line = f"{' ' * len(number)} | {indent}{carets} {self.help}".rstrip()
        return "\n".join([self.as_line(), f"{number} | {self.source}", caret_line])

    def _help_lines(self) -> list[str]:
        return [f"      {self.help}"] if self.help else []
