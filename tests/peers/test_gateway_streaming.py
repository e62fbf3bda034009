"""A body of a gibibyte goes through, and the gateway grows by less than 20 MB."""

from collections.abc import Iterator

import pytest

from tests.peers.processes import free_port
from tests.peers.running_gateway import Memory, RunningGateway, Site, serving
from tests.peers.streams import WAYS, Way, send, service

pytestmark = pytest.mark.peer

MIB = 2**20
GIB = 2**30
MOST_GROWTH = 20_000_000


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def gateway(
    port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway") / "site"
    with serving(Site(folder, upstream=port)) as gateway:
        yield gateway


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_a_gibibyte_streams_through(
    gateway: RunningGateway, port: int, way: Way
) -> None:
    """Nothing is gathered: each side is as fast as the slower one lets it be."""
    token = gateway.site.backend.token()
    async with service(port):
        await send(gateway.site.port, token, way, MIB)
        memory = Memory(gateway.process.pid)

        arrived = await send(gateway.site.port, token, way, GIB)

    assert arrived == GIB
    assert memory.growth() < MOST_GROWTH
