"""`gateway test`: do the policies say what is expected of them, and is that enough?"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from gateway.cli.output import counted, print_error, print_json, print_text
from gateway.config.configuration import PolicyFile
from gateway.policy.testing import Case, TestResult, cases_of

if TYPE_CHECKING:
    from gateway.cli.policies.proof import Proof

FilterOption = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="TEXT",
        help="Run only tests with this in `POLICY/NAME`; upper or lower case is the same.",
    ),
]
JunitOption = Annotated[
    Path | None,
    typer.Option(
        "--junit",
        metavar="FILE",
        dir_okay=False,
        help="Write the results there as JUnit XML as well, for CI systems.",
    ),
]
CoverOption = Annotated[
    bool,
    typer.Option(
        "--cover",
        help="Tell what the tests have seen: each rule and each condition in it, true, "
        "false or failing.",
    ),
]
CoverMinOption = Annotated[
    float | None,
    typer.Option(
        "--cover-min",
        metavar="PERCENT",
        min=0,
        max=100,
        help="As --cover, and fail if they have seen less than this.",
    ),
]
MutateOption = Annotated[
    bool,
    typer.Option(
        "--mutate",
        help="Make one small mistake after the other in the policies, and tell which of "
        "them no test notices. Needs tests that pass.",
    ),
]


def run_tests(  # noqa: PLR0913 - one argument for each option
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    wanted: FilterOption = "",
    junit: JunitOption = None,
    cover: CoverOption = False,
    cover_min: CoverMinOption = None,
    mutate: MutateOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Run the tests that stand beside the policies.

    Every [[test]] of every file in policies/ is decided by the same engine and the same
    routes as a request; those that say no `now`, all at the same moment. Needs no network
    and changes nothing. Prints each test that fails, with what was expected and what came
    out.

    --cover and --mutate tell how much the tests prove; with --filter, of the files of the
    chosen tests alone. --format json then prints no list of results, but an object with
    `tests`, `coverage` and `mutation`.

    Ends with 0 if all pass, with 4 if one fails, if less is covered than --cover-min, or
    if a mutant survives; with 3 if the files have faults.
    """
    loaded = load(config)
    tests = policy_tests(loaded, clock=now)
    cases = _choose(loaded, wanted)
    results = [tests.run_case(case) for case in cases]
    policies = _files_of(cases) if wanted else loaded.configuration.policies
    if junit is not None:
        _write_junit(junit, policies, results)
    has_failed = not all(result.passed for result in results)
    proof = None
    if cover or cover_min is not None or mutate:
        # Costs its time to be imported, and most runs do without.
        from gateway.cli.policies.proof import Chosen, prove  # noqa: PLC0415 - slow to import

        chosen = Chosen(loaded, tests, cases, policies)
        is_measured = cover or cover_min is not None
        proof = prove(chosen, cover=is_measured, mutate=mutate and not has_failed)
    _report(results, proof, output)
    if mutate and has_failed:
        print_error("mutants tell nothing as long as tests fail")
    if has_failed or not (proof is None or proof.is_enough(cover_min)):
        raise typer.Exit(ExitCode.TEST_FAILED)


def _choose(loaded: Loaded, wanted: str) -> list[Case]:
    cases = [
        case
        for policy in loaded.configuration.policies
        for case in cases_of(policy)
        if wanted.lower() in f"{policy.settings.policy.id}/{case.name}".lower()
    ]
    if wanted and not cases:
        raise typer.BadParameter(f"no test has {wanted!r} in its name")
    return cases


def _files_of(cases: Sequence[Case]) -> Sequence[PolicyFile]:
    """Return the files of some tests, in their order."""
    return list({case.policy.document.name: case.policy for case in cases}.values())


def _write_junit(
    path: Path, policies: Sequence[PolicyFile], results: Sequence[TestResult]
) -> None:
    from gateway.cli.policies.junit import write_junit  # noqa: PLC0415 - ditto

    write_junit(path, policies, results)


def _report(
    results: Sequence[TestResult], proof: "Proof | None", output: Format
) -> None:
    if output is Format.JSON:
        shown = [_as_json(result) for result in results]
        print_json({"tests": shown, **proof.as_json()} if proof else shown)
        return
    failed = [result for result in results if not result.passed]
    for result in failed:
        print_text(f"{result.where}: failed: {result.name}", style="bold red")
        for each in result.differences:
            print_text(f"    {each.what}: expected {each.expected!r}, got {each.got!r}")
    if proof is not None:
        proof.print_details()
    passed = f"{len(results) - len(failed)} passed"
    print_text(f"{counted(len(results), 'test')}, {passed}, {len(failed)} failed")
    if proof is not None:
        proof.print_summary()


def _as_json(result: TestResult) -> dict[str, object]:
    return {
        "policy": result.policy,
        "name": result.name,
        "where": result.where,
        "passed": result.passed,
        "differences": [asdict(each) for each in result.differences],
    }
