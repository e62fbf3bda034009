"""A gateway with everything switched on, and a good request to each of its addresses.

The addresses are read from the gateway itself: a new one is attacked before anybody has
thought of it here.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.routing import Route

from gateway.endpoints.frame import Frame
from gateway.endpoints.front import App
from gateway.model.user import User
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.pool.pool import Pool
from gateway.pool.sign_up import SignUp
from tests.flows.hostile.wire import Answer, Ask, Pair, cookie, pairs_of, send
from tests.flows.house import ISSUER, House
from tests.telemetry.fakes import MemorySink

POOL_ID = "us-east-1_Ab3dE6gH9"
OTHER_POOL_ID = "us-east-1_Zz9yX8wV7"
CALLBACK = "https://app.example.com/callback"
OTHER_CALLBACK = "https://other.example.com/callback"
GOODBYE = "https://app.example.com/goodbye"
VERIFIER = "a-verifier-of-forty-three-characters-at-least"
PASSWORD = "Correct horse 1!"
SECRET = "service-secret-of-thirty-two-octets"
SERVICE = base64.b64encode(f"service:{SECRET}".encode())

_SETTINGS = """
[attributes.custom.size]
type = "number"
[sign_in]
aliases = ["email"]
first_factors = ["password", "email_code", "sms_code", "passkey"]
[sign_up]
open = true
verified = ["email"]
[mfa]
mode = "optional"
kinds = ["totp", "email_code", "sms_code"]
[devices]
remembering = "on_request"
"""
POOL = f"""
kind = "pool"
id = "people"
owner = "team@example.com"
pool_id = "{POOL_ID}"
{_SETTINGS}
[accept]
flows = ["bearer", "exchange"]
[[client]]
id = "app"
name = "App"
grants = ["authorization_code", "refresh_token", "device_code"]
scopes = ["openid", "email", "profile"]
redirect_uris = ["{CALLBACK}"]
logout_uris = ["{GOODBYE}"]
[client.branding.colours]
accent = "#0a7"
[[client]]
id = "careful"
consent = true
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
proof = "optional"
[[client]]
id = "old"
grants = ["implicit"]
scopes = ["openid"]
redirect_uris = ["{CALLBACK}"]
[[client]]
id = "service"
authentication = "basic"
secret = {{ file = "state/service.secret" }}
grants = ["authorization_code", "refresh_token", "token_exchange"]
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
[[client]]
id = "robot"
authentication = "post"
secret = {{ file = "state/service.secret" }}
grants = ["client_credentials"]
scopes = ["shop/read"]
[[resource_server]]
identifier = "shop"
scopes = [{{ name = "read", description = "To read." }}]
"""
OTHER_POOL = f"""
kind = "pool"
id = "others"
owner = "team@example.com"
pool_id = "{OTHER_POOL_ID}"
{_SETTINGS}
[[client]]
id = "other"
grants = ["authorization_code", "refresh_token", "device_code"]
scopes = ["openid", "email", "profile"]
redirect_uris = ["{OTHER_CALLBACK}"]
logout_uris = ["{OTHER_CALLBACK}"]
"""

EXCHANGE = """
[tokens.profiles.app]
ttl = "10m"
[[exchanges]]
id = "app"
scopes = ["read"]
actors = true
guests_upgrade = true
rate = { per_ip = "1000000/m" }
"""
EXCHANGE_POLICY = """
[policy]
id = "exchanges"
owner = "team@example.com"
[[rule]]
id = "all"
effect = "allow"
routes = ["app"]
for = ["authenticated", "guest"]
when = "true"
"""

_FORM = re.compile(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r"<(?:input|button|select)\b[^>]*>")
_NAME = re.compile(r'\bname="([^"]*)"')
_VALUE = re.compile(r'\bvalue="([^"]*)"')

# What somebody types who means no harm.
TYPED = {
    "username": "ana",
    "password": PASSWORD,
    "old_password": PASSWORD,
    "code": "123456",
    "attribute-email": "new@example.com",
    "attribute-custom:size": "42",
    "user_code": "BCDF-GHJK",
    "passkey_name": "phone",
    "answer": "yes",
}


def furnish(folder: Path) -> None:
    """Write the pools' files, and let the log tell everything."""
    (folder / "providers/people.toml").write_text(POOL)
    (folder / "providers/others.toml").write_text(OTHER_POOL)
    (folder / "state/service.secret").write_text(SECRET)
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('"error"', '"debug"', 1) + EXCHANGE)
    (folder / "policies/exchanges.toml").write_text(EXCHANGE_POLICY)


@dataclass
class Castle:
    """What is attacked.

    Attributes:
        house: The gateway, which is open.
        app: What a listener would hand its requests to.
        told: What the program says of itself.
    """

    house: House
    app: App
    told: MemorySink

    @property
    def ways(self) -> frozenset[str]:
        """Where browsers may be sent: what is registered, and what there is here."""
        return frozenset({CALLBACK, OTHER_CALLBACK, GOODBYE, *self.paths})

    @property
    def paths(self) -> Sequence[str]:
        """Every address of the control plane, with something in its gaps."""
        return [_filled(route.path) for route in routes_of(self.house.snapshot.control)]

    def pool(self, pool_id: str = POOL_ID) -> Pool:
        return self.house.tools.pools.pools.get(pool_id)

    def person(self, name: str = "ana", pool_id: str = POOL_ID) -> User:
        """Return somebody who may sign in; known from the first time on."""
        pools, pool = self.house.tools.pools, self.pool(pool_id)
        asked = SignUp(name, PASSWORD, {"email": f"{name}@example.com"})
        user = pools.sign_ups.sign_up(pool, asked).user
        return pools.people.standings.confirm(pool, user.username)

    def session(self, user: User) -> str:
        """Return the cookie of somebody who has just signed in."""
        return self.house.tools.oauth.sessions.create(
            user, authenticated_at=self.house.now, amr=("pwd",)
        )

    def query(self, client_id: str = "app", **changed: str) -> dict[str, str]:
        """Return what a well-behaved client sends a browser with."""
        return {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": OTHER_CALLBACK if client_id == "other" else CALLBACK,
            "scope": "openid",
            "state": "s3",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changed,
        }

    async def send(self, ask: Ask) -> Answer:
        return await send(self.app, ask)

    async def code(self, session: str, client_id: str = "app", **more: str) -> str:
        """Return a code, by way of the browser."""
        query = pairs_of(self.query(client_id, **more))
        ask = Ask("/oauth2/authorize", query=query, headers=(cookie(session=session),))
        return asked_back(await self.send(ask))["code"]

    async def token(self, *headers: Pair, **form: str) -> Answer:
        ask = Ask("/oauth2/token", "POST", form=pairs_of(form), headers=headers)
        return await self.send(ask)

    async def exchange(
        self, code: str, client_id: str = "app", *headers: Pair
    ) -> Answer:
        return await self.token(
            *headers,
            grant_type="authorization_code",
            client_id=client_id,
            code=code,
            redirect_uri=OTHER_CALLBACK if client_id == "other" else CALLBACK,
            code_verifier=VERIFIER,
        )

    async def forms(
        self, path: str, query: Mapping[str, str], *headers: Pair
    ) -> list[Ask]:
        """Return what the forms of a page would send."""
        page = await self.send(Ask(path, query=pairs_of(query), headers=headers))
        if not page.one("content-type").startswith("text/html"):
            return []
        return forms_of(page, headers)


def forms_of(page: Answer, headers: tuple[Pair, ...]) -> list[Ask]:
    """Return what the forms of a page would send, filled in."""
    found = []
    for action, inside in _FORM.findall(page.text):
        values: dict[str, str] = {}
        for field in _FIELD.findall(inside):
            name, value = _NAME.search(field), _VALUE.search(field)
            if name is None:
                continue
            typed = unescape(value[1]) if value else ""
            values[unescape(name[1])] = TYPED.get(unescape(name[1]), typed) or "x"
        target = urlsplit(unescape(action))
        query = dict(parse_qsl(target.query))
        path = target.path or page.asked.path
        form = pairs_of(values)
        found.append(Ask(path, "POST", pairs_of(query), form, headers=headers))
    return found


def asked_back(answer: Answer) -> dict[str, str]:
    """Return what stands in the query of where a browser is sent."""
    location = urlsplit(answer.one("location"))
    found = parse_qs(location.query or location.fragment)
    return {name: value for name, (value,) in found.items()}


def routes_of(frame: Frame) -> list[Route]:
    routes = frame._router.routes
    found = [route for route in routes if isinstance(route, Route)]
    assert len(found) == len(routes)
    return found


def _filled(path: str) -> str:
    filled = path.replace("{pool_id}", POOL_ID).replace("{client_id}", "app")
    filled = filled.replace("{digest}", "0" * 16).replace("{provider}", "partner")
    assert "{" not in filled, path
    return filled


def issuer(pool_id: str = POOL_ID) -> str:
    return f"{ISSUER}/{pool_id}"
