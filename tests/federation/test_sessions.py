"""Sessions here that came of a session at a provider, and the end of either."""

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import Connection, select
from typing_extensions import override

from gateway.federation.sessions import LIFETIME, FederatedSessions, WayOut, sweep
from gateway.federation.sign_ins import Arrived
from gateway.federation.values import ProvenLogin, UpstreamSession
from gateway.model.errors import ProviderUnavailableError
from gateway.model.user import User
from gateway.pool.sign_in.values import SignedIn
from gateway.storage.pools.federated_session_table import FEDERATED_SESSION
from gateway.storage.pools.users import Users
from tests.federation.house import MadeUpParty, use
from tests.federation.test_sign_ins import Desk
from tests.pool.house import House

BACK = "https://id.example.com/oauth2/idplogout"


@dataclass
class Party(MadeUpParty):
    """A provider that can be signed out of."""

    place: str = "https://corp.example/end"
    left: list[UpstreamSession] = field(default_factory=list)

    @override
    def proven(self) -> ProvenLogin:
        """With what a sign-out needs."""
        return replace(
            super().proven(), session_id="s-1", id_token="the-token", session={"a": "b"}
        )

    def sign_out(self, session: UpstreamSession, *, back: str, state: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.left.append(session)
        return self.place and f"{self.place}?back={back}&state={state}"


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.party = Party()
    desk.use(sign_in={"sign_out": "there"})
    return desk


@pytest.fixture
def sessions(desk: Desk) -> FederatedSessions:
    return desk.sign_ins.sessions


def signed_in(desk: Desk) -> SignedIn:
    arrived = desk.come()
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.step, SignedIn)
    return arrived.step


def end(desk: Desk, *, subject: str = "", session_id: str = "") -> list[str]:
    def work(connection: Connection) -> list[str]:
        ended = desk.sign_ins.sessions.end(
            connection, desk.provider, subject=subject, session_id=session_id
        )
        return [user.sub for user in ended]

    return desk.house.database.write(work)


def now(desk: Desk, user: User) -> User:
    with desk.house.database.reading() as connection:
        found = Users(connection).find(desk.pool.id, user.sub)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("subject", "session_id"), [("", "s-1"), ("123", ""), ("123", "s-1")], ids=range(3)
)
def test_who_signs_out_there_is_signed_out_here(
    desk: Desk, subject: str, session_id: str
) -> None:
    """Of everything, and all gateways hear of it."""
    user = signed_in(desk).user
    desk.house.news()

    assert end(desk, subject=subject, session_id=session_id) == [user.sub]

    assert now(desk, user).signed_out_at == desk.house.now
    assert list(desk.house.news())


@pytest.mark.parametrize(
    ("subject", "session_id"),
    [("", "s-2"), ("124", ""), ("124", "s-1"), ("123", "s-2"), ("", "")],
    ids=range(5),
)
def test_nobody_else_is_signed_out(desk: Desk, subject: str, session_id: str) -> None:
    """With both a person and a session, both have to fit."""
    user = signed_in(desk).user

    assert end(desk, subject=subject, session_id=session_id) == []

    assert now(desk, user).signed_out_at is None


def test_a_person_is_known_long_after_their_sign_ins(desk: Desk) -> None:
    """By the login that leads to them."""
    user = signed_in(desk).user
    desk.house.pass_time(LIFETIME)
    with desk.house.database.writing() as connection:
        assert sweep(connection, desk.house.now) == 1

    assert end(desk, session_id="s-1") == []
    assert end(desk, subject="123") == [user.sub]


def test_who_signs_out_here_is_sent_there(
    desk: Desk, sessions: FederatedSessions
) -> None:
    """With what the provider wants to see; nothing of it can be read in the database."""
    sessions.bind(signed_in(desk).origin_id, "browser-1")
    sessions.bind("of-no-provider", "browser-2")

    way_out = sessions.way_out("browser-1", back=BACK, state="st")

    assert way_out == WayOut("Corp", f"https://corp.example/end?back={BACK}&state=st")
    assert isinstance(desk.party, Party)
    (left,) = desk.party.left
    assert (left.subject, left.session_id, left.id_token) == ("123", "s-1", "the-token")
    assert left.extra == {"a": "b"}
    assert "the-token" not in repr(left)
    kept = desk.house.read(lambda each: each.execute(select(FEDERATED_SESSION)).one())
    assert "the-token" not in str(kept)
    assert sessions.way_out("browser-2", back=BACK, state="st") is None


def test_nobody_is_kept_from_signing_out_here(
    desk: Desk, sessions: FederatedSessions
) -> None:
    """By a provider that is down, gone, has no such place, or whose file says nothing."""
    sessions.bind(signed_in(desk).origin_id, "browser")
    assert isinstance(desk.party, Party)

    desk.party.place = ""
    assert sessions.way_out("browser", back=BACK, state="") is None
    desk.party.refusal = ProviderUnavailableError()
    assert sessions.way_out("browser", back=BACK, state="") is None
    desk.use()
    assert sessions.way_out("browser", back=BACK, state="") is None
    desk.party = MadeUpParty()
    desk.use(sign_in={"sign_out": "there"})
    assert sessions.way_out("browser", back=BACK, state="") is None
    use(desk.sign_ins)
    assert sessions.way_out("browser", back=BACK, state="") is None


def test_a_person_who_is_gone_is_signed_out_nowhere(desk: Desk) -> None:
    user = signed_in(desk).user
    pool = desk.house.pools
    with desk.house.database.writing() as connection:
        Users(connection).remove(desk.pool.id, user.sub)

    assert end(desk, subject="123") == []
    assert pool.find(desk.pool.id) is not None


def test_nobody_of_a_pool_that_is_gone_is_signed_out(
    desk: Desk, sessions: FederatedSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of it goes with the next sweep."""
    signed_in(desk)
    monkeypatch.setattr(type(sessions._pools), "find", lambda *_: None)

    assert end(desk, subject="123") == []
