"""What becomes of a failure: one clear line and an exit code, never a traceback.

References: none of a standard; the exit codes are `gateway.cli.options.ExitCode`.
"""

import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from gateway.cli.options import ExitCode
from gateway.cli.output import print_error, print_faults
from gateway.config.errors import ConfigError
from gateway.endpoints.listener.errors import ListenError
from gateway.model.errors import GatewayError


class Commands(TyperGroup):
    """The commands, and the one place that catches what they let through."""

    @override
    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            typer.Exit: With the exit code of the failure, which has been told.
        """
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            # Usage errors, and a reader that has seen enough: the library tells these.
            raise
        except ConfigError as error:
            print_faults(error.faults, stream=sys.stderr)
            raise typer.Exit(ExitCode.CHECK_FAILED) from None
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            print_error(explained(error))
            raise typer.Exit(ExitCode.FAILED) from None


def explained(error: Exception) -> str:
    """Return a failure in one line."""
    match error:
        case GatewayError():
            return f"{error.code}: {error.detail or error.public}"
        case ListenError():
            return str(error)
        case OSError(filename=str() as name):
            return f"{name}: {error.strerror}"
        case _:
            return (
                f"{type(error).__name__}: {error}\n"
                "This is a fault of the program. Please report it, with what "
                "`gateway --debug ...` prints."
            )
