"""Tokens that are bound to a key pass for whoever proves it, and for nobody else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flows.exchange_house import ExchangeHouse, exchange, prove
from tests.flows.house import ISSUER, NOON
from tests.oauth.proving import Holder

PATH = "/v1/orders/ana-1"
REQUIRED = """
[[rule]]
id = "bound-feed"
effect = "allow"
routes = ["feed"]
for = ["authenticated"]
when = "true"
require = { sender = "dpop" }
"""


@pytest.fixture
def house(tmp_path: Path) -> ExchangeHouse:
    return ExchangeHouse(tmp_path)


class Caller:
    """Somebody with a key, a token that is bound to it, and a nonce."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.holder = Holder()
        self.nonce = ""
        self.token = ""

    async def exchange(self, token: str) -> httpx.Response:
        first = await prove(self.client, {"dpop": self.holder.proof(None)}, token)
        assert first.json()["error"] == "use_dpop_nonce"
        self.nonce = first.headers["dpop-nonce"]
        proof = self._proof("POST", "/oauth2/token")
        answer = await prove(self.client, {"dpop": proof}, token)
        self.token = answer.json()["access_token"]
        return answer

    def _proof(self, method: str, path: str, **changed: Any) -> str:
        made: dict[str, Any] = {
            "htm": method,
            "htu": ISSUER + path,
            "iat": int(NOON.timestamp()),
        }
        given: dict[str, Any] = {"nonce": self.nonce, **made, **changed}
        return self.holder.proof(given.pop("nonce"), **given)

    def shown(self, path: str = PATH, **changed: Any) -> dict[str, str]:
        proof = self._proof("GET", path, access_token=self.token, **changed)
        return {"authorization": f"DPoP {self.token}", "dpop": proof}

    async def get(self, headers: Mapping[str, str], path: str = PATH) -> httpx.Response:
        return await self.client.get(path, headers=dict(headers))


async def test_a_bound_token_passes_with_a_proof_for_each_request(
    house: ExchangeHouse,
) -> None:
    """And the proof goes no further."""
    async with house.open() as client:
        caller = Caller(client)
        answer = await caller.exchange(house.token())
        passed = [await caller.get(caller.shown()) for _ in range(2)]
        queried = await caller.get(caller.shown(), f"{PATH}?x=1")

    assert answer.json()["token_type"] == "DPoP"
    assert [each.status_code for each in (*passed, queried)] == [200, 200, 200]
    for received in house.upstream.received:
        assert "dpop" not in received.headers
        assert received.headers["authorization"].startswith("Bearer ")


async def test_a_thief_gets_nowhere(house: ExchangeHouse) -> None:
    """With the token alone, with a proof of another key, time or request, or an old one."""
    async with house.open() as client:
        caller, thief = Caller(client), Caller(client)
        await caller.exchange(house.token())
        await thief.exchange(house.token())
        spent = caller.shown()
        assert (await caller.get(spent)).status_code == httpx.codes.OK
        nonce = caller.shown(nonce="made-up")
        thief.token = caller.token
        tries = {
            "bearer": {"authorization": f"Bearer {caller.token}"},
            "no proof": {"authorization": f"DPoP {caller.token}"},
            "another key": thief.shown(),
            "again": spent,
            "another path": caller.shown("/v1/orders/ana-2"),
            "another method": caller.shown(htm="POST"),
            "another server": caller.shown(htu=f"https://evil.example{PATH}"),
            "another token": {
                "authorization": f"DPoP {caller.token}",
                "dpop": caller._proof("GET", PATH, access_token="x"),
            },
            "long ago": caller.shown(iat=int(NOON.timestamp()) - 61),
            "unbound": house.bearer() | {"dpop": caller.shown()["dpop"]},
        }
        unbound = {"authorization": f"DPoP {house.token()}"}
        unbound |= {"dpop": caller.shown()["dpop"]}
        answers = {name: await caller.get(each) for name, each in tries.items()}
        answers["unbound with proof"] = await caller.get(unbound)
        evil = caller.shown(htu=f"https://evil.example{PATH}")
        answers["host"] = await caller.get({**evil, "host": "evil.example"})
        retried = await caller.get(nonce)

    # A proof that nobody asked for is no reason to refuse a bearer.
    assert answers.pop("unbound").status_code == httpx.codes.OK
    codes = {name: each.headers["www-authenticate"] for name, each in answers.items()}
    assert {each.status_code for each in answers.values()} == {401}
    assert all(each.startswith("DPoP realm=") for each in codes.values())
    wrong = {name for name, each in codes.items() if "invalid_token" in each}
    assert wrong == {"bearer", "another key", "unbound with proof"}
    assert 'algs="ES256 EdDSA PS256 RS256"' in codes["again"]
    assert retried.headers["dpop-nonce"]
    assert 'error="use_dpop_nonce"' in retried.headers["www-authenticate"]


async def test_a_rule_may_require_a_bound_credential(house: ExchangeHouse) -> None:
    """Whoever comes with another learns what is missing."""
    path = house.folder / "policies/orders.toml"
    before = path.read_text()
    start = before.index('[[rule]]\nid = "feed"')
    end = before.index("[[rule]]", start + 1)
    path.write_text(before[:start] + before[end:] + REQUIRED)
    async with house.open() as client:
        caller = Caller(client)
        await caller.exchange(house.token())
        bound = await caller.get(caller.shown("/v1/feed"), "/v1/feed")
        loose = await caller.get(house.bearer(), "/v1/feed")

    assert bound.status_code == httpx.codes.OK
    assert loose.status_code == httpx.codes.UNAUTHORIZED
    challenge = loose.headers["www-authenticate"]
    assert challenge.startswith('DPoP realm="gateway", algs=')
    assert 'error="invalid_token"' in challenge


async def test_a_bound_token_is_exchanged_by_its_holder_alone(
    house: ExchangeHouse,
) -> None:
    """For one that is bound to the same key."""
    kind = "urn:ietf:params:oauth:token-type:access_token"
    async with house.open() as client:
        caller = Caller(client)
        await caller.exchange(house.token())
        stolen = await exchange(client, caller.token, kind)
        proof = caller._proof("POST", "/oauth2/token")
        again = await prove(client, {"dpop": proof}, caller.token, kind)

    assert stolen.json()["error"] == "invalid_dpop_proof"
    assert again.json()["token_type"] == "DPoP"
