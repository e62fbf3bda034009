"""Two identities become one in the database, while everything about them is cached."""

import httpx

from gateway.storage.identities import IdentityStore
from tests.flows.house import House


async def _ids(house: House, caller: httpx.AsyncClient, *tokens: str) -> list[str]:
    """Return whom the upstream sees behind each token."""
    for token in tokens:
        headers = {"authorization": f"Bearer {token}"}
        answer = await caller.get("/v1/feed", headers=headers)
        assert answer.status_code == httpx.codes.OK
    received = house.upstream.received[-len(tokens) :]
    return [house.verified(each.headers["authorization"])["sub"] for each in received]


async def test_a_link_and_its_end_are_heard(house: House) -> None:
    """With tokens that were remembered, and with new ones; within half a second."""
    async with house.open() as caller:
        store = IdentityStore(database=house.tools.database)
        old = [house.token("ana"), house.token("bob")]
        ana, bob = await _ids(house, caller, *old)
        assert ana != bob

        assert store.join(ana, bob)
        house.tools.hearing.tick()
        new = [house.token("ana", jti="2"), house.token("bob", jti="2")]
        assert await _ids(house, caller, *old, *new) == [ana] * 4

        assert store.detach("backend", "bob")
        house.tools.hearing.tick()
        ids = await _ids(house, caller, *old, *new)
        assert [each == ana for each in ids] == [True, False, True, False]
        assert bob not in ids
