"""The tables of factors fit to those of people."""

from gateway.storage.pools.factor_tables import (
    POOL_DEVICE,
    POOL_PASSKEY,
    POOL_PASSKEY_CHALLENGE,
    POOL_RECOVERY_CODE,
)


def test_what_is_a_persons_goes_with_the_person() -> None:
    """Whoever is deleted leaves nothing that could prove them."""
    for table in (POOL_DEVICE, POOL_PASSKEY, POOL_RECOVERY_CODE):
        (key,) = table.foreign_key_constraints
        assert key.ondelete == "CASCADE"
        assert [element.target_fullname for element in key.elements] == [
            "pool_user.pool_id",
            "pool_user.sub",
        ]


def test_what_is_swept_out_by_its_age_is_found_by_it() -> None:
    (index,) = POOL_PASSKEY_CHALLENGE.indexes

    assert [column.name for column in index.columns] == ["expires_at"]
