"""From the button to somebody who is let in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.federation.errors import (
    ProviderSaysNoError,
    StaleAttemptError,
    UnknownProviderError,
)
from gateway.federation.sign_ins import (
    Arrived,
    FederatedSignIns,
    Leaving,
    Waiting,
)
from gateway.federation.waiting import Ticket
from gateway.model.client import Client
from gateway.model.errors import (
    MalformedCredentialError,
    ProviderUnavailableError,
    UnmetRequirementError,
)
from gateway.pool.attributes.schema import Schema
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.assembly import sign_ins
from gateway.pool.sign_in.values import Asked, ChallengeName, Context, SignedIn
from gateway.storage.pools.users import Users
from tests.federation.house import (
    ANA,
    MadeUpParty,
    federation,
    login_provider,
    use,
)
from tests.pool.house import House
from tests.pool.sign_in.desk import factors_of

URL = "https://id.example.com"
BACK = "/oauth2/idpresponse"
BROWSER = "the-name-of-this-browser"
CONTEXT = Context("192.0.2.1")


class Desk:
    """A pool with one provider, and a browser that goes there."""

    def __init__(self, house: House, settings: PoolSettings | None = None) -> None:
        self.house = house
        self.pool: Pool = house.pool(settings)
        self.client: Client = replace(house.client(self.pool), providers=None)
        self.party = MadeUpParty()
        self.sign_ins: FederatedSignIns = federation(
            house.tools, sign_ins(house.tools, factors_of(house)), public_url=URL
        )
        self.use()

    def use(self, **changed: Any) -> None:
        self.provider = login_provider(self.party, **changed)
        use(self.sign_ins, self.provider)

    def leave(self, **changed: Any) -> str:
        """Return the state that the browser leaves with."""
        leaving = replace(Leaving(browser=BROWSER, query={"a": "b"}), **changed)
        departure = self.sign_ins.depart(self.client, self.provider, leaving)
        return departure.url.partition("state=")[2]

    def arrive(self, state: str, **answer: str) -> Arrived:
        arrived = self.reach(state, **answer)
        assert isinstance(arrived, Arrived)
        return arrived

    def reach(self, state: str, **answer: str) -> Arrived | Waiting:
        begun = self.sign_ins.take(state, BROWSER, BACK)
        return self.sign_ins.arrive(self.pool, self.client, begun, answer, CONTEXT)

    def come(self) -> Arrived:
        return self.arrive(self.leave(), code="c0de")


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_somebody_goes_and_comes_back_and_is_in(desk: Desk) -> None:
    state = desk.leave(
        login_hint="ana", locales=("de",), max_age=timedelta(seconds=9), force=True
    )

    arrived = desk.arrive(state, code="c0de")

    (attempt,) = desk.party.begun
    assert attempt.redirect_uri == f"{URL}{BACK}"
    assert (attempt.login_hint, attempt.locales) == ("ana", ("de",))
    assert (attempt.max_age, attempt.force) == (timedelta(seconds=9), True)
    assert desk.party.answers == [{"code": "c0de"}]
    assert arrived.username == "corp_123"
    assert isinstance(arrived.step, SignedIn)
    assert arrived.step.amr == ("fed",)
    assert BROWSER not in repr(Leaving(browser=BROWSER))


def test_how_they_signed_in_is_what_the_provider_says(desk: Desk) -> None:
    desk.party.claims = {**ANA, "amr": ["pwd", "mfa"]}

    step = desk.come().step

    assert isinstance(step, SignedIn)
    assert step.amr == ("pwd", "mfa")


def test_what_the_provider_posted_ahead_is_the_answer(desk: Desk) -> None:
    state = desk.leave()
    desk.sign_ins.send_ahead(state, {"code": "posted", "state": state})

    desk.arrive(state, code="in the address")

    assert desk.party.answers == [{"code": "posted", "state": state}]


def test_it_comes_back_to_the_place_it_was_sent_to(desk: Desk) -> None:
    """An answer of one protocol is not taken for one of another."""
    with pytest.raises(StaleAttemptError):
        desk.sign_ins.take(desk.leave(), BROWSER, "/saml2/idpresponse")


def test_an_attempt_is_of_its_pool_and_client(desk: Desk) -> None:
    begun = desk.sign_ins.take(desk.leave(), BROWSER, BACK)
    other = replace(desk.client, id="other")

    with pytest.raises(StaleAttemptError):
        desk.sign_ins.arrive(desk.pool, other, begun, {}, CONTEXT)


def test_a_provider_that_went_meanwhile_lets_nobody_in(desk: Desk) -> None:
    """Disabled in its file, reloaded: every way is closed (zitadel CVE-2025-64717)."""
    state = desk.leave()
    begun = desk.sign_ins.take(state, BROWSER, BACK)
    assert desk.sign_ins.label_of(begun) == "Corp"
    use(desk.sign_ins)

    with pytest.raises(UnknownProviderError):
        desk.sign_ins.arrive(desk.pool, desk.client, begun, {}, CONTEXT)
    assert desk.sign_ins.label_of(begun) == "corp"
    assert desk.party.answers == []


def test_a_client_that_offers_the_provider_no_more_lets_nobody_in(desk: Desk) -> None:
    """Whatever the attempt was begun with."""
    begun = desk.sign_ins.take(desk.leave(), BROWSER, BACK)
    client = replace(desk.client, providers=())

    with pytest.raises(UnknownProviderError):
        desk.sign_ins.arrive(desk.pool, client, begun, {}, CONTEXT)
    assert desk.party.answers == []


def test_a_provider_that_cannot_be_had_keeps_nothing(desk: Desk) -> None:
    desk.party.refusal = ProviderUnavailableError("down")

    with pytest.raises(ProviderUnavailableError):
        desk.leave()


@pytest.mark.parametrize(
    "refusal", [ProviderSaysNoError("access_denied"), ProviderUnavailableError("down")]
)
def test_who_is_not_let_in_there_is_nobody_here_and_begins_again(
    desk: Desk, refusal: Any
) -> None:
    state = desk.leave()
    desk.party.refusal = refusal

    with pytest.raises(type(refusal)):
        desk.arrive(state, error="access_denied")

    with pytest.raises(StaleAttemptError):
        desk.arrive(state, code="c0de")
    assert desk.house.read(lambda c: Users(c).count(desk.pool.id)) == 0


def test_what_a_file_requires_is_required_at_every_sign_in(desk: Desk) -> None:
    desk.come()
    checks = [{"id": "hd", "cel": "claim('hd', '') == 'x'", "message": "Not you."}]
    desk.use(require={"checks": checks})

    with pytest.raises(UnmetRequirementError):
        desk.come()


def test_claims_of_another_form_than_the_file_expects_let_nobody_in(desk: Desk) -> None:
    desk.party.claims = {**ANA, "email_verified": "yes"}

    with pytest.raises(MalformedCredentialError):
        desk.come()


def test_what_a_profile_lacks_is_asked_instead_of_refused(house: House) -> None:
    """Cognito: "attributes required", and nothing that the person could do."""
    schema = Schema.of(required=["email", "nickname"])
    desk = Desk(house, PoolSettings(name="people", schema=schema))

    step = desk.come().step

    assert isinstance(step, Asked)
    assert step.name is ChallengeName.MISSING_ATTRIBUTES
    assert step.attributes == ("nickname",)


def test_an_answer_that_nobody_asked_for_waits_for_any_browser(desk: Desk) -> None:
    """If its provider may begin sign-ins; otherwise nothing is kept."""
    leaving = Leaving(browser="", query={"a": "b"})
    with pytest.raises(StaleAttemptError):
        desk.sign_ins.receive_uninvited(desk.client, desk.provider, {}, leaving)
    desk.party.answers_uninvited = True

    state = desk.sign_ins.receive_uninvited(
        desk.client, desk.provider, {"code": "posted"}, leaving
    )
    desk.arrive(state)

    assert desk.party.answers == [{"code": "posted"}]
    assert desk.party.uninvited == [True]
    with pytest.raises(StaleAttemptError):
        desk.arrive(state)


def test_who_seems_to_be_here_already_waits_or_stays_apart(desk: Desk) -> None:
    """Nobody is let in before they have said which."""
    desk.use(link={"policy": "confirm"})
    proven = {"email": str(ANA["email"]), "email_verified": "true"}
    ana = desk.house.person(desk.pool, **proven)

    waiting = desk.reach(desk.leave(), code="c0de")

    assert isinstance(waiting, Waiting)
    ticket = Ticket(waiting.handle, BROWSER)
    arrived = desk.sign_ins.stay_apart(desk.pool, desk.client, ticket, CONTEXT)
    assert isinstance(arrived.step, SignedIn)
    assert arrived.step.user.sub != ana.sub
    assert desk.sign_ins.connected.of(ana) == []
    with pytest.raises(StaleAttemptError):
        desk.sign_ins.waiting.supposed(desk.pool, ticket)
    way_out = desk.sign_ins.sessions.way_out("nobody", back="", state="")
    assert way_out is None
