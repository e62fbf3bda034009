"""Whom the console's question means."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.pools import find_pool
from gateway.app.reasons import PeopleReasons
from gateway.federation.reasons import ProviderRules, SignInReasons
from gateway.federation.records import Records
from gateway.pool.people.directory import Directory
from gateway.pool.settings import PoolSettings
from tests.databases import File
from tests.federation.house import login_provider
from tests.federation.test_reasons import sign_in
from tests.pool.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = File(tmp_path / "gateway.db").open(
        busy_timeout=timedelta(seconds=5), connections=2
    )
    yield House(database)
    database.close()


def console(house: House) -> PeopleReasons:
    corp = login_provider()
    rules = ProviderRules(
        settings=corp.settings, mapper=corp.mapper, profile=corp.profile
    )
    return PeopleReasons(
        pools=house.pools,
        directory=Directory(database=house.database, cursors=house.cursors),
        reasons=SignInReasons(
            database=house.database,
            records=Records(seal=house.seal),
            rules={"corp": rules},
            clients=house.clients,
            clock=house.clock,
        ),
    )


def test_somebody_is_found_with_their_reasons(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool)

    found = console(house).of("", user.username)

    assert found.user.sub == user.sub
    assert [each.login.provider for each in found.logins] == ["corp"]


def test_nobody_is_said_to_be_nobody(house: House) -> None:
    house.pool(PoolSettings(name="people"))

    with pytest.raises(LookupError, match="nobody in people is called ben"):
        console(house).of("", "ben")


def test_a_pool_is_found_by_its_id_or_name(house: House) -> None:
    people = house.pool(PoolSettings(name="people"))
    staff = house.pool(PoolSettings(name="staff"), pool_id="us-east-1_Ab3dEfGh8")

    assert find_pool(house.pools, people.id) == people
    assert find_pool(house.pools, "staff") == staff
    with pytest.raises(LookupError, match=r"name one of the pools: .*staff.*people"):
        find_pool(house.pools, "")


def test_without_a_pool_that_is_what_is_said(house: House) -> None:
    with pytest.raises(LookupError, match="there is none yet"):
        find_pool(house.pools, "people")
