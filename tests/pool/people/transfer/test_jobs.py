"""An import under way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.pool.errors import WrongStateError
from gateway.pool.names import names_of, search_of
from gateway.pool.people.transfer.jobs import (
    BATCH,
    LIFETIME,
    Counts,
    ImportJob,
    JobState,
)
from gateway.pool.people.transfer.lines import Line, LineError, LineProblem, Refusal
from gateway.pool.pool import Pool
from gateway.storage.pools.bulk import Entry
from gateway.storage.pools.users import Users
from tests.pool.house import House
from tests.storage.pools.test_bulk import PASSKEY


class Desk:
    """Takes lines that are user names, and remembers what is refused."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pool: Pool = house.pool()
        self.refused: list[Refusal] = []
        self.advanced: list[int] = []

    def job(self) -> ImportJob:
        return ImportJob(
            database=self.house.database,
            pool=self.pool,
            clock=self.house.clock,
            told=self.refused.append,
        )

    def read(self, text: str) -> Entry | None:
        if text == "group":
            return None
        if text.startswith("!"):
            raise LineError(LineProblem.INVALID, text)
        user = self.house.person_of(self.pool, text.removesuffix("*"))
        settings = self.pool.settings.sign_in
        return Entry(
            user=user,
            names=tuple(names_of(user, settings)),
            search=search_of(user, settings),
            passkeys=(PASSKEY,) if text.endswith("*") else (),
        )

    def run(self, job: ImportJob, *texts: str) -> JobState:
        return job.run(self.lines(*texts), self.read, advance=self.advanced.append)

    def lines(self, *texts: str) -> Iterator[Line]:
        return (Line(number, text) for number, text in enumerate(texts, 2))

    def count(self) -> int:
        return self.house.read(lambda c: Users(c).count(self.pool.id))


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_each_line_is_kept_or_told(desk: Desk) -> None:
    """One that is refused keeps no other from being taken."""
    desk.house.person(desk.pool, "there")
    job = desk.job()
    states = [job.state]

    states += [desk.run(job, "ana", "!1", "there", "group", "ANA", "bob"), job.state]

    assert states == [JobState.CREATED, JobState.SUCCEEDED, JobState.SUCCEEDED]
    assert job.counts == Counts(kept=2, refused=3)
    assert desk.refused == [
        Refusal(3, LineProblem.INVALID, "!1"),
        Refusal(4, LineProblem.TAKEN),
        Refusal(6, LineProblem.TAKEN),
    ]
    assert desk.count() == 3
    assert desk.advanced == [6]


def test_a_line_that_was_none_is_told(desk: Desk) -> None:
    job = desk.job()

    job.run(
        iter([Line(2, None, LineProblem.TOO_LONG), Line(3, None), Line(4, "ana")]),
        desk.read,
    )

    assert [refusal.problem for refusal in desk.refused] == [
        LineProblem.TOO_LONG,
        LineProblem.MALFORMED,
    ]
    assert job.counts == Counts(1, 2)


def test_an_import_is_gone_on_with_by_beginning_again(desk: Desk) -> None:
    """Whoever is there stays as they are; the others come."""
    texts = [f"user{number}" for number in range(20)]
    desk.run(desk.job(), *texts[:7])

    job = desk.job()
    desk.run(job, *texts)

    assert job.counts == Counts(kept=13, refused=7)
    assert desk.count() == 20


def test_it_goes_batch_by_batch_and_can_be_stopped(desk: Desk) -> None:
    """What was kept stays, and it is not begun again."""
    job = desk.job()
    seen: list[JobState] = []

    def advance(done: int) -> None:
        desk.advanced.append(done)
        if len(desk.advanced) == 2:
            job.stop()
            seen.append(job.state)

    texts = [f"user{number}" for number in range(3 * BATCH)]
    state = job.run(desk.lines(*texts), desk.read, advance=advance)

    assert state is JobState.STOPPED
    assert seen == [JobState.STOPPING]
    assert job.counts.kept == desk.count() == 2 * BATCH
    assert desk.advanced == [BATCH, BATCH, 0]
    with pytest.raises(WrongStateError):
        job.stop()
    with pytest.raises(WrongStateError):
        desk.run(job, "ana")


def test_refused_lines_fill_a_batch_too(desk: Desk) -> None:
    """Else a file of nothing but refused lines could not be stopped."""
    desk.run(desk.job(), *["!x"] * (2 * BATCH + 1))

    assert desk.advanced == [BATCH, BATCH, 1]


def test_a_passkey_that_is_somebodys_keeps_one_line_out(desk: Desk) -> None:
    """And not the whole batch."""
    job = desk.job()

    desk.run(job, "ana*", "bob", "eve*", "joe")

    assert job.counts == Counts(kept=3, refused=1)
    assert desk.refused == [Refusal(4, LineProblem.TAKEN)]


def test_what_goes_wrong_ends_it(desk: Desk) -> None:
    """What was kept until then stays."""

    def broken() -> Iterator[Line]:
        yield from desk.lines(*[f"user{number}" for number in range(BATCH)])
        raise OSError("the file is gone")

    job = desk.job()
    with pytest.raises(OSError, match="gone"):
        job.run(broken(), desk.read)

    assert job.state is JobState.FAILED
    assert job.counts.kept == desk.count() == BATCH


def test_a_job_that_nobody_begins_expires(desk: Desk) -> None:
    """At its last moment it may still be begun."""
    late, last = desk.job(), desk.job()
    desk.house.pass_time(LIFETIME - timedelta(seconds=1))
    assert desk.run(last, "ana") is JobState.SUCCEEDED

    desk.house.pass_time(timedelta(seconds=1))

    assert late.state is JobState.EXPIRED
    with pytest.raises(WrongStateError):
        desk.run(late, "bob")
    assert last.state is JobState.SUCCEEDED
