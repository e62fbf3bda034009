"""What is kept between two steps of a sign-in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.keys.errors import SealError
from gateway.model.user import User
from gateway.pool.codes import MAX_TRIES
from gateway.pool.errors import ExpiredSessionError, InvalidSessionError
from gateway.pool.settings import SecondFactor
from gateway.pool.sign_in.sessions import Journey, OpenSession, Visit
from gateway.pool.sign_in.values import ChallengeName
from gateway.storage.pools.session_table import POOL_SESSION
from tests.pool.house import House
from tests.pool.sign_in.desk import HOME, Desk

JOURNEY = Journey(
    name="ana",
    origin_id="1",
    asked=ChallengeName.EMAIL_CODE,
    choices=(ChallengeName.TOTP,),
    amr=("pwd",),
    first_factor=SecondFactor.EMAIL_CODE,
    device_key="key",
    kept={"code": "secret"},
)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def ana(desk: Desk) -> User:
    return desk.house.person(desk.pool)


def visit(desk: Desk, username: str = "") -> Visit:
    context = replace(HOME, username=username)
    return Visit(desk.pool, desk.client, context, desk.house.now)


def add(desk: Desk, user: User | None, journey: Journey = JOURNEY) -> str:
    return desk.house.database.write(
        lambda connection: desk.sessions.add(connection, visit(desk), user, journey)
    )


def find(desk: Desk, handle: str, at: Visit | None = None) -> OpenSession:
    return desk.house.read(
        lambda connection: desk.sessions.find(connection, at or visit(desk), handle)
    )


def test_a_session_leads_back_to_where_the_sign_in_was(desk: Desk, ana: User) -> None:
    """With the person as they are now; of nobody's name with nobody."""
    handle, nobodys = add(desk, ana), add(desk, None)
    renamed = desk.change(ana, attributes={"name": "Ana"})

    found = find(desk, handle)

    assert (found.journey, found.user, found.tries) == (JOURNEY, renamed, 0)
    assert found.person(ChallengeName.TOTP, ChallengeName.EMAIL_CODE) == renamed
    assert find(desk, nobodys).user is None
    with pytest.raises(InvalidSessionError):
        found.person(ChallengeName.TOTP)
    with pytest.raises(InvalidSessionError):
        find(desk, nobodys).person(ChallengeName.EMAIL_CODE)


@pytest.mark.parametrize("handle", ["", "another", "\ud800", "x" * 10_000])
def test_what_was_never_handed_out_is_no_session(desk: Desk, handle: str) -> None:
    with pytest.raises(InvalidSessionError):
        find(desk, handle)


def test_a_session_is_good_for_its_client_alone(desk: Desk, ana: User) -> None:
    """And in its pool."""
    handle = add(desk, ana)
    here = visit(desk)
    other_pool = desk.house.pool(pool_id="us-east-1_Others999")

    for elsewhere in (
        replace(here, client=replace(desk.client, id="b" * 26)),
        replace(here, pool=other_pool),
    ):
        with pytest.raises(InvalidSessionError):
            find(desk, handle, elsewhere)


def test_a_session_is_good_for_its_person_alone(desk: Desk, ana: User) -> None:
    """Whoever says as whom they answer has to say it right, in whatever spelling."""
    handle, nobodys = add(desk, ana), add(desk, None)

    for name in ("ana", "ANA", ana.sub):
        assert find(desk, handle, visit(desk, name)).user == ana
    for bad, name in ((handle, "bob"), (nobodys, ana.sub)):
        with pytest.raises(InvalidSessionError):
            find(desk, bad, visit(desk, name))


def test_a_session_has_its_time(desk: Desk, ana: User) -> None:
    """That of the client's settings."""
    handle = add(desk, ana)

    desk.house.pass_time(desk.client.lifetimes.session - timedelta(seconds=1))
    assert find(desk, handle).user == ana
    desk.house.pass_time(timedelta(seconds=1))
    with pytest.raises(ExpiredSessionError):
        find(desk, handle)


def test_a_session_is_good_once(desk: Desk, ana: User) -> None:
    opened = find(desk, add(desk, ana))

    with desk.house.database.writing() as connection:
        desk.sessions.use(connection, opened)
        with pytest.raises(InvalidSessionError):
            desk.sessions.use(connection, opened)


def test_a_few_wrong_answers_are_forgiven(desk: Desk, ana: User) -> None:
    """Then the session is gone."""
    handle = add(desk, ana)

    for tries in range(MAX_TRIES):
        opened = find(desk, handle)
        assert opened.tries == tries
        with desk.house.database.writing() as connection:
            desk.sessions.miss(connection, opened)

    with pytest.raises(InvalidSessionError):
        find(desk, handle)


def test_what_is_kept_can_be_read_by_nobody_else(desk: Desk, ana: User) -> None:
    """Nor can it be moved to another sign-in."""
    handle, other = add(desk, ana), add(desk, ana)
    digest = find(desk, handle).digest
    with desk.house.database.writing() as connection:
        states = connection.execute(select(POOL_SESSION.c.state)).scalars().all()
        mine = connection.scalar(
            select(POOL_SESSION.c.state).where(POOL_SESSION.c.digest == digest)
        )
        connection.execute(update(POOL_SESSION).values(state=mine))

    # Whole names, quoted: three letters alone turn up in base64 by chance.
    assert not any("secret" in state or '"ana"' in state for state in states)
    assert find(desk, handle).user == ana
    with pytest.raises(SealError):
        find(desk, other)
    assert "secret" not in repr(JOURNEY)


def test_a_proof_counts_once() -> None:
    assert JOURNEY.proven("pwd", "otp").amr == ("pwd", "otp")
