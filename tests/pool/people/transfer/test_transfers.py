"""Imports and exports as a whole."""

from io import BytesIO

import pytest

from gateway.model.user import UserStatus
from gateway.pool.groups import Groups, GroupText
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.people.transfer.jobs import Counts, ImportJob, JobState
from gateway.pool.people.transfer.lines import LineError, LineProblem, Refusal
from gateway.pool.people.transfer.transfers import Transfers
from gateway.pool.pool import Pool
from gateway.pool.recovery import Recovery
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.storage.pools.users import Users
from tests.pool.house import PASSWORD, House

OTHER = "us-east-1_Other9999"
CSV = b"""cognito:username,cognito:mfa_enabled,email,email_verified
ana,false,ana@example.com,true
bob,false,nothing,true

eve,false,eve@example.com,true
"""


class Desk:
    def __init__(self, house: House) -> None:
        self.house = house
        self.transfers = Transfers(tools=house.tools)
        self.refused: list[Refusal] = []

    def job(self, pool: Pool) -> ImportJob:
        return self.transfers.job(pool, self.refused.append)

    def count(self, pool: Pool) -> int:
        return self.house.read(lambda connection: Users(connection).count(pool.id))


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_a_csv_file_becomes_people(house: House, desk: Desk) -> None:
    """Its lines are counted as an editor counts them."""
    pool = house.pool()
    job, done = desk.job(pool), list[int]()

    desk.transfers.import_csv(pool, job, BytesIO(CSV), advance=done.append)

    assert (job.state, job.counts) == (JobState.SUCCEEDED, Counts(2, 1))
    assert desk.refused == [Refusal(3, LineProblem.INVALID, "email: no_email")]
    assert done == [3]
    ana = house.read(lambda c: Users(c).find_named(pool.id, "ana"))
    assert ana is not None
    assert ana.status is UserStatus.RESET_REQUIRED
    assert ana.created_at == house.now


def _fill(house: House, pool: Pool, people: int) -> None:
    groups = Groups(database=house.database, cursors=house.cursors, clock=house.clock)
    groups.create(pool, "staff", GroupText("Colleagues", 1))
    for number in range(people):
        house.person(pool, f"user{number:04}", name=f"User {number}")
    groups.join(pool, "staff", "user0000")
    passwords = GivenPasswords(tools=house.tools, recovery=Recovery(tools=house.tools))
    passwords.set_permanent(pool, "user0000", PASSWORD)


@pytest.mark.parametrize("people", [1, 501])
def test_an_export_is_imported_elsewhere(house: House, desk: Desk, people: int) -> None:
    """Everybody once, and as they were: they sign in with the password they had."""
    pool, other = house.pool(), house.pool(pool_id=OTHER)
    _fill(house, pool, people)
    exported = [*desk.transfers.export(pool)]
    assert len(exported) == people + 2

    file = BytesIO("\n".join(exported).encode())
    job = desk.job(other)
    desk.transfers.import_records(other, job, file)

    assert job.counts == Counts(people, 0)
    assert [*desk.transfers.export(other)][1:2] == exported[1:2]
    assert desk.count(other) == people
    proof = PasswordProof(
        database=house.database,
        credentials=house.credentials,
        passwords=house.passwords,
        tries=house.tries,
        clock=house.clock,
    )
    user = proof.prove(other, "user0000", PASSWORD, address="192.0.2.7")
    groups = Groups(database=house.database, cursors=house.cursors, clock=house.clock)
    assert [group.description for group in groups.of(user)] == ["Colleagues"]


def test_an_import_twice_changes_nothing(house: House, desk: Desk) -> None:
    """Neither people nor groups that are there already."""
    pool = house.pool()
    _fill(house, pool, 3)
    exported = [*desk.transfers.export(pool)]
    file = "\n".join([*exported, exported[1], '{"x": 1}']).encode()

    job = desk.job(pool)
    desk.transfers.import_records(pool, job, BytesIO(file))

    assert job.counts == Counts(0, 4)
    assert [*desk.transfers.export(pool)] == exported


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", LineProblem.MISSING),
        (b"\xff", LineProblem.NOT_TEXT),
        (b"x" * 2_000_000, LineProblem.TOO_LONG),
        (b"shoe", LineProblem.MALFORMED),
    ],
)
def test_a_file_of_something_else_is_refused_whole(
    house: House, desk: Desk, content: bytes, problem: LineProblem
) -> None:
    """Before anything is done."""
    pool = house.pool()

    for bring in (desk.transfers.import_csv, desk.transfers.import_records):
        job = desk.job(pool)
        with pytest.raises(LineError) as caught:
            bring(pool, job, BytesIO(content))
        assert caught.value.problem is problem
        assert job.state is JobState.CREATED


def test_a_group_that_came_meanwhile_is_left_as_it_is(house: House, desk: Desk) -> None:
    """Whoever made it has said what it is."""
    pool = house.pool()
    _fill(house, pool, 1)
    kept = desk.transfers.export(pool)
    header, group = next(kept), next(kept)
    assert header.startswith('{"format":')

    found = desk.transfers
    from gateway.pool.people.transfer.records import find_group  # noqa: PLC0415

    again = find_group(pool, group.replace("Colleagues", "Others"))
    assert again is not None
    found._add(again)

    assert [*desk.transfers.export(pool)][1] == group
