"""`gateway decisions`: what the decision log says, as it is written and the day after."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Annotated, Final, Never

import typer

from gateway.cli.log_file import LogOption, log_path
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_error, print_json, print_text
from gateway.policy.recording.search import (
    FAILURES,
    Effect,
    Wanted,
    decisions_backwards,
    find_line,
)
from gateway.policy.recording.telling import Record, as_line, as_text, parse_line
from gateway.telemetry.trail import Follower

# Sooner than anybody could ask what keeps it.
_POLL: Final = timedelta(milliseconds=200)

_STYLES: Final = {"allow": "green", "deny": "red"}

app = typer.Typer(no_args_is_help=True, help="What the decision log says.")


LinesOption = Annotated[
    int,
    typer.Option(
        "--lines", "-n", min=0, max=1_000_000, help="How many past decisions to show."
    ),
]
FollowOption = Annotated[
    bool,
    typer.Option(
        "--follow/--no-follow", help="Wait for new ones, until it is interrupted."
    ),
]
EffectOption = Annotated[
    Effect | None,
    typer.Option(
        "--effect",
        help="Show these alone. error: denied because an expression failed or took too "
        "long; those are among deny as well.",
    ),
]
RouteOption = Annotated[
    str, typer.Option("--route", metavar="ID", help="Show those of one route alone.")
]
RuleOption = Annotated[
    str,
    typer.Option(
        "--rule",
        metavar="[POLICY/]RULE",
        help="Show those alone that a rule decided, or would have decided in shadow mode.",
    ),
]
IdArgument = Annotated[
    str,
    typer.Argument(metavar="ID", help="The id of the decision, or of its request."),
]


@app.command()
def tail(  # noqa: PLR0913 - one argument for each option
    *,
    lines: LinesOption = 10,
    follow: FollowOption = True,
    effect: EffectOption = None,
    route: RouteOption = "",
    rule: RuleOption = "",
    log: LogOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show the last decisions, and new ones as they are made.

    One line for each; with --format json, the records as they stand in the log. Goes on
    when the file is rotated. Ends with 0 when it is interrupted.
    """
    path = log_path(log, config)
    wanted = Wanted(effect, route, rule).matches
    tell = _print_record if output is Format.JSON else _print_line
    try:
        # Opened before looking back, so that nothing falls between the two.
        with Follower(path) as follower:
            past = list(islice(filter(wanted, decisions_backwards(path)), lines))
            for record in reversed(past):
                tell(record)
            if follow:
                watch(follower, wanted, tell, sleep=time.sleep)
    except KeyboardInterrupt:
        return


def watch(
    follower: Follower,
    wanted: Callable[[Record], bool],
    tell: Callable[[Record], None],
    *,
    sleep: Callable[[float], None],
) -> Never:
    """Tell of decisions as they are made, until somebody interrupts.

    Args:
        follower: Of the log.
        wanted: Which of them to tell.
        tell: Tells one.
        sleep: Waits so many seconds.
    """
    while True:
        for record in filter(None, map(parse_line, follower.poll())):
            if wanted(record):
                tell(record)
        sys.stdout.flush()
        sleep(_POLL.total_seconds())


@app.command()
def show(
    decision: IdArgument,
    log: LogOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show one decision with everything that was recorded of it.

    Looks through the log and the files that were set aside, the youngest first.

    Ends with 0 if it is found, with 1 if it is not.
    """
    path = log_path(log, config)
    line = find_line(path, decision)
    record = parse_line(line) if line is not None else None
    if record is None:
        print_error(f"no decision {decision} in {path} or the files set aside from it")
        raise typer.Exit(ExitCode.FAILED)
    if output is Format.JSON:
        print_json(record)
    else:
        print_text(as_text(record).rstrip("\n"))


def _print_record(record: Record) -> None:
    typer.echo(json.dumps(record, separators=(",", ":")))


def _print_line(record: Record) -> None:
    style = _STYLES.get(str(record.get("effect")), "")
    failed = record.get("reason") in FAILURES
    print_text(as_line(record), style="yellow" if failed else style)
