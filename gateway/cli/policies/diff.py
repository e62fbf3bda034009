"""`gateway diff`: whom would the new policies let in that the old ones keep out?"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.clock import now
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_json, print_text
from gateway.cli.policies.sides import opened, side_of
from gateway.cli.progress import progress
from gateway.config.document import Document
from gateway.policy.comparison.approvals import approve, read_approvals
from gateway.policy.comparison.comparing import Comparison, order
from gateway.policy.comparison.logged import logged
from gateway.policy.comparison.report import Report, to_json, to_text
from gateway.policy.comparison.searching.inputs import Inputs
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.settings import find_settings
from gateway.policy.replaying.lines import in_order, read_lines

OldArgument = Annotated[
    str,
    typer.Argument(
        metavar="OLD",
        help="What is in force: a folder with config.toml, a folder of policies (the "
        "present config.toml and providers/ are added), or a git revision such as HEAD~1, "
        "a tag, or HEAD:FOLDER.",
    ),
]
NewArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="NEW",
        show_default=False,
        help="What is proposed, in the same forms. By default, the present files.",
    ),
]
ApproveOption = Annotated[
    Path | None,
    typer.Option(
        "--approve",
        metavar="FILE",
        help="Widenings that somebody has agreed to (docs/diff.md).",
    ),
]
LogOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="Ask the requests of a decision log as well, as far as it tells them, by "
        "the old side's routes. May be given more than once.",
    ),
]
AllOption = Annotated[
    bool,
    typer.Option(
        "--all", help="Show a request for what changes no access as well, as text."
    ),
]


def diff(  # noqa: PLR0913 - one argument for each option
    *,
    old: OldArgument,
    new: NewArgument = None,
    approvals: ApproveOption = None,
    log: LogOption = None,
    verbose: AllOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Tell what a change of the policies changes.

    Decides the same requests by the old and by the new files and prints what was widened,
    what was narrowed, which claims differ and what rules in shadow mode note, by route,
    method, audience and role, each with a request that shows it. The requests are those
    of the tests and fixtures of both sides and others made from the expressions
    themselves. It is a search: what it shows is so; what it does not show may be so too.

    Ends with 0 if nothing is widened but what the approval file lists, with 5 if something
    is, with 3 if either side has faults.
    """
    entries = [] if approvals is None else read_approvals(Document.read(approvals))
    present = str(config.parent) if new is None else new
    moment = now().replace(microsecond=0)
    with opened(old, config=config) as before, opened(present, config=config) as after:
        sides = side_of(before, "old", now=moment), side_of(after, "new", now=moment)
        extra = _logged(log or [], sides[0])
        report = _compared(sides, names=(old, present), extra=extra)
    report.approved = approve(report.findings, entries, today=moment.date())
    if output is Format.JSON:
        print_json(to_json(report))
    else:
        print_text(to_text(report, verbose=verbose))
    if report.approved.open:
        raise typer.Exit(ExitCode.WIDENED)


def _logged(paths: Sequence[Path], side: Side) -> list[Inputs]:
    """Return the requests of decision logs.

    Raises:
        typer.BadParameter: There is none that the side has a route for.
    """
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in in_order(paths)]
        lines = (line for stream in streams for line in read_lines(stream))
        found = logged(lines, side.routes)
    if paths and not found:
        raise typer.BadParameter(
            "there is no decision in it about a route of OLD", param_hint="--log"
        )
    return found


def _compared(
    sides: tuple[Side, Side], *, names: tuple[str, str], extra: Sequence[Inputs]
) -> Report:
    comparison = Comparison(*sides, extra=extra)
    with progress("comparing", len(comparison.groups())) as comparison.advance:
        findings = [*comparison.run(), *find_settings(*sides)]
    findings.sort(key=lambda each: order(each.key))
    return Report(*sides, names=names, findings=findings, asked=comparison.asked)
