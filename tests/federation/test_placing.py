"""Who somebody of a provider is: by the provider's own name for them, and by nothing else."""

from gateway.federation.placing import Known, Newcomer, Placed, place
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from tests.federation.house import ANA, MadeUpParty, login_provider
from tests.pool.house import NOON, POOL_ID, House


def placed(house: House, pool: Pool, **claims: object) -> Placed:
    provider = login_provider()
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
