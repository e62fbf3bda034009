"""A gateway that exchanges tokens, and what asks it to."""

from collections.abc import Mapping
from pathlib import Path

import httpx

from gateway.oauth.exchanging.exchanges import GRANT_TYPE
from tests.flows.house import AUDIENCE, House

OURS = "urn:federation-gateway:token-type:"
RFC = "urn:ietf:params:oauth:token-type:"
DEVELOPER, GUEST = f"{OURS}developer", f"{OURS}guest"
ACCESS_TOKEN, JWT = f"{RFC}access_token", f"{RFC}jwt"

CONFIG = f"""
[tokens.profiles.app]
ttl = "10m"
[[exchanges]]
id = "app"
scopes = ["read", "write"]
actors = true
guests_upgrade = true
[[exchanges]]
id = "upstream"
audience = "{AUDIENCE}"
scopes = ["read"]
rate = {{ per_ip = "3/h" }}
[[exchanges]]
id = "bound"
audience = "https://bound.example"
proof = "required"
[[exchanges]]
id = "closed"
audience = "https://closed.example"
"""

POLICY = """
[policy]
id = "exchanges"
owner = "team@example.com"
[[rule]]
id = "known"
effect = "allow"
routes = ["app", "upstream", "bound"]
for = ["authenticated", "guest"]
when = "true"
[[rule]]
id = "no-banned"
effect = "deny"
routes = ["app", "closed"]
for = ["authenticated"]
when = "'banned' in identity.groups"
reason = "account \\"suspended\\""
[[rule]]
id = "actors"
effect = "deny"
routes = ["app"]
for = ["authenticated"]
when = "'actor_id' in request.query && request.query['actor_kind'] != ['guest'] && request.query['actor_subject'] != ['robot']"
[[mint]]
routes = ["upstream"]
[mint.claims]
asked = "request.query['scope']"
"""


class ExchangeHouse(House):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        path = folder / "config.toml"
        path.write_text(path.read_text() + CONFIG)
        (folder / "policies/exchanges.toml").write_text(POLICY)
        path = folder / "providers/backend.toml"
        accept = '[accept]\nflows = ["bearer", "exchange"]\n'
        path.write_text(path.read_text() + accept)


async def exchange(
    caller: httpx.AsyncClient,
    token: str,
    token_type: str = DEVELOPER,
    **more: str,
) -> httpx.Response:
    return await prove(caller, {}, token, token_type, **more)


async def prove(
    caller: httpx.AsyncClient,
    headers: Mapping[str, str],
    token: str,
    token_type: str = DEVELOPER,
    **more: str,
) -> httpx.Response:
    form = {
        "grant_type": GRANT_TYPE,
        "subject_token": token,
        "subject_token_type": token_type,
        **more,
    }
    return await caller.post(
        "/oauth2/token",
        data={name: value for name, value in form.items() if value},
        headers=dict(headers),
    )


async def app_token(caller: httpx.AsyncClient, token: str, **more: str) -> str:
    answer = await exchange(caller, token, **more)
    assert answer.status_code == httpx.codes.OK, answer.text
    issued: str = answer.json()["access_token"]
    return issued
