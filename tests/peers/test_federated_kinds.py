"""Signing in through each kind of provider, in Chromium, up to what an application learns.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.stand_ins import (
    amazon,
    apple,
    facebook,
    github,
    gitlab,
    google,
    microsoft,
    openid,
    twitter,
)
from tests.peers.stand_ins.wire import StandIn, served

pytestmark = pytest.mark.peer

# Of the challenge in `pages_site.QUERY` (RFC 7636 appendix B).
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

NETWORK = """
[network]
allow_hosts = ["127.0.0.1"]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "5s"
"""
# `{address}` is where the stand-in is, and `{client_id}` the app that it knows.
OPEN = 'accept.flows = ["login"]\nissuer = "{address}"\n'
PLACES = 'url = "{address}"\napi_url = "{address}"\n'


@dataclass(frozen=True)
class Kind:
    """A kind, and what is at the other end.

    Attributes:
        stand_in: Plays the provider.
        client_id: Of the gateway there.
        file: What the provider's file says beside id, kind and client.
        client: What it says of the client beside the id.
    """

    stand_in: StandIn
    client_id: str
    file: str
    client: str = 'secret = { file = "{folder}/secret" }\n'

    def text(self, kind: str, address: str, folder: Path) -> str:
        """Return the provider's file."""
        text = (
            f'kind = "{kind}"\nid = "{kind}"\nlabel = "{kind.title()}"\nowner = "x"\n'
            f'{self.file}[client]\nid = "{self.client_id}"\n{self.client}{NETWORK}'
        )
        return text.replace("{address}", address).replace("{folder}", str(folder))


def kinds() -> dict[str, Kind]:
    """Return each kind with a stand-in of its own."""
    key = f'team_id = "{apple.TEAM_ID}"\nkey_id = "{apple.KEY_ID}"\n'
    tenants = f'tenants = ["{microsoft.TENANT}"]\n'
    return {
        "google": Kind(google.Google(), openid.CLIENT_ID, OPEN),
        "gitlab": Kind(gitlab.Gitlab(), openid.CLIENT_ID, OPEN),
        "microsoft": Kind(
            microsoft.Microsoft(),
            openid.CLIENT_ID,
            OPEN.replace("{address}", "{address}/{tenantid}/v2.0") + tenants,
        ),
        "apple": Kind(
            apple.Apple(),
            openid.CLIENT_ID,
            OPEN,
            key + 'key = { file = "{folder}/key" }\n',
        ),
        "amazon": Kind(amazon.Amazon(), amazon.CLIENT_ID, PLACES),
        "facebook": Kind(
            facebook.Facebook(),
            facebook.APP_ID,
            'url = "{address}"\ngraph_url = "{address}"\n'
            f'limited_jwks_url = "{{address}}{facebook.KEYS}"\n',
        ),
        "github": Kind(github.Github(), github.CLIENT_ID, PLACES),
        "twitter": Kind(twitter.Twitter(), twitter.CLIENT_ID, PLACES),
    }


KINDS = (
    *("google", "gitlab", "microsoft", "apple"),
    *("amazon", "facebook", "github", "twitter"),
)


@dataclass(frozen=True)
class World:
    """A gateway, its providers and a browser."""

    site: PagesSite
    browser: Browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "secret").write_text(openid.SECRET)
    (folder / "key").write_bytes(apple.KEY)
    files: dict[str, str] = {}
    with ExitStack() as stack:
        for name, kind in kinds().items():
            # By another name than the gateway's, so that a browser takes it for another site.
            address = stack.enter_context(served(kind.stand_in))
            if isinstance(kind.stand_in, openid.OpenIdStandIn):
                kind.stand_in.address = address
            if isinstance(kind.stand_in, twitter.Twitter):
                kind.stand_in.host = address
            files[name] = kind.text(name, address, folder)
        site = stack.enter_context(pages_site(folder, lambda _: files))
        yield World(site, stack.enter_context(chromium()))


def learned(world: World, person: Seat) -> dict[str, Any]:
    """Return what the application learns of whoever has come back to it."""
    person.page.wait_for_url(re.compile("/callback"))
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": world.site.shop.returned[-1]["code"],
        "redirect_uri": world.site.shop.callback,
        "code_verifier": VERIFIER,
    }
    with httpx.Client(trust_env=False, base_url=world.site.url) as application:
        tokens = application.post("/oauth2/token", data=form).raise_for_status().json()
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        answer = application.get("/oauth2/userInfo", headers=bearer)
    said: dict[str, Any] = answer.raise_for_status().json()
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_lands_with_name_and_address(world: World, kind: str) -> None:
    """Twice: in another browser they are still the same."""
    said: list[dict[str, Any]] = []

    for _ in range(2):
        with seat(world.browser) as person:
            person.page.goto(world.site.start(scope="openid email profile"))
            person.page.get_by_role("link", name=re.compile(kind.title())).click()
            if not said:
                person.press("Allow")
            said.append(learned(world, person))

    first, second = said
    assert first["sub"] == second["sub"]
    assert first["name"] == second["name"]
    assert first["name"] in {"Ada Lovelace", "Alice", "Alice Example", "The Octocat"}
    assert "@" in first["email"]
