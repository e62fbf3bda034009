"""Signing in through providers, in Chromium: there, back, and into the application."""

import json
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.oidc_peer import OidcPeer
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.processes import Programs
from tests.peers.running_gateway import wait_for

pytestmark = pytest.mark.peer

SECRET = "gateway-secret-gateway-secret-0123"
# RFC 7636 appendix B; the challenge stands in the application's request.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NETWORK = """
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "5s"
"""
OIDC = """
kind = "oidc"
id = "{id}"
label = "{label}"
owner = "x"
issuer = "{issuer}"
accept.flows = ["login"]
{more}
[client]
id = "gateway"
secret = {{ file = "secret" }}
"""
# By the id of the provider: what its button says, and what its file says beside.
OIDC_KINDS = {
    "corp": ("Corp", 'sign_in.domains = ["corp.example"]'),
    "posted": ("Posted", 'response_mode = "form_post"'),
}


@dataclass(frozen=True)
class World:
    """A gateway, its providers and a browser."""

    site: PagesSite
    corp: OidcPeer
    posted: OidcPeer
    browser: Browser

    def id_token(self, answer: Mapping[str, str]) -> dict[str, Any]:
        """Return what the application learns for its code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": answer["code"],
            "redirect_uri": self.site.shop.callback,
            "code_verifier": VERIFIER,
        }
        with httpx.Client(trust_env=False) as application:
            told = application.post(f"{self.site.url}/oauth2/token", data=form)
        told.raise_for_status()
        claims: dict[str, Any] = jwt.decode(
            told.json()["id_token"], options={"verify_signature": False}
        )
        return claims


def walk_there_and_back(browser: httpx.Client, world: World) -> httpx.URL:
    """Return the address at which a browser comes back, without opening it."""
    place = httpx.URL(world.site.start(identity_provider="corp"))
    answer = browser.get(place)
    while True:
        if "location" not in answer.headers:
            form = {"prompt": "login", "login": "mix", "password": "x"}
            answer = browser.post(place, data=form)
            continue
        place = place.join(answer.headers["location"])
        if place.path == "/oauth2/idpresponse":
            return place
        answer = browser.get(place)


@pytest.fixture(scope="module")
def world(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("federated")
    peers: dict[str, OidcPeer] = {}

    def elsewhere(url: str) -> Mapping[str, str]:
        (folder / "secret").write_text(SECRET)
        client = {
            "client_id": "gateway",
            "client_secret": SECRET,
            "redirect_uris": [f"{url}/oauth2/idpresponse"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
        config = folder / "peer.json"
        config.write_text(json.dumps({"clients": [client]}))
        files = {}
        for id_, (label, more) in OIDC_KINDS.items():
            program = programs.node(
                "oidc_provider", "oidc/oidc_provider.mjs", "--config", str(config)
            )
            peers[id_] = OidcPeer(program)
            issuer = peers[id_].issuer
            text = OIDC.format(id=id_, label=label, more=more, issuer=issuer)
            files[id_] = text + NETWORK
        return files

    with pages_site(folder, elsewhere) as site, chromium() as browser:
        yield World(site, peers["corp"], peers["posted"], browser)


def at_provider(person: Seat, name: str) -> None:
    """Sign in at the provider's own page."""
    page = person.page
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("x")
    page.get_by_role("button", name="Sign-in").click()


def into_the_application(person: Seat, world: World) -> dict[str, str]:
    """Say what the pool still asks; return what the application was told."""
    page = person.page
    page.set_default_timeout(10_000)
    allow = page.get_by_role("button", name="Allow")
    asked = page.get_by_label("Full name")
    shop = page.get_by_role("heading", name="Shop", exact=True)
    asked.or_(allow).or_(shop).first.wait_for()
    if asked.count():
        person.fill("Full name", "Somebody")
        person.press("Continue")
        allow.or_(shop).first.wait_for()
    if allow.count():
        person.press("Allow")
    page.wait_for_url(re.compile("/callback"))
    return world.site.shop.returned[-1]


@pytest.mark.parametrize("provider", sorted(OIDC_KINDS))
def test_a_person_comes_from_an_application_and_goes_back_to_it(
    world: World, provider: str
) -> None:
    """By the button. What comes back as a form of another site comes without cookies."""
    label, _ = OIDC_KINDS[provider]
    with seat(world.browser) as person:
        person.page.goto(world.site.start(state="deep", scope="openid email profile"))
        person.page.get_by_role("link", name=f"Continue with {label}").click()
        at_provider(person, "ada")
        answer = into_the_application(person, world)

    assert answer["state"] == "deep"
    claims = world.id_token(answer)
    assert claims["cognito:username"] == f"{provider}_ada"
    assert claims["email"] == "ada@example.test"
    assert claims["email_verified"] is True
    assert claims["name"] == "ada"
    assert claims["identities"][0]["userId"] == "ada"
    assert claims["cognito:groups"] == [f"us-east-1_Ab3dE6gH9_{provider}"]


def test_whose_address_is_of_a_provider_is_sent_there(world: World) -> None:
    """From a form, which by the pages' policy may lead to no provider."""
    with seat(world.browser) as person:
        person.page.goto(world.site.start(state="home"))
        person.fill("E-mail address", "eve@corp.example")
        person.fill("Password", "nothing that counts")
        person.press("Sign in")
        at_provider(person, "eve")
        answer = into_the_application(person, world)

    assert answer["state"] == "home"


def test_who_is_refused_there_is_told_so_and_signs_in_another_way(world: World) -> None:
    """In their language, with the provider's own code."""
    with seat(world.browser, locale="de-AT") as person:
        page = person.page
        page.goto(world.site.start(state="cancelled"))
        page.get_by_role("link", name="Weiter mit Corp").click()
        page.get_by_role("link", name="[ Cancel ]").click()
        page.get_by_role("heading", name="Sie sind nicht angemeldet").wait_for()
        assert page.get_by_text("access_denied").count() == 1
        page.get_by_role("link", name="Zurück zur Anmeldung").click()
        page.get_by_role("link", name="Weiter mit Corp").wait_for()
        assert dict(parse_qsl(urlsplit(page.url).query))["state"] == "cancelled"


def test_two_tabs_do_not_meet(world: World) -> None:
    """One browser, two applications' requests, in any order."""
    with seat(world.browser) as person:
        first, second = person.page, person.page.context.new_page()
        for page, state in ((first, "one"), (second, "two")):
            page.goto(world.site.start(state=state, prompt="login"))
            page.get_by_role("link", name="Continue with Corp").click()
        for page, state in ((second, "two"), (first, "one")):
            tab = Seat(page)
            at_provider(tab, "tabs")
            assert into_the_application(tab, world)["state"] == state


def test_a_sign_in_outlives_the_gateway_that_began_it(world: World) -> None:
    """Killed while the person is at the provider."""
    with seat(world.browser) as person:
        person.page.goto(world.site.start(state="killed"))
        person.page.get_by_role("link", name="Continue with Corp").click()
        person.page.get_by_placeholder("Enter any login").wait_for()
        world.site.restart(signal.SIGKILL)
        at_provider(person, "kim")
        answer = into_the_application(person, world)

    assert answer["state"] == "killed"


def test_a_gateway_that_is_killed_on_the_way_back_leaves_no_half_person(
    world: World,
) -> None:
    """While the code is redeemed: the attempt is over, and the next one is whole."""
    world.corp.reset()
    world.corp.fault("/token", delay_ms=5000, status=0)
    with seat(world.browser) as person:
        page = person.page
        page.goto(world.site.start(state="first", scope="openid profile"))
        page.get_by_role("link", name="Continue with Corp").click()
        page.get_by_placeholder("Enter any login").fill("lee")
        page.get_by_placeholder("and password").fill("x")
        sign_in = page.get_by_role("button", name="Sign-in")
        sign_in.click(no_wait_after=True)
        wait_for(lambda: world.corp.asked("/token"), "the code's way")
        world.site.restart(signal.SIGKILL)

        page.goto(world.site.start(state="again", scope="openid profile"))
        page.get_by_role("link", name="Continue with Corp").click()
        answer = into_the_application(person, world)

    assert answer["state"] == "again"
    assert world.id_token(answer)["cognito:username"] == "corp_lee"
    world.corp.reset()


def test_a_code_of_another_provider_is_no_answer(world: World) -> None:
    """Mix-up (RFC 9207): nobody is in, and no code goes where it does not belong."""
    with httpx.Client(trust_env=False, timeout=20) as browser:
        back = walk_there_and_back(browser, world)
        asked = world.corp.asked("/token")

        page = browser.get(back.copy_set_param("iss", world.posted.issuer))

    assert page.status_code == httpx.codes.BAD_GATEWAY
    assert "bad_provider_answer" in page.text
    assert world.corp.asked("/token") == asked
    assert "gateway-session" not in browser.cookies
