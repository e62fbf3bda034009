"""The tables of clients fit to those of pools."""

from gateway.storage.pools.client_tables import POOL_CLIENT, POOL_RESOURCE_SERVER


def test_what_is_a_pools_goes_with_the_pool() -> None:
    """No secret of a client outlives what it was good for."""
    for table in (POOL_CLIENT, POOL_RESOURCE_SERVER):
        (key,) = table.foreign_key_constraints
        assert key.ondelete == "CASCADE"
        assert [element.target_fullname for element in key.elements] == ["pool.id"]


def test_the_clients_of_a_pool_have_an_index_in_the_order_of_pages() -> None:
    (index,) = POOL_CLIENT.indexes

    assert [column.name for column in index.columns] == ["pool_id", "id"]
