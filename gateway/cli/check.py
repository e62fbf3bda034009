"""`gateway check`: are the files right?"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.app.loading import Loaded, load, policy_tests
from gateway.cli.clock import now
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
)
from gateway.cli.output import (
    counted,
    fault_as_json,
    print_faults,
    print_json,
    print_text,
)
from gateway.cli.sarif import sarif_log
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault, Severity
from gateway.policy.testing import find_untested


class CheckFormat(StrEnum):
    """How faults are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


CheckFormatOption = Annotated[
    CheckFormat,
    typer.Option(
        "--format",
        "-f",
        help="text is for people; json is a stable contract for programs; sarif is what "
        "code scanning reads.",
    ),
]


def check(
    config: ConfigOption = DEFAULT_CONFIG, output: CheckFormatOption = CheckFormat.TEXT
) -> None:
    """Tell whether the files are right, and where they are not.

    Reads config.toml, providers/ and policies/, follows every reference to a secret or a
    file, compiles every expression, and compares all routes. Needs no network and changes
    nothing. Prints all faults and warnings, each with file, line and column; with
    --format json as a list, with --format sarif as a SARIF 2.1.0 log.

    Ends with 0 if there is no error (there may be warnings), else with 3.
    """
    faults = _faults(config)
    errors = sum(fault.severity is Severity.ERROR for fault in faults)
    match output:
        case CheckFormat.JSON:
            print_json([fault_as_json(fault) for fault in faults])
        case CheckFormat.SARIF:
            print_json(sarif_log(faults, folder=config.parent, working=Path.cwd()))
        case _:
            print_faults(faults)
            warnings = counted(len(faults) - errors, "warning")
            print_text(f"{config}: {counted(errors, 'error')}, {warnings}")
    if errors:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _faults(config: Path) -> list[Fault]:
    try:
        loaded = load(config)
    except ConfigError as error:
        return list(error.faults)
    return [*loaded.warnings, *_untested(loaded)]


def _untested(loaded: Loaded) -> list[Fault]:
    """Return a warning for each rule that no test is decided by."""
    policies = loaded.configuration.policies
    results = policy_tests(loaded, clock=now).run(policies)
    return find_untested(policies, results)
