"""One identity for a person of a pool and for the logins that lead to them."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from gateway.federation.linking.identities import Key, SameIdentity
from gateway.model.identity import IdentityKind
from gateway.storage.identities import IdentityStore, StoredIdentity, find_identity
from tests.pool.house import NOON, POOL_ID, House

# The pool's file is called `pool`; a token of Ana's leads to her like this.
ANA, BOB = Key(POOL_ID, "ana"), Key(POOL_ID, "bob")
GOOGLE = Key("google", "1")


@pytest.fixture
def same() -> SameIdentity:
    return SameIdentity(region="us-east-1", provider_of={POOL_ID: "pool"}.get)


def write(house: House, work: Callable[[Connection], None]) -> None:
    with house.database.writing() as connection:
        work(connection)


def seen(house: House, key: Key) -> StoredIdentity:
    """Let somebody be seen for the first time, as at the proxy."""
    provider = "pool" if key.provider == POOL_ID else key.provider
    return IdentityStore(database=house.database).find_or_create(
        provider,
        key.subject,
        kind=IdentityKind.AUTHENTICATED,
        now=NOON,
        new_id=f"us-east-1:{key.subject}-{provider}",
    )


def of(house: House, key: Key) -> StoredIdentity | None:
    provider = "pool" if key.provider == POOL_ID else key.provider
    return house.read(lambda each: find_identity(each, provider, key.subject))


@pytest.mark.parametrize("before", [(), (ANA,), (GOOGLE,), (ANA, GOOGLE)], ids=range(4))
def test_a_tie_makes_one_of_two(
    house: House, same: SameIdentity, before: tuple[Key, ...]
) -> None:
    """Whoever of them was seen before; the person's own id stays."""
    known = [seen(house, key) for key in before]

    write(house, lambda each: same.tie(each, ANA, GOOGLE, NOON))
    write(house, lambda each: same.tie(each, ANA, GOOGLE, NOON))

    own, other = of(house, ANA), of(house, GOOGLE)
    assert own is not None
    assert other is not None
    assert own.id == other.id
    assert own.linked == ("google",)
    assert not known or own.id == known[0].id


def test_an_untie_makes_two_of_one(house: House, same: SameIdentity) -> None:
    """At the next sight the login is somebody new."""
    write(house, lambda each: same.tie(each, ANA, GOOGLE, NOON))

    write(house, lambda each: same.untie(each, ANA, GOOGLE))
    write(house, lambda each: same.untie(each, ANA, GOOGLE))

    own = of(house, ANA)
    assert own is not None
    assert of(house, GOOGLE) is None
    assert seen(house, GOOGLE).id != own.id


def test_nobody_elses_login_is_untied(house: House, same: SameIdentity) -> None:
    write(house, lambda each: same.tie(each, ANA, GOOGLE, NOON))
    write(house, lambda each: same.tie(each, BOB, Key("corp", "b"), NOON))

    write(house, lambda each: same.untie(each, BOB, GOOGLE))

    own, other = of(house, ANA), of(house, GOOGLE)
    assert own is not None
    assert other is not None
    assert own.id == other.id


def test_two_people_become_one(house: House, same: SameIdentity) -> None:
    """With everything that leads to either."""
    write(house, lambda each: same.tie(each, ANA, GOOGLE, NOON))
    write(house, lambda each: same.tie(each, BOB, Key("corp", "b"), NOON))

    write(house, lambda each: same.unite(each, ANA, BOB))
    write(house, lambda each: same.unite(each, ANA, Key(POOL_ID, "nobody")))

    ids = {
        found.id
        for key in (ANA, BOB, GOOGLE, Key("corp", "b"))
        if (found := of(house, key))
    }
    assert len(ids) == 1


def test_a_pool_without_a_file_has_no_identities(
    house: House, same: SameIdentity
) -> None:
    """Nobody comes to the proxy with its tokens."""
    other = Key("us-east-1_Others999", "ana")

    write(house, lambda each: same.tie(each, other, GOOGLE, NOON))
    write(house, lambda each: same.untie(each, other, GOOGLE))
    write(house, lambda each: same.unite(each, other, other))

    assert of(house, GOOGLE) is None
