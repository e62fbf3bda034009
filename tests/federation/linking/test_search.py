"""Who of a pool might have an address that a provider names."""

from gateway.federation.linking.search import find_candidates
from gateway.pool.groups import Groups
from gateway.pool.pool import Pool
from tests.pool.house import House


def found(house: House, pool: Pool, email: str) -> list[tuple[str, frozenset[str]]]:
    candidates = house.read(lambda each: find_candidates(each, pool, email))
    return sorted((each.user.username, each.groups) for each in candidates)


def test_everybody_with_the_address_is_found(house: House) -> None:
    """In any case, and with the groups that say what they may."""
    pool = house.pool()
    ana = house.person(pool, email="Ana@Example.com")
    house.person(pool, "bob", email="ana@example.com")
    house.person(pool, "eve", email="eve@example.com")
    groups = Groups(database=house.database, cursors=house.cursors, clock=house.clock)
    for name in ("staff", f"{pool.id}_Google"):
        groups.create(pool, name)
        groups.join(pool, name, ana.username)

    assert found(house, pool, "ana@EXAMPLE.com") == [
        ("ana", frozenset({"staff"})),
        ("bob", frozenset()),
    ]


def test_nobody_is_found_by_what_is_no_address(house: House) -> None:
    pool = house.pool()
    house.person(pool, email="a@b@example.com")

    assert found(house, pool, "a@b@example.com") == []
    assert found(house, pool, "") == []


def test_of_too_many_nobody_is_meant(house: House) -> None:
    """Whoever signs up fifty times with somebody's address learns nothing by it."""
    pool = house.pool()
    for number in range(51):
        house.person(pool, f"ana{number}", email="ana@example.com")

    assert found(house, pool, "ana@example.com") == []
