"""The house that the stories take place in."""

from pathlib import Path

import pytest

from tests.flows.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return a gateway that is not started yet."""
    return House(tmp_path)
