"""Somebody who is here already comes from a provider: asked, connected, listed, signed out.

In Chromium, with oidc-provider; what both pages look like is held there as well.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.peers.chromium import chromium
from tests.peers.oidc_peer import OidcPeer
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.processes import Programs
from tests.peers.running_gateway import CLOSED, bearer, wait_for
from tests.peers.test_federated_sign_in import (
    NETWORK,
    OIDC,
    SECRET,
    VERIFIER,
    at_provider,
)
from tests.peers.test_pages_access import fits, violations
from tests.peers.test_pages_flows import ENGLISH, GERMAN, Words

pytestmark = pytest.mark.peer

PASSWORD = "Correct horse battery 1!"
LINK = """
link = { policy = "confirm" }
sign_in.sign_out = "there"
"""
# Everybody hears of it within this.
SOON = 2.0
WIDTHS = (320, 1200)
# One more to connect with, whose name is long. Nobody is there.
OTHER = f"""
kind = "oidc"
id = "other"
label = "Example Corporation single sign-on"
owner = "x"
issuer = "http://127.0.0.1:9"
accept.flows = ["login"]
link.policy = "confirm"
client = {{ id = "gateway", auth = "none" }}
{NETWORK}"""


@dataclass(frozen=True)
class World:
    """A gateway, its provider and a browser."""

    site: PagesSite
    corp: OidcPeer
    browser: Browser


@dataclass
class Held:
    """What somebody has in their hands who is signed in.

    Attributes:
        url: Of the gateway.
        cookies: Of the browser.
        token: An access token of the pool.
        refresh: The refresh token as it is by now.
    """

    url: str
    cookies: Mapping[str, str]
    token: str
    refresh: str

    @staticmethod
    def by(world: World, person: Seat) -> "Held":
        """Return it of somebody who has come back to the application."""
        form = {
            "grant_type": "authorization_code",
            "code": world.site.shop.returned[-1]["code"],
            "redirect_uri": world.site.shop.callback,
            "code_verifier": VERIFIER,
        }
        told = _token(world.site.url, form)
        assert told.status_code == httpx.codes.OK, told.text
        cookies = {
            each["name"]: each["value"] for each in person.page.context.cookies()
        }
        tokens = told.json()
        return Held(
            world.site.url, cookies, tokens["access_token"], tokens["refresh_token"]
        )

    def refused(self) -> dict[str, bool]:
        """Return what is good for nothing any more; a refresh token is used for that."""
        place = f"{self.url}/account?client_id={CLIENT_ID}"
        page = httpx.get(place, cookies=dict(self.cookies), trust_env=False)
        route = httpx.get(
            f"{self.url}{CLOSED}/1", headers=bearer(self.token), trust_env=False
        )
        # Nobody listens behind the gateway: who is let through finds that out.
        assert route.status_code in {
            httpx.codes.BAD_GATEWAY,
            httpx.codes.UNAUTHORIZED,
        }, route.text
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        told = _token(self.url, form)
        if told.status_code == httpx.codes.OK:
            self.refresh = told.json().get("refresh_token", self.refresh)
        else:
            assert told.json()["error"] == "invalid_grant"
        return {
            "session": page.status_code == httpx.codes.SEE_OTHER
            and "/login" in page.headers["location"],
            "token": route.status_code == httpx.codes.UNAUTHORIZED,
            "refresh": told.status_code != httpx.codes.OK,
        }


def _token(url: str, form: Mapping[str, str]) -> httpx.Response:
    form = {**form, "client_id": CLIENT_ID}
    return httpx.post(f"{url}/oauth2/token", data=form, trust_env=False)


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
        return {"corp": text + NETWORK, "other": OTHER}

    with pages_site(folder, elsewhere) as site, chromium() as browser:
        yield World(site, peers[0], browser)


def sign_up(world: World, person: Seat, address: str, words: Words = ENGLISH) -> None:
    """Make an account with a password, and leave it."""
    page = person.page
    page.goto(world.site.start())
    page.locator('a[href^="/signup"]').click()
    person.fill(words.address, address)
    person.fill(words.name, "Ada")
    page.locator("#password").fill(PASSWORD)
    person.press(words.create)
    person.fill(words.code, world.site.code(address))
    person.press(words.confirm)
    person.decline()
    page.context.clear_cookies()


def sign_in_here(person: Seat, words: Words = ENGLISH) -> None:
    """With the password; the name stands there already."""
    person.fill(words.password, PASSWORD)
    name = words.sign_in
    person.page.get_by_role("button", name=name, exact=True).click()
    person.decline()


def is_asked(world: World, person: Seat, name: str) -> None:
    """Come from the provider, and be asked whether that is somebody who is here."""
    person.page.goto(world.site.start(identity_provider="corp"))
    at_provider(person, name)
    answer(person.page, "apart").wait_for()


def answer(page: Page, value: str) -> Locator:
    """Return the button that gives an answer."""
    return page.locator(f'button[name="answer"][value="{value}"]')


def open_sign_ins(world: World, person: Seat) -> None:
    person.page.goto(f"{world.site.url}/account/sign-ins?client_id={CLIENT_ID}")


def everybody_can_use_it(person: Seat) -> None:
    """A page on a phone and on a desk, from left to right and from right to left."""
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 800})
        for direction in ("rtl", "ltr"):
            person.page.evaluate(f"document.documentElement.dir = '{direction}'")
            assert violations(person) == [], (person.heading(), width, direction)
            assert fits(person), (person.heading(), width, direction)
            assert small_buttons(person) == [], (person.heading(), width, direction)


def small_buttons(person: Seat) -> list[str]:
    """Return what is too small for a finger, or too close (WCAG 2.2, 2.5.8)."""
    found: list[str] = person.page.evaluate(
        """() => [...document.querySelectorAll("main button")]
            .filter(each => each.checkVisibility())
            .filter(each => each.getBoundingClientRect().height < 36)
            .map(each => each.textContent)"""
    )
    return found


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
        sign_in_here(person)
        into_the_application(person)
        assert world.site.shop.returned[-1]["state"] == "linked"

        open_sign_ins(world, person)
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_everybody_can_use_both_pages(
    world: World, scheme: Literal["light", "dark"], words: Words
) -> None:
    """The question, and the list with one that is connected and one that is not."""
    name = f"pages-{words.locale[:2]}-{scheme}"
    with seat(world.browser, color_scheme=scheme, locale=words.locale) as person:
        person.page.set_default_timeout(10_000)
        sign_up(world, person, f"{name}@example.test", words)
        is_asked(world, person, name)
        everybody_can_use_it(person)

        answer(person.page, "sign_in").click()
        sign_in_here(person, words)
        person.page.get_by_role("button", name=words.allow, exact=True).wait_for()
        open_sign_ins(world, person)
        assert person.page.locator("button.grave").count() == 1
        assert person.page.locator('button[name="connect"]').count() == 1
        everybody_can_use_it(person)


def test_somebody_who_stays_apart_has_an_account_with_one_way_in(world: World) -> None:
    """Which cannot be ended, and the one with the password has not changed."""
    with seat(world.browser) as person:
        page = person.page
        page.set_default_timeout(10_000)
        sign_up(world, person, "apart@example.test")
        is_asked(world, person, "apart")
        answer(page, "apart").click()
        page.get_by_role("button", name="Allow", exact=True).wait_for()

        open_sign_ins(world, person)

        assert page.get_by_text("Your only way in", exact=True).count() == 1
        assert page.locator("button.grave").count() == 0
        everybody_can_use_it(person)

        page.context.clear_cookies()
        page.goto(world.site.start())
        person.fill("E-mail address", "apart@example.test")
        sign_in_here(person)
        open_sign_ins(world, person)
        assert page.get_by_text("No other sign-in is connected").count() == 1


def test_a_sign_in_is_connected_in_the_account_and_ended_there(world: World) -> None:
    """After which the provider leads to the question again, and to nobody's account."""
    with seat(world.browser) as person:
        page = person.page
        page.set_default_timeout(10_000)
        sign_up(world, person, "coco@example.test")
        page.goto(world.site.start())
        person.fill("E-mail address", "coco@example.test")
        sign_in_here(person)
        open_sign_ins(world, person)

        person.press("Connect Corp")
        at_provider(person, "coco")

        page.get_by_text("The sign-in is connected with your account.").wait_for()
        assert page.get_by_text("Connected on").count() == 1
        everybody_can_use_it(person)

        person.press(re.compile("^Disconnect"))
        page.get_by_text("No other sign-in is connected").wait_for()
        page.context.clear_cookies()
        is_asked(world, person, "coco")
        assert person.heading() == "Is this you?"


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
        held = Held.by(world, person)
        assert held.refused() == {"session": False, "token": False, "refresh": False}

        page.goto(f"{world.corp.issuer}/session/end")
        page.get_by_role("button", name="Yes, sign me out").click()
        page.get_by_text("Sign-out Success").wait_for()

        wait_for(
            lambda: all(held.refused().values()), "the end of everything", within=SOON
        )
