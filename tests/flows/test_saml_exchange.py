"""An assertion of a SAML provider is exchanged, once, and what comes of it is the person."""

from pathlib import Path

import pytest

from tests.authentication.saml.idp import ENTITY, pair
from tests.authentication.saml.test_verifier import for_exchange
from tests.flows.exchange_house import ExchangeHouse, exchange

SAML2 = "urn:ietf:params:oauth:token-type:saml2"
FILE = f"""
kind = "saml"
id = "partner"
owner = "team@example.com"
[idp]
entity_id = "{ENTITY}"
sso_url = "https://idp.example.com/sso"
certificates = [{{ file = "state/idp.pem" }}]
[accept]
flows = ["exchange"]
"""


@pytest.fixture
def house(tmp_path: Path) -> ExchangeHouse:
    house = ExchangeHouse(tmp_path)
    (tmp_path / "providers/partner.toml").write_text(FILE)
    (tmp_path / "state/idp.pem").write_bytes(pair("idp").certificate_pem)
    return house


async def test_an_assertion_is_exchanged_once(house: ExchangeHouse) -> None:
    """The app token is good at the proxy for as long as it lives."""
    assertion = for_exchange()
    async with house.open() as caller:
        first = await exchange(caller, assertion, SAML2)
        again = await exchange(caller, assertion, SAML2)
        bearer = {"authorization": f"Bearer {first.json()['access_token']}"}
        own = await caller.get("/v1/orders/ana-1", headers=bearer)
        other = await caller.get("/v1/orders/bob-1", headers=bearer)

    assert first.json()["issued_token_type"].endswith("access_token")
    assert again.json()["error"] == "invalid_request"
    assert (own.status_code, other.status_code) == (200, 403)


@pytest.mark.parametrize("text", ["x", "!", "PHg-", "x" * 20_000])
async def test_what_is_no_assertion_is_refused(house: ExchangeHouse, text: str) -> None:
    """Before anything is decided."""
    async with house.open() as caller:
        answer = await exchange(caller, text, SAML2)

    assert answer.json()["error"] == "invalid_request"
