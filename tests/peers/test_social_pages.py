"""Signing in with each provider of opaque tokens, in Chromium.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.stand_ins import amazon, declared, github, twitter
from tests.peers.stand_ins.wire import TROUBLE, StandIn, served
from tests.peers.test_social_sign_in import KINDS, NETWORK

pytestmark = pytest.mark.peer

# Of the challenge that the application sends (RFC 7636 appendix B).
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

# By the provider's id: the kind, its label, and what becomes of whoever signs in.
PEOPLE = {
    "amazon": ("amazon", "LoginWithAmazon", "Ama Zon"),
    "github": ("github", "github", "Gil Hub"),
    "chat": ("oauth2", "chat", "Cha Tter"),
    "older": ("twitter by OAuth 1.0a", "older", "Old Er"),
}


def people_of(stand_in: StandIn, name: str, email: str) -> None:
    """Let somebody of their own sign in at a stand-in."""
    match stand_in:
        case amazon.Amazon():
            stand_in.user |= {"name": name, "email": email}
        case github.Github():
            stand_in.user["name"] = name
            stand_in.emails = [{"email": email, "primary": True, "verified": True}]
        case twitter.Twitter():
            stand_in.user |= {"name": name, "email": email}
            stand_in.user_2 |= {"name": name, "confirmed_email": email}
        case declared.Declared():
            stand_in.user["user"] |= {"name": name, "email": email}


@dataclass(frozen=True)
class World:
    """A gateway, its providers, and a browser."""

    site: PagesSite
    stand_ins: Mapping[str, StandIn]
    browser: Browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("social")
    stand_ins: dict[str, StandIn] = {}
    with ExitStack() as stack:
        files: dict[str, str] = {}
        for id_, (kind, _, name) in PEOPLE.items():
            stand_in = stand_ins[id_] = KINDS[kind].stand_in()
            address = stack.enter_context(served(stand_in))
            if isinstance(stand_in, twitter.Twitter):
                stand_in.host = address
            people_of(stand_in, name, f"{id_}@people.example")
            text = KINDS[kind].text(kind, address)
            text = text.replace(
                'id = "social"', f'id = "{id_}"\nlabel = "The {id_}"', 1
            )
            files[id_] = text.replace('{ env = "SECRET" }', '{ file = "secret" }')
            files[id_] += NETWORK.replace("500ms", "5s")

        def elsewhere(_url: str) -> Mapping[str, str]:
            (folder / "secret").write_text("secret")
            return files

        site = stack.enter_context(pages_site(folder, elsewhere))
        browser = stack.enter_context(chromium())
        yield World(site, stand_ins, browser)


def leave_for(world: World, person: Seat, id_: str) -> None:
    person.page.goto(world.site.start(state=id_, scope="openid email profile"))
    person.page.get_by_role("link", name=f"Continue with The {id_}").click()


def claims_of(world: World) -> dict[str, Any]:
    """Return what the application learns of whoever has come back to it."""
    returned = world.site.shop.returned[-1]
    answer = httpx.post(
        f"{world.site.url}/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": returned["code"],
            "redirect_uri": world.site.shop.callback,
            "code_verifier": VERIFIER,
        },
        trust_env=False,
    )
    payload = answer.raise_for_status().json()["id_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=="))
    return claims


# The others are walked through in `test_federated_kinds.py`.
@pytest.mark.parametrize("id_", ["chat", "older"])
def test_somebody_lands_with_name_and_address(world: World, id_: str) -> None:
    """From an application, through the provider, and back to where they came from."""
    _, provider, name = PEOPLE[id_]
    with seat(world.browser) as person:
        leave_for(world, person, id_)
        person.press("Allow")
        person.page.wait_for_url(re.compile("/callback"))

    assert world.site.shop.returned[-1]["state"] == id_
    claims = claims_of(world)
    assert claims["cognito:username"].startswith(f"{provider}_")
    assert claims["name"] == name
    assert claims["email"] == f"{id_}@people.example"
    assert claims["identities"][0]["providerName"] == provider
    assert person.problems == []


def test_somebody_who_says_no_is_told_so(world: World) -> None:
    """In words, with the provider's own code for whoever is asked for help."""
    stand_in: Any = world.stand_ins["github"]
    stand_in.consents = False
    try:
        with seat(world.browser) as person:
            leave_for(world, person, "github")
            person.page.get_by_text("access_denied").wait_for()
            text = person.page.locator("body").inner_text()
    finally:
        stand_in.consents = True

    assert "was cancelled" in text


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        ("a page for people", 502),
        ("10 MB", 502),
        ("a redirect", 502),
        ("500", 503),
        ("429", 503),
    ],
)
@pytest.mark.parametrize(
    ("id_", "path"),
    [("amazon", "/auth/o2/tokeninfo"), ("older", "/oauth/access_token")],
)
def test_a_provider_in_trouble_is_told(
    world: World, id_: str, path: str, trouble: str, status: int
) -> None:
    """By a page with a way back, and never as a fault of ours."""
    world.stand_ins[id_].faults[path] = TROUBLE[trouble]
    try:
        with seat(world.browser) as person:
            person.page.goto(world.site.start())
            arrival = re.compile("/oauth2/idpresponse")
            with person.page.expect_response(arrival) as arrived:
                person.page.get_by_role("link", name=f"Continue with The {id_}").click()
            found = arrived.value.status
            person.page.get_by_role("link", name="Back to sign-in").wait_for()
    finally:
        world.stand_ins[id_].faults.clear()

    assert found == status
