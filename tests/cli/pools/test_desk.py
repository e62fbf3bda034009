"""What the commands about pools have in common."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.pools.desk import Desk, every, refuse_declared
from gateway.config.providers.pool.people import PasswordSettings
from gateway.config.providers.pool.provider import PoolProvider
from gateway.pool.declared.writing import pool_table
from gateway.pool.listed import Listed
from gateway.pool.settings import PoolSettings
from tests.pool.declared.files import POOL_ID, provider_file

TABLE = {
    "kind": "pool",
    "id": "people",
    "pool_id": POOL_ID,
    **pool_table(PoolSettings(name="people")),
}


@pytest.fixture
def desk() -> Desk:
    """Return a desk whose services nobody asks for."""
    nothing: Any = None
    return Desk(nothing, Path(), (provider_file("[[client]]\nid = 'app'"),))


def test_settings_are_merged_in_their_order(desk: Desk) -> None:
    """The last one of two for the same key wins; tables grow."""
    found = desk.read(
        PoolProvider,
        TABLE,
        ["password.min_length=7", "password.min_length=9", "tags.a=b", "tags.c=d"],
    )

    assert found.password == PasswordSettings(min_length=9)
    assert found.tags == {"a": "b", "c": "d"}


@given(st.text(max_size=30))
def test_any_argument_is_a_setting_or_refused(argument: str) -> None:
    """In words, whatever somebody has typed."""
    nothing: Any = None
    with suppress(typer.BadParameter):
        found = Desk(nothing, Path(), ()).read(PoolProvider, TABLE, [argument])
        assert found.pool_id == POOL_ID


def test_a_file_knows_what_it_declares(desk: Desk) -> None:
    assert desk.declared_pool(POOL_ID) == "people.toml"
    assert desk.declared_pool("us-east-1_Other0000") == ""
    assert desk.declared_client("app") == "people.toml"
    assert desk.declared_client("other") == ""
    refuse_declared("pool", "")
    with pytest.raises(typer.BadParameter, match=r"people\.toml"):
        refuse_declared("pool", "people.toml")


def test_all_pages_of_a_list_are_read() -> None:
    """One after the other, each from where the one before ended."""
    pages: dict[str | None, Listed[int]] = {
        None: Listed([1, 2], "a"),
        "a": Listed([3], None),
    }

    def page(*, cursor: str | None, limit: int) -> Listed[int]:
        assert limit > 0
        return pages[cursor]

    assert list(every(page)) == [1, 2, 3]
