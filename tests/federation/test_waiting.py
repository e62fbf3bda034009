"""People who have been at a provider, and are to sign in here too."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.federation.errors import (
    LoginTakenError,
    StaleAttemptError,
    UnknownProviderError,
    WrongBrowserError,
)
from gateway.federation.linking.links import Source
from gateway.federation.linking.proofs import LIFETIME
from gateway.federation.sign_ins import Arrived, Waiting
from gateway.federation.waiting import Supposed, Ticket
from gateway.model.user import User, UserStatus
from gateway.pool.errors import DisabledError
from gateway.pool.people.standing import Standings
from gateway.pool.sign_in.values import SignedIn
from gateway.storage.identities import find_identity
from gateway.storage.pools.federated_logins import FederatedLogins
from tests.federation.house import use
from tests.federation.test_sign_ins import BROWSER, CONTEXT, Desk
from tests.pool.house import House

PROVEN = {"email": "ana@corp.example", "email_verified": "true"}


@pytest.fixture
def desk(house: House) -> Desk:
    """A provider whose people may be somebody who is here already."""
    desk = Desk(house)
    desk.use(link={"policy": "confirm"})
    return desk


@pytest.fixture
def ana(desk: Desk) -> User:
    return desk.house.person(desk.pool, **PROVEN)


def wait(desk: Desk) -> Ticket:
    """Come from the provider, and seem to be Ana."""
    reached = desk.reach(desk.leave(), code="c0de")
    assert isinstance(reached, Waiting)
    assert reached.handle not in repr(reached)
    return Ticket(reached.handle, BROWSER)


def complete(desk: Desk, ticket: Ticket, user: User) -> User:
    return desk.sign_ins.waiting.complete(desk.pool, desk.client, ticket, user, CONTEXT)


def apart(desk: Desk, ticket: Ticket) -> Arrived:
    return desk.sign_ins.stay_apart(desk.pool, desk.client, ticket, CONTEXT)


def leads_to(desk: Desk, subject: str = "123") -> str | None:
    with desk.house.database.reading() as connection:
        login = FederatedLogins(connection).find(desk.pool.id, "corp", subject)
    return login.sub if login else None


def test_who_signs_in_here_too_is_connected(desk: Desk, ana: User) -> None:
    """And from then on comes in by way of the provider, as the same identity."""
    ticket = wait(desk)

    assert desk.sign_ins.waiting.supposed(desk.pool, ticket) == Supposed(
        "Corp", "ana@corp.example"
    )
    assert leads_to(desk) is None
    connected = complete(desk, ticket, ana)

    assert connected.sub == leads_to(desk) == ana.sub
    assert '"providerName":"corp"' in connected.attributes["identities"]
    assert desk.come().username == "ana"
    with desk.house.database.reading() as connection:
        own = find_identity(connection, "pool", ana.sub)
        other = find_identity(connection, "corp", "123")
    assert own is not None
    assert other is not None
    assert own.id == other.id


def test_a_proof_counts_once(desk: Desk, ana: User) -> None:
    """Also for who has been connected and unlinked since (Keycloak CVE-2026-9087)."""
    ticket = wait(desk)
    complete(desk, ticket, ana)

    with pytest.raises(StaleAttemptError):
        complete(desk, ticket, ana)
    with pytest.raises(StaleAttemptError):
        apart(desk, ticket)


def test_nobody_else_is_connected(desk: Desk, ana: User) -> None:
    """It goes on waiting for Ana."""
    ticket = wait(desk)
    bob = desk.house.person(desk.pool, "bob")

    with pytest.raises(StaleAttemptError):
        complete(desk, ticket, bob)
    with pytest.raises(WrongBrowserError):
        complete(desk, replace(ticket, browser="another-browser-altogether"), ana)
    other = replace(desk.pool, id="us-east-1_Others999")
    with pytest.raises(UnknownProviderError):
        desk.sign_ins.waiting.supposed(other, ticket)
    with pytest.raises(StaleAttemptError):
        desk.sign_ins.waiting.complete(other, desk.client, ticket, ana, CONTEXT)

    assert leads_to(desk) is None
    assert complete(desk, ticket, ana).sub == ana.sub


def test_it_waits_for_minutes(desk: Desk, ana: User) -> None:
    ticket = wait(desk)
    desk.house.pass_time(LIFETIME + timedelta(seconds=1))

    with pytest.raises(StaleAttemptError):
        complete(desk, ticket, ana)


def test_a_provider_that_is_gone_connects_nobody(desk: Desk, ana: User) -> None:
    """Zitadel CVE-2025-64717: switched off in its file, while somebody waits."""
    ticket = wait(desk)
    use(desk.sign_ins)

    with pytest.raises(UnknownProviderError):
        complete(desk, ticket, ana)
    assert leads_to(desk) is None


@pytest.mark.parametrize("policy", ["never", "admin"])
def test_a_file_that_allows_no_more_links_connects_nobody(
    desk: Desk, ana: User, policy: str
) -> None:
    """Also whom it has asked before: what counts is what it says at the end."""
    ticket = wait(desk)
    desk.use(link={"policy": policy})

    with pytest.raises(UnknownProviderError):
        complete(desk, ticket, ana)
    assert leads_to(desk) is None
    assert apart(desk, ticket).username == "corp_123"


def test_a_client_that_offers_the_provider_no_more_connects_nobody(
    desk: Desk, ana: User
) -> None:
    ticket = wait(desk)
    desk.client = replace(desk.client, providers=())

    with pytest.raises(UnknownProviderError):
        complete(desk, ticket, ana)
    with pytest.raises(UnknownProviderError):
        apart(desk, ticket)
    assert leads_to(desk) is None


def test_two_subjects_race_for_one_person_with_proofs_of_their_own(
    desk: Desk, ana: User
) -> None:
    """Keycloak CVE-2026-9087: the proof of one connects that one, and not the other."""
    first = wait(desk)
    desk.party.claims = {**desk.party.claims, "sub": "456"}
    second = wait(desk)

    complete(desk, first, ana)

    assert leads_to(desk) == ana.sub
    assert leads_to(desk, "456") is None
    complete(desk, second, ana)
    assert leads_to(desk, "456") == ana.sub


def test_what_waits_does_not_outlive_an_unlink(desk: Desk, ana: User) -> None:
    """Keycloak CVE-2026-92358: nothing makes again what somebody has ended."""
    used, spare = wait(desk), wait(desk)
    connected = complete(desk, used, ana)
    desk.sign_ins.connected.disconnect(desk.pool, connected, Source("corp", "123"))

    for ticket in (used, spare):
        with pytest.raises(StaleAttemptError):
            complete(desk, ticket, connected)
    assert leads_to(desk) is None


def test_who_is_kept_out_meanwhile_is_not_connected(desk: Desk, ana: User) -> None:
    ticket = wait(desk)
    Standings(database=desk.house.database, clock=desk.house.clock).disable(
        desk.pool, ana.sub
    )

    with pytest.raises(DisabledError):
        complete(desk, ticket, ana)
    assert leads_to(desk) is None


def test_who_stays_apart_is_somebody_of_their_own(desk: Desk, ana: User) -> None:
    """The same one when they come again."""
    arrived = apart(desk, wait(desk))

    assert isinstance(arrived.step, SignedIn)
    assert arrived.username == "corp_123"
    assert arrived.step.user.status is UserStatus.EXTERNAL_PROVIDER
    assert leads_to(desk) == arrived.step.user.sub != ana.sub
    assert desk.come().username == "corp_123"


def test_of_two_that_wait_with_one_login_the_first_has_it(
    desk: Desk, ana: User
) -> None:
    """Who has stayed apart meanwhile is not taken over."""
    first, second = wait(desk), wait(desk)
    apart(desk, first)

    with pytest.raises(LoginTakenError):
        complete(desk, second, ana)


@pytest.mark.parametrize(
    ("link", "verified"),
    [
        ({"policy": "verified-email"}, True),
        ({"policy": "verified-email", "trust_email_domains": ["corp.example"]}, False),
    ],
    ids=["vouched", "trusted"],
)
def test_who_is_vouched_for_is_connected_at_once(
    desk: Desk,
    ana: User,
    link: dict[str, Any],
    verified: bool,  # noqa: FBT001
) -> None:
    """Where the file lets the provider speak for the address."""
    desk.use(link=link)
    desk.party.claims = {**desk.party.claims, "email_verified": verified}

    arrived = desk.come()

    assert arrived.username == "ana"
    assert leads_to(desk) == ana.sub
    assert isinstance(arrived.step, SignedIn)
    assert arrived.step.user.attributes["email_verified"] == "true"
    assert desk.come().username == "ana"


def test_who_is_not_vouched_for_is_somebody_new(desk: Desk, ana: User) -> None:
    desk.use(link={"policy": "verified-email"})
    desk.party.claims = {**desk.party.claims, "email_verified": False}

    assert desk.come().username == "corp_123"
    assert leads_to(desk) != ana.sub
