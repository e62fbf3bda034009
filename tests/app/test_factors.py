"""The services of factors fit together, and each secret is its own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from gateway.app.pools import build_pool_services
from gateway.keys.seal import StoreKey
from gateway.model.user import User
from gateway.pool.errors import CodeMismatchError, DeviceNotFoundError
from gateway.pool.factors.devices import DeviceSecret
from gateway.pool.factors.preferences import Wish
from gateway.pool.people.creation import NewPerson
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    DeviceSettings,
    FirstFactor,
    MfaMode,
    MfaSettings,
    PoolSettings,
    Remembering,
    SecondFactor,
    SignInSettings,
)
from gateway.storage.database import Database
from tests.app.pool_ground import ground
from tests.databases import File
from tests.flows.house import NOON

HOME = "192.0.2.1"
SETTINGS = PoolSettings(
    name="people",
    sign_in=SignInSettings(first_factors=frozenset(FirstFactor)),
    mfa=MfaSettings(MfaMode.OPTIONAL, frozenset({SecondFactor.TOTP})),
    devices=DeviceSettings(Remembering.ALWAYS),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = File(tmp_path / "gateway.db").open(
        busy_timeout=timedelta(seconds=5), connections=2
    )
    yield database
    database.close()


def somebody(database: Database) -> tuple[Pool, User]:
    services = build_pool_services(ground(database))
    pool = services.pools.create(SETTINGS)
    return pool, services.people.creations.create(pool, NewPerson("ana")).user


def test_two_gateways_with_one_store_key_know_the_same_factors(
    database: Database,
) -> None:
    """What was begun at one is ended at the other; all of one person."""
    one, two = (build_pool_services(ground(database)).factors for _ in range(2))
    pool, ana = somebody(database)

    secret = one.totp.associate(pool, ana).secret
    two.totp.verify(pool, ana, pyotp.TOTP(secret).at(NOON), address=HOME)
    wishes = {SecondFactor.TOTP: Wish(is_on=True)}
    assert one.preferences.set(pool, ana, wishes) == two.preferences.get(pool, ana)

    codes = one.recovery_codes.make(pool, ana)
    assert two.recovery_codes.use(pool, ana, codes[0], address=HOME) == 9

    offer = one.devices.offer(pool, ana)
    assert offer is not None
    assert two.devices.confirm(pool, ana, offer.key, DeviceSecret("BQ==", "BQ=="))
    assert one.devices.claim(pool, ana, offer.key).verifier.value == 5

    options = json.loads(one.passkeys.registration_options(pool, ana))
    assert options["rp"] == {"id": "gateway.example", "name": "people"}
    assert two.own_passkeys.list(pool, ana) == []


def test_another_store_key_knows_nothing_of_them(database: Database) -> None:
    """Each secret comes from it."""
    pool, ana = somebody(database)
    right = build_pool_services(ground(database)).factors
    wrong = build_pool_services(ground(database, StoreKey(bytes(range(1, 33))))).factors
    codes = right.recovery_codes.make(pool, ana)
    offer = right.devices.offer(pool, ana)
    assert offer is not None

    with pytest.raises(CodeMismatchError):
        wrong.recovery_codes.use(pool, ana, codes[0], address=HOME)
    with pytest.raises(DeviceNotFoundError):
        wrong.devices.confirm(pool, ana, offer.key, DeviceSecret("BQ==", "BQ=="))
