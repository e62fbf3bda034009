"""Somebody is switched off in the database, while everything about them is cached."""

from sqlalchemy import text

from tests.flows.house import House

DENY = """
[[rule]]
id = "no-disabled"
effect = "deny"
routes = ["feed"]
for = ["authenticated"]
when = "identity.disabled"
"""


def _switch(house: House, *, disabled: bool) -> None:
    with house.tools.database.writing() as connection:
        connection.execute(
            text(
                "UPDATE identity SET disabled = :disabled WHERE id IN "
                "(SELECT identity_id FROM identity_login WHERE subject = 'ana')"
            ),
            {"disabled": disabled},
        )


async def test_a_disabled_identity_is_refused_once_the_change_is_heard(
    house: House,
) -> None:
    """With the token that was cached, and with a new one; and so is the way back."""
    policy = house.folder / "policies/orders.toml"
    policy.write_text(policy.read_text() + DENY)
    statuses = []
    async with house.open() as caller:
        old = house.bearer("ana")
        for disabled in (False, True, False):
            _switch(house, disabled=disabled)
            house.tools.hearing.tick()
            for bearer in (old, house.bearer("ana"), house.bearer("bob")):
                answer = await caller.get("/v1/feed", headers=bearer)
                statuses.append(answer.status_code)

    assert statuses == [200, 200, 200, 403, 403, 200, 200, 200, 200]
