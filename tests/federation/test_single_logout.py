"""Single logout: the gateway and a provider ask each other to sign somebody out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from gateway.federation.errors import ProviderSaysNoError, StaleSignOutError
from gateway.federation.sessions import LIFETIME, WayOut, sweep
from gateway.federation.sign_ins import Arrived
from gateway.federation.single_logout import Parting, Returned
from gateway.federation.values import (
    Departure,
    ProvenLogin,
    SignOutMessage,
    SignOutNotice,
    UpstreamSession,
)
from gateway.model.errors import (
    MalformedCredentialError,
    ProviderUnavailableError,
    ReplayedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from gateway.pool.sign_in.values import SignedIn
from gateway.storage.pools.users import Users
from tests.federation.house import ISSUER, MadeUpParty, login_provider, use
from tests.federation.test_sign_ins import BROWSER, Desk
from tests.pool.house import NOON, House

PLACE = "https://corp.example/slo"
PARTING = Parting(BROWSER, "192.0.2.1", "client", "https://app.example/bye")
ASKS = SignOutMessage({"SAMLRequest": "x", "RelayState": "theirs"})
ANSWERS = SignOutMessage({"SAMLResponse": "x"}, "SAMLResponse=x")


@dataclass
class Party(MadeUpParty):
    """A provider that asks and answers."""

    form: Mapping[str, str] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    left: list[UpstreamSession] = field(default_factory=list)
    returned: list[tuple[Mapping[str, str], SignOutMessage]] = field(
        default_factory=list
    )
    asker: str = ISSUER
    name: str = "ana@corp"
    subject: str = ""
    until: datetime = NOON

    @override
    def proven(self) -> ProvenLogin:
        """With the name that requests have."""
        return replace(super().proven(), session_id="ana@corp", session={"a": "b"})

    def leave(self, session: UpstreamSession, *, state: str) -> Departure:
        if self.refusal is not None:
            raise self.refusal
        self.states.append(state)
        self.left.append(session)
        return Departure(PLACE, form=self.form, kept={"request_id": "_1"})

    def has_left(self, kept: Mapping[str, str], message: SignOutMessage) -> None:
        self.returned.append((kept, message))
        if self.refusal is not None:
            raise self.refusal

    def asker_of(self, message: SignOutMessage) -> str:
        assert message is ASKS
        return self.asker

    def notice(self, message: SignOutMessage) -> SignOutNotice:
        assert message is ASKS
        if self.refusal is not None:
            raise self.refusal
        return SignOutNotice("_r1", self.name, self.subject, self.until)

    def answer(self, notice: SignOutNotice, message: SignOutMessage) -> Departure:
        return Departure(f"{PLACE}?to={notice.id}", form=message.fields)


@pytest.fixture
def party(desk: Desk) -> Party:
    assert isinstance(desk.party, Party)
    return desk.party


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.party = Party(until=house.now + timedelta(minutes=5))
    desk.use(sign_in={"sign_out": "there"})
    return desk


def come(desk: Desk) -> str:
    """Return the name of the browser's session of somebody who has come."""
    arrived = desk.come()
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.step, SignedIn)
    desk.sign_ins.sessions.bind(arrived.step.origin_id, "session-1")
    return "session-1"


def leave(desk: Desk) -> WayOut | None:
    return desk.sign_ins.single_logout.leave(come(desk), PARTING)


def signed_out_at(desk: Desk) -> datetime | None:
    with desk.house.database.reading() as connection:
        user = Users(connection).find_named(desk.pool.id, "corp_123")
    assert user is not None
    return user.signed_out_at


def test_who_leaves_is_sent_with_what_the_provider_knows(
    desk: Desk, party: Party
) -> None:
    """And comes back once, to where they wanted, in the same browser."""
    party.form = {"SAMLRequest": "x"}

    assert leave(desk) == WayOut("Corp", PLACE, {"SAMLRequest": "x"})
    assert (party.left[0].session_id, party.left[0].extra) == ("ana@corp", {"a": "b"})
    back = desk.sign_ins.single_logout.come_back
    with pytest.raises(StaleSignOutError):
        back(party.states[0], "another browser", ANSWERS)
    assert back(party.states[0], BROWSER, ANSWERS) == Returned(
        "Corp", "client", PARTING.onward, None
    )
    assert party.returned == [({"request_id": "_1"}, ANSWERS)]
    with pytest.raises(StaleSignOutError):
        back(party.states[0], BROWSER, ANSWERS)


def test_what_was_posted_ahead_is_the_answer(desk: Desk, party: Party) -> None:
    leave(desk)
    logout = desk.sign_ins.single_logout
    logout.send_ahead(party.states[0], {"SAMLResponse": "posted"})

    logout.come_back(party.states[0], BROWSER, ANSWERS)

    assert party.returned[0][1] == SignOutMessage({"SAMLResponse": "posted"})
    with pytest.raises(StaleSignOutError):
        logout.send_ahead("another", {})


def test_a_sign_in_is_no_sign_out(desk: Desk) -> None:
    state = desk.leave()

    with pytest.raises(StaleSignOutError):
        desk.sign_ins.single_logout.come_back(state, BROWSER, ANSWERS)


def test_a_provider_that_is_asked_may_not_be_able(desk: Desk, party: Party) -> None:
    """Nobody is kept from signing out here; and they are told."""
    session = come(desk)
    party.refusal = ProviderUnavailableError()

    assert desk.sign_ins.single_logout.leave(session, PARTING) == WayOut("Corp", "")


def test_only_who_came_by_such_a_provider_is_sent(desk: Desk) -> None:
    logout = desk.sign_ins.single_logout

    assert logout.leave("nobody's", PARTING) is None
    session = come(desk)
    desk.party = MadeUpParty()
    desk.use(sign_in={"sign_out": "there"})
    assert logout.leave(session, PARTING) is None


def test_what_the_provider_does_not_confirm_is_told(desk: Desk, party: Party) -> None:
    leave(desk)
    party.refusal = ProviderSaysNoError("Responder")

    found = desk.sign_ins.single_logout.come_back(party.states[0], BROWSER, ANSWERS)

    assert found.failure is party.refusal
    assert found.onward == PARTING.onward


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_provider_may_change_meanwhile(
    desk: Desk, party: Party, *, is_gone: bool
) -> None:
    leave(desk)
    others = () if is_gone else (login_provider(MadeUpParty()),)
    use(desk.sign_ins, *others)

    found = desk.sign_ins.single_logout.come_back(party.states[0], BROWSER, ANSWERS)

    assert found.failure is not None
    assert found.label == ("corp" if is_gone else "Corp")


def test_who_signs_out_there_is_signed_out_here(desk: Desk) -> None:
    """Of everything, once, and all gateways hear of it."""
    come(desk)
    desk.house.news()

    heard = desk.sign_ins.single_logout.hear(ASKS)

    assert (heard.label, heard.people) == ("Corp", 1)
    assert heard.answer == Departure(f"{PLACE}?to=_r1", form=ASKS.fields)
    assert signed_out_at(desk) == desk.house.now
    assert list(desk.house.news())
    with pytest.raises(ReplayedCredentialError):
        desk.sign_ins.single_logout.hear(ASKS)


def test_an_unknown_person_is_answered_like_a_known_one(
    desk: Desk, party: Party
) -> None:
    come(desk)
    party.name = "another"

    heard = desk.sign_ins.single_logout.hear(ASKS)

    assert heard.people == 0
    assert heard.answer is not None
    assert signed_out_at(desk) is None


@pytest.mark.parametrize(("subject", "people"), [("123", 1), ("", 0), ("124", 0)])
def test_a_person_is_known_long_after_their_sign_ins(
    desk: Desk, party: Party, subject: str, people: int
) -> None:
    """By the login that leads to them, where that goes by the same name."""
    come(desk)
    desk.house.pass_time(LIFETIME)
    with desk.house.database.writing() as connection:
        sweep(connection, desk.house.now)
    party.subject = subject

    assert desk.sign_ins.single_logout.hear(ASKS).people == people


def test_two_files_may_be_of_one_provider(desk: Desk) -> None:
    """The answer is that of the file by which somebody was here."""
    come(desk)
    first = login_provider(
        Party("first", name="nobody", until=desk.house.now), id="first", label="First"
    )
    liar = Party("liar", refusal=WrongAudienceError())
    deaf = login_provider(MadeUpParty("deaf"), id="deaf")
    use(desk.sign_ins, deaf, login_provider(liar, id="liar"), first, desk.provider)

    heard = desk.sign_ins.single_logout.hear(ASKS)

    assert (heard.label, heard.people) == ("Corp", 1)


def test_nobody_hears_what_no_provider_says(desk: Desk, party: Party) -> None:
    """Nothing is remembered of it either."""
    come(desk)
    hear = desk.sign_ins.single_logout.hear
    party.refusal = MalformedCredentialError()
    with pytest.raises(MalformedCredentialError):
        hear(ASKS)
    party.refusal = None
    party.asker = "https://evil.example"
    with pytest.raises(UntrustedIssuerError):
        hear(ASKS)
    party.asker = ISSUER
    assert hear(ASKS).people == 1
    use(desk.sign_ins)
    with pytest.raises(UntrustedIssuerError):
        hear(ASKS)
