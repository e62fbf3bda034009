"""What authenticators were asked, once and soon."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.pool.errors import PasskeyQuestionError
from gateway.pool.factors.passkey_questions import (
    CHALLENGE_BYTES,
    LIFETIME,
    Ceremony,
    Questions,
)
from gateway.pool.pool import Pool
from gateway.storage.pools.factor_tables import POOL_PASSKEY_CHALLENGE
from tests.pool.house import House

MAKE, USE = Ceremony.REGISTRATION, Ceremony.ASSERTION


@pytest.fixture
def questions(house: House) -> Questions:
    return Questions(database=house.database, clock=house.clock)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def count(house: House) -> int:
    statement = select(func.count()).select_from(POOL_PASSKEY_CHALLENGE)
    return house.read(lambda connection: connection.execute(statement).scalar_one())


def test_a_question_is_answered_once(questions: Questions, pool: Pool) -> None:
    """No two are the same."""
    first = questions.ask(pool, USE, sub="ana", bound_to="session")
    other = questions.ask(pool, USE, sub="", bound_to="")

    assert len({first, other}) == 2
    assert questions.take(pool, USE, first, bound_to="session") == "ana"
    assert questions.take(pool, USE, other, bound_to="") == ""
    with pytest.raises(PasskeyQuestionError):
        questions.take(pool, USE, first, bound_to="session")


def test_of_many_who_answer_at_once_one_is_heard(
    questions: Questions, pool: Pool
) -> None:
    challenge = questions.ask(pool, USE, sub="", bound_to="")

    def attempt(_: int) -> bool:
        try:
            questions.take(pool, USE, challenge, bound_to="")
        except PasskeyQuestionError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]


def test_it_is_answered_where_it_was_asked(
    house: House, questions: Questions, pool: Pool
) -> None:
    """In that pool, in that session, for that purpose."""
    elsewhere = house.pool(pool_id="us-east-1_Others999")
    challenge = questions.ask(pool, USE, sub="", bound_to="session")

    for where, ceremony, session in (
        (elsewhere, USE, "session"),
        (pool, MAKE, "session"),
        (pool, USE, "another"),
        (pool, USE, ""),
    ):
        with pytest.raises(PasskeyQuestionError):
            questions.take(where, ceremony, challenge, bound_to=session)

    assert questions.take(pool, USE, challenge, bound_to="session") == ""


@pytest.mark.parametrize("length", [0, CHALLENGE_BYTES - 1, CHALLENGE_BYTES, 100_000])
def test_what_nobody_has_asked_is_no_question(
    questions: Questions, pool: Pool, length: int
) -> None:
    with pytest.raises(PasskeyQuestionError):
        questions.take(pool, USE, bytes(length), bound_to="")


def test_the_parts_of_a_question_do_not_run_into_each_other(
    questions: Questions, pool: Pool
) -> None:
    """A session's name does not make another challenge of it."""
    challenge = questions.ask(pool, USE, sub="", bound_to="ab")

    with pytest.raises(PasskeyQuestionError):
        questions.take(pool, USE, challenge + b"\xab", bound_to="")


def test_an_answer_may_come_too_late(
    house: House, questions: Questions, pool: Pool
) -> None:
    """The last instant at which it does not, and the first at which it does."""
    in_time = questions.ask(pool, USE, sub="", bound_to="")
    too_late = questions.ask(pool, USE, sub="", bound_to="")

    house.pass_time(LIFETIME - timedelta(microseconds=1))
    questions.take(pool, USE, in_time, bound_to="")
    house.pass_time(timedelta(microseconds=1))
    with pytest.raises(PasskeyQuestionError):
        questions.take(pool, USE, too_late, bound_to="")


def test_what_nobody_answers_does_not_pile_up(
    house: House, questions: Questions, pool: Pool
) -> None:
    """Everybody who opens a page asks; few of them answer."""
    for _ in range(12):
        for _ in range(3):
            questions.ask(pool, USE, sub="", bound_to="")
        house.pass_time(timedelta(minutes=1))

    assert count(house) == 3 * (LIFETIME // timedelta(minutes=1))
