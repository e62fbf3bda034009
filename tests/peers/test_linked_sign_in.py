"""Somebody who is here already comes from a provider: connected, listed, signed out, in Chromium."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.oidc_peer import OidcPeer
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.processes import Programs
from tests.peers.running_gateway import wait_for
from tests.peers.test_federated_sign_in import NETWORK, OIDC, SECRET, at_provider

pytestmark = pytest.mark.peer

PASSWORD = "Correct horse battery 1!"
LINK = """
link = { policy = "confirm" }
sign_in.sign_out = "there"
"""


@dataclass(frozen=True)
class World:
    """A gateway, its provider and a browser."""

    site: PagesSite
    corp: OidcPeer
    browser: Browser


@pytest.fixture(scope="module")
def world(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("linked")
    peers: list[OidcPeer] = []

    def elsewhere(url: str) -> Mapping[str, str]:
        (folder / "secret").write_text(SECRET)
        client = {
            "client_id": "gateway",
            "client_secret": SECRET,
            "redirect_uris": [f"{url}/oauth2/idpresponse"],
            "post_logout_redirect_uris": [f"{url}/oauth2/idplogout"],
            "backchannel_logout_uri": f"{url}/oauth2/backchannel",
            "backchannel_logout_session_required": True,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
        config = folder / "peer.json"
        config.write_text(json.dumps({"clients": [client]}))
        program = programs.node(
            "oidc_provider", "oidc/oidc_provider.mjs", "--config", str(config)
        )
        peers.append(OidcPeer(program))
        text = OIDC.format(id="corp", label="Corp", more=LINK, issuer=peers[0].issuer)
        return {"corp": text + NETWORK}

    with pages_site(folder, elsewhere) as site, chromium() as browser:
        yield World(site, peers[0], browser)


def sign_up(world: World, person: Seat, address: str) -> None:
    """Make an account with a password, and leave it."""
    page = person.page
    page.goto(world.site.start())
    page.locator('a[href^="/signup"]').click()
    person.fill("E-mail address", address)
    person.fill("Full name", "Ada")
    page.locator("#password").fill(PASSWORD)
    person.press("Create account")
    person.fill("Code", world.site.code(address))
    person.press("Confirm")
    person.decline()
    page.context.clear_cookies()


def come_from_the_provider(world: World, person: Seat, name: str) -> None:
    person.page.goto(world.site.start(state="linked"))
    person.page.get_by_role("link", name="Continue with Corp").click()
    at_provider(person, name)


def into_the_application(person: Seat) -> None:
    allow = person.page.get_by_role("button", name="Allow", exact=True)
    shop = person.page.get_by_role("heading", name="Shop", exact=True)
    allow.or_(shop).first.wait_for()
    if allow.count():
        allow.click()
        shop.wait_for()


def test_somebody_connects_what_is_theirs_and_signs_out_on_both_sides(
    world: World,
) -> None:
    """One account by two ways in; the application never notices."""
    with seat(world.browser) as person:
        page = person.page
        page.set_default_timeout(10_000)
        sign_up(world, person, "lin@example.test")

        come_from_the_provider(world, person, "lin")
        assert person.heading() == "Is this you?"
        person.press("Sign in and connect")
        person.fill("Password", PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        person.decline()
        into_the_application(person)
        assert world.site.shop.returned[-1]["state"] == "linked"

        page.goto(f"{world.site.url}/account/sign-ins?client_id={CLIENT_ID}")
        assert page.get_by_text("Connected on").count() == 1

        # The next time by the provider alone, which still knows the browser.
        page.goto(f"{world.site.url}/logout?client_id={CLIENT_ID}")
        person.press("Sign out")
        come_back = page.get_by_role("heading", name="You are signed out")
        come_back.wait_for()
        page.goto(world.site.start(state="again"))
        page.get_by_role("link", name="Continue with Corp").click()
        page.wait_for_url("**/callback**")
        assert world.site.shop.returned[-1]["state"] == "again"

        # Signed out at the gateway, and so at the provider: it asks for a name again.
        address = f"{world.site.url}/logout?client_id={CLIENT_ID}"
        address += f"&logout_uri={world.site.shop.callback}"
        page.goto(address)
        confirm = page.get_by_role("button", name="Yes, sign me out")
        confirm.click()
        page.wait_for_url("**/callback**")
        page.goto(world.site.start(state="anew"))
        page.get_by_role("link", name="Continue with Corp").click()
        page.get_by_placeholder("Enter any login").wait_for()


def test_who_signs_out_at_the_provider_is_signed_out_here(world: World) -> None:
    """It says so itself, by its back channel."""
    with seat(world.browser) as person:
        page = person.page
        page.set_default_timeout(10_000)
        come_from_the_provider(world, person, "zoe")
        asked = page.get_by_label("Full name")
        asked.or_(page.get_by_role("button", name="Allow", exact=True)).first.wait_for()
        if asked.count():
            person.fill("Full name", "Zoe")
            person.press("Continue")
        into_the_application(person)
        cookies = {each["name"]: each["value"] for each in page.context.cookies()}

        page.goto(f"{world.corp.issuer}/session/end")
        page.get_by_role("button", name="Yes, sign me out").click()

        def is_out() -> bool:
            place = f"{world.site.url}/account?client_id={CLIENT_ID}"
            found = httpx.get(place, cookies=cookies, trust_env=False)
            return found.status_code == 303 and "/login" in found.headers["location"]

        wait_for(is_out, "the end of the session here")
