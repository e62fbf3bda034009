"""Imports and exports of a pool's people, as whoever has a file asks for them.

Reference: Amazon Cognito, CreateUserImportJob, StartUserImportJob. An export it has none.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO, Final

from sqlalchemy import Connection

from gateway.model.group import Group
from gateway.pool.people.transfer import csv_format, records
from gateway.pool.people.transfer.csv_format import CsvFormat
from gateway.pool.people.transfer.jobs import ImportJob
from gateway.pool.people.transfer.lines import (
    Line,
    LineError,
    LineProblem,
    Refusal,
    read_lines,
)
from gateway.pool.people.transfer.records import Opener
from gateway.pool.pool import Pool
from gateway.pool.tools import PoolTools
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.bulk import Bulk, Entry
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Position, Users

_PAGE: Final = 500


def _unheard(_: int) -> None:
    """Nobody looks."""


class Transfers:
    """Moves people in and out. Blocks; call it in a thread."""

    def __init__(self, *, tools: PoolTools) -> None:
        self._database = tools.database
        self._clock: Callable[[], datetime] = tools.clock
        self._opener = Opener(credentials=tools.credentials, sealer=tools.sealer)

    def job(self, pool: Pool, told: Callable[[Refusal], object]) -> ImportJob:
        """Return an import that can be begun.

        Args:
            pool: Whose people they are to be.
            told: Called for each line that is refused.
        """
        return ImportJob(
            database=self._database, pool=pool, clock=self._clock, told=told
        )

    def import_csv(
        self,
        pool: Pool,
        job: ImportJob,
        file: BinaryIO,
        *,
        advance: Callable[[int], object] = _unheard,
    ) -> None:
        """Keep the people of a CSV file; they have to choose a password.

        Args:
            pool: Whose people they are to be.
            job: From `job`; it says what came of it.
            file: Open for reading bytes.
            advance: Called with the number of lines that are done.

        Raises:
            LineError: The header is none.
            WrongStateError: The job was begun before, or is too old.
            StorageError: Nothing of the batch under way was kept.
            OSError: The file cannot be read.
        """
        lines = read_lines(file, most=csv_format.MAX_LINE)
        header = CsvFormat(pool, _first(lines), now=self._clock())
        job.run(lines, header.read, advance=advance)

    def import_records(
        self,
        pool: Pool,
        job: ImportJob,
        file: BinaryIO,
        *,
        advance: Callable[[int], object] = _unheard,
    ) -> None:
        """Keep the people of an export, with all that was theirs.

        Args:
            pool: Whose people they are to be.
            job: From `job`; it says what came of it.
            file: Open for reading bytes.
            advance: Called with the number of lines that are done.

        Raises:
            LineError: It is no export.
            WrongStateError: The job was begun before, or is too old.
            StorageError: Nothing of the batch under way was kept.
            OSError: The file cannot be read.
        """
        lines = read_lines(file, most=records.MAX_LINE)
        records.check_header(_first(lines))
        with self._database.reading() as connection:
            groups = set(AllGroups(connection).names(pool.id))

        def read(text: str) -> Entry | None:
            group = records.find_group(pool, text)
            if group is None:
                return records.read_record(pool, text, self._opener, groups)
            if group.name not in groups:
                self._add(group)
                groups.add(group.name)
            return None

        job.run(lines, read, advance=advance)

    def export(self, pool: Pool) -> Iterator[str]:
        """Yield the lines of an export of everybody, without their ends.

        Each person is as they were at one moment; those who come or change meanwhile may
        be in it or not.

        Raises:
            SealError: A secret was sealed with another key.
            StorageError: It cannot be read.
        """
        yield records.header_line(pool)
        with self._database.reading() as connection:
            kept = AllGroups(connection)
            groups = [kept.find(pool.id, name) for name in kept.names(pool.id)]
        yield from (records.write_group(group) for group in groups if group)
        after: Position | None = None
        while True:
            with self._database.reading() as connection:
                entries, after = _page(connection, pool, after)
            for entry in entries:
                yield records.write_record(pool, entry, self._opener)
            if after is None:
                return

    def _add(self, group: Group) -> None:
        with suppress(DuplicateError):
            self._database.write(lambda c: AllGroups(c).add(group))


def _first(lines: Iterator[Line]) -> str:
    line = next(lines, None)
    if line is None:
        raise LineError(LineProblem.MISSING, "the file is empty")
    if line.text is None:
        raise LineError(line.problem or LineProblem.MALFORMED, "the first line")
    return line.text


def _page(
    connection: Connection, pool: Pool, after: Position | None
) -> tuple[list[Entry], Position | None]:
    page = Users(connection).page(pool.id, after=after, limit=_PAGE)
    return list(Bulk(connection, pool.id).with_all(page.users)), page.end
