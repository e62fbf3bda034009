"""Passkeys on the pages, with Chromium's own authenticator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.peers.chromium import VirtualAuthenticator, chromium
from tests.peers.pages_site import (
    CLIENT_ID,
    PASSWORD,
    PagesSite,
    Seat,
    pages_site,
    seat,
)
from tests.peers.test_pages_flows import ENGLISH, sign_in, sign_up

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    folder: Path = tmp_path_factory.mktemp("passkeys")
    with pages_site(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def at(browser: Browser) -> Iterator[Seat]:
    with seat(browser, locale="en-GB") as taken:
        yield taken


def without_list(at: Seat) -> None:
    """Have a browser that has no list below the field, from its first page on.

    The authenticator of these tests picks from the list by itself, and at once.
    """
    at.page.add_init_script(
        "PublicKeyCredential.isConditionalMediationAvailable = null"
    )


def add_passkey(site: PagesSite, at: Seat) -> str:
    """Make an account with a passkey, and return its address."""
    address = sign_up(site, ENGLISH, at)
    at.page.goto(f"{site.url}/account?client_id={CLIENT_ID}")
    sign_in(ENGLISH, at, address, PASSWORD)
    at.page.goto(f"{site.url}/account/passkeys/new")
    at.fill("Name", "My phone")
    at.press("Add a passkey")
    expect(at.page.get_by_role("status")).to_contain_text("Your passkey is ready")
    return address


def test_a_passkey_is_made_and_signs_its_person_in(site: PagesSite, at: Seat) -> None:
    """Without a name: it knows whose it is."""
    without_list(at)
    phone = VirtualAuthenticator(at.page)
    add_passkey(site, at)
    assert [each["rpId"] for each in phone.passkeys()] == ["localhost"]
    at.press("Sign out")

    at.page.goto(site.start())
    at.press("Sign in with a passkey")

    expect(at.page.locator("h1")).to_contain_text("Allow Acme Shop")


def test_a_passkey_is_offered_below_the_name(site: PagesSite, at: Seat) -> None:
    """Nothing is pressed on the page: whoever picks it in the list is signed in."""
    VirtualAuthenticator(at.page)
    add_passkey(site, at)
    at.press("Sign out")

    at.page.goto(site.start())

    expect(at.page.locator("h1")).to_contain_text("Allow Acme Shop")


def test_a_passkey_is_offered_on_the_way(site: PagesSite, at: Seat) -> None:
    """Whoever takes it lands where they wanted to go."""
    phone = VirtualAuthenticator(at.page)
    address = sign_up(site, ENGLISH, at)
    at.fill(ENGLISH.address, address)
    at.fill(ENGLISH.password, PASSWORD)
    at.page.get_by_role("button", name=ENGLISH.sign_in, exact=True).click()

    at.press("Add a passkey")

    expect(at.page.locator("h1")).to_contain_text("Allow Acme Shop")
    assert len(phone.passkeys()) == 1


def test_who_does_not_prove_themselves_may_try_again(site: PagesSite, at: Seat) -> None:
    """On a device that has no passkey; the other ways stay."""
    VirtualAuthenticator(at.page)
    at.page.goto(site.start())

    at.press("Sign in with a passkey")

    alert = at.page.get_by_role("alert")
    expect(alert).to_contain_text("cancelled")
    assert at.page.get_by_role("link", name="Start over").is_visible()


def test_a_removed_passkey_lets_nobody_in(site: PagesSite, at: Seat) -> None:
    """Though the device still has its half of it."""
    without_list(at)
    VirtualAuthenticator(at.page)
    add_passkey(site, at)
    at.page.get_by_role("button", name="Remove My phone").click()
    expect(at.page.get_by_text("You have no passkeys yet.")).to_be_visible()
    at.press("Sign out")

    at.page.goto(site.start())
    at.press("Sign in with a passkey")

    expect(at.page.get_by_role("alert")).to_be_visible()
    assert not site.shop.returned
