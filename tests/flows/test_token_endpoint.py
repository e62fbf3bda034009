"""A guest asks for an id, keeps it, and cannot get around the endpoint's rules."""

from datetime import timedelta

import httpx
import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows.house import AUDIENCE, ISSUER, House

pytestmark = pytest.mark.flow

GUEST = "urn:federation-gateway:grant:guest"
LIFETIME = timedelta(days=30)


async def ask(caller: httpx.AsyncClient, **parameters: str) -> httpx.Response:
    return await caller.post("/oauth2/token", data={"grant_type": GUEST} | parameters)


async def token_of(caller: httpx.AsyncClient, **parameters: str) -> str:
    response = await ask(caller, **parameters)
    assert response.status_code == httpx.codes.OK, response.text
    token: str = response.json()["access_token"]
    return token


def upstream_token(house: House) -> str:
    presented: str = house.upstream.received[-1].headers["authorization"]
    return presented.removeprefix("Bearer ")


async def test_a_guest_keeps_the_same_id(house: House) -> None:
    """With the token on requests, and with a fresh one from the endpoint."""
    async with house.open() as caller:
        first = await ask(caller)
        token = first.json()["access_token"]
        house.now += LIFETIME - timedelta(minutes=1)
        again = await ask(caller, guest_token=token)
        fresh = {"authorization": f"Bearer {again.json()['access_token']}"}
        house.now += LIFETIME - timedelta(minutes=1)
        response = await caller.get("/v1/feed", headers=fresh)

        assert response.status_code == httpx.codes.OK
        identity = first.json()["identity_id"]
        assert again.json()["identity_id"] == identity
        assert house.verified(upstream_token(house))["sub"] == identity


async def test_two_guests_are_two(house: House) -> None:
    """Nothing but the token makes them the same."""
    async with house.open() as caller:
        first, second = await ask(caller), await ask(caller)

    assert first.json()["identity_id"] != second.json()["identity_id"]


async def test_a_guest_token_ends_with_its_life(house: House) -> None:
    """It is no grant any more, and does not become a new guest."""
    async with house.open() as caller:
        token = await token_of(caller)
        house.now += LIFETIME + timedelta(minutes=6)
        response = await ask(caller, guest_token=token)

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["error"] == "invalid_grant"


async def test_a_token_with_one_changed_byte_is_no_grant(house: House) -> None:
    """Wherever the byte stands."""
    async with house.open() as caller:
        token = await token_of(caller)
        for place in (3, len(token) // 2, len(token) - 10):
            other = "A" if token[place] != "A" else "B"
            changed = token[:place] + other + token[place + 1 :]
            async with house.caller(ip=f"198.51.100.{place % 250}") as elsewhere:
                response = await ask(elsewhere, guest_token=changed)
            assert response.json()["error"] == "invalid_grant"


async def test_no_other_token_of_ours_or_theirs_is_a_guests(house: House) -> None:
    """What an upstream received must be worth nothing here (CVE-2024-47616)."""
    async with house.open() as caller:
        await caller.get("/v1/orders/ana-1", headers=house.bearer("ana"))
        minted = upstream_token(house)
        assert jwt.get_unverified_header(minted)["typ"] == "at+jwt"

        for token in (minted, house.token("ana"), "x.y.z"):
            async with house.caller(ip="198.51.100.1") as elsewhere:
                response = await ask(elsewhere, guest_token=token)
            assert response.status_code == httpx.codes.BAD_REQUEST
            assert response.json()["error"] == "invalid_grant"


async def test_an_address_gets_so_many_and_no_more(house: House) -> None:
    """`per_ip = "3/h"`; a forwarded header of a stranger changes nothing."""
    async with house.open() as caller:
        for _ in range(3):
            await token_of(caller)
        refused = await caller.post(
            "/oauth2/token",
            data={"grant_type": GUEST},
            headers={"x-forwarded-for": "192.0.2.77"},
        )
        async with house.caller(ip="198.51.100.1") as elsewhere:
            other = await ask(elsewhere)

    assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert refused.json()["error"] == "temporarily_unavailable"
    assert 0 < int(refused.headers["retry-after"]) <= 1200
    assert other.status_code == httpx.codes.OK


async def test_discovery_leads_to_keys_that_verify_the_token(house: House) -> None:
    """As a client finds its way, from the issuer alone."""
    async with house.open() as caller:
        found = (await caller.get("/.well-known/oauth-authorization-server")).json()
        assert found["issuer"] == ISSUER
        assert GUEST in found["grant_types_supported"]
        response = await caller.post(
            found["token_endpoint"], data={"grant_type": GUEST}
        )
        keys = jwt.PyJWKSet.from_dict((await caller.get(found["jwks_uri"])).json())

    token = response.json()["access_token"]
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        algorithms=["ES256"],
        audience=found["issuer"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["sub"] == response.json()["identity_id"]
    assert AUDIENCE not in claims["aud"]


async def test_without_guests_there_is_no_grant(house: House) -> None:
    """`guest.enabled = false`."""
    config = house.folder / "config.toml"
    text = config.read_text().replace("enabled = true", "enabled = false")
    config.write_text(text)

    async with house.open() as caller:
        response = await ask(caller)
        found = (await caller.get("/.well-known/openid-configuration")).json()

    assert response.json()["error"] == "unsupported_grant_type"
    assert "token_endpoint" not in found


@pytest.mark.long
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    tokens=st.lists(
        st.text(st.characters(codec="utf-8"), max_size=60)
        | st.binary(max_size=40).map(lambda raw: raw.hex())
        | st.lists(st.text("eyJhbGci09_-", max_size=30), max_size=6).map(".".join),
        min_size=1,
        max_size=20,
    )
)
async def test_no_guest_token_is_a_500(house: House, tokens: list[str]) -> None:
    """Whatever is presented as one."""
    async with house.open():
        for number, token in enumerate(tokens):
            async with house.caller(ip=f"198.51.100.{number}") as caller:
                response = await ask(caller, guest_token=token)
            assert response.status_code == (400 if token else 200)
