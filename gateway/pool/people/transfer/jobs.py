"""An import under way: lines become people, a batch at a time.

Each line is kept whole or not at all, and one that is refused keeps no other from being
taken. Whoever is there already stays as they are; so an import that was stopped, or killed,
is gone on with by beginning it again.

Reference: Amazon Cognito, UserImportJobType.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from gateway.pool.errors import WrongStateError
from gateway.pool.people.transfer.lines import Line, LineError, LineProblem, Refusal
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.errors import ConflictError, DuplicateError
from gateway.storage.pools.bulk import Bulk, Entry

# Large enough that a transaction's own time does not matter, and small enough that others
# who want to write hardly wait.
BATCH: Final = 500

# A job that nobody has begun until then is not begun any more.
LIFETIME: Final = timedelta(hours=24)


class JobState(StrEnum):
    """How far a job has come; spelled as on Cognito's wire."""

    CREATED = "Created"
    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    EXPIRED = "Expired"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


@dataclass(frozen=True, slots=True)
class Counts:
    """What has become of the lines so far.

    Attributes:
        kept: How many people there are more.
        refused: How many lines were not taken.
    """

    kept: int = 0
    refused: int = 0


class ImportJob:
    """One import. Its state may be looked at, and it may be stopped, from elsewhere."""

    def __init__(
        self,
        *,
        database: Database,
        pool: Pool,
        clock: Callable[[], datetime],
        told: Callable[[Refusal], object],
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            database: Where people are kept.
            pool: Whose people they are to be.
            clock: The time.
            told: Called for each line that is refused.
        """
        self._database = database
        self._pool = pool
        self._clock = clock
        self._told = told
        self._created_at = clock()
        self._lock = threading.Lock()
        self._state = JobState.CREATED
        self.counts = Counts()

    @property
    def state(self) -> JobState:
        """How far it has come."""
        with self._lock:
            is_over = self._clock() - self._created_at >= LIFETIME
            if self._state is JobState.CREATED and is_over:
                self._state = JobState.EXPIRED
            return self._state

    def stop(self) -> None:
        """Let the batch that is under way be the last one.

        Raises:
            WrongStateError: It is not under way.
        """
        self._go(JobState.STOPPING, only_from=JobState.IN_PROGRESS)

    def run(
        self,
        lines: Iterable[Line],
        read: Callable[[str], Entry | None],
        *,
        advance: Callable[[int], object] = lambda _: None,
    ) -> JobState:
        """Keep the people of all lines; return how it ended.

        Args:
            lines: Those behind the header.
            read: Makes a person of a line, or raises `LineError`; `None` for a line that is
                about nobody.
            advance: Called with the number of lines that are done.

        Raises:
            WrongStateError: It was begun before, or is too old.
            StorageError: Nothing of the batch under way was kept. The state is `FAILED`.
            OSError: The file cannot be read. The state is `FAILED`.
        """
        self._go(JobState.IN_PROGRESS, only_from=JobState.CREATED)
        batch: list[tuple[int, Entry]] = []
        done = 0
        try:
            for line in lines:
                entry = self._read(line, read)
                done += 1
                if entry is not None:
                    batch.append((line.number, entry))
                if len(batch) >= BATCH or done >= BATCH:
                    self._keep(batch)
                    advance(done)
                    batch, done = [], 0
                    if self.state is JobState.STOPPING:
                        break
            self._keep(batch)
            advance(done)
            if self.counts.kept >= BATCH:
                self._database.write(lambda c: Bulk(c, self._pool.id).count_anew())
        except BaseException:
            self._end(JobState.FAILED)
            raise
        was_stopped = self.state is JobState.STOPPING
        return self._end(JobState.STOPPED if was_stopped else JobState.SUCCEEDED)

    def _read(self, line: Line, read: Callable[[str], Entry | None]) -> Entry | None:
        if line.text is None:
            self._refuse(Refusal(line.number, line.problem or LineProblem.MALFORMED))
            return None
        try:
            return read(line.text)
        except LineError as error:
            self._refuse(Refusal(line.number, error.problem, error.detail))
            return None

    def _refuse(self, refusal: Refusal) -> None:
        self.counts = Counts(self.counts.kept, self.counts.refused + 1)
        self._told(refusal)

    def _keep(self, batch: Sequence[tuple[int, Entry]]) -> None:
        if not batch:
            return
        names = {name.name for _, entry in batch for name in entry.names}
        subs = {entry.user.sub for _, entry in batch}

        def work(connection: Connection) -> list[int]:
            bulk = Bulk(connection, self._pool.id)
            free, late = _apart(batch, bulk.taken_names(names) | bulk.taken_subs(subs))
            bulk.add(free)
            return late

        try:
            late = [] if self._keep_all(batch) else self._database.write(work)
        except DuplicateError:
            # A passkey that is somebody's: nobody can tell whose but one by one.
            late = self._keep_apart(batch)
        kept = self.counts.kept + len(batch) - len(late)
        self.counts = Counts(kept, self.counts.refused)
        for number in late:
            self._refuse(Refusal(number, LineProblem.TAKEN))

    def _keep_all(self, batch: Sequence[tuple[int, Entry]]) -> bool:
        """Keep a whole batch, if all of it is new: that is most of them, and quick."""
        try:
            with self._database.writing() as connection:
                Bulk(connection, self._pool.id).add([entry for _, entry in batch])
        except (DuplicateError, ConflictError):
            return False
        return True

    def _keep_apart(self, batch: Sequence[tuple[int, Entry]]) -> list[int]:
        return [number for number, entry in batch if not self._keep_one(entry)]

    def _keep_one(self, entry: Entry) -> bool:
        try:
            self._database.write(lambda c: Bulk(c, self._pool.id).add([entry]))
        except DuplicateError:
            return False
        return True

    def _go(self, state: JobState, *, only_from: JobState) -> None:
        present = self.state
        with self._lock:
            if present is not only_from or self._state is not only_from:
                raise WrongStateError(f"the import is {present}")
            self._state = state

    def _end(self, state: JobState) -> JobState:
        with self._lock:
            self._state = state
            return state


def _apart(
    batch: Sequence[tuple[int, Entry]], taken: set[str]
) -> tuple[list[Entry], list[int]]:
    """Return who can be added, and the lines of those whose names are somebody's."""
    free: list[Entry] = []
    late: list[int] = []
    for number, entry in batch:
        wanted = {entry.user.sub, *(name.name for name in entry.names)}
        if wanted & taken:
            late.append(number)
        else:
            taken |= wanted
            free.append(entry)
    return free, late
