"""A device of a client that nobody here wrote, remembered and proven."""

import base64
import hmac
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from gateway.keys.seal import Seal, StoreKey
from gateway.model.user import User, UserStatus
from gateway.pool import srp
from gateway.pool.factors.devices import DeviceClaim, Devices, DeviceSecret
from gateway.pool.pool import Pool
from gateway.pool.settings import DeviceSettings, PoolSettings, Remembering
from gateway.storage.cursors import Cursors
from gateway.storage.pools.tables import POOL
from gateway.storage.pools.users import Users
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.srp_client import SrpClient, srp_client

pytestmark = pytest.mark.peer

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SETTINGS = PoolSettings(name="people", devices=DeviceSettings(Remembering.ALWAYS))
PEOPLE = Pool("us-east-1_Ab3dEfGh9", SETTINGS, NOON)
ANA = User(
    pool_id=PEOPLE.id,
    sub="00000001-0000-4000-8000-000000000000",
    username="ana",
    status=UserStatus.CONFIRMED,
    enabled=True,
    attributes={},
    created_at=NOON,
    updated_at=NOON,
)


@pytest.fixture
def client() -> Iterator[SrpClient]:
    with srp_client() as client:
        yield client


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[Devices]:
    database = SqliteDatabase.open(tmp_path / "gateway.db")
    row = {"id": PEOPLE.id, "settings": {}, "created_at": NOON, "updated_at": NOON}
    with database.writing() as connection:
        connection.execute(insert(POOL), [row])
        Users(connection).add(ANA, [], search={"by_username": "ana"})
    yield Devices(
        database=database,
        seal=Seal(key=StoreKey(bytes(range(32)))),
        secret=bytes(32),
        cursors=Cursors(secret=bytes(32)),
        clock=lambda: NOON,
    )
    database.close()


def _proves(client: SrpClient, claim: DeviceClaim, password: str) -> bool:
    """Whether the device convinces the server, in the two steps of a sign-in."""
    started = client.ask(
        op="start",
        pool=PEOPLE.id,
        username="ana",
        password=password,
        key=claim.name,
        group=claim.group,
    )
    challenge = srp.make_challenge(claim.verifier)
    block = secrets.token_bytes(64)
    signed = client.ask(
        op="sign",
        parameters={
            "SALT": f"{claim.verifier.salt:x}",
            "SRP_B": f"{challenge.public:x}",
            "SECRET_BLOCK": base64.b64encode(block).decode(),
            "USER_ID_FOR_SRP": claim.name,
            "DEVICE_KEY": claim.name,
        },
    )
    public = srp.parse_public(started["SRP_A"])
    expected = srp.proof(
        srp.session_key(challenge, claim.verifier, public),
        claim.group,
        claim.name,
        secret_block=block,
        timestamp=signed["TIMESTAMP"],
    )
    given = base64.b64decode(signed["PASSWORD_CLAIM_SIGNATURE"])
    return hmac.compare_digest(expected, given)


def test_a_device_is_confirmed_and_proves_itself(
    client: SrpClient, devices: Devices
) -> None:
    """With the names that we offer, and the password that it makes itself."""
    for _ in range(5):
        offer = devices.offer(PEOPLE, ANA)
        assert offer is not None
        made = client.ask(op="device", key=offer.key, group=offer.group_key)
        secret = DeviceSecret(made["Salt"], made["PasswordVerifier"])

        assert devices.confirm(PEOPLE, ANA, offer.key, secret)

        claim = devices.claim(PEOPLE, ANA, offer.key)
        assert _proves(client, claim, made["password"])
        assert not _proves(client, claim, "another")
