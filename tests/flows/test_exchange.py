"""Tokens are exchanged at the token endpoint, and what comes of it is a credential here."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from typer.testing import CliRunner

from gateway.cli.main import build_app
from tests.flows.exchange_house import (
    ACCESS_TOKEN,
    DEVELOPER,
    GUEST,
    JWT,
    ExchangeHouse,
    app_token,
    exchange,
)
from tests.flows.house import AUDIENCE, ISSUER

GUESTS = {"grant_type": "urn:federation-gateway:grant:guest"}


@pytest.fixture
def house(tmp_path: Path) -> ExchangeHouse:
    return ExchangeHouse(tmp_path)


def _claims(token: str) -> Mapping[str, Any]:
    claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_an_app_token_is_whoever_it_was_exchanged_for(
    house: ExchangeHouse,
) -> None:
    """The same identity, at the same routes, as with the token itself."""
    async with house.open() as caller:
        answer = await exchange(caller, house.token(), scope="read")
        token = answer.json()["access_token"]
        for headers in (house.bearer(), _bearer(token)):
            done = await caller.get("/v1/orders/ana-1", headers=headers)
            assert done.status_code == httpx.codes.OK
            done = await caller.get("/v1/orders/bob-1", headers=headers)
            assert done.status_code == httpx.codes.FORBIDDEN

        subjects = {
            house.verified(each.headers["authorization"])["sub"]
            for each in house.upstream.received
        }

    assert answer.json() == {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 120,
        "scope": "read",
        "issued_token_type": ACCESS_TOKEN,
        "identity_id": next(iter(subjects)),
    }
    assert subjects == {_claims(token)["sub"]}
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    assert jwt.get_unverified_header(token)["alg"] == "ES256"


async def test_a_token_for_an_upstream_is_no_credential_here(
    house: ExchangeHouse,
) -> None:
    """An upstream that was shown one must not be able to come back with it."""
    async with house.open() as caller:
        token = await app_token(caller, house.token(), audience=AUDIENCE, scope="read")
        done = await caller.get("/v1/orders/ana-1", headers=_bearer(token))
        again = await exchange(caller, token, ACCESS_TOKEN)

    claims = _claims(token)
    assert (claims["aud"], claims["asked"]) == (AUDIENCE, ["read"])
    assert "via" not in claims
    assert done.status_code == httpx.codes.UNAUTHORIZED
    assert again.json()["error"] == "invalid_request"


async def test_guests_are_exchanged_too(house: ExchangeHouse) -> None:
    """They stay who they are: guests, with their id."""
    async with house.open() as caller:
        guest = (await caller.post("/oauth2/token", data=GUESTS)).json()
        answer = await exchange(caller, guest["access_token"], GUEST)
        token = answer.json()["access_token"]
        feed = await caller.get("/v1/feed", headers=_bearer(token))
        order = await caller.get("/v1/orders/ana-1", headers=_bearer(token))

    assert answer.json()["identity_id"] == guest["identity_id"]
    assert (feed.status_code, order.status_code) == (200, 403)


async def test_an_app_token_is_exchanged_for_no_more_than_it_is(
    house: ExchangeHouse,
) -> None:
    """Neither more scopes nor a longer life."""
    async with house.open() as caller:
        first = await app_token(caller, house.token(), scope="read")
        more = await exchange(caller, first, ACCESS_TOKEN, scope="read write")
        second = await app_token(
            caller, first, token_type=ACCESS_TOKEN, scope="read", audience=AUDIENCE
        )

    assert more.json()["error"] == "invalid_scope"
    assert _claims(second)["exp"] == _claims(first)["exp"]
    assert _claims(second)["sub"] == _claims(first)["sub"]


async def test_each_decision_is_logged(house: ExchangeHouse) -> None:
    """As those on requests are, whether it allows or denies."""
    async with house.open() as caller:
        token = await app_token(caller, house.token())
        await exchange(caller, house.token(groups=["banned"]))
        lines = house.logged("decisions")

    told = [(line["effect"], line["rule"], line["route"]) for line in lines]
    assert told == [
        ("allow", "exchanges/known", "app"),
        ("deny", "exchanges/no-banned", "app"),
    ]
    assert lines[0]["token_id"] == _claims(token)["jti"]


# What is shown or asked for instead of what would do, and the code that tells.
WRONG: Sequence[tuple[dict[str, str], str]] = (
    ({"subject_token": ""}, "invalid_request"),
    ({"subject_token_type": ""}, "invalid_request"),
    ({"subject_token": "x"}, "invalid_request"),
    ({"subject_token": "x.y.z"}, "invalid_request"),
    ({"subject_token": "é" * 5000}, "invalid_request"),
    ({"subject_token_type": GUEST}, "invalid_request"),
    ({"subject_token_type": ACCESS_TOKEN}, "invalid_request"),
    ({"subject_token_type": "jwt"}, "invalid_request"),
    ({"subject_token_type": f"{JWT} "}, "invalid_request"),
    ({"requested_token_type": GUEST}, "invalid_request"),
    ({"requested_token_type": "urn:x"}, "invalid_request"),
    ({"actor_token": "x"}, "invalid_request"),
    ({"actor_token_type": DEVELOPER}, "invalid_request"),
    ({"actor_token": "x", "actor_token_type": DEVELOPER}, "invalid_request"),
    ({"provider": "other"}, "invalid_request"),
    ({"client_id": "x" * 300}, "invalid_request"),
    ({"client_id": "a\nb"}, "invalid_request"),
    ({"unknown": "x"}, "invalid_request"),
    ({"guest_token": "x"}, "invalid_request"),
    ({"audience": "https://nobody.example"}, "invalid_target"),
    ({"resource": "https://nobody.example"}, "invalid_target"),
    ({"resource": "not a uri"}, "invalid_target"),
    ({"resource": f"{AUDIENCE}#part"}, "invalid_target"),
    ({"resource": "http://[::1"}, "invalid_target"),
    ({"resource": AUDIENCE, "audience": ISSUER}, "invalid_target"),
    ({"scope": "admin"}, "invalid_scope"),
    ({"scope": "read read"}, "invalid_scope"),
    ({"scope": "read  write"}, "invalid_scope"),
    ({"scope": "x" * 7000}, "invalid_scope"),
    ({"audience": "https://closed.example"}, "invalid_request"),
    ({"audience": "https://bound.example"}, "invalid_dpop_proof"),
    ({"client_secret": "x", "client_id": "y"}, "invalid_client"),
    ({"client_assertion": "x"}, "invalid_client"),
)


async def test_what_is_wrong_has_the_standards_code(house: ExchangeHouse) -> None:
    """RFC 8693 section 2.2.2, RFC 6749 section 5.2, RFC 8707 section 2."""
    told = []
    async with house.open() as caller:
        good = {"subject_token": house.token(), "subject_token_type": DEVELOPER}
        for change, _ in WRONG:
            shown = good | change
            token, kind = shown.pop("subject_token"), shown.pop("subject_token_type")
            answer = await exchange(caller, token, kind, **shown)
            assert answer.headers["cache-control"] == "no-store"
            told.append((change, answer.status_code, answer.json()["error"]))

    assert told == [
        (change, 401 if code == "invalid_client" else 400, code)
        for change, code in WRONG
    ]


async def test_a_denial_tells_the_rules_own_reason(house: ExchangeHouse) -> None:
    """In characters that may stand there (RFC 6749 section 5.2)."""
    async with house.open() as caller:
        answer = await exchange(caller, house.token(groups=["banned"]))

    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "account  suspended ",
    }


async def test_one_address_asks_so_often(house: ExchangeHouse) -> None:
    """Also with tokens that are not good; the last that passes and the first that fails."""
    async with house.open() as caller:
        answers = [
            await exchange(caller, token, audience=AUDIENCE, scope="read")
            for token in (house.token(), "x", house.token(), house.token())
        ]
        async with house.caller(ip="203.0.113.10") as other:
            fine = await exchange(other, house.token(), audience=AUDIENCE, scope="read")

    assert [each.status_code for each in answers] == [200, 400, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert fine.status_code == httpx.codes.OK


async def test_a_provider_that_is_not_for_exchange_is_refused(
    house: ExchangeHouse,
) -> None:
    """And one that is for it alone is no bearer's; its app token is."""
    path = house.folder / "providers/backend.toml"
    written = path.read_text()
    results = []
    for flows in ('["bearer"]', '["exchange"]'):
        path.write_text(written.replace('["bearer", "exchange"]', flows))
        async with house.open() as caller:
            direct = await caller.get("/v1/orders/ana-1", headers=house.bearer())
            answer = await exchange(caller, house.token())
            results.append((direct.status_code, answer.status_code))
            if answer.status_code == httpx.codes.OK:
                token = answer.json()["access_token"]
                done = await caller.get("/v1/orders/ana-1", headers=_bearer(token))
                results.append((done.status_code, 0))

    assert results == [(200, 400), (401, 200), (200, 0)]


async def test_discovery_tells_of_the_exchange(house: ExchangeHouse) -> None:
    """What is advertised works."""
    async with house.open() as caller:
        document = (await caller.get("/.well-known/oauth-authorization-server")).json()

    assert document["grant_types_supported"] == [
        "urn:federation-gateway:grant:guest",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ]
    algorithms = ["ES256", "EdDSA", "PS256", "RS256"]
    assert document["dpop_signing_alg_values_supported"] == algorithms


async def test_a_logged_exchange_is_decided_anew(house: ExchangeHouse) -> None:
    """`gateway replay` and `gateway explain --decision` know it like any request."""
    async with house.open() as caller:
        await app_token(caller, house.token(), scope="read")
        await exchange(caller, house.token(groups=["banned"]))
        records = house.logged("decisions")
    config = ["--config", str(house.folder / "config.toml")]
    log = str(house.folder / "state/decisions.jsonl")

    commands, app = CliRunner(), build_app()
    replayed = commands.invoke(app, ["replay", log, *config, "--format", "json"])
    decision = ["--decision", records[1]["decision_id"], "--log", log]
    explained = commands.invoke(app, ["explain", *decision, *config])

    document = json.loads(replayed.stdout)
    assert document["decisions"] == document["same"] == 2
    assert "exchanges/no-banned" in explained.stdout


@pytest.mark.parametrize("host", ["gw.example.com", "other.example.com"])
async def test_the_path_that_policies_know_leads_nowhere(
    house: ExchangeHouse, host: str
) -> None:
    """Neither at our own host nor at one that is the proxy's alone."""
    async with house.open() as caller:
        headers = house.bearer() | {"host": host}
        answer = await caller.post("/oauth2/token/app?scope=read", headers=headers)

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert house.upstream.received == []
