"""A secret opens in the column and the row for which it was sealed."""

import pytest
from sqlalchemy import Column, MetaData, String, Table

from gateway.keys.errors import SealError
from gateway.keys.seal import Seal, StoreKey
from gateway.storage.sealed import SealedColumn

TABLE = Table(
    "person",
    MetaData(),
    Column("pool", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("seed", String),
    Column("verifier", String),
)
SEAL = Seal(key=StoreKey(bytes(range(32))))
SEED = SealedColumn(TABLE.c.seed, seal=SEAL)


def test_a_secret_opens_in_its_own_row() -> None:
    """And cannot be read before."""
    sealed = SEED.seal(b"hunter2", "pool", "ana")

    assert "hunter2" not in sealed
    assert SEED.open(sealed, "pool", "ana") == b"hunter2"


@pytest.mark.parametrize(
    "row", [("pool", "bob"), ("other", "ana"), ("pool",), ("ana", "pool"), ("poolana",)]
)
def test_a_secret_does_not_open_in_another_row(row: tuple[str, ...]) -> None:
    """Whoever may write rows could copy it into their own."""
    sealed = SEED.seal(b"hunter2", "pool", "ana")

    with pytest.raises(SealError):
        SEED.open(sealed, *row)


def test_a_secret_does_not_open_in_another_column() -> None:
    """A verifier is not a seed."""
    sealed = SEED.seal(b"hunter2", "pool", "ana")

    with pytest.raises(SealError):
        SealedColumn(TABLE.c.verifier, seal=SEAL).open(sealed, "pool", "ana")


def test_no_two_rows_are_the_same_text() -> None:
    """Also where their keys hold what separates them."""
    sealed = SEED.seal(b"hunter2", 'a", "b')

    with pytest.raises(SealError):
        SEED.open(sealed, "a", "b")


def test_a_secret_without_a_row_is_a_mistake() -> None:
    """It would open everywhere."""
    with pytest.raises(ValueError, match="primary key"):
        SEED.seal(b"hunter2")
