"""A whole sign-in by SRP, with a client that nobody here wrote (npm `cognito-srp-helper`)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.pool.errors import NotAuthorizedError
from gateway.pool.factors.devices import DeviceSecret
from gateway.pool.settings import DeviceSettings, PoolSettings, Remembering
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Context,
    DeviceStart,
    Parameter,
    SignedIn,
    SrpProof,
    SrpStart,
)
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.srp_client import SrpClient, srp_client
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import HOME, Desk

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def client() -> Iterator[SrpClient]:
    """Return one client for all tests: it keeps nothing between sessions."""
    with srp_client() as client:
        yield client


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    house = House(SqliteDatabase.open(tmp_path / "gateway.db"))
    # The client signs with its own clock.
    house.now = datetime.now(UTC)
    devices = DeviceSettings(Remembering.ALWAYS)
    return Desk(house, PoolSettings(name="people", devices=devices))


def proof_of(client: SrpClient, asked: Asked) -> SrpProof:
    """Return what the client signs, of what Cognito's wire would show it."""
    said = asked.parameters
    signed = client.ask(
        op="sign",
        parameters={
            "SALT": said[Parameter.SALT],
            "SRP_B": said[Parameter.SRP_B],
            "SECRET_BLOCK": said[Parameter.SECRET_BLOCK],
            "USER_ID_FOR_SRP": said[Parameter.USER_ID],
            "DEVICE_KEY": said.get(Parameter.DEVICE_KEY, ""),
        },
    )
    return SrpProof(
        signed["PASSWORD_CLAIM_SIGNATURE"],
        said[Parameter.SECRET_BLOCK],
        signed["TIMESTAMP"],
    )


def sign_in(
    desk: Desk, client: SrpClient, password: str, context: Context = HOME
) -> Asked | SignedIn:
    started = client.ask(
        op="start", pool=desk.pool.id, username="ana", password=password
    )
    asked = desk.asked(SrpStart(started["SRP_A"]), context=context)
    assert asked.name is ChallengeName.PASSWORD_VERIFIER
    # Without the session, as some clients do.
    return desk.answer("", proof_of(client, asked), context)


def test_a_password_and_a_device_are_proven(desk: Desk, client: SrpClient) -> None:
    """A device that the client makes, under the names that it was offered."""
    desk.person()

    signed_in = sign_in(desk, client, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    offer = signed_in.new_device
    assert offer is not None
    made = client.ask(op="device", key=offer.key, group=offer.group_key)
    secret = DeviceSecret(made["Salt"], made["PasswordVerifier"])
    desk.factors.devices.confirm(desk.pool, signed_in.user, offer.key, secret)

    at_home = Context(HOME.address, device_key=offer.key)
    asked = sign_in(desk, client, PASSWORD, at_home)
    assert isinstance(asked, Asked)
    assert asked.name is ChallengeName.DEVICE
    started = client.ask(
        op="start",
        pool=desk.pool.id,
        username="ana",
        password=made["password"],
        key=offer.key,
        group=offer.group_key,
    )
    start = DeviceStart(offer.key, started["SRP_A"])
    asked = desk.asked_then(asked, start, at_home)
    signed_in = desk.signed_in(asked, proof_of(client, asked), at_home)
    assert signed_in.device_key == offer.key


def test_a_wrong_password_is_refused(desk: Desk, client: SrpClient) -> None:
    """And so is any for a name that nobody has."""
    with pytest.raises(NotAuthorizedError):
        sign_in(desk, client, PASSWORD)
    desk.person()
    with pytest.raises(NotAuthorizedError):
        sign_in(desk, client, "wrong")
