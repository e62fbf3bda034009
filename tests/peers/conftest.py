"""The programs that nobody here wrote, for all tests that talk to them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest
import uvloop

from tests.peers.processes import Programs


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Return a starter of programs; all of them end with the module's tests."""
    started = Programs(tmp_path_factory.mktemp("programs"))
    try:
        yield started
    finally:
        started.stop_all()


def pytest_asyncio_loop_factories() -> Mapping[
    str, Callable[[], asyncio.AbstractEventLoop]
]:
    """Run on the loop that the gateway runs on: its transports are not asyncio's."""
    return {"uvloop": uvloop.new_event_loop}
