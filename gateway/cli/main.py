"""The command line: `gateway COMMAND`.

What a command needs is imported when the command is wanted: `gateway check` is to be as
quick as a linter, and the libraries of `gateway serve` alone take a second.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version as version_of
from typing import Annotated, Final

import typer

from gateway.cli.failures import Commands


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"federation-gateway {version_of('federation-gateway')}")
        raise typer.Exit


DebugOption = Annotated[
    bool, typer.Option("--debug", help="Print the traceback of an unexpected failure.")
]
VersionOption = Annotated[
    bool,
    typer.Option(
        "--version",
        is_eager=True,
        callback=lambda value: _print_version(wanted=value),
        help="Print the version and end.",
    ),
]


# Where each command stands, in the order in which the help lists them.
_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "serve": ("gateway.cli.serve", "serve"),
    "check": ("gateway.cli.check", "check"),
    "test": ("gateway.cli.testing", "run_tests"),
    "explain": ("gateway.cli.explain", "app"),
    "diff": ("gateway.cli.policies.diff", "diff"),
    "replay": ("gateway.cli.policies.replay", "replay"),
    "matrix": ("gateway.cli.policies.matrix", "matrix"),
    "fmt": ("gateway.cli.policies.formatting", "fmt"),
    "repl": ("gateway.cli.policies.repl", "repl"),
    "decisions": ("gateway.cli.policies.decisions", "app"),
    "show": ("gateway.cli.show", "app"),
    "doctor": ("gateway.cli.doctor", "app"),
    "keys": ("gateway.cli.keys", "app"),
    "pools": ("gateway.cli.pools.pools", "app"),
    "users": ("gateway.cli.users.app", "app"),
    "messages": ("gateway.cli.messages", "app"),
    "init": ("gateway.cli.init", "init"),
}


def build_app(names: Sequence[str] = tuple(_COMMANDS)) -> typer.Typer:
    """Return the commands.

    Args:
        names: Which of them; by default, all.
    """
    app = typer.Typer(
        cls=Commands,
        no_args_is_help=True,
        add_completion=False,
        # Plain text: the same on a terminal, in a pipe and in the documentation.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def gateway(*, debug: DebugOption = False, version: VersionOption = False) -> None:
        """Any sign-in in front, one identity, one credential behind.

        Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 the files have faults, 4 a test of
        the policies fails, 5 access is widened, 6 too much is undetermined.
        """

    for name in names:
        module, attribute = _COMMANDS[name]
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """Run the command that the arguments name, and end the process."""
    # None of the options before a command has a value.
    first = next((each for each in sys.argv[1:] if not each.startswith("-")), "")
    build_app([first] if first in _COMMANDS else tuple(_COMMANDS))()
