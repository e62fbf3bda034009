"""The hosted pages, as they are put together."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.model.client import Client
from gateway.pool.settings import PoolSettings
from tests.flows.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


async def test_an_application_s_browser_finds_the_sign_in_page(house: House) -> None:
    """From the authorization endpoint to a page with a style sheet."""
    services = house.tools.pools
    pool = services.pools.create(PoolSettings(name="people"))
    client, _ = services.clients.create(
        Client("", pool.id, "Shop", redirect_uris=("https://shop.example/cb",))
    )
    query = {
        "client_id": client.id,
        "response_type": "code",
        "redirect_uri": "https://shop.example/cb",
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }

    async with house.caller() as caller:
        sent = await caller.get("/oauth2/authorize", params=query)
        page = await caller.get(sent.headers["location"])
        sheet = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')
        style = await caller.get(sheet[0])

    assert page.status_code == httpx.codes.OK
    assert "Continue to Shop" in page.text
    assert style.headers["content-type"].startswith("text/css")


async def test_an_untrusted_link_gets_a_page(house: House) -> None:
    """And not the words of a program."""
    async with house.caller() as caller:
        answer = await caller.get(
            "/oauth2/authorize?client_id=x", headers={"accept-language": "de"}
        )
        unknown = await caller.get("/login?client_id=x")

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert 'lang="de"' in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert unknown.status_code == httpx.codes.BAD_REQUEST
