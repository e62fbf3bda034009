"""Devices that are remembered."""

import base64
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.errors import (
    DeviceNotFoundError,
    InvalidParameterError,
    NotAllowedError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.factors.devices import (
    MAX_DEVICES,
    DeviceOffer,
    Devices,
    DeviceSecret,
    may_stand_in,
)
from gateway.pool.pool import Pool
from gateway.pool.settings import DeviceSettings, PoolSettings, Remembering
from gateway.storage.cursors import Cursors
from gateway.storage.pools.devices import StoredDevices
from gateway.storage.pools.users import Users
from tests.pool.house import PASSWORD, House

HOME = "192.0.2.7"
SETTINGS = PoolSettings(name="people", devices=DeviceSettings(Remembering.ALWAYS))


@pytest.fixture
def devices(house: House) -> Devices:
    return Devices(
        database=house.database,
        seal=house.seal,
        secret=bytes(range(32)),
        cursors=Cursors(secret=bytes(32)),
        clock=house.clock,
    )


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(SETTINGS)


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool, "ana")


def that(pool: Pool, remembering: Remembering) -> Pool:
    """Return the pool as it remembers devices from now on."""
    devices = DeviceSettings(remembering)
    return replace(pool, settings=replace(pool.settings, devices=devices))


def text(number: int) -> str:
    return base64.b64encode(srp.padded(number)).decode()


def offered(devices: Devices, pool: Pool, user: User) -> DeviceOffer:
    offer = devices.offer(pool, user)
    assert offer is not None
    return offer


def secret_of(offer: DeviceOffer, password: str = PASSWORD) -> DeviceSecret:
    made = srp.make_verifier(offer.group_key, offer.key, password)
    return DeviceSecret(text(made.salt), text(made.value))


def confirmed(devices: Devices, pool: Pool, user: User) -> str:
    offer = offered(devices, pool, user)
    devices.confirm(pool, user, offer.key, secret_of(offer), name="Phone")
    return offer.key


def test_a_device_confirms_and_proves_its_password(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """Nothing is kept before, and what is kept is sealed."""
    offer = offered(devices, pool, ana)
    assert devices.list(pool, ana).entries == []
    assert offer.key.startswith("us-east-1_")
    assert UUID(offer.key.partition("_")[2]).version == 4
    assert offer != devices.offer(pool, ana)

    secret = secret_of(offer)
    assert devices.confirm(pool, ana, offer.key, secret, name=" Phone ", address=HOME)

    device = devices.get(pool, ana, offer.key)
    assert (device.name, device.address, device.used_at) == ("Phone", HOME, house.now)
    assert may_stand_in(pool, device)
    claim = devices.claim(pool, ana, offer.key)
    assert (claim.group, claim.name) == (offer.group_key, offer.key)
    assert srp.is_password_of(claim.verifier, claim.group, claim.name, PASSWORD)
    assert not srp.is_password_of(claim.verifier, claim.group, claim.name, "another")
    for hidden in (repr(secret), repr(claim), repr(device)):
        assert secret.verifier not in hidden
        assert str(claim.verifier.value) not in hidden


def test_a_device_waits_for_its_person_where_the_pool_wants_that(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """`UserConfirmationNecessary`, then the status."""
    pool = that(pool, Remembering.ON_REQUEST)
    offer = offered(devices, pool, ana)

    assert not devices.confirm(pool, ana, offer.key, secret_of(offer))
    assert not may_stand_in(pool, devices.get(pool, ana, offer.key))

    house.pass_time(timedelta(minutes=1))
    devices.remember(pool, ana, offer.key, is_remembered=True)
    device = devices.get(pool, ana, offer.key)
    assert may_stand_in(pool, device)
    assert device.updated_at == house.now
    devices.remember(pool, ana, offer.key, is_remembered=False)
    assert not may_stand_in(pool, devices.get(pool, ana, offer.key))


def test_a_pool_that_remembers_none_offers_nothing(
    devices: Devices, pool: Pool, ana: User
) -> None:
    """Nor do those count that it remembered before."""
    key = confirmed(devices, pool, ana)
    offer = offered(devices, pool, ana)
    later = that(pool, Remembering.NEVER)

    assert devices.offer(later, ana) is None
    with pytest.raises(NotAllowedError):
        devices.confirm(later, ana, offer.key, secret_of(offer))
    assert not may_stand_in(later, devices.get(later, ana, key))
    assert not may_stand_in(pool, None)


def test_what_was_used_is_noted(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    key = confirmed(devices, pool, ana)
    house.pass_time(timedelta(days=1))

    devices.note_use(pool, ana, key, address="x" * 1000)

    device = devices.get(pool, ana, key)
    assert device.used_at == device.updated_at == house.now
    assert device.address == "x" * 64
    assert device.is_remembered


def test_a_device_is_confirmed_once(devices: Devices, pool: Pool, ana: User) -> None:
    """Whoever has stolen a token puts no other password to it."""
    offer = offered(devices, pool, ana)
    devices.confirm(pool, ana, offer.key, secret_of(offer))
    before = devices.get(pool, ana, offer.key)

    with pytest.raises(WrongStateError):
        devices.confirm(pool, ana, offer.key, secret_of(offer, "mine"))

    assert devices.get(pool, ana, offer.key) == before


def test_only_what_was_offered_is_confirmed(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """To that person, in that pool, to the letter."""
    bob = house.person(pool, "bob")
    elsewhere = house.pool(SETTINGS, "us-east-1_Others999")
    offer = offered(devices, pool, ana)
    secret = secret_of(offer)
    for where, who, key in (
        (pool, bob, offer.key),
        (elsewhere, ana, offer.key),
        (pool, ana, offer.key.upper()),
        (pool, ana, offer.key.replace("us-east-1", "eu-west-1")),
        (pool, ana, offer.key[:-1] + ("0" if offer.key[-1] != "0" else "1")),
        (pool, ana, "us-east-1_{" + offer.key.partition("_")[2] + "}"),
        (pool, ana, "us-east-1_" + str(UUID(int=1, version=4))),
        *((pool, ana, key) for key in ("", "_", "us-east-1_x", "\ud800", "_" * 9999)),
    ):
        with pytest.raises(DeviceNotFoundError):
            devices.confirm(where, who, key, secret)

    devices.confirm(pool, ana, offer.key, secret)


@pytest.mark.parametrize(
    ("salt", "verifier"),
    [
        ("", text(5)[:3]),
        ("?", text(5)),
        ("A" * 601, text(5)),
        (text(2**512), text(5)),
        (text(5), ""),
        *((text(5), text(value)) for value in (0, 1, srp.N - 1, srp.N, srp.N + 5)),
        (text(5), "\ud800"),
        (text(5), "é"),
        (text(5), "A" * 100_000),
    ],
)
def test_a_secret_that_proves_nothing_is_refused(
    devices: Devices, pool: Pool, ana: User, salt: str, verifier: str
) -> None:
    """With some numbers everybody knows what is shared."""
    offer = offered(devices, pool, ana)

    with pytest.raises(InvalidParameterError):
        devices.confirm(pool, ana, offer.key, DeviceSecret(salt, verifier))

    assert devices.list(pool, ana).entries == []


def test_the_last_numbers_that_are_taken(
    devices: Devices, pool: Pool, ana: User
) -> None:
    for salt, value in ((0, 2), (2**512 - 1, srp.N - 2)):
        offer = offered(devices, pool, ana)
        devices.confirm(pool, ana, offer.key, DeviceSecret(text(salt), text(value)))
        kept = devices.claim(pool, ana, offer.key).verifier
        assert (kept.salt, kept.value) == (salt, value)


@given(st.text(), st.text(), st.text())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_is_refused_in_our_words(
    devices: Devices, pool: Pool, ana: User, key: str, salt: str, verifier: str
) -> None:
    offer = offered(devices, pool, ana)
    with pytest.raises(DeviceNotFoundError):
        devices.confirm(pool, ana, key, DeviceSecret(salt, verifier))
    with pytest.raises(InvalidParameterError):
        devices.confirm(pool, ana, offer.key, DeviceSecret(salt + "!", verifier))
    for work in (devices.get, devices.claim, devices.forget):
        with pytest.raises(DeviceNotFoundError):
            work(pool, ana, key)


def test_a_person_has_so_many_and_the_least_used_go(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """In pages, each device once."""
    keys = []
    for _ in range(MAX_DEVICES + 2):
        house.pass_time(timedelta(minutes=1))
        keys.append(confirmed(devices, pool, ana))

    first = devices.list(pool, ana, limit=MAX_DEVICES - 1)
    rest = devices.list(pool, ana, cursor=first.next)
    assert [each.key for each in (*first.entries, *rest.entries)] == keys[2:]
    assert rest.next is None
    with pytest.raises(InvalidParameterError):
        devices.list(pool, ana, limit=0)


def test_somebody_elses_device_does_not_exist(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """Nor one in another pool, nor one that was forgotten."""
    bob = house.person(pool, "bob")
    elsewhere = house.pool(SETTINGS, "us-east-1_Others999")
    key = confirmed(devices, pool, ana)
    forgotten = confirmed(devices, pool, ana)
    devices.forget(pool, ana, forgotten)

    for where, who, name in (
        (pool, bob, key),
        (elsewhere, ana, key),
        (pool, ana, forgotten),
        (pool, ana, "\ud800"),
        (pool, ana, "\0"),
    ):
        for work in (devices.get, devices.claim, devices.forget):
            with pytest.raises(DeviceNotFoundError):
                work(where, who, name)
        with pytest.raises(DeviceNotFoundError):
            devices.note_use(where, who, name, address=HOME)
        with pytest.raises(DeviceNotFoundError):
            devices.remember(where, who, name, is_remembered=True)
    assert [each.key for each in devices.list(pool, ana).entries] == [key]


def test_a_verifier_proves_one_device_of_one_person(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """Not the one into whose row somebody has copied it."""
    mine, other = confirmed(devices, pool, ana), confirmed(devices, pool, ana)
    stolen = devices.get(pool, ana, mine).verifier
    with house.database.writing() as connection:
        kept = StoredDevices(connection)
        kept.change(replace(devices.get(pool, ana, other), verifier=stolen))

    with pytest.raises(Exception, match="damaged or out of place"):
        devices.claim(pool, ana, other)


def test_nobody_who_is_gone_confirms(
    house: House, devices: Devices, pool: Pool, ana: User
) -> None:
    """Deleted while the request was on its way."""
    offer = offered(devices, pool, ana)
    with house.database.writing() as connection:
        Users(connection).remove(pool.id, ana.sub)

    with pytest.raises(UserNotFoundError):
        devices.confirm(pool, ana, offer.key, secret_of(offer))
