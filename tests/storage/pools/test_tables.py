"""The tables of pools fit together."""

from gateway.storage.pools.tables import FILTERED, POOL_CODE, POOL_NAME, POOL_SECRET
from gateway.storage.pools.tables import POOL_USER as USER


def test_what_is_a_persons_goes_with_the_person() -> None:
    """Whoever is deleted leaves nothing that could prove them."""
    for table in (POOL_SECRET, POOL_NAME, POOL_CODE):
        (key,) = table.foreign_key_constraints
        assert key.ondelete == "CASCADE"
        assert [element.target_fullname for element in key.elements] == [
            "pool_user.pool_id",
            "pool_user.sub",
        ]


def test_what_lists_are_filtered_by_has_an_index_in_the_order_of_pages() -> None:
    """Pool first, `sub` last."""
    indexes = {str(index.name): index for index in USER.indexes}

    for column in FILTERED:
        names = [each.name for each in indexes[f"ix_pool_user_{column}"].columns]
        assert names == ["pool_id", column, "sub"]
