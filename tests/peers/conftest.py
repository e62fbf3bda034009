"""The programs that nobody here wrote, for all tests that talk to them."""

from collections.abc import Iterator

import pytest

from tests.peers.processes import Programs


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Return a starter of programs; all of them end with the module's tests."""
    started = Programs(tmp_path_factory.mktemp("programs"))
    try:
        yield started
    finally:
        started.stop_all()
