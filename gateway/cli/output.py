"""How commands print: text for people, JSON for programs.

Text is coloured on a terminal only, unless `NO_COLOR` is set, and is never wrapped: editors
read `file:line:column` out of it. What came from outside cannot steer the terminal.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from gateway.config.faults import Fault, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def print_text(text: str, *, style: str = "", stream: TextIO | None = None) -> None:
    """Print lines for people.

    Args:
        text: One line or several; without the last line end.
        style: Of `rich`; for terminals.
        stream: By default, the standard output.
    """
    _console(stream or sys.stdout).print(Text(printable(text), style=style))


def print_json(value: Any) -> None:
    """Print one JSON document on the standard output."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def print_error(message: str) -> None:
    """Print why a command cannot go on, on the standard error."""
    print_text(f"error: {message}", style="bold red", stream=sys.stderr)


def print_faults(faults: Iterable[Fault], *, stream: TextIO | None = None) -> None:
    """Print faults with their source lines, an empty line after each."""
    console = _console(stream or sys.stdout)
    for fault in faults:
        line, _, rest = printable(fault.as_text()).partition("\n")
        text = Text(line)
        text.highlight_words(
            [f"{fault.severity}[{fault.code}]"], _STYLES[fault.severity]
        )
        console.print(text)
        if rest:
            console.print(Text(rest))
        console.print()


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for number, row in enumerate([header, *rows]):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print_text("  ".join(cells).rstrip(), style="" if number else "bold")


def fault_as_json(fault: Fault) -> dict[str, Any]:
    """Return a fault in the types of JSON. Keys are added, never renamed."""
    return {**asdict(fault), "severity": fault.severity.value}


def counted(number: int, what: str) -> str:
    """Return `1 error`, `2 errors`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def printable(text: str) -> str:
    """Return text in which nothing steers a terminal; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode()
        for c in text
    )


def _console(stream: TextIO) -> Console:
    # Whatever looks like markup or like an emoji stands in somebody's file.
    return Console(
        file=stream, soft_wrap=True, markup=False, highlight=False, emoji=False
    )
