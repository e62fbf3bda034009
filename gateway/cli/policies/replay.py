"""`gateway replay`: what would become of the decisions in the log?"""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.app.crew import Crew, cores
from gateway.app.loading import load
from gateway.app.replaying import build_replayer
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_json, print_text
from gateway.cli.policies.sides import opened
from gateway.cli.progress import progress
from gateway.policy.replaying.answers import Verdict
from gateway.policy.replaying.chunks import Chunk, chunks_of, replay_chunk
from gateway.policy.replaying.lines import in_order
from gateway.policy.replaying.replayer import Replayer
from gateway.policy.replaying.report import to_json, to_text
from gateway.policy.replaying.summary import Summary

_STDIN: Final = "-"

# A second's work or so; starting processes for less takes longer than it saves.
_WORTH_SPREADING: Final = 8 * 1024 * 1024

LogArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="LOG",
        help="Decision logs, also those that were set aside, in any order; `-` is the "
        "standard input. Lines of other logs are passed over.",
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="FILES",
        help="The policies to ask: a folder with config.toml, a folder of policies, or a "
        "git revision. By default, those in force.",
    ),
]
LimitOption = Annotated[
    float,
    typer.Option(
        "--limit-undetermined",
        metavar="PERCENT",
        min=0,
        max=100,
        help="How many decisions may be undetermined, lines that cannot be read included.",
    ),
]
ShowOption = Annotated[
    int,
    typer.Option(
        "--show",
        metavar="N",
        min=0,
        max=1000,
        help="How many decisions to name of each group.",
    ),
]


def replay(
    *,
    logs: LogArgument,
    against: AgainstOption = None,
    limit: LimitOption = 0.0,
    show: ShowOption = 1,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Decide the requests of the decision log anew, and tell what changes.

    The answer to each is the same, another one, or undetermined: the policies read what
    the log does not hold. Nothing is guessed. Prints what was widened, what was narrowed,
    which claims differ and what is undetermined, by route and rule, with the ids of
    decisions to look at. Needs the storage key that the log was written with.

    Ends with 0 if nothing is widened and nothing is undetermined, with 5 if a request that
    was denied would be allowed, with 1 if the policies in the log's own words decide
    otherwise now, with 6 if more is undetermined than --limit-undetermined allows or a rule
    allows what was denied and its claims are unknown, with 3 if the files have faults.
    """
    present = load(config)
    summary = Summary(examples=show)
    with ExitStack() as stack:
        other = against and stack.enter_context(opened(against, config=config))
        replayer = build_replayer(present, other or None)
        _replay(logs, replayer, summary, show=show)
    if not summary.records and not summary.unreadable:
        raise typer.BadParameter("there is no decision in it", param_hint="LOG")
    asked = against or "the policies in force"
    if output is Format.JSON:
        print_json(to_json(summary, against=asked))
    else:
        print_text(to_text(summary, against=asked))
    code = _exit_code(summary, limit)
    if code is not ExitCode.FINE:
        raise typer.Exit(code)


def _exit_code(summary: Summary, limit: float) -> ExitCode:
    if summary.count(Verdict.WIDENED):
        return ExitCode.WIDENED
    if summary.unexplained:
        return ExitCode.FAILED
    # What a rule would let in is no matter of a percentage.
    if summary.may_widen or summary.undetermined_percent > limit:
        return ExitCode.UNDETERMINED
    return ExitCode.FINE


def _replay(
    names: Sequence[str], replayer: Replayer, summary: Summary, *, show: int
) -> None:
    paths = in_order([Path(name) for name in names if name != _STDIN])
    # A file that is missing is told before hours are spent on the others.
    total = sum(path.stat().st_size for path in paths)
    is_open = _STDIN in names
    work = partial(replay_chunk, replayer=replayer, examples=show)
    is_long = is_open or total >= _WORTH_SPREADING
    # The processes are started before the bar, which has a thread of its own.
    with (
        Crew(work, processes=cores() if is_long else 1) as crew,
        progress("replaying", None if is_open else total) as advance,
    ):
        read: deque[int] = deque()
        for part in crew.results(_counted(_chunks(paths, is_open=is_open), read)):
            summary.include(part)
            advance(read.popleft())


def _chunks(paths: Iterable[Path], *, is_open: bool) -> Iterator[Chunk]:
    for path in paths:
        with path.open("rb") as stream:
            yield from chunks_of(stream, str(path))
    if is_open:
        yield from chunks_of(sys.stdin.buffer, _STDIN)


def _counted(chunks: Iterable[Chunk], sizes: deque[int]) -> Iterator[Chunk]:
    """Note how large each chunk is that is taken."""
    for chunk in chunks:
        sizes.append(chunk.size)
        yield chunk
