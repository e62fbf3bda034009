"""The control plane and the admin listener, as they are put together."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from gateway.app.control import build_admin
from gateway.app.explaining import CurrentExplainer
from gateway.app.reload import Reloads
from gateway.app.status import Status
from tests.flows.house import NOON, House

GUEST_GRANT = {"grant_type": "urn:federation-gateway:grant:guest"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


def _admin(house: House, reloads: Reloads) -> httpx.AsyncClient:
    state = Status(
        tools=house.tools,
        reloads=reloads,
        loaded=lambda: house.snapshot.loaded,
        started_at=NOON,
    )
    explainer = CurrentExplainer(
        loaded=lambda: house.snapshot.loaded, tools=house.tools
    )
    app = build_admin(
        house.snapshot.loaded, tools=house.tools, state=state, explainer=explainer
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url="http://localhost"
    )


async def test_a_guest_keeps_its_id_from_the_token_endpoint_to_the_upstream(
    house: House,
) -> None:
    """And when it renews its token."""
    async with house.caller() as caller:
        issued = (await caller.post("/oauth2/token", data=GUEST_GRANT)).json()
        renewal = {**GUEST_GRANT, "guest_token": issued["access_token"]}
        renewed = (await caller.post("/oauth2/token", data=renewal)).json()
        headers = {"authorization": f"Bearer {renewed['access_token']}"}
        response = await caller.get("/v1/feed", headers=headers)

    assert response.status_code == httpx.codes.OK
    (received,) = house.upstream.received
    claims = house.verified(received.headers["authorization"])
    assert claims["sub"] == issued["identity_id"] == renewed["identity_id"]
    assert claims["roles"] == ["guest"]


async def test_guests_are_counted_by_address(house: House) -> None:
    """`3/h`; somebody else at another address is not affected."""
    async with house.caller() as caller:
        codes = [
            (await caller.post("/oauth2/token", data=GUEST_GRANT)).status_code
            for _ in range(4)
        ]
    async with house.caller(ip="203.0.113.10") as other:
        codes.append((await other.post("/oauth2/token", data=GUEST_GRANT)).status_code)

    assert codes == [200, 200, 200, 429, 200]


async def test_what_is_minted_can_be_checked_with_what_is_published(
    house: House,
) -> None:
    """Discovery leads to the keys."""
    async with house.caller() as caller:
        found = (await caller.get("/.well-known/openid-configuration")).json()
        jwks = (await caller.get("/.well-known/jwks.json")).json()

    assert found["issuer"] == "https://gw.example.com"
    assert found["jwks_uri"] == "https://gw.example.com/.well-known/jwks.json"
    assert found["grant_types_supported"] == [GUEST_GRANT["grant_type"]]
    assert jwks == house.tools.keyring.public_jwks()


async def test_ready_means_that_requests_are_accepted(house: House) -> None:
    """Neither before the start nor while draining."""
    reloads = Reloads()
    async with _admin(house, reloads) as operator:
        before = await operator.get("/ready")
        reloads.serving = True
        after = await operator.get("/ready")

    assert before.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert after.status_code == httpx.codes.OK


async def test_status_names_providers_keys_and_the_last_reload(house: House) -> None:
    """What an operator looks at first."""
    reloads = Reloads()
    reloads.failed(OSError("no such folder"), at=NOON)
    async with _admin(house, reloads) as operator:
        status = (await operator.get("/status")).json()

    assert {provider["id"] for provider in status["providers"]} == {"backend", "guest"}
    assert status["reload"]["faults"] == ["no such folder"]
    assert status["signing_key"] == house.tools.keyring.signing_key().kid


async def test_without_guests_nothing_is_offered(tmp_path: Path) -> None:
    """The endpoint exists, and says that it knows no such grant."""
    folder = tmp_path / "closed"
    folder.mkdir()
    house = House(folder)
    config = house.folder / "config.toml"
    config.write_text(config.read_text().replace("enabled = true", "enabled = false"))
    async with house.open() as caller:
        response = await caller.post("/oauth2/token", data=GUEST_GRANT)
        feed = await caller.get("/v1/feed")

    assert response.json()["error"] == "unsupported_grant_type"
    assert feed.status_code == httpx.codes.UNAUTHORIZED
