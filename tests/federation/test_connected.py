"""The logins of somebody who has signed in."""

from dataclasses import replace

import pytest

from gateway.federation.attempts import Begun
from gateway.federation.connected import Connected
from gateway.federation.errors import StaleAttemptError, UnknownProviderError
from gateway.federation.linking.links import Source
from gateway.model.user import User
from tests.federation.house import use
from tests.federation.test_sign_ins import BACK, BROWSER, CONTEXT, Desk
from tests.pool.house import NOON, House

LOGIN = Source("corp", "123")


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.use(link={"policy": "confirm"})
    return desk


@pytest.fixture
def ana(desk: Desk) -> User:
    return desk.house.person(desk.pool)


def back(desk: Desk, owner: str) -> Begun:
    """Leave to connect a login, and come back."""
    return desk.sign_ins.take(desk.leave(owner=owner), BROWSER, BACK)


def connect(desk: Desk, begun: Begun, user: User | None) -> User:
    place = (desk.pool, desk.client)
    return desk.sign_ins.connected.connect(place, begun, {}, user, CONTEXT)


def test_a_login_is_connected_listed_and_ended(desk: Desk, ana: User) -> None:
    connected = desk.sign_ins.connected
    after = connect(desk, back(desk, ana.sub), ana)

    assert after.sub == ana.sub
    assert connected.of(ana) == [
        Connected(LOGIN, "Corp", "oidc", NOON, NOON, may_go=True)
    ]
    assert connect(desk, back(desk, ana.sub), after) == after
    assert "identities" not in connected.disconnect(desk.pool, after, LOGIN).attributes
    assert connected.of(ana) == []


def test_a_login_of_a_provider_that_is_gone_is_listed_by_its_id(
    desk: Desk, ana: User
) -> None:
    connect(desk, back(desk, ana.sub), ana)
    use(desk.sign_ins)

    (login,) = desk.sign_ins.connected.of(ana)

    assert (login.label, login.kind) == ("corp", "")


def test_nothing_is_connected_for_whoever_has_not_left(desk: Desk, ana: User) -> None:
    """Nor with an attempt to sign in; nor is anybody signed in by one to connect."""
    bob = desk.house.person(desk.pool, "bob")

    for owner, user in ((ana.sub, bob), (ana.sub, None), ("", ana)):
        with pytest.raises(StaleAttemptError):
            connect(desk, back(desk, owner), user)
    with pytest.raises(StaleAttemptError):
        connect(desk, back(desk, ana.sub), replace(ana, pool_id="other"))
    with pytest.raises(StaleAttemptError):
        desk.sign_ins.arrive(desk.pool, desk.client, back(desk, ana.sub), {}, CONTEXT)
    assert desk.sign_ins.connected.of(ana) == []


@pytest.mark.parametrize("policy", ["never", "admin"])
def test_not_every_provider_is_for_people_to_connect(
    desk: Desk, ana: User, policy: str
) -> None:
    """Also if its file says so only since somebody has left."""
    begun = back(desk, ana.sub)
    desk.use(link={"policy": policy})

    assert desk.sign_ins.connected.offered(desk.client) == []
    with pytest.raises(UnknownProviderError):
        connect(desk, begun, ana)


def test_a_provider_that_is_gone_connects_nobody(desk: Desk, ana: User) -> None:
    """Zitadel CVE-2025-64717: switched off in its file, while somebody is there."""
    begun = back(desk, ana.sub)
    use(desk.sign_ins)

    with pytest.raises(UnknownProviderError):
        connect(desk, begun, ana)
    assert desk.party.answers == []
    assert desk.sign_ins.connected.of(ana) == []
