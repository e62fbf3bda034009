"""Devices without a keyboard."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.app.oauth import TYPED_CODES
from gateway.model.client import Client, GrantKind
from gateway.model.errors import RateLimitedError
from gateway.model.user import User
from gateway.oauth.authorizing.devices import LIFETIME, StartedDevice, WaitingDevice
from gateway.oauth.errors import InvalidScopeError, UnauthorizedClientError
from gateway.pool.pool import Pool
from gateway.storage.pools.clients import StoredClients
from tests.oauth.house import OAuthHouse

HERE = "192.0.2.1"


@pytest.fixture
def television(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(
        pool,
        grants=frozenset({GrantKind.DEVICE_CODE, GrantKind.REFRESH_TOKEN}),
        redirect_uris=(),
    )


def begin(house: OAuthHouse, client: Client, **asked: str) -> StartedDevice:
    return house.oauth.devices.begin(client, asked)


def find(house: OAuthHouse, user_code: str) -> WaitingDevice | None:
    return house.oauth.devices.find(user_code, address=HERE)


def test_a_device_shows_a_code_that_can_be_typed(
    house: OAuthHouse, television: Client
) -> None:
    """RFC 8628 section 6.1: few letters, no words, whatever separates them."""
    started = begin(house, television, scope="openid email")

    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[A-Z]{4}", started.user_code)
    assert (started.expires_in, started.interval) == (600, 5)
    expected = WaitingDevice(television, ("openid", "email"))
    typed = started.user_code.lower().replace("-", " ")
    for each in (started.user_code, typed, f" {typed.replace(' ', '')}."):
        assert find(house, each) == expected
    assert started.user_code not in repr(started)
    assert started.device_code not in repr(started)


@pytest.mark.parametrize("typed", ["", "BBBB-BBBB", "x" * 1000, "é\ud800"])
def test_what_is_no_code_finds_nothing(
    house: OAuthHouse, television: Client, typed: str
) -> None:
    begin(house, television)

    assert find(house, typed) is None


def test_a_code_is_good_for_ten_minutes(house: OAuthHouse, television: Client) -> None:
    started = begin(house, television)

    house.pass_time(LIFETIME - timedelta(seconds=1))
    assert find(house, started.user_code)
    house.pass_time(timedelta(seconds=1))
    assert find(house, started.user_code) is None
    with house.database.writing() as connection:
        assert house.oauth.devices.sweep(connection, house.now) == 1


def test_a_person_decides_once(
    house: OAuthHouse, television: Client, ana: User
) -> None:
    started, session = begin(house, television), house.sign_in(ana)
    devices = house.oauth.devices

    assert devices.decide(started.user_code, session, approved=True, address=HERE)
    assert not devices.decide(started.user_code, session, approved=False, address=HERE)
    assert find(house, started.user_code) is None


def test_a_person_of_another_pool_decides_nothing(
    house: OAuthHouse, television: Client
) -> None:
    other = house.pool(pool_id="us-east-1_Others999")
    session = house.sign_in(house.person(other, "bob"))
    started = begin(house, television)
    devices = house.oauth.devices

    assert not devices.decide(started.user_code, session, approved=True, address=HERE)
    assert find(house, started.user_code)


def test_whoever_types_codes_is_counted(
    house: OAuthHouse, television: Client, ana: User
) -> None:
    """By address: codes are short."""
    session = house.sign_in(ana)
    for _ in range(TYPED_CODES.count):
        find(house, "BBBB-BBBB")

    started = begin(house, television)
    with pytest.raises(RateLimitedError):
        find(house, started.user_code)
    with pytest.raises(RateLimitedError):
        house.oauth.devices.decide(
            started.user_code, session, approved=True, address=HERE
        )
    assert house.oauth.devices.find(started.user_code, address="192.0.2.2")


def test_a_client_needs_the_grant_and_its_scopes(
    house: OAuthHouse, television: Client
) -> None:
    with pytest.raises(UnauthorizedClientError):
        begin(house, replace(television, grants=frozenset()))
    with pytest.raises(InvalidScopeError):
        begin(house, television, scope="api/other")


def test_a_client_that_is_gone_waits_for_nobody(
    house: OAuthHouse, television: Client
) -> None:
    started = begin(house, television)
    with house.database.writing() as connection:
        StoredClients(connection).remove(television.id)
    house.pass_time(timedelta(seconds=5))

    assert find(house, started.user_code) is None
