"""`gateway fmt`: the files in canonical layout."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import (
    counted,
    fault_as_json,
    print_faults,
    print_json,
    print_text,
)
from gateway.config.document import MAX_FILE_BYTES, Document, is_secretive
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.layout.layout import laid_out
from gateway.config.layout.replacing import replace_content

_STDIN: Final = "-"
_STDIN_NAME: Final = "<stdin>"

# A line of a diff that gives something to a key; a table in braces says where a secret is.
_SECRET: Final = re.compile(r"^([-+ ]\s*([\w.\"'-]+)\s*=\s*)(?!\{).*")

PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Files, or folders of a configuration; `-` for the standard input. By "
        "default all files of the configuration.",
        show_default=False,
    ),
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Change nothing; show what would be changed.")
]


class Action(StrEnum):
    """What became of a file."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    WOULD_CHANGE = "would_change"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file.

    Attributes:
        name: As people know it.
        action: What became of it.
        diff: What is changed, in unified form, secrets blacked out.
        faults: Why it is refused.
    """

    name: str
    action: Action
    diff: str = ""
    faults: Sequence[Fault] = ()


def fmt(
    paths: PathsArgument = None,
    *,
    check: CheckOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Bring files into canonical layout.

    Blanks, empty lines, commas, the columns of equals signs and of comments. No value and
    no comment is changed, which is proved of each file before it is written; a file that
    is no TOML is left alone. Files are replaced as a whole and keep their mode.

    With `-`, the standard input is put out in canonical layout.

    Ends with 0; with --check, with 3 if a file would be changed. Also with 3 if a file
    cannot be read.
    """
    if paths == [Path(_STDIN)]:
        if output is Format.JSON and not check:
            raise typer.BadParameter("`-` prints the file itself, which is TOML")
        outcomes = [_of_stdin(check=check)]
        if outcomes[0].action is Action.CHANGED:
            return
    else:
        files = dict.fromkeys(_files(paths or [], config))
        outcomes = [_of_file(path, check=check) for path in files]
    if output is Format.JSON:
        print_json([_as_json(outcome) for outcome in outcomes])
    else:
        _print(outcomes)
    if any(each.action in {Action.WOULD_CHANGE, Action.REFUSED} for each in outcomes):
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _files(paths: Sequence[Path], config: Path) -> Iterator[Path]:
    if not paths:
        yield config
        yield from _beside(config.parent)
    for path in paths:
        if not path.is_dir():
            yield path
        elif (path / DEFAULT_CONFIG).exists():
            yield path / DEFAULT_CONFIG
            yield from _beside(path)
        else:
            yield from _in(path)


def _beside(folder: Path) -> Iterator[Path]:
    yield from _in(folder / "providers")
    yield from _in(folder / "policies")


def _in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that the gateway would read, by name."""
    yield from sorted(
        path for path in folder.glob("*.toml") if not path.name.startswith(".")
    )


def _of_stdin(*, check: bool) -> Outcome:
    raw = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        fault = Fault("E101", f"is larger than {MAX_FILE_BYTES} bytes", _STDIN_NAME)
        return Outcome(_STDIN_NAME, Action.REFUSED, faults=[fault])
    try:
        document = Document(path=Path(_STDIN), name=_STDIN_NAME, raw=raw)
        text = laid_out(document)
    except ConfigError as error:
        return Outcome(_STDIN_NAME, Action.REFUSED, faults=error.faults)
    if check:
        return _compared(document, text, Action.WOULD_CHANGE)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()
    return Outcome(_STDIN_NAME, Action.CHANGED)


def _of_file(path: Path, *, check: bool) -> Outcome:
    try:
        document = Document.read(path, str(path))
        text = laid_out(document)
    except ConfigError as error:
        return Outcome(str(path), Action.REFUSED, faults=error.faults)
    action = Action.WOULD_CHANGE if check else Action.CHANGED
    outcome = _compared(document, text, action)
    if outcome.action is Action.CHANGED:
        replace_content(path, text.encode())
    return outcome


def _compared(document: Document, text: str, action: Action) -> Outcome:
    if document.raw == text.encode():
        return Outcome(document.name, Action.UNCHANGED)
    name = document.name
    diff = unified_diff(
        # With what stands at the ends of lines, which may be all that differs.
        _shown_lines(document.raw.decode()),
        _shown_lines(text),
        f"{name} (as it is)",
        f"{name} (as it should be)",
        lineterm="",
    )
    return Outcome(name, action, "\n".join(map(_masked, diff)))


def _shown_lines(text: str) -> list[str]:
    return text.split("\n")


def _masked(line: str) -> str:
    match = _SECRET.match(line)
    if match and is_secretive(tuple(match[2].split("."))):
        return f"{match[1]}***"
    return line


def _print(outcomes: Sequence[Outcome]) -> None:
    changed = [each for each in outcomes if each.diff]
    for outcome in outcomes:
        print_faults(outcome.faults)
    for outcome in changed:
        if outcome.action is Action.WOULD_CHANGE:
            print_text(outcome.diff)
    for outcome in changed:
        print_text(outcome.name)
    refused = sum(outcome.action is Action.REFUSED for outcome in outcomes)
    verb = "would be changed" if _is_check(changed) else "changed"
    parts = [f"{counted(len(changed), 'file')} {verb}"]
    unchanged = len(outcomes) - len(changed) - refused
    parts += [f"{unchanged} as they should be"] if unchanged else []
    parts += [f"{refused} refused"] if refused else []
    print_text(", ".join(parts))


def _is_check(changed: Sequence[Outcome]) -> bool:
    return any(outcome.action is Action.WOULD_CHANGE for outcome in changed)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.name,
        "action": outcome.action.value,
        "diff": outcome.diff,
        "faults": [fault_as_json(fault) for fault in outcome.faults],
    }
