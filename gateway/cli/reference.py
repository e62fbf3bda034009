"""The page of all commands, from their own help.

`python -m gateway.cli.reference` prints it; `docs/cli.md` is its output, and a test fails
when that is stale.
"""

import sys
from collections.abc import Iterator
from typing import Any

import typer

from gateway.cli.main import build_app

_WIDTH = 80

_INTRODUCTION = """\
# Commands

<!-- Made by `python -m gateway.cli.reference`; do not edit. -->

Every command that reads the configuration takes `--config PATH`; without it, the
environment variable `GATEWAY_CONFIG` names the file, else it is `config.toml` in the
working folder. `providers/` and `policies/` stand beside it.

What is printed with `--format json` is a stable contract: keys are added, never renamed.
Text is for people; it is coloured on a terminal only, and not if `NO_COLOR` is set. Results
go to the standard output, failures to the standard error.

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | failed: a port, the storage, a file; or a fault of the program |
| 2 | wrong usage |
| 3 | the files have faults |
| 4 | a test of the policies fails |
| 5 | a change of the policies widens access |

The codes of faults (`E103`, `W102`) are listed by `gateway show codes` and in
[settings.md](settings.md#codes-of-faults).
"""


def render() -> str:
    """Return the page in Markdown."""
    app = typer.main.get_command(build_app())
    return "\n".join([_INTRODUCTION, *_sections(app, "gateway", None)])


def _sections(command: Any, name: str, parent: Any) -> Iterator[str]:
    """Yield the help of a command and of those below it."""
    context = typer.Context(
        command, info_name=name, parent=parent, terminal_width=_WIDTH
    )
    text = command.get_help(context).rstrip()
    yield f"## `{context.command_path}`\n\n```text\n{text}\n```\n"
    for below, inner in getattr(command, "commands", {}).items():
        yield from _sections(inner, below, context)


if __name__ == "__main__":
    sys.stdout.write(render())
