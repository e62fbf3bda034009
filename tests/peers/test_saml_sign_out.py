"""Single logout with a SAML provider that nobody here wrote, begun on either side."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.door import Door
from gateway.config.settings.references import FileRef, SecretRef
from gateway.federation.saml.writing import own_metadata
from tests.authentication.saml.idp import pair
from tests.peers.chromium import chromium
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.processes import Program, Programs, free_port

pytestmark = pytest.mark.peer

SP = pair("sp")
FILE = """
kind = "saml"
id = "partner"
label = "Partner"
owner = "x"
[idp]
entity_id = "{entity}"
metadata = {metadata}
[sp]
key = {{ file = "sp.key" }}
cert = {{ file = "sp.pem" }}
[sign_in]
sign_out = "there"
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "5s"
"""
_SERVICE = re.compile(r"<SingleLogoutService[^>]*HTTP-(\w+)\"[^>]*/>")


@dataclass(frozen=True)
class World:
    """A gateway, its SAML provider and a browser."""

    site: PagesSite
    idp: Program
    browser: Browser
    binding: str

    @property
    def base(self) -> str:
        return self.idp.address.removesuffix("/metadata")

    def control(self, path: str, **settings: bool) -> None:
        httpx.post(f"{self.base}/__peer__/{path}", json=settings).raise_for_status()

    @property
    def leave(self) -> str:
        """Where the application sends somebody who signs out."""
        back = self.site.shop.callback
        return f"{self.site.url}/logout?client_id={CLIENT_ID}&logout_uri={back}"


def only(metadata: str, binding: str) -> str:
    """Return metadata in which people sign out by one binding."""
    return _SERVICE.sub(
        lambda found: found[0] if found[1].upper() == binding.upper() else "", metadata
    )


@dataclass
class Partner:
    """The provider, which has to know the gateway before it starts."""

    programs: Programs
    folder: Path
    binding: str
    program: Program | None = None

    def __call__(self, public_url: str) -> Mapping[str, str]:
        """Start it for a gateway; return its file."""
        (self.folder / "sp.pem").write_bytes(SP.certificate_pem)
        (self.folder / "sp.key").touch(0o600)
        (self.folder / "sp.key").write_bytes(SP.key_pem)
        known = self.folder / "sp.xml"
        known.write_text(only(own(public_url), self.binding))
        command = ["node", "saml/saml_idp.mjs", "--port", str(free_port())]
        started = self.programs.start("saml_idp", [*command, "--sp", str(known)])
        self.program, entity = started, started.address
        described = httpx.get(entity).text
        (self.folder / "idp.xml").write_text(only(described, self.binding))
        return {
            "partner": FILE.format(entity=entity, metadata='{ file = "idp.xml" }'),
        }


def own(public_url: str) -> str:
    settings = SamlProvider.model_validate(
        {
            "kind": "saml",
            "id": "partner",
            "idp": {"entity_id": "x", "metadata": {"url": "https://idp.example"}},
            "sp": {
                "key": SecretRef(source="file x", value=SP.key_pem),
                "cert": FileRef(path=Path("x.pem"), content=SP.certificate_pem),
            },
        },
        context=Door(public_url=public_url, follows=False),
    )
    # Without a prefix, as the gateway writes it.
    return own_metadata(settings).decode()


@pytest.fixture(scope="module", params=["redirect", "post"])
def world(
    request: pytest.FixtureRequest,
    programs: Programs,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp(f"slo-{request.param}")
    partner = Partner(programs, folder, request.param)
    with pages_site(folder, partner) as site, chromium() as browser:
        assert partner.program is not None
        yield World(site, partner.program, browser, request.param)


@contextmanager
def signed_in(world: World, name: str) -> Iterator[Seat]:
    """Somebody who has come by way of the provider."""
    world.control("next", signResponse=True, signAssertion=True)
    with seat(world.browser) as person:
        page = person.page
        page.goto(world.site.start(identity_provider="partner"))
        page.locator("[name=user]").fill(name)
        page.locator("form [type=submit]").click()
        asked = page.get_by_label("Full name")
        allow = page.get_by_role("button", name="Allow")
        shop = page.get_by_role("heading", name="Shop", exact=True)
        asked.or_(allow).or_(shop).first.wait_for()
        if asked.count():
            person.fill("Full name", name)
            person.press("Continue")
            allow.or_(shop).first.wait_for()
        if allow.count():
            person.press("Allow")
        page.wait_for_url(re.compile("/callback"))
        yield person


def test_who_signs_out_here_is_signed_out_there(world: World) -> None:
    """And ends where the application wanted them."""
    with signed_in(world, "alice") as person:
        person.page.goto(world.leave)
        person.page.wait_for_url(world.site.shop.callback)

        person.page.goto(world.site.start(identity_provider="partner"))
        expect(person.page.locator("h1")).to_have_text("Corporate login")


def test_who_signs_out_there_is_signed_out_here(world: World) -> None:
    """The provider gets its answer, or it would not end its own session."""
    with signed_in(world, "bob") as person:
        person.page.goto(world.site.start())
        person.page.wait_for_url(re.compile("/callback"))

        person.page.goto(f"{world.base}/slo")
        person.page.wait_for_url(re.compile(re.escape(f"{world.base}/slo")))
        expect(person.page.locator("body")).to_contain_text("OK")

        person.page.goto(world.site.start())
        expect(person.page.locator("h1")).to_have_text("Sign in")


def test_an_answer_by_another_key_is_not_believed(world: World) -> None:
    """They are signed out here, and told that nobody knows about there."""
    with signed_in(world, "alice") as person:
        world.control("rotate")
        person.page.goto(world.leave)
        expect(person.page.locator("h1")).to_have_text("You are signed out here")
        expect(person.page.locator("main")).to_contain_text("Partner has not confirmed")

        person.page.get_by_role("link", name="Continue").click()
        person.page.wait_for_url(world.site.shop.callback)
        person.page.goto(world.site.start())
        expect(person.page.locator("h1")).to_have_text("Sign in")
