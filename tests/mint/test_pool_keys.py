"""The signing keys of pools: made when first needed, published before they sign."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from gateway.keys.errors import SealError, UnpublishedKeyError
from gateway.keys.seal import Seal, StoreKey
from gateway.mint.pool_keys import FRESH, PLAN, KeyPurpose, PoolKeys
from gateway.model.errors import StorageError
from gateway.storage.database import Database
from tests.databases import Place, place, server
from tests.storage.pool_rows import OTHERS, PEOPLE, add_pools

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = StoreKey(bytes(range(32)))


class Gateway:
    """One of several that share a database."""

    def __init__(self, database: Database, key: StoreKey = KEY) -> None:
        self.now = NOON
        self.seconds = 0.0
        self.keys = PoolKeys(
            database=database,
            seal=Seal(key=key),
            clock=lambda: self.now,
            monotonic=lambda: self.seconds,
        )

    def pass_time(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()

    def kid(self, purpose: KeyPurpose = KeyPurpose.ID) -> str:
        return self.keys.signing_key(PEOPLE, purpose).kid

    def published(self, pool_id: str = PEOPLE) -> list[str]:
        return [key["kid"] for key in self.keys.public_jwks(pool_id)["keys"]]


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = place.open(busy_timeout=timedelta(seconds=30))
    add_pools(database)
    yield database
    database.close()


def test_a_token_verifies_with_what_the_pool_publishes(database: Database) -> None:
    """As Cognito's does: RS256, found by `kid`, without a type."""
    gateway = Gateway(database)

    token = gateway.keys.signer(PEOPLE, KeyPurpose.ACCESS).sign({"a": 1}, typ=None)

    header = jwt.get_unverified_header(token.token)
    assert header == {"alg": "RS256", "kid": gateway.kid(KeyPurpose.ACCESS)}
    published: Any = jwt.PyJWKSet.from_dict(gateway.keys.public_jwks(PEOPLE))
    key = published[header["kid"]]
    assert jwt.decode(token.token, key, algorithms=["RS256"]) == {"a": 1}
    assert {each.key_type for each in published.keys} == {"RSA"}


def test_each_pool_and_each_kind_of_token_has_its_own_keys(
    database: Database,
) -> None:
    """What one pool signs, no other vouches for."""
    gateway = Gateway(database)

    assert len(set(gateway.published() + gateway.published(OTHERS))) == 8
    assert gateway.kid() != gateway.kid(KeyPurpose.ACCESS)
    assert gateway.keys.public_key(PEOPLE, KeyPurpose.ACCESS, gateway.kid()) is None


def test_of_many_who_need_the_first_keys_all_get_the_same(database: Database) -> None:
    """Several gateways, several threads."""
    gateways = [Gateway(database), Gateway(database)]

    with ThreadPoolExecutor(4) as threads:
        kids = set(threads.map(lambda n: gateways[n % 2].kid(), range(4)))

    assert len(kids) == 1
    assert gateways[0].published() == gateways[1].published()


def test_a_key_is_published_long_before_it_signs(database: Database) -> None:
    """And stays published for as long as its tokens may live."""
    gateway, other = Gateway(database), Gateway(database)
    first = gateway.kid()
    waiting = gateway.published()[1]
    assert other.kid() == first

    with pytest.raises(UnpublishedKeyError):
        gateway.keys.rotate(PEOPLE)
    gateway.pass_time(PLAN.rotate_every)
    assert gateway.kid() == waiting
    assert first in gateway.published()

    assert other.kid() == first
    other.pass_time(FRESH)
    assert other.kid() == waiting

    gateway.pass_time(PLAN.retain_after)
    gateway.kid()
    assert first not in gateway.published()
    assert waiting in gateway.published()


def test_of_two_who_rotate_at_once_one_does(database: Database) -> None:
    """The other finds the ring changed, and takes it as it is."""
    gateway, other = Gateway(database), Gateway(database)
    assert gateway.kid() == other.kid()
    for each in (gateway, other):
        each.pass_time(PLAN.rotate_every)

    assert gateway.kid() == other.kid()
    assert gateway.published() == other.published()


def test_an_operator_may_rotate_by_force(database: Database) -> None:
    """When a key is known to others."""
    gateway = Gateway(database)
    before = gateway.kid(), gateway.kid(KeyPurpose.ACCESS)

    gateway.keys.rotate(PEOPLE, force=True)

    assert set(before).isdisjoint({gateway.kid(), gateway.kid(KeyPurpose.ACCESS)})


def test_another_store_key_opens_nothing(database: Database) -> None:
    """And overwrites nothing."""
    first = Gateway(database).kid()

    with pytest.raises(SealError):
        Gateway(database, StoreKey(bytes(range(1, 33)))).kid()
    assert Gateway(database).kid() == first


def test_a_pool_that_there_is_not_has_no_keys(database: Database) -> None:
    """They would belong to nobody."""
    with pytest.raises(StorageError):
        Gateway(database).keys.public_jwks("us-east-1_Nowhere99")


def test_what_is_gone_can_be_forgotten(database: Database) -> None:
    """So that a pool of the same name begins anew."""
    gateway = Gateway(database)
    gateway.kid()

    gateway.keys.forget(PEOPLE)

    assert gateway.keys._known == {}


__all__ = ["place", "server"]
