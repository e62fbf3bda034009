"""A device asks until a person has decided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.client import Client, GrantKind
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.oauth.authorizing.devices import LIFETIME, StartedDevice
from gateway.oauth.errors import (
    AccessDeniedError,
    AuthorizationPendingError,
    ExpiredDeviceCodeError,
    InvalidGrantError,
    MissingParameterError,
    SlowDownError,
)
from gateway.oauth.tokens import IssuedToken
from gateway.pool.pool import Pool
from gateway.storage.pools.users import Users
from tests.oauth.house import NOON, OAuthHouse, read

FIVE = timedelta(seconds=5)


@pytest.fixture
def television(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(
        pool,
        grants=frozenset({GrantKind.DEVICE_CODE, GrantKind.REFRESH_TOKEN}),
        redirect_uris=(),
    )


@pytest.fixture
def started(house: OAuthHouse, television: Client) -> StartedDevice:
    return house.oauth.devices.begin(television, {"scope": "openid email"})


def ask(house: OAuthHouse, client: Client, code: str | None) -> IssuedToken:
    asked = {"grant_type": GrantKind.DEVICE_CODE.value, "client_id": client.id}
    return house.ask(**asked, **({} if code is None else {"device_code": code}))


def decide(
    house: OAuthHouse, started: StartedDevice, user: User, *, approved: bool
) -> None:
    session = house.sign_in(user, amr=("pwd", "otp", "mfa"))
    assert house.oauth.devices.decide(
        started.user_code, session, approved=approved, address="192.0.2.1"
    )


def test_a_device_waits_and_is_let_in(
    house: OAuthHouse, television: Client, started: StartedDevice, ana: User
) -> None:
    """With what the person has signed in with; and once."""
    with pytest.raises(AuthorizationPendingError):
        ask(house, television, started.device_code)
    decide(house, started, ana, approved=True)
    house.pass_time(FIVE)

    issued = ask(house, television, started.device_code)

    assert issued.scope == "openid email"
    assert issued.id_token is not None
    claims = read(issued.id_token)[1]
    assert (claims["sub"], claims["auth_time"]) == (ana.sub, int(NOON.timestamp()))
    assert house.oauth.access_tokens.verify(issued.access_token).user == ana
    assert house.refresh(television, issued.refresh_token).access_token
    with pytest.raises(InvalidGrantError):
        ask(house, television, started.device_code)


def test_a_hasty_device_has_to_wait_longer(
    house: OAuthHouse, television: Client, started: StartedDevice
) -> None:
    """RFC 8628 section 3.5: five seconds more each time, and that is kept."""
    with pytest.raises(AuthorizationPendingError):
        ask(house, television, started.device_code)
    house.pass_time(FIVE - timedelta(seconds=1))
    with pytest.raises(SlowDownError):
        ask(house, television, started.device_code)
    house.pass_time(2 * FIVE - timedelta(seconds=1))
    with pytest.raises(SlowDownError):
        ask(house, television, started.device_code)
    house.pass_time(3 * FIVE)
    with pytest.raises(AuthorizationPendingError):
        ask(house, television, started.device_code)


def test_a_person_may_say_no(
    house: OAuthHouse, television: Client, started: StartedDevice, ana: User
) -> None:
    decide(house, started, ana, approved=False)

    with pytest.raises(AccessDeniedError):
        ask(house, television, started.device_code)


def test_a_person_may_be_too_late(
    house: OAuthHouse, television: Client, started: StartedDevice
) -> None:
    house.pass_time(LIFETIME)

    with pytest.raises(ExpiredDeviceCodeError):
        ask(house, television, started.device_code)


def test_whoever_is_let_in_no_more_lets_nothing_in(
    house: OAuthHouse, television: Client, started: StartedDevice, ana: User
) -> None:
    decide(house, started, ana, approved=True)
    with house.database.writing() as connection:
        Users(connection).change(
            replace(ana, enabled=False), search={"by_username": "ana"}
        )

    with pytest.raises(AccessDeniedError):
        ask(house, television, started.device_code)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (None, MissingParameterError),
        ("made-up", InvalidGrantError),
        ("x" * 10_000, InvalidGrantError),
    ],
)
def test_what_is_no_code_is_refused(
    house: OAuthHouse, television: Client, code: str | None, error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        ask(house, television, code)


def test_a_code_of_another_client_is_none(
    house: OAuthHouse, pool: Pool, started: StartedDevice
) -> None:
    other = house.app(pool, grants=frozenset({GrantKind.DEVICE_CODE}), redirect_uris=())

    with pytest.raises(InvalidGrantError):
        ask(house, other, started.device_code)
