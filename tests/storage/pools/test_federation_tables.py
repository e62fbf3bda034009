"""The tables of sign-ins through providers fit to those of pools."""

import pytest
from sqlalchemy import Table

from gateway.storage.pools.federation_tables import FEDERATED_LOGIN, FEDERATION_ATTEMPT


@pytest.mark.parametrize("table", [FEDERATED_LOGIN, FEDERATION_ATTEMPT], ids=str)
def test_what_is_somebodys_goes_with_them_and_is_found_by_them(table: Table) -> None:
    """With the person or the pool, and without a scan."""
    (key,) = table.foreign_key_constraints
    needed = [column.name for column in key.columns]
    orders = [[column.name for column in index.columns] for index in table.indexes]

    assert key.ondelete == "CASCADE"
    assert any(order[: len(needed)] == needed for order in orders)
