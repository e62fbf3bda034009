"""`/status`."""

from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette

from gateway.endpoints.admin import status
from gateway.endpoints.admin.status import GatewayStatus, ProviderStatus

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


class Source:
    def __init__(self, what: GatewayStatus) -> None:
        self._what = what

    def status(self) -> GatewayStatus:
        return self._what


async def shown(what: GatewayStatus) -> object:
    app = Starlette(routes=status.routes(source=Source(what)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8081"
    ) as client:
        response = await client.get("/status")
    assert response.headers["cache-control"] == "no-store"
    return response.json()


async def test_the_status_tells_what_runs_and_how_its_sources_are() -> None:
    """The form is a contract with whoever watches it."""
    what = GatewayStatus(
        version="0.1.0",
        started_at=NOON,
        configuration_digest="c" * 64,
        policy_digest="d" * 64,
        reloaded_at=NOON,
        reload_faults=("config.toml:3:1: error[E103] unknown key",),
        providers=(
            ProviderStatus("corp", "oidc", "stale", ("k1",), NOON, "timed out"),
            ProviderStatus("guest", "guest", "own"),
        ),
        signing_key="s1",
        counters={"requests": 3},
    )

    assert await shown(what) == {
        "version": "0.1.0",
        "started_at": "2026-05-04T12:00:00+00:00",
        "configuration_digest": "c" * 64,
        "policy_digest": "d" * 64,
        "reload": {
            "at": "2026-05-04T12:00:00+00:00",
            "faults": ["config.toml:3:1: error[E103] unknown key"],
        },
        "signing_key": "s1",
        "providers": [
            {
                "id": "corp",
                "kind": "oidc",
                "keys": "stale",
                "key_ids": ["k1"],
                "fetched_at": "2026-05-04T12:00:00+00:00",
                "error": "timed out",
            },
            {
                "id": "guest",
                "kind": "guest",
                "keys": "own",
                "key_ids": [],
                "fetched_at": None,
                "error": "",
            },
        ],
        "counters": {"requests": 3},
    }


async def test_a_gateway_that_was_just_started_has_a_status_too() -> None:
    """Nothing was reloaded yet."""
    what = GatewayStatus("0.1.0", NOON, "c", "d")

    document = await shown(what)

    assert isinstance(document, dict)
    assert document["reload"] == {"at": None, "faults": []}
