"""A pool of our own as a way in: an app that we did not write gets the tokens.

Another process, with the same database, signs the person up and switches them off: what the
running gateway remembers is then good for two seconds at most.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]  # it has no types
    OAuth2Client,
)

from gateway.app.loading import load
from gateway.app.tools import Tools
from gateway.pool.pool import Pool
from gateway.pool.sign_up import SignUp
from tests.peers.recorder import recording
from tests.peers.running_gateway import (
    CLOSED,
    Choices,
    RunningGateway,
    Site,
    client,
    serving,
)

pytestmark = pytest.mark.peer

POOL_ID = "us-east-1_Ab3dE6gH9"
CALLBACK = "http://localhost:3000/callback"
FILE = f"""
kind = "pool"
id = "people"
owner = "team@example.com"
pool_id = "{POOL_ID}"
[[client]]
id = "app"
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
"""
# Everybody hears of it within this.
SOON = 2.0


@dataclass
class Desk:
    """A running gateway, and another process over its database."""

    gateway: RunningGateway
    other: Tools

    @property
    def pool(self) -> Pool:
        return self.other.pools.pools.get(POOL_ID)

    def ask(self, token: str) -> int:
        return self.gateway.get(f"{CLOSED}/1", token).status_code


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with recording() as upstream:
        choices = Choices(providers={"people": FILE})
        site = Site(tmp_path / "site", upstream=upstream.port, choices=choices)
        with serving(site) as gateway, _tools(site) as other:
            yield Desk(gateway, other)


@contextmanager
def _tools(site: Site) -> Iterator[Tools]:
    settings = load(site.folder / "config.toml").configuration.settings
    tools = Tools.open(settings, clock=lambda: datetime.now(UTC))
    try:
        yield tools
    finally:
        tools.close()


def _sign_in(desk: Desk, name: str) -> dict[str, str]:
    """Return what authlib's client gets for somebody who is signed in at the pages."""
    asked = SignUp(name, "Correct horse 1!", {"email": f"{name}@example.com"})
    desk.other.pools.sign_ups.sign_up(desk.pool, asked)
    user = desk.other.pools.people.standings.confirm(desk.pool, name)
    session = desk.other.oauth.sessions.create(
        user, authenticated_at=datetime.now(UTC), amr=("pwd",)
    )
    url = desk.gateway.site.url
    with OAuth2Client(
        "app",
        scope="openid email",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
        trust_env=False,
    ) as app:
        verifier = "a-verifier-of-forty-three-characters-at-least"
        address, _ = app.create_authorization_url(
            f"{url}/oauth2/authorize", code_verifier=verifier
        )
        with client(url) as browser:
            cookie = {"cookie": f"gateway-session={session}"}
            answer = browser.get(address.removeprefix(url), headers=cookie)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        token: dict[str, str] = app.fetch_token(
            f"{url}/oauth2/token",
            authorization_response=answer.headers["location"],
            code_verifier=verifier,
        )
    return token


def test_a_token_of_the_pool_opens_what_policies_open(desk: Desk) -> None:
    """An access token and an ID token; with keys that anybody can fetch."""
    tokens = _sign_in(desk, "ana")

    with desk.gateway.caller() as caller:
        keys = jwt.PyJWKSet.from_dict(
            caller.get(f"/{POOL_ID}/.well-known/jwks.json").json()
        )
    kid = jwt.get_unverified_header(tokens["id_token"])["kid"]
    claims = jwt.decode(
        tokens["id_token"],
        keys[kid],
        algorithms=["RS256"],
        audience="app",
        issuer=f"{desk.gateway.site.url}/{POOL_ID}",
    )
    assert claims["email"] == "ana@example.com"
    for name in ("access_token", "id_token"):
        assert desk.ask(tokens[name]) == httpx.codes.OK


@pytest.mark.parametrize("step", ["disable", "sign_out", "delete"])
def test_who_is_let_in_no_more_is_refused_within_two_seconds(
    desk: Desk, step: str
) -> None:
    """By a gateway that has seen the token a moment ago; others go on."""
    ana, bob = _sign_in(desk, "ana"), _sign_in(desk, "bob")
    assert desk.ask(ana["access_token"]) == httpx.codes.OK
    assert desk.ask(ana["id_token"]) == httpx.codes.OK

    getattr(desk.other.pools.people.standings, step)(desk.pool, "ana")
    end = time.monotonic() + SOON
    while desk.ask(ana["access_token"]) != httpx.codes.UNAUTHORIZED:
        assert time.monotonic() < end, "still let in"
        time.sleep(0.05)

    assert desk.ask(ana["id_token"]) == httpx.codes.UNAUTHORIZED
    assert desk.ask(bob["access_token"]) == httpx.codes.OK


def test_a_pool_is_told_what_its_changed_file_says(desk: Desk) -> None:
    """While the gateway runs; what cannot be followed changes nothing."""
    site = desk.gateway.site

    site.edit("providers/people.toml", 'id = "app"', 'id = "app"\nname = "Shop"')
    end = time.monotonic() + 20
    while desk.other.pools.clients.get("app").name != "Shop":
        assert time.monotonic() < end, "not taken up"
        time.sleep(0.1)
    site.edit(
        "providers/people.toml",
        "[[client]]",
        'sign_in.aliases = ["email"]\n[[client]]',
    )
    while not _reload_faults(desk):
        assert time.monotonic() < end, "not refused"
        time.sleep(0.1)

    assert "E340" in _reload_faults(desk)
    assert desk.pool.settings.sign_in.aliases == frozenset()


def _reload_faults(desk: Desk) -> str:
    with desk.gateway.operator() as operator:
        faults = operator.get("/status").json()["reload"]["faults"]
    return " ".join(faults)
