"""Signing in through providers, in Chromium: there, back, and into the application."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.oidc_peer import OidcPeer
from tests.peers.pages_site import PagesSite, Seat, pages_site, seat
from tests.peers.processes import Programs

pytestmark = pytest.mark.peer

SECRET = "gateway-secret-gateway-secret-0123"
NETWORK = """
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "5s"
"""
CORP = """
kind = "oidc"
id = "corp"
label = "Corp"
owner = "x"
issuer = "{issuer}"
accept.flows = ["login"]
[client]
id = "gateway"
secret = {{ file = "corp-secret" }}
[sign_in]
domains = ["corp.example"]
"""


@dataclass(frozen=True)
class World:
    """A gateway, a provider and a browser."""

    site: PagesSite
    peer: OidcPeer
    browser: Browser


@pytest.fixture(scope="module")
def world(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("federated")
    peers: list[OidcPeer] = []

    def elsewhere(url: str) -> Mapping[str, str]:
        client = {
            "client_id": "gateway",
            "client_secret": SECRET,
            "redirect_uris": [f"{url}/oauth2/idpresponse"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
        config = folder / "peer.json"
        config.write_text(json.dumps({"clients": [client]}))
        (folder / "corp-secret").write_text(SECRET)
        program = programs.node(
            "oidc_provider", "oidc/oidc_provider.mjs", "--config", str(config)
        )
        peers.append(OidcPeer(program))
        return {"corp": CORP.format(issuer=peers[0].issuer) + NETWORK}

    with pages_site(folder, elsewhere) as site, chromium() as browser:
        yield World(site, peers[0], browser)


def at_provider(person: Seat, name: str) -> None:
    """Sign in at the provider's own page."""
    page = person.page
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("x")
    page.get_by_role("button", name="Sign-in").click()


def test_a_person_comes_from_an_application_and_goes_back_to_it(world: World) -> None:
    """By the button; the pool asks what the provider did not say."""
    with seat(world.browser) as person:
        person.page.goto(world.site.start(state="deep"))
        person.page.get_by_role("link", name="Continue with Corp").click()
        at_provider(person, "ada")
        person.press("Allow")
        person.page.wait_for_url(re.compile("/callback"))

    assert world.site.shop.returned[-1]["state"] == "deep"
    assert world.site.shop.returned[-1]["code"]
