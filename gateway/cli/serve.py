"""`gateway serve`: run."""

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, ExitCode
from gateway.cli.output import print_error


def serve(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the gateway until SIGTERM or SIGINT.

    Listens on `server.listen` for requests and on `server.admin_listen` for operators.
    SIGTERM and SIGINT finish the requests in flight, for at most `server.drain`. SIGHUP,
    or a changed file, loads all files anew: all or nothing, the old ones stay in force if
    the new ones have a fault. Logs are JSON lines.

    Does not start, and ends with 3, if the files have faults; with 4 if a test beside the
    policies fails; with 1 if something else is in the way, a port or the storage.
    """
    # The other commands need no server, and start faster without.
    from gateway.app.reload import ReloadRefusedError  # noqa: PLC0415 - slow to import
    from gateway.app.serving import serve as serve_  # noqa: PLC0415 - slow to import

    try:
        serve_(config)
    except ReloadRefusedError as error:
        print_error(str(error))
        raise typer.Exit(ExitCode.TEST_FAILED) from None
