"""A running gateway with a pool, and a browser at its pages."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.peers.running_gateway import Choices, RunningGateway, Site, serving

CLIENT_ID = "1example23456789abcdefghij"
CALLBACK = "https://shop.example/callback"
PASSWORD = "Correct horse 1!"

# Nobody listens there: what stands behind the gateway is not what is looked at.
_UPSTREAM = 9

_POOL = f"""
kind = "pool"
id = "people"
owner = "team@example.com"
label = "Example"
pool_id = "us-east-1_Ab3dE6gH9"
[attributes.standard.name]
required = true
[sign_in]
addresses = ["email"]
first_factors = ["password", "email_code", "passkey"]
[mfa]
mode = "optional"
kinds = ["totp", "email_code"]
[[client]]
id = "{CLIENT_ID}"
name = "Acme Shop"
redirect_uris = ["{CALLBACK}"]
logout_uris = ["{CALLBACK}"]
scopes = ["openid", "email", "profile"]
consent = true
[client.branding]
policy_uri = "https://shop.example/privacy"
terms_uri = "https://shop.example/terms"
"""

QUERY = {
    "client_id": CLIENT_ID,
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid email",
    "state": "s3",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


class PagesSite:
    """The gateway and its messages.

    Attributes:
        url: Where its pages are; by a name, since passkeys know no addresses.
    """

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self.url = f"http://localhost:{gateway.site.port}"

    def code(self, address: str) -> str:
        """Return the code of the latest message to somebody."""
        with self._gateway.operator() as operator:
            answer = operator.get("/outbox", params={"to": address}).raise_for_status()
        code: str = answer.json()["messages"][0]["code"]
        return code

    def start(self, **changes: str) -> str:
        """Return the address that an application sends browsers to."""
        return f"{self.url}/oauth2/authorize?{urlencode({**QUERY, **changes})}"


@contextlib.contextmanager
def pages_site(folder: Path) -> Iterator[PagesSite]:
    """Run a gateway with a pool while the block lasts."""
    site = Site(
        folder, upstream=_UPSTREAM, choices=Choices(providers={"people": _POOL})
    )
    own = f"http://127.0.0.1:{site.port}"
    site.edit(
        "config.toml",
        f'public_url = "{own}"',
        f'public_url = "http://localhost:{site.port}"',
    )
    with serving(site) as gateway:
        yield PagesSite(gateway)


@dataclass
class Seat:
    """Somebody at a browser.

    Attributes:
        page: The window.
        problems: What the browser complained of: policies, scripts.
        returned: What the application was told, each time it got the browser back.
    """

    page: Page
    problems: list[str] = field(default_factory=list)
    returned: list[dict[str, str]] = field(default_factory=list)

    def heading(self) -> str:
        """Return what the page is called."""
        return self.page.locator("h1").inner_text()

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=name).first.click()

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Fill a field by its label."""
        self.page.get_by_label(label, exact=isinstance(label, str)).first.fill(text)


@contextlib.contextmanager
def seat(browser: Browser, **options: Any) -> Iterator[Seat]:
    """Let somebody sit down at a browser of their own."""
    context: BrowserContext = browser.new_context(**options)
    taken = Seat(context.new_page())

    def come_back(route: Route) -> None:
        query = dict(parse_qsl(urlsplit(route.request.url).query))
        taken.returned.append(query)
        route.fulfill(status=200, content_type="text/html", body="<h1>Shop</h1>")

    context.route(f"{CALLBACK}*", come_back)
    taken.page.on("pageerror", lambda error: taken.problems.append(str(error)))
    taken.page.on(
        "console",
        lambda message: (
            taken.problems.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    try:
        yield taken
        assert not taken.problems
    finally:
        context.close()
