"""Two relying parties that nobody here wrote sign a person in at the demo's pool.

Authlib's client inside the demo's app, and Apache's mod_auth_openidc. The person is at a
browser that runs no scripts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.peers.apache import apache
from tests.peers.chromium import chromium
from tests.peers.processes import free_port
from tests.peers.running_demo import GATEWAY, clone, running_demo
from tests.peers.running_gateway import wait_for

pytestmark = pytest.mark.peer

APP = "http://localhost:8083"
OUTBOX = "http://127.0.0.1:8081/outbox"
POOL = "us-east-1_Demo00001"
PASSWORD = "Correct horse 1!"
CODE = re.compile(r"\b\d{6}\b")

CLIENT = """
[[client]]
id             = "apache"
name           = "Intranet"
grants         = ["authorization_code"]
scopes         = ["openid", "email", "profile"]
redirect_uris  = ["http://localhost:{port}/protected/callback"]
"""


@pytest.fixture(scope="module")
def port() -> int:
    """Return where Apache will listen."""
    return free_port()


@pytest.fixture(scope="module")
def _demo(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("demo") / "clone"
    clone(folder)
    with (folder / "providers/pool.toml").open("a") as file:
        file.write(CLIENT.format(port=port))
    with running_demo(folder):
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, _demo: None) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    yield context.new_page()
    context.close()


def sign_up(page: Page, name: str) -> None:
    """From the sign-in page to somebody who has confirmed and is signed in."""
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail address").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Code").fill(code_for(f"{name}@example.com"))
    page.get_by_role("button", name="Confirm").click()
    # A passkey is offered to who has just come.
    page.get_by_role("button", name="Not now").click()


def sign_in(page: Page, name: str) -> None:
    """On the sign-in page."""
    page.get_by_label("User name or e-mail address").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code_for(address: str) -> str:
    """Return the code that somebody was sent."""

    def texts() -> list[str]:
        found = httpx.get(OUTBOX, params={"to": address}).json()["messages"]
        # One that still waits has no text to be read.
        return [message["text"] for message in found if "text" in message]

    wait_for(texts, f"a message to {address}")
    code = CODE.search(texts()[0])
    assert code is not None
    return code[0]


def test_an_app_signs_somebody_up_and_in_and_out(page: Page) -> None:
    """And calls an API with the person's token, which sees one of the gateway's."""
    page.goto(APP)
    page.get_by_role("link", name="Sign in").click()
    sign_up(page, "ana")

    expect(page.get_by_text("Signed in as ana@example.com.")).to_be_visible()
    page.get_by_role("link", name="Read my order from the API").click()
    expect(page.get_by_text("/v1/echo: 200")).to_be_visible()
    told = page.locator("pre").inner_text()
    assert '"token_verified": true' in told
    assert '"provider": "pool"' in told

    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Sign out").click()
    expect(page).to_have_url(f"{APP}/")
    expect(page.get_by_text("Nobody is signed in.")).to_be_visible()
    # At the pool as well: the next sign-in asks.
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, "ana")
    expect(page.get_by_text("Signed in as ana@example.com.")).to_be_visible()


def test_apache_protects_a_page(page: Page, port: int, tmp_path: Path) -> None:
    """With its own module, against the discovery document."""
    with apache(tmp_path, port, f"{GATEWAY}/{POOL}", client_id="apache") as address:
        page.goto(address)
        sign_up(page, "ben")

        expect(page).to_have_url(address)
        expect(page.locator("#email")).to_have_text("ben@example.com")
        assert re.fullmatch(r"[0-9a-f-]{36}", page.locator("#sub").inner_text())
