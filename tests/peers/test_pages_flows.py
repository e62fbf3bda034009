"""Every way through the pages, in Chromium: two languages, with and without scripts."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import chromium
from tests.peers.pages_site import (
    CLIENT_ID,
    PASSWORD,
    PagesSite,
    Seat,
    pages_site,
    seat,
)

pytestmark = pytest.mark.peer

NEW_PASSWORD = "Another horse 2!"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Words:
    """What stands on the pages in one language."""

    locale: str
    address: str
    name: str
    password: str
    new_password: str
    code: str
    create: str
    confirm: str
    sign_in: str
    allow: str
    send: str
    change: str
    sign_out: str
    edit: str
    save: str
    profile: str


ENGLISH = Words(
    locale="en-GB",
    address="E-mail address",
    name="Full name",
    password="Password",
    new_password="New password",
    code="Code",
    create="Create account",
    confirm="Confirm",
    sign_in="Sign in",
    allow="Allow",
    send="Send code",
    change="Change password",
    sign_out="Sign out",
    edit="Edit",
    save="Save",
    profile="Your profile",
)
GERMAN = Words(
    locale="de-AT",
    address="E-Mail-Adresse",
    name="Vor- und Nachname",
    password="Passwort",
    new_password="Neues Passwort",
    code="Code",
    create="Konto erstellen",
    confirm="Bestätigen",
    sign_in="Anmelden",
    allow="Erlauben",
    send="Code senden",
    change="Passwort ändern",
    sign_out="Abmelden",
    edit="Bearbeiten",
    save="Speichern",
    profile="Ihr Profil",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    folder: Path = tmp_path_factory.mktemp("pages")
    with pages_site(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(
    params=[(ENGLISH, True), (ENGLISH, False), (GERMAN, True), (GERMAN, False)],
    ids=["en", "en-no-script", "de", "de-no-script"],
)
def words_and_seat(
    request: pytest.FixtureRequest, browser: Browser
) -> Iterator[tuple[Words, Seat]]:
    words, scripts = request.param
    with seat(browser, locale=words.locale, java_script_enabled=scripts) as taken:
        yield words, taken


def sign_up(site: PagesSite, words: Words, at: Seat) -> str:
    """Make an account, and return its address; ends at the sign-in page."""
    address = join(site, words, at)
    at.page.context.clear_cookies()
    at.page.goto(site.start())
    return address


def join(site: PagesSite, words: Words, at: Seat) -> str:
    """Make an account, and return its address; ends where that leads."""
    address = f"ana{next(_NUMBERS)}@example.com"
    at.page.goto(site.start())
    at.page.locator('a[href^="/signup"]').click()
    at.fill(words.address, address)
    at.fill(words.name, "Ana")
    # Its label says that it may be left out here.
    at.page.locator("#password").fill(PASSWORD)
    at.press(words.create)
    at.fill(words.code, site.code(address))
    assert site.language(address) == words.locale[:2]
    at.press(words.confirm)
    at.decline()
    return address


def sign_in(words: Words, at: Seat, address: str, password: str = PASSWORD) -> None:
    at.fill(words.address, address)
    at.fill(words.password, password)
    at.page.get_by_role("button", name=words.sign_in, exact=True).click()
    at.decline()


def test_a_person_signs_up_confirms_and_consents(
    site: PagesSite, words_and_seat: tuple[Words, Seat]
) -> None:
    """From an application and back to it, with a code and its state."""
    words, at = words_and_seat
    join(site, words, at)

    assert "Acme Shop" in at.heading()
    at.page.get_by_role("button", name=words.allow, exact=True).click()

    assert at.heading() == "Shop"
    returned = site.shop.returned[-1]
    assert returned["state"] == "s3"
    # Once more: nothing is asked.
    at.page.goto(site.start())
    assert at.heading() == "Shop"
    assert site.shop.returned[-1]["code"] != returned["code"]


def test_a_forgotten_password_is_replaced(
    site: PagesSite, words_and_seat: tuple[Words, Seat]
) -> None:
    words, at = words_and_seat
    address = sign_up(site, words, at)
    at.page.locator('a[href^="/forgotPassword"]').click()
    at.fill(words.address, address)
    at.press(words.send)
    at.fill(words.code, site.code(address))
    at.fill(words.new_password, NEW_PASSWORD)
    at.press(words.change)

    sign_in(words, at, address, NEW_PASSWORD)

    assert "Acme Shop" in at.heading()


def test_a_person_changes_what_is_known_and_signs_out(
    site: PagesSite, words_and_seat: tuple[Words, Seat]
) -> None:
    words, at = words_and_seat
    address = sign_up(site, words, at)
    at.page.goto(f"{site.url}/account?client_id={CLIENT_ID}")
    sign_in(words, at, address)
    assert at.heading() == words.profile

    at.page.get_by_role("link", name=words.edit).click()
    at.fill(words.name, "Ana Example")
    at.press(words.save)
    assert "Ana Example" in at.page.inner_text("main")
    at.press(words.sign_out)

    assert at.heading() == words.sign_in
    at.page.goto(f"{site.url}/account")
    assert at.heading() == words.sign_in


def test_a_sign_in_begins_with_a_code(
    site: PagesSite, words_and_seat: tuple[Words, Seat]
) -> None:
    """Without the password, which nobody has to remember."""
    words, at = words_and_seat
    address = sign_up(site, words, at)
    at.fill(words.address, address)
    at.page.locator('button[value="EMAIL_OTP"]').click()

    at.fill(words.code, site.code(address))
    at.page.locator("button.first").click()
    at.decline()

    assert "Acme Shop" in at.heading()


def test_an_authenticator_is_set_up_and_asked_for(
    site: PagesSite, words_and_seat: tuple[Words, Seat], browser: Browser
) -> None:
    """At the next sign-in; a wrong code costs nothing but a try."""
    words, at = words_and_seat
    address = sign_up(site, words, at)
    at.page.goto(f"{site.url}/account?client_id={CLIENT_ID}")
    sign_in(words, at, address)
    at.page.goto(f"{site.url}/account/authenticator")
    secret = at.page.locator("code.secret").text_content()
    assert secret is not None
    totp = pyotp.TOTP(secret.replace(" ", ""))
    at.page.locator("#code").fill(totp.now())
    at.page.locator("main button.first").click()
    assert at.page.locator("ul.codes code").count() == 10

    with seat(browser, locale=words.locale) as other:
        other.page.goto(site.start())
        sign_in(words, other, address)
        other.page.locator("#code").fill("000000")
        other.page.locator("button.first").click()
        assert other.page.get_by_role("alert").is_visible()
        # The present one was used for setting it up; the clocks of phones may go ahead.
        other.page.locator("#code").fill(totp.at(int(time.time()) + 30))
        other.page.locator("button.first").click()
        other.decline()
        assert "Acme Shop" in other.heading()


def test_a_person_takes_their_data_along_and_goes(
    site: PagesSite, words_and_seat: tuple[Words, Seat]
) -> None:
    words, at = words_and_seat
    address = sign_up(site, words, at)
    at.page.goto(f"{site.url}/account?client_id={CLIENT_ID}")
    sign_in(words, at, address)
    at.page.goto(f"{site.url}/account/data")
    with at.page.expect_download() as download:
        at.page.locator('form[action^="/account/data/download"] button').click()
    record = Path(download.value.path()).read_text()
    assert address in record

    at.page.locator("#sure").check()
    at.page.locator("button.grave").click()

    at.page.goto(f"{site.url}/login?client_id={CLIENT_ID}")
    sign_in(words, at, address)
    assert at.page.get_by_role("alert").is_visible()


def test_nothing_that_the_browser_would_refuse_is_on_a_page(
    site: PagesSite, browser: Browser
) -> None:
    """The policy is such that a script inside a page would be seen here."""
    with seat(browser) as at:
        at.page.goto(site.start())
        at.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'),"
            "{textContent: 'window.ran = true'}))"
        )
        assert at.page.evaluate("window.ran") is None
        assert re.search("Content Security Policy", at.problems.pop())
