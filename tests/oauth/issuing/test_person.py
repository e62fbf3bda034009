"""A person and their groups, as tokens tell of them."""

from dataclasses import replace

from gateway.model.group import Group
from gateway.model.user import User
from gateway.oauth.issuing.person import Person, find_person
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Users
from tests.oauth.house import NOON, POOL_ID, OAuthHouse


def find(house: OAuthHouse, sub: str) -> Person | None:
    return house.read(lambda connection: find_person(connection, POOL_ID, sub))


def test_groups_come_in_the_order_of_precedence(house: OAuthHouse, ana: User) -> None:
    """Those without one last."""
    with house.database.writing() as connection:
        groups = AllGroups(connection)
        for name, precedence in (("c", None), ("b", 2), ("a", 2), ("z", 0)):
            groups.add(Group(POOL_ID, name, "", precedence, "", NOON, NOON))
            groups.join(POOL_ID, name, ana.sub)

    person = find(house, ana.sub)

    assert person is not None
    assert person.user == ana
    assert [group.name for group in person.groups] == ["z", "a", "b", "c"]


def test_whoever_is_disabled_or_gone_is_nobody(house: OAuthHouse, ana: User) -> None:
    with house.database.writing() as connection:
        Users(connection).change(
            replace(ana, enabled=False), search={"by_username": "ana"}
        )

    assert find(house, ana.sub) is None
    assert find(house, "nobody") is None
