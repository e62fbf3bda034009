"""A file that says everything that one can say of a pool."""

from pathlib import Path

import pytest

from gateway.config.providers.pool.provider import PoolProvider
from tests.config.files import Folder
from tests.pool.declared.files import EVERYTHING, JWKS, pool_file


@pytest.fixture
def everything(tmp_path: Path) -> PoolProvider:
    (tmp_path / "app.jwks").write_text(JWKS)
    return pool_file(EVERYTHING, root=tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return files without a pool."""
    return Folder(tmp_path)
