"""Signing in through each kind of provider, in Chromium, up to what an application learns.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.pages_site import CLIENT_ID, PagesSite, Seat, pages_site, seat
from tests.peers.stand_ins import apple, microsoft, openid
from tests.peers.stand_ins.apple import Apple
from tests.peers.stand_ins.gitlab import Gitlab
from tests.peers.stand_ins.google import Google
from tests.peers.stand_ins.microsoft import Microsoft
from tests.peers.stand_ins.openid import OpenIdStandIn
from tests.peers.stand_ins.wire import served

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
BY_SECRET = f"""
[client]
id = "{openid.CLIENT_ID}"
secret = {{ file = "{{folder}}/secret" }}
"""
STAND_INS: Mapping[str, type[OpenIdStandIn]] = {
    "google": Google,
    "apple": Apple,
    "microsoft": Microsoft,
    "gitlab": Gitlab,
}
FILES = {
    "google": f'issuer = "{{address}}"\n{BY_SECRET}',
    "gitlab": f'issuer = "{{address}}"\n{BY_SECRET}',
    "microsoft": 'issuer = "{address}/{tenantid}/v2.0"\n'
    f'tenants = ["{microsoft.TENANT}"]\n{BY_SECRET}',
    "apple": f"""issuer = "{{address}}"
[client]
id = "{openid.CLIENT_ID}"
team_id = "{apple.TEAM_ID}"
key_id = "{apple.KEY_ID}"
key = {{ file = "{{folder}}/key" }}
""",
}


@dataclass(frozen=True)
class World:
    """A gateway, its providers and a browser."""

    site: PagesSite
    stand_ins: Mapping[str, OpenIdStandIn]
    browser: Browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "secret").write_text(openid.SECRET)
    (folder / "key").write_bytes(apple.KEY)
    stand_ins = {kind: model() for kind, model in STAND_INS.items()}
    files: dict[str, str] = {}
    with ExitStack() as stack:
        for kind, stand_in in stand_ins.items():
            # By another name than the gateway's, so that a browser takes it for another site.
            stand_in.address = stack.enter_context(served(stand_in))
            # Each is somebody else, or they would be asked whether they are the same.
            stand_in.person["email"] = f"{kind}@corp.example"
            text = FILES[kind].replace("{address}", stand_in.address)
            files[kind] = (
                f'kind = "{kind}"\nid = "{kind}"\nlabel = "{kind.title()}"\nowner = "x"\n'
                'accept.flows = ["login"]\n'
                + text.replace("{folder}", str(folder))
                + NETWORK
            )
        site = stack.enter_context(pages_site(folder, lambda _: files))
        browser = stack.enter_context(chromium())
        yield World(site, stand_ins, browser)


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


@pytest.mark.parametrize("kind", STAND_INS)
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
    assert first["name"] == second["name"] == "Ada Lovelace"
    assert first["email"] == f"{kind}@corp.example"
