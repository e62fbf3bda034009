"""The tables of the authorization server fit to those of pools."""

import pytest
from sqlalchemy import Table

from gateway.storage.pools.oauth_tables import (
    BROWSER_SESSION,
    OAUTH_CODE,
    OAUTH_CONSENT,
    OAUTH_DEVICE,
    OAUTH_ORIGIN,
    OAUTH_PUSHED,
    OAUTH_REFRESH,
    OAUTH_REPLAY,
    POOL_KEY_RING,
)

ENDING = (
    *(OAUTH_ORIGIN, OAUTH_CODE, OAUTH_REFRESH, BROWSER_SESSION),
    *(OAUTH_PUSHED, OAUTH_DEVICE, OAUTH_REPLAY),
)
OF_A_POOL = (*ENDING[:-1], OAUTH_CONSENT, POOL_KEY_RING)


@pytest.mark.parametrize("table", OF_A_POOL, ids=str)
def test_what_is_somebodys_goes_with_them(table: Table) -> None:
    """With the person, the pool, or the authorization."""
    (key,) = table.foreign_key_constraints

    assert key.ondelete == "CASCADE"


@pytest.mark.parametrize("table", ENDING, ids=str)
def test_what_ends_is_found_by_its_end(table: Table) -> None:
    """Without going through the others."""
    assert any(
        [column.name for column in index.columns] == ["expires_at"]
        for index in table.indexes
    )


@pytest.mark.parametrize("table", OF_A_POOL, ids=str)
def test_what_goes_with_somebody_is_found_by_them(table: Table) -> None:
    """A row is deleted without a scan of those that refer to it."""
    (constraint,) = table.foreign_key_constraints
    needed = [column.name for column in constraint.columns]
    orders = [[column.name for column in table.primary_key.columns]]
    orders += [[column.name for column in index.columns] for index in table.indexes]

    assert any(order[: len(needed)] == needed for order in orders)
