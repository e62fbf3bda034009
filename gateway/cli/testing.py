"""`gateway test`: do the policies say what is expected of them?"""

from dataclasses import asdict
from typing import Annotated

import typer

from gateway.app.loading import load, policy_tests
from gateway.cli.clock import now
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import counted, print_json, print_text
from gateway.policy.testing import TestResult, cases_of

FilterOption = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="TEXT",
        help="Run only tests with this in `POLICY/NAME`; upper or lower case is the same.",
    ),
]


def run_tests(
    config: ConfigOption = DEFAULT_CONFIG,
    wanted: FilterOption = "",
    output: FormatOption = Format.TEXT,
) -> None:
    """Run the tests that stand beside the policies.

    Every [[test]] of every file in policies/ is decided by the same engine and the same
    routes as a request. Needs no network and changes nothing. Prints each test that fails,
    with what was expected and what came out.

    Ends with 0 if all pass, with 4 if one fails, with 3 if the files have faults.
    """
    loaded = load(config)
    runner = policy_tests(loaded, clock=now)
    results = [
        runner.run_case(case)
        for policy in loaded.configuration.policies
        for case in cases_of(policy)
        if wanted.lower() in f"{policy.settings.policy.id}/{case.name}".lower()
    ]
    if wanted and not results:
        raise typer.BadParameter(f"no test has {wanted!r} in its name")
    failed = [result for result in results if not result.passed]
    if output is Format.JSON:
        print_json([_as_json(result) for result in results])
    else:
        _print(failed)
        passed = f"{len(results) - len(failed)} passed"
        print_text(f"{counted(len(results), 'test')}, {passed}, {len(failed)} failed")
    if failed:
        raise typer.Exit(ExitCode.TEST_FAILED)


def _print(failed: list[TestResult]) -> None:
    for result in failed:
        print_text(f"{result.where}: failed: {result.name}", style="bold red")
        for each in result.differences:
            print_text(f"    {each.what}: expected {each.expected!r}, got {each.got!r}")


def _as_json(result: TestResult) -> dict[str, object]:
    return {
        "policy": result.policy,
        "name": result.name,
        "where": result.where,
        "passed": result.passed,
        "differences": [asdict(each) for each in result.differences],
    }
