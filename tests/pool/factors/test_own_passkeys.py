"""Somebody's passkeys, as they sort them."""

import base64

import pytest

from gateway.model.user import User
from gateway.pool.errors import InvalidParameterError, PasskeyNotFoundError
from gateway.pool.factors.own_passkeys import OwnPasskeys, text_id
from gateway.pool.pool import Pool
from gateway.storage.pools.passkeys import Passkey, Passkeys
from tests.pool.house import NOON, House


@pytest.fixture
def own(house: House) -> OwnPasskeys:
    return OwnPasskeys(database=house.database)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def keep(house: House, user: User, credential_id: bytes) -> Passkey:
    passkey = Passkey(
        pool_id=user.pool_id,
        credential_id=credential_id,
        sub=user.sub,
        relying_party_id="localhost",
        public_key=b"",
        sign_count=3,
        name="Phone",
        transports=("internal",),
        attachment="platform",
        aaguid="",
        may_be_backed_up=False,
        is_backed_up=False,
        created_at=NOON,
    )
    with house.database.writing() as connection:
        Passkeys(connection).add(passkey)
    return passkey


@pytest.mark.parametrize("credential_id", [b"\xff\xfe", b"\xff\xfe\xfd", bytes(1023)])
def test_a_passkey_is_named_and_removed(
    house: House, own: OwnPasskeys, pool: Pool, credential_id: bytes
) -> None:
    """By its id as browsers write it, with padding too."""
    ana = house.person(pool)
    passkey = keep(house, ana, credential_id)
    name = text_id(passkey)
    assert "=" not in name

    padded = base64.urlsafe_b64encode(credential_id).decode()
    own.rename(pool, ana, padded, " Ana's key ")
    (renamed,) = own.list(pool, ana)
    assert (renamed.name, renamed.sign_count) == ("Ana's key", 3)
    own.rename(pool, ana, name, "")
    assert own.list(pool, ana)[0].name == "Passkey"
    with pytest.raises(InvalidParameterError):
        own.rename(pool, ana, name, "a\nb")

    own.remove(pool, ana, name)
    assert own.list(pool, ana) == []
    with pytest.raises(PasskeyNotFoundError):
        own.remove(pool, ana, name)


def test_somebody_elses_is_none(house: House, own: OwnPasskeys, pool: Pool) -> None:
    """Nor one of another pool; as if there were none at all."""
    elsewhere = house.pool(pool_id="us-east-1_Others999")
    ana, bob = house.person(pool, "ana"), house.person(pool, "bob")
    passkey = keep(house, ana, b"ana")
    name = text_id(passkey)

    for where, who in ((pool, bob), (elsewhere, ana), (elsewhere, bob)):
        with pytest.raises(PasskeyNotFoundError):
            own.rename(where, who, name, "mine")
        with pytest.raises(PasskeyNotFoundError):
            own.remove(where, who, name)
        assert own.list(where, who) == []
    assert own.list(pool, ana) == [passkey]


@pytest.mark.parametrize(
    "credential_id", ["", "?", "a", "ab+/", "\ud800", "é", "=" * 3, "A" * 100_000]
)
def test_what_is_no_id_leads_to_nothing(
    house: House, own: OwnPasskeys, pool: Pool, credential_id: str
) -> None:
    ana = house.person(pool)
    keep(house, ana, b"ana")

    with pytest.raises(PasskeyNotFoundError):
        own.remove(pool, ana, credential_id)
    with pytest.raises(PasskeyNotFoundError):
        own.rename(pool, ana, credential_id, "x")
