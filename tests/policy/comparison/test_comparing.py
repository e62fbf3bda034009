"""The comparison finds what was widened, and nothing that was not."""

import pytest

from gateway.policy.comparison.findings import Verdict
from tests.policy.comparison.held_out import HELD_OUT
from tests.policy.comparison.pairs import Pair
from tests.policy.comparison.refactorings import REFACTORINGS
from tests.policy.comparison.sides import compared
from tests.policy.comparison.widenings import WIDENINGS


@pytest.mark.parametrize("pair", [*WIDENINGS, *HELD_OUT], ids=lambda pair: pair.name)
def test_a_widening_is_found(pair: Pair) -> None:
    """With a request that was refused and is let in."""
    found = [each for each in compared(pair) if each.key.verdict is Verdict.WIDENED]

    assert found
    for each in found:
        assert each.old is not None
        assert each.new is not None


@pytest.mark.parametrize("pair", REFACTORINGS, ids=lambda pair: pair.name)
def test_a_refactoring_widens_and_narrows_nothing(pair: Pair) -> None:
    """Whatever it renames."""
    told = {each.key.verdict for each in compared(pair)}

    assert told <= {Verdict.RENAMED}
