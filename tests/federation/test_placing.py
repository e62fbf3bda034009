"""Who somebody of a provider is: by the provider's own name for them, and by nothing else."""

import pytest

from gateway.federation.placing import (
    Known,
    Linked,
    NeedsProof,
    Newcomer,
    Placed,
    place,
)
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from tests.federation.house import ANA, MadeUpParty, login_provider
from tests.pool.house import NOON, POOL_ID, House


def placed(
    house: House, pool: Pool, /, policy: str = "never", **claims: object
) -> Placed:
    provider = login_provider(link={"policy": policy})
    proven = MadeUpParty(claims={**ANA, **claims}).proven()
    mapped = provider.mapper.map(proven.claims, NOON)
    return house.read(lambda c: place(c, pool, provider, mapped))


def add(house: House, user: User, subject: str) -> None:
    login = Login(POOL_ID, "corp", subject, user.sub, NOON)
    house.database.write(lambda c: FederatedLogins(c).add(login))


def test_who_came_before_is_known(house: House) -> None:
    pool = house.pool()
    user = house.person(pool)
    add(house, user, "123")

    assert placed(house, pool) == Known(user)
    assert placed(house, pool, sub="124") == Newcomer()


def test_nobody_is_found_by_an_address(house: House) -> None:
    """Whoever types in somebody's address at a provider is not that somebody."""
    pool = house.pool()
    house.person(pool, email="ana@corp.example", email_verified="true")

    assert placed(house, pool) == Newcomer()


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("never", Newcomer),
        ("admin", Newcomer),
        ("confirm", NeedsProof),
        ("verified-email", Linked),
    ],
)
def test_the_file_says_whether_an_address_may_lead_to_somebody(
    house: House, policy: str, found: type[Placed]
) -> None:
    """Who they are, and what has to be shown, is decided by the rules of linking."""
    pool = house.pool()
    user = house.person(pool, email="ana@corp.example", email_verified="true")

    outcome = placed(house, pool, policy)

    assert type(outcome) is found
    if isinstance(outcome, Linked | NeedsProof):
        assert outcome.user == user
    assert placed(house, pool, policy, email="eve@corp.example") == Newcomer()
