"""`/live` and `/ready`."""

import httpx
import pytest
from starlette.applications import Starlette

from gateway.endpoints.admin import health
from tests.endpoints.threads import all_threads_taken


class Reasons:
    def __init__(self, **obstacles: str) -> None:
        self._obstacles = obstacles

    def obstacles(self) -> dict[str, str]:
        return self._obstacles


async def get(path: str, readiness: Reasons) -> httpx.Response:
    app = Starlette(routes=health.routes(readiness=readiness))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8081"
    ) as client:
        return await client.get(path)


async def test_a_gateway_with_nothing_in_its_way_is_ready() -> None:
    """200 for whoever sends requests here."""
    response = await get("/ready", Reasons())

    assert response.status_code == 200
    assert response.json() == {"ready": True, "reasons": {}}
    assert response.headers["cache-control"] == "no-store"


async def test_what_is_in_its_way_is_said() -> None:
    """503, with all of it."""
    response = await get("/ready", Reasons(draining="The gateway is stopping."))

    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "reasons": {"draining": "The gateway is stopping."},
    }


async def test_a_gateway_that_is_not_ready_lives_all_the_same() -> None:
    """It must not be restarted because its database is away."""
    response = await get("/live", Reasons(storage="The database is locked."))

    assert response.status_code == 200
    assert response.json() == {"live": True}


@pytest.mark.parametrize("path", ["/live", "/ready"])
async def test_the_probes_need_no_thread(path: str) -> None:
    """A gateway that is busy must not be restarted for it."""
    async with all_threads_taken():
        response = await get(path, Reasons())

    assert response.status_code == 200
