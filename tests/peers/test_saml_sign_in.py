"""Signing in through a SAML provider that nobody here wrote: honest answers, and others."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.pages_site import PagesSite, pages_site, seat
from tests.peers.processes import Program, Programs

pytestmark = pytest.mark.peer

FILE = """
kind = "saml"
id = "partner"
label = "Partner"
owner = "x"
[idp]
entity_id = "{entity}"
metadata = {{ url = "{entity}" }}
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "5s"
"""
_FORM = re.compile(r'<form[^>]*action="([^"]*)"')
_HIDDEN = re.compile(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"')

# What a service provider has to refuse, by the peer's own words for it.
HOSTILE: Mapping[str, dict[str, Any]] = {
    "the response unsigned": {"signResponse": False},
    "the assertion unsigned": {"signAssertion": False},
    "no signature": {"stripSignatures": True},
    "another key": {"wrongKey": True},
    "changed after signing": {"replace": [["alice", "root"]]},
    "another audience": {"audience": "urn:another"},
    "in the past": {"lifetime": -3600},
    "another request": {"inResponseTo": "_another"},
    "another recipient": {"recipient": "http://localhost:1/saml2/idpresponse"},
    "another destination": {"destination": "http://localhost:1/saml2/idpresponse"},
    "another issuer": {"issuer": "urn:another"},
    "a refusal": {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"},
}


@dataclass(frozen=True)
class World:
    """A gateway, its SAML provider and a browser."""

    site: PagesSite
    idp: Program
    browser: Browser

    @property
    def base(self) -> str:
        return self.idp.address.removesuffix("/metadata")

    def next(self, **settings: Any) -> None:
        """Have the provider answer like this from now on."""
        honest = {"signResponse": True, "signAssertion": True, "lifetime": 300}
        told = httpx.post(f"{self.base}/__peer__/next", json=honest | settings)
        told.raise_for_status()


@pytest.fixture(scope="module")
def world(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("saml")
    idp = programs.node("saml_idp", "saml/saml_idp.mjs")
    text = FILE.format(entity=idp.address)
    with (
        pages_site(folder, lambda _: {"partner": text}) as site,
        chromium() as browser,
    ):
        yield World(site, idp, browser)


def answer_of(
    world: World, client: httpx.Client, name: str = "alice"
) -> httpx.Response:
    """Sign in at the provider by plain HTTP; return what the gateway says to its answer."""
    page = client.get(
        world.site.start(identity_provider="partner"), follow_redirects=True
    )
    place = page.url.join(unescape(_FORM.findall(page.text)[0]))
    hidden = {each: unescape(value) for each, value in _HIDDEN.findall(page.text)}
    form = {**hidden, "user": name, "password": "x"}
    page = client.post(place, data=form, follow_redirects=True)
    action = unescape(_FORM.findall(page.text)[0])
    posted = {each: unescape(value) for each, value in _HIDDEN.findall(page.text)}
    assert "SAMLResponse" in posted
    return client.post(action, data=posted, follow_redirects=True)


def test_a_person_comes_from_an_application_and_goes_on(world: World) -> None:
    """By the button, in Chromium; the provider's form comes without cookies."""
    world.next()
    with seat(world.browser) as person:
        page = person.page
        page.goto(world.site.start(state="deep"))
        page.get_by_role("link", name="Continue with Partner").click()
        page.locator("[name=user]").fill("alice")
        page.locator("form button, form [type=submit]").first.click()
        asked = page.get_by_label("Full name")
        allow = page.get_by_role("button", name="Allow")
        shop = page.get_by_role("heading", name="Shop", exact=True)
        asked.or_(allow).or_(shop).first.wait_for()
        if asked.count():
            person.fill("Full name", "Alice")
            person.press("Continue")
            allow.or_(shop).first.wait_for()
        if allow.count():
            person.press("Allow")
        page.wait_for_url(re.compile("/callback"))
    answer = world.site.shop.returned[-1]

    assert answer["state"] == "deep"
    assert answer["code"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_provider_that_lies_lets_nobody_in(world: World, name: str) -> None:
    """Whoever is refused sees a page that says so."""
    world.next(**HOSTILE[name])
    with httpx.Client(trust_env=False) as client:
        refused = answer_of(world, client)

        assert 400 <= refused.status_code < 500, refused.text
        assert "Partner" in refused.text
        assert "gateway-session" not in str(client.cookies)


def test_the_gateway_says_who_it_is(world: World) -> None:
    """Where its entity id leads to."""
    found = httpx.get(f"{world.site.url}/saml2/metadata/partner")

    assert found.status_code == 200
    assert "/saml2/idpresponse" in found.text
