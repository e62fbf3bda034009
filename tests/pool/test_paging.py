"""How much of a list is handed out at a time."""

import pytest

from gateway.pool.errors import InvalidParameterError
from gateway.pool.paging import PAGE, check_limit
from gateway.storage.keyset import MAX_ROWS


@pytest.mark.parametrize("limit", [1, PAGE, MAX_ROWS])
def test_pages_have_a_size(limit: int) -> None:
    check_limit(limit)


@pytest.mark.parametrize("limit", [-1, 0, MAX_ROWS + 1])
def test_other_sizes_are_refused_by_name(limit: int) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        check_limit(limit)

    assert set(caught.value.problems) == {"limit"}
