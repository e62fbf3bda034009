"""Tokens of a pool: exchanged for app tokens, and shown with a proof if they are bound."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.oauth.authorizing.authorizations import Redirect
from gateway.oauth.grants.authorization_code import challenge_of
from tests.flows.exchange_house import ACCESS_TOKEN, CONFIG, POLICY, exchange
from tests.flows.house import ISSUER, House
from tests.flows.test_pool_tokens import CALLBACK, FILE, ROUTE, VERIFIER, Desk
from tests.flows.test_pool_tokens import POLICY as STAFF
from tests.oauth.proving import Holder

RFC = "urn:ietf:params:oauth:token-type:"
POOL = "urn:federation-gateway:token-type:pool"
BOUND = f"""
[[client]]
id = "bound"
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
proof = "required"
[accept]
flows = ["bearer", "exchange"]
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    (tmp_path / "providers/people.toml").write_text(FILE + BOUND)
    with (tmp_path / "config.toml").open("a") as config:
        config.write(ROUTE + CONFIG)
    (tmp_path / "policies/people.toml").write_text(STAFF)
    (tmp_path / "policies/exchanges.toml").write_text(POLICY)
    return house


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with house.open() as caller:
        yield Desk(house, caller)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("access_token", ACCESS_TOKEN),
        ("id_token", f"{RFC}id_token"),
        ("access_token", POOL),
        ("id_token", POOL),
    ],
)
async def test_an_app_token_is_the_person_of_the_pool(
    desk: Desk, name: str, kind: str
) -> None:
    """For as long as they are let in there."""
    tokens = await desk.tokens(desk.sign_up("ana"))
    answer = await exchange(desk.caller, tokens[name], kind, client_id="my-app")
    token = answer.json()["access_token"]

    assert await desk.ask(token) == 200
    assert await desk.ask(tokens[name]) == 200
    subjects = {
        desk.house.verified(each.headers["authorization"])["sub"]
        for each in desk.house.upstream.received
    }
    assert subjects == {answer.json()["identity_id"]}
    desk.services.people.standings.disable(desk.pool, "ana")
    desk.house.tools.hearing.tick()
    assert await desk.ask(token) == 401
    again = await exchange(desk.caller, tokens[name], kind)
    assert again.json()["error"] == "invalid_request"


async def test_a_client_of_the_pool_asks_as_a_client(desk: Desk) -> None:
    """Where it may: a public one may not (RFC 8693 section 2.2.2 leaves it to RFC 6749)."""
    tokens = await desk.tokens(desk.sign_up("ana"))
    token = tokens["access_token"]

    answer = await exchange(desk.caller, token, ACCESS_TOKEN, client_id="app")

    assert answer.json()["error"] == "unauthorized_client"


async def _bound_token(desk: Desk, holder: Holder) -> tuple[str, str]:
    """Return an access token that is bound to a key, and the nonce of now."""
    handle = desk.oauth.sessions.create(
        desk.sign_up("ana"), authenticated_at=desk.house.now, amr=("pwd",)
    )
    query = {
        "client_id": "bound",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    step = desk.oauth.authorizations.begin(query, desk.oauth.sessions.find(handle))
    assert isinstance(step, Redirect)
    (code,) = parse_qs(urlsplit(step.uri).query)["code"]
    nonce = desk.oauth.proofs.nonce()
    form = {
        "grant_type": "authorization_code",
        "client_id": "bound",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    proof = holder.proof(nonce, htu=f"{ISSUER}/oauth2/token")
    answer = await desk.caller.post("/oauth2/token", data=form, headers={"dpop": proof})
    return answer.json()["access_token"], nonce


async def test_a_bound_token_of_the_pool_passes_with_a_proof(desk: Desk) -> None:
    """At the proxy, and no other way (RFC 9449 section 7)."""
    holder = Holder()
    token, nonce = await _bound_token(desk, holder)

    async def ask(**changed: Any) -> httpx.Response:
        made = {"htm": "GET", "htu": f"{ISSUER}/v1/staff", "access_token": token}
        headers = {
            "authorization": f"DPoP {token}",
            "dpop": holder.proof(nonce, **(made | changed)),
        }
        return await desk.caller.get("/v1/staff", headers=headers)

    assert (await ask()).status_code == 200
    assert (await ask(htm="POST")).status_code == 401
    assert await desk.ask(token) == 401
