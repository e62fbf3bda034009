"""Pages that everybody can use: axe-core, the keyboard alone, small windows, the dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.peers.chromium import chromium
from tests.peers.pages_site import (
    CLIENT_ID,
    PASSWORD,
    PagesSite,
    Seat,
    pages_site,
    seat,
)
from tests.peers.test_pages_flows import ENGLISH, GERMAN, Words, sign_in, sign_up

pytestmark = pytest.mark.peer

AXE = Path(__file__).parent / "programs/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 320, "height": 640}
# Nobody is there: the page that says so is looked at as well.
CORP = """
kind = "oidc"
id = "corp"
label = "Example Corporation single sign-on"
owner = "team@example.com"
issuer = "http://127.0.0.1:9"
accept.flows = ["login"]
client = { id = "gateway", auth = "none" }
network.allow_plain_http = true
network.allow_private_addresses = ["127.0.0.0/8"]
link.policy = "confirm"
"""
OUTSIDE = [
    "/login",
    "/signup",
    "/confirm",
    "/resendcode",
    "/forgotPassword",
    "/confirmForgotPassword",
    "/login?client_id=nobody",
    f"/login?client_id={CLIENT_ID}&identity_provider=corp",
    "/oauth2/idpresponse?state=nobodys",
    "/error?error=access_denied",
    "/device?user_code=WXYZ-WXYZ",
]
INSIDE = [
    "/account",
    "/account/profile",
    "/account/password",
    "/account/security",
    "/account/authenticator",
    "/account/passkeys",
    "/account/passkeys/new",
    "/passkeys/add",
    "/account/sign-ins",
    "/account/sessions",
    "/account/applications",
    "/account/data",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    folder = tmp_path_factory.mktemp("access")
    with pages_site(folder, lambda _: {"corp": CORP}) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def violations(at: Seat) -> list[str]:
    """Return what axe finds on the page."""
    at.page.evaluate(AXE.read_text())
    found = at.page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def address_of(site: PagesSite, path: str) -> str:
    return f"{site.url}{path}" + ("" if "?" in path else f"?client_id={CLIENT_ID}")


def fits(at: Seat) -> bool:
    """Whether nobody has to scroll sideways."""
    return bool(
        at.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "de"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    site: PagesSite, browser: Browser, scheme: str, locale: str
) -> None:
    """On each page, at the width of a small phone, with errors on it too."""
    with seat(browser, color_scheme=scheme, locale=locale, viewport=PHONE) as at:
        for path in OUTSIDE:
            at.page.goto(address_of(site, path))
            assert violations(at) == [], path
            assert fits(at), path
        at.page.goto(address_of(site, "/signup"))
        at.page.locator("form").first.evaluate("form => form.noValidate = true")
        at.page.locator("button.first").click()
        assert at.page.get_by_role("alert").is_visible()
        assert violations(at) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_axe_finds_nothing_in_the_account(
    site: PagesSite, browser: Browser, scheme: str, words: Words
) -> None:
    with seat(browser, color_scheme=scheme, locale=words.locale, viewport=PHONE) as at:
        address = sign_up(site, words, at)
        sign_in(words, at, address)
        assert "Acme Shop" in at.heading()
        assert violations(at) == [], "consent"
        for path in INSIDE:
            at.page.goto(address_of(site, path))
            assert violations(at) == [], path
            assert fits(at), path


@pytest.mark.parametrize("width", [320, 1200])
def test_pages_can_be_read_from_right_to_left(
    site: PagesSite, browser: Browser, width: int
) -> None:
    """As in Arabic: each heading begins at the right, and nothing is cut off."""
    viewport = {"width": width, "height": 800}
    with seat(browser, locale="en-GB", viewport=viewport) as at:
        address = sign_up(site, ENGLISH, at)
        turned = [turn_round(at, address_of(site, path)) for path in OUTSIDE]
        at.page.goto(site.start())
        sign_in(ENGLISH, at, address)
        turned += [turn_round(at, address_of(site, path)) for path in INSIDE]

        assert [path for path, is_turned in turned if not is_turned] == []


def turn_round(at: Seat, address: str) -> tuple[str, bool]:
    """Open a page, and return whether it is as good from right to left."""
    at.page.goto(address)
    at.page.evaluate("document.documentElement.dir = 'rtl'")
    begins_at_the_right = at.page.evaluate(
        """() => {
            const range = document.createRange();
            range.selectNodeContents(document.querySelector("h1"));
            const frame = document.querySelector("h1").getBoundingClientRect();
            return Math.abs(range.getBoundingClientRect().right - frame.right) < 1;
        }"""
    )
    return address, bool(begins_at_the_right) and fits(at)


def test_the_keyboard_is_enough(site: PagesSite, browser: Browser) -> None:
    """The first field has the focus; Tab goes on in the order of the page."""
    with seat(browser, locale="en-GB") as at:
        address = sign_up(site, ENGLISH, at)
        at.page.goto(site.start())
        keyboard = at.page.keyboard
        keyboard.type(address)
        keyboard.press("Tab")
        assert at.page.evaluate("document.activeElement.textContent") == (
            "Forgot password?"
        )
        keyboard.press("Tab")
        keyboard.type("wrong")
        keyboard.press("Enter")

        # The summary has the focus, and its link leads to the field.
        expect(at.page.get_by_role("alert")).to_be_focused()
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(at.page.locator("#username")).to_be_focused()
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.type(PASSWORD)
        keyboard.press("Enter")
        expect(at.page.locator("h1")).to_have_text("Sign in faster next time")
        for key in ("Tab", "Tab", "Enter"):
            keyboard.press(key)
        expect(at.page.locator("h1")).to_have_text("Allow Acme Shop access?")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(at.page.locator("h1")).to_have_text("Shop")


def test_nothing_moves_for_who_does_not_want_it(
    site: PagesSite, browser: Browser
) -> None:
    with seat(browser, reduced_motion="reduce") as at:
        at.page.goto(site.start())

        moving = at.page.evaluate(
            "[...document.querySelectorAll('*')].filter(each => "
            "getComputedStyle(each).transitionDuration !== '0s').length"
        )

        assert moving == 0


def test_a_page_is_small(site: PagesSite, browser: Browser) -> None:
    """Under 60 kB with everything, and nothing from anywhere else."""
    with seat(browser) as at:
        sizes: dict[str, int] = {}
        at.page.on(
            "response", lambda each: sizes.__setitem__(each.url, len(each.body()))
        )
        at.page.goto(site.start())
        at.page.wait_for_load_state("networkidle")

        assert all(url.startswith((site.url, "data:")) for url in sizes)
        assert sum(sizes.values()) < 60_000
