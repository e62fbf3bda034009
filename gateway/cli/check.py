"""`gateway check`: are the files right?"""

from pathlib import Path

import typer

from gateway.app.loading import Loaded, load, policy_tests
from gateway.cli.clock import now
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
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault, Severity
from gateway.policy.testing import find_untested


def check(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Tell whether the files are right, and where they are not.

    Reads config.toml, providers/ and policies/, follows every reference to a secret or a
    file, compiles every expression, and compares all routes. Needs no network and changes
    nothing. Prints all faults and warnings, each with file, line and column; with
    --format json as a list.

    Ends with 0 if there is no error (there may be warnings), else with 3.
    """
    faults = _faults(config)
    errors = sum(fault.severity is Severity.ERROR for fault in faults)
    if output is Format.JSON:
        print_json([fault_as_json(fault) for fault in faults])
    else:
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
