"""`gateway doctor`: what is in the way, and what to do about it."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from gateway.app.doctor.examination import Examination
from gateway.app.doctor.findings import Finding, State
from gateway.cli.clock import now
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_json, print_text
from gateway.cli.progress import progress
from gateway.config.load import load as load_files

_STYLES: Final = {
    State.FINE: "green",
    State.TOLD: "",
    State.DOUBTFUL: "yellow",
    State.WRONG: "bold red",
}

app = typer.Typer(no_args_is_help=True, help="Find out what is in the way.")


# Without it, a single command would be the whole of `gateway doctor`.
@app.callback()
def doctor() -> None:
    """Find out what is in the way of something, and what to do about it."""


@app.command()
def provider(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of a provider in providers/.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Ask a provider everything that a sign-in needs, and say what to fix.

    Discovery, keys and algorithms; whether it is reached, and takes the gateway for its
    app; how far its clock is from this machine's; which redirect URI has to be registered
    there. To see that, it is sent a code and a token that are made up. Changes nothing.

    Ends with 0 if nothing is wrong (there may be doubts), else with 3.
    """
    configuration = load_files(config)
    files = {file.settings.id: file for file in configuration.providers}
    if id_ not in files:
        known = ", ".join(files)
        raise typer.BadParameter(f"there is no provider {id_!r}; there are {known}")
    found: list[Finding] = []
    with progress("asking", None) as advance:
        for finding in Examination(configuration, files[id_], clock=now).findings():
            found.append(finding)
            advance()
    wrong = any(finding.state is State.WRONG for finding in found)
    if output is Format.JSON:
        kind = files[id_].settings.kind
        findings = [asdict(finding) for finding in found]
        print_json(
            {"provider": id_, "kind": kind, "fine": not wrong, "findings": findings}
        )
    else:
        _print(found)
    if wrong:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        line = f"{finding.state:8}  {finding.check}: {finding.message}"
        print_text(line, style=_STYLES[finding.state])
        if finding.help:
            print_text(f"{'':8}  help: {finding.help}")
