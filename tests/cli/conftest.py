"""What the commands are tested with."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder of files without a fault."""
    return Desk(tmp_path)
