"""`gateway users import|export`: files of people."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import counted, print_error, print_json, print_text
from gateway.cli.progress import progress
from gateway.cli.users.opening import PoolOption, open_desk
from gateway.pool.people.transfer.jobs import ImportJob
from gateway.pool.people.transfer.lines import LineError, Refusal

_CHUNK: Final = 1 << 20
_PRIVATE: Final = 0o600
# What stands in for the standard output.
_STDOUT: Final = Path("-")
# An error on every line of a large file is one error.
_MOST_TOLD: Final = 1000


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Cognito's CSV, or an export of a gateway.",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Bring people from a file into a pool.

    A CSV file is Amazon Cognito's: a header, no passwords; whoever comes from it has to
    choose a password by way of a code. An export brings everything that a person had.

    Each line is kept whole or not at all. Lines that are not taken are told, at most 1000
    of them, with their numbers. Who is there already stays as they are, so an import that
    was interrupted is gone on with by beginning it again.

    Ends with 0, or with 1 if a line was not taken.
    """
    refused: list[Refusal] = []

    def note(refusal: Refusal) -> None:
        if len(refused) < _MOST_TOLD:
            refused.append(refusal)

    with open_desk(config, pool) as desk, path.open("rb") as file:
        transfers = desk.people.transfers
        job = transfers.job(desk.pool, note)
        bring = transfers.import_records if _is_export(file) else transfers.import_csv
        with progress("importing", _count_lines(file)) as advance:
            try:
                bring(desk.pool, job, file, advance=advance)
            except LineError as error:
                print_error(f"{path}: {error.problem}: {error.detail}")
                raise typer.Exit(ExitCode.FAILED) from None
    _tell(path, job, refused, output)
    if job.counts.refused:
        raise typer.Exit(ExitCode.FAILED)


def export(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A file that is not there yet; - for stdout."
        ),
    ],
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write everybody of a pool into a file, with all that proves them.

    One line of JSON for each group and person: profiles, hashes of passwords, verifiers,
    seeds of authenticators, passkeys. Who has the file can sign in as those who have an
    authenticator alone, and try passwords without end. It is made readable for its owner
    alone, and nothing is overwritten. How many lines there are is told behind it, unless
    they went to the standard output.
    """
    lines = 0
    with open_desk(config, pool) as desk, _written(path) as file:
        total = desk.people.directory.count(desk.pool)
        with progress("exporting", total) as advance:
            for line in desk.people.transfers.export(desk.pool):
                file.write(line.encode() + b"\n")
                lines += 1
                advance()
    if path == _STDOUT:
        return
    if output is Format.JSON:
        print_json({"lines": lines})
    else:
        print_text(f"{path}: {counted(lines, 'line')}")


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    if path == _STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _PRIVATE), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _is_export(file: BinaryIO) -> bool:
    """Whether a file holds JSON lines."""
    beginning = file.read(4)
    file.seek(0)
    return beginning.removeprefix(b"\xef\xbb\xbf").startswith(b"{")


def _count_lines(file: BinaryIO) -> int:
    total = 0
    while chunk := file.read(_CHUNK):
        total += chunk.count(b"\n")
    file.seek(0)
    return total


def _tell(path: Path, job: ImportJob, refused: list[Refusal], output: Format) -> None:
    counts = job.counts
    if output is Format.JSON:
        print_json(
            {
                "state": job.state.value,
                "imported": counts.kept,
                "refused": counts.refused,
                "lines": [
                    {"line": each.line, "problem": each.problem, "detail": each.detail}
                    for each in refused
                ],
            }
        )
    else:
        for each in refused:
            print_text(f"{path}:{each.line}: {each.problem} {each.detail}".rstrip())
        told = counted(counts.refused, "line")
        print_text(f"{counted(counts.kept, 'person')} imported, {told} refused")
