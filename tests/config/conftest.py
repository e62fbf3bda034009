"""What the tests of the configuration share."""

from pathlib import Path

import pytest

from tests.config.files import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
