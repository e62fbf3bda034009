"""The command line: `gateway COMMAND`."""

from importlib.metadata import version as version_of
from typing import Annotated

import typer

from gateway.cli import check, explain, init, keys, serve, show, testing
from gateway.cli.failures import Commands
from gateway.cli.policies import diff, formatting, matrix, repl


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


def build_app() -> typer.Typer:
    """Return the commands."""
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
        the policies fails, 5 access is widened.
        """

    app.command()(serve.serve)
    app.command()(check.check)
    app.command("test")(testing.run_tests)
    app.command()(explain.explain)
    app.command()(diff.diff)
    app.command()(matrix.matrix)
    app.command()(formatting.fmt)
    app.command()(repl.repl)
    app.add_typer(show.app, name="show", help="Show what is there, in full.")
    app.add_typer(keys.app, name="keys", help="The keys that sign.")
    app.command()(init.init)
    return app


def main() -> None:
    """Run the command that the arguments name, and end the process."""
    build_app()()
