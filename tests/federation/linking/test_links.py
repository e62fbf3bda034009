"""Links between people of a pool and their logins at providers."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gateway.federation.errors import (
    LastLoginError,
    LoginTakenError,
    UnknownLoginError,
)
from gateway.federation.linking.identities import SameIdentity
from gateway.federation.linking.links import MAX_LINKS, Links, Source
from gateway.model.user import User, UserStatus
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile
from gateway.storage.errors import TooManyLoginsError
from gateway.storage.identities import find_identity
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from gateway.storage.pools.link_proofs import StoredLinkProof, StoredLinkProofs
from gateway.storage.pools.users import Users, change_key
from tests.pool.house import NOON, POOL_ID, House

GOOGLE, CORP = Source("google", "1"), Source("corp", "a")


def described(_user: User, logins: Sequence[Login]) -> str:
    return json.dumps([f"{each.provider}/{each.subject}" for each in logins])


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool)


@pytest.fixture
def links(house: House) -> Links:
    return Links(
        database=house.database,
        same=SameIdentity(region="us-east-1", provider_of={POOL_ID: "pool"}.get),
        describe=described,
        clock=house.clock,
    )


def external(house: House, pool: Pool, links: Links, source: Source) -> User:
    """Make somebody who has come by way of a provider."""
    name = f"{source.provider}_{source.subject}"
    user = replace(house.person_of(pool, name), status=UserStatus.EXTERNAL_PROVIDER)
    login = Login(pool.id, source.provider, source.subject, user.sub, NOON)
    with house.database.writing() as connection:
        add_profile(connection, pool, user)
        return links.add(connection, pool, user, login)


def leads_to(house: House, source: Source) -> str | None:
    """Return the `sub` of whom a login leads to."""
    with house.database.reading() as connection:
        found = FederatedLogins(connection).find(
            POOL_ID, source.provider, source.subject
        )
    return found.sub if found else None


def identity_of(house: House, provider: str, subject: str) -> str | None:
    with house.database.reading() as connection:
        found = find_identity(connection, provider, subject)
    return found.id if found else None


def test_an_administrator_links(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    """The person says so, and the identity is one."""
    after = links.link(pool, ana.sub, GOOGLE)

    assert leads_to(house, GOOGLE) == ana.sub
    assert json.loads(after.attributes["identities"]) == ["google/1"]
    assert [each.provider for each in links.of(ana)] == ["google"]
    assert identity_of(house, "google", "1") == identity_of(house, "pool", ana.sub)
    assert identity_of(house, "google", "1")


def test_a_login_leads_to_one_person(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    """Whoever has it has it, and nobody gets it who is not there."""
    bob = house.person(pool, "bob")
    links.link(pool, ana.sub, GOOGLE)

    for person in (ana, bob):
        with pytest.raises(LoginTakenError):
            links.link(pool, person.sub, GOOGLE)
    with pytest.raises(UnknownLoginError):
        links.link(pool, "nobody", CORP)
    assert leads_to(house, GOOGLE) == ana.sub
    assert leads_to(house, CORP) is None


def test_nobody_has_more_than_a_few(pool: Pool, links: Links, ana: User) -> None:
    """Cognito's own bound."""
    for number in range(MAX_LINKS):
        links.link(pool, ana.sub, Source("corp", str(number)))

    with pytest.raises(TooManyLoginsError):
        links.link(pool, ana.sub, GOOGLE)


def test_an_unlink_ends_the_login_and_what_waits(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    """Keycloak CVE-2026-82968: a proof that outlives it would make it again."""
    links.link(pool, ana.sub, GOOGLE)
    proof = StoredLinkProof(pool.id, ana.sub, "corp", "a", b"b" * 32, "", NOON)
    with house.database.writing() as connection:
        StoredLinkProofs(connection).add(b"d" * 32, proof)
    house.news()

    after = links.unlink(pool, ana.sub, GOOGLE)

    assert leads_to(house, GOOGLE) is None
    assert "identities" not in after.attributes
    assert identity_of(house, "google", "1") is None
    assert house.read(lambda each: StoredLinkProofs(each).find(b"d" * 32)) is None
    assert change_key(pool.id, ana.sub) in house.news()


def test_nobody_unlinks_what_is_not_theirs(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    bob = house.person(pool, "bob")
    links.link(pool, ana.sub, GOOGLE)

    for sub, source in ((bob.sub, GOOGLE), (ana.sub, CORP), ("nobody", GOOGLE)):
        with pytest.raises(UnknownLoginError):
            links.unlink(pool, sub, source)
    assert leads_to(house, GOOGLE) == ana.sub


def test_the_only_way_in_stays(house: House, pool: Pool, links: Links) -> None:
    """Of two, either may go."""
    ana = external(house, pool, links, GOOGLE)

    with pytest.raises(LastLoginError):
        links.unlink(pool, ana.sub, GOOGLE)
    links.link(pool, ana.sub, CORP)
    links.unlink(pool, ana.sub, GOOGLE)

    assert leads_to(house, CORP) == ana.sub


def test_two_people_become_one(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    """All logins lead to the one that stays; the other profile is gone."""
    links.link(pool, ana.sub, CORP)
    other = external(house, pool, links, GOOGLE)

    with house.database.writing() as connection:
        before = Users(connection).find(pool.id, ana.sub)
        assert before is not None
        after = links.merge(connection, pool, before, other)

    assert json.loads(after.attributes["identities"]) == ["corp/a", "google/1"]
    assert leads_to(house, GOOGLE) == leads_to(house, CORP) == ana.sub
    assert house.read(lambda each: Users(each).find(pool.id, other.sub)) is None
    assert identity_of(house, "google", "1") == identity_of(house, "pool", ana.sub)
    assert identity_of(house, "corp", "a") == identity_of(house, "pool", ana.sub)


def test_nobody_with_a_way_in_of_their_own_is_merged(
    house: House, pool: Pool, links: Links, ana: User
) -> None:
    """Nor who would have too many logins then."""
    bob = house.person(pool, "bob")
    other = external(house, pool, links, GOOGLE)
    for number in range(MAX_LINKS):
        links.link(pool, ana.sub, Source("corp", str(number)))

    with house.database.writing() as connection:
        with pytest.raises(LoginTakenError):
            links.merge(connection, pool, ana, bob)
        with pytest.raises(TooManyLoginsError):
            links.merge(connection, pool, ana, other)
    assert leads_to(house, GOOGLE) == other.sub
